//! The release's commit in git: tagged, on its branch, signed, and what is checked out.

mod counterexamples;
mod judge;
mod observe;
mod seen;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    check::{Check, Touch, demand::Text},
    model::{ProcessEnv, Secret, without_contradiction, words},
    net::command::without_credentials,
};

/// The commit under sign-off is what git has as the release: its tag stands at the remote and leads to it, it lies on the release branch,
/// it is signed where that is demanded, and the work tree is at it, without changes.
///
/// Tag and branch are those of the remote, asked by `git ls-remote`: what stands only in this clone was not pushed. Names are full refs and
/// commits full ids, so no tag that is called like a branch comes between. A tag whose own name is another is red, and so is a
/// signature by anybody who is not in `signed-by`. With SSH a key is looked at as of the time that the tag or commit says.
///
/// Unknown is a run that knows no commit (`--commit`) or no version where no `tag` is named; a remote that does not answer; a clone that does
/// not hold the tag, the branch or, being shallow, enough of the history; a work tree in which files are marked to be overlooked
/// (`--assume-unchanged`, `--skip-worktree`).
///
/// Not seen: who may push to the branch or move the tag, whether what was built came of this commit, and files that git ignores. The
/// clone's configuration is not trusted: no hook, signature program or command of it is run; the login is that of the machine
/// (`credential.helper` of the user, an SSH agent).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Git {
    /// The clone, relative to the plan's folder. Default: the plan's own.
    #[serde(default = "here")]
    pub folder: PathBuf,
    /// The remote: its name in the clone, or its address. Default: `origin`.
    #[serde(default = "origin")]
    pub remote: Secret,
    /// The tag, as `v1.4.2`. Default: the version of the release, or that after a `v`, whichever the remote has.
    pub tag: Option<Text>,
    /// Whether there must be a tag. Default: true.
    #[serde(default = "crate::check::yes")]
    pub tagged: bool,
    /// The branch of the remote that the commit must lie on: `main`. Default: not demanded.
    pub branch: Option<Text>,
    /// A file of those who may sign: OpenSSH's `allowed_signers`, or exported OpenPGP keys (`.asc`, `.gpg`). Default: no signature is demanded.
    pub signed_by: Option<PathBuf>,
    /// What must be signed: the `tag` or the `commit`. Default: `tag`.
    pub signed: Option<Signed>,
    /// What the work tree may hold beside the commit: `nothing`, `untracked` files, or `anything`, which also leaves open what is
    /// checked out. Default: `nothing`.
    #[serde(default)]
    pub beside: Beside,
}

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Signed {
    /// The tag.
    Tag,
    /// The commit.
    Commit,
}

words!(Signed { Tag = "tag", Commit = "commit" });

/// What a work tree may hold beside its commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Beside {
    /// No change, and no file that is not ignored.
    #[default]
    Nothing,
    /// Files that no commit has.
    Untracked,
    /// Whatever it is.
    Anything,
}

fn here() -> PathBuf {
    ".".into()
}

fn origin() -> Secret {
    Secret::new("origin", "origin")
}

without_contradiction!(Git);

impl Git {
    fn contradiction(&self) -> Option<&'static str> {
        let url = self.remote.expose();
        match () {
            () if url.is_empty() || url.starts_with('-') || url.contains("::") => {
                Some("`remote` is the name of a remote or its address: `https://…`, `git@…`")
            }
            () if self.signed.is_some() && self.signed_by.is_none() => {
                Some("`signed` needs `signed-by`: a signature by anybody proves nothing")
            }
            () if !self.tagged && self.tag.is_some() => Some("`tagged: false` leaves nothing to demand of `tag`"),
            () if !self.tagged && self.signed_by.is_some() && self.signs() == Signed::Tag => {
                Some("`tagged: false` leaves no tag to be signed: write `signed: commit`")
            }
            () if !self.tagged && self.branch.is_none() && self.signed_by.is_none() && self.beside == Beside::Anything => {
                Some("nothing is demanded: leave `tagged: false` out, or give `branch`, `signed-by` or `beside`")
            }
            () => None,
        }
    }

    fn signs(&self) -> Signed {
        self.signed.unwrap_or(Signed::Tag)
    }

    /// Whether `remote` is an address, not the name of one.
    fn is_address(&self) -> bool {
        self.remote.expose().contains([':', '/', '.'])
    }
}

impl Check for Git {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let remote = if self.is_address() { without_credentials(self.remote.expose()) } else { format!("remote {}", self.remote.expose()) };
        vec![
            Touch::new(format!("git {remote}"), "git ls-remote"),
            Touch::new(format!("folder {}", self.folder.display()), "asks git, read-only"),
        ]
    }
}
