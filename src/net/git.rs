//! What git knows: of a file, whether it is tracked and ever was; of a release, who wrote it and
//! what its files are. Asked by calling `git`.
//!
//! The repository is not trusted: no hook, pager, file-system monitor, signature program or remote that its
//! configuration names is run, and nothing is fetched or written, but where one file of another repository is asked for.

mod authors;
mod checkout;
mod fetched;
mod refs;
mod release;
mod tree;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use serde::{Deserialize, Serialize};

use super::command::{Command, CommandError, Ended};
use crate::model::{ProcessEnv, Release, Size};

pub use authors::authors;
pub use checkout::{Checkout, checkout};
pub use fetched::file_of;
pub use refs::resolve;
pub use release::{Repository, Signers, refs_of};
pub use tree::files_at;

/// Whether a folder, by its full path, or one above it holds a clone: what lies there may be committed.
pub fn in_work_tree(folder: &Path) -> bool {
    folder.ancestors().any(|above| above.join(".git").exists())
}

/// What git knows of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tracking {
    /// Whether it is in the index: committed, or about to be.
    pub index: bool,
    /// Whether any branch, tag or stash ever held it.
    pub history: Past,
}

/// Whether a file is in the history of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Past {
    /// No commit holds it.
    Never,
    /// A commit touches its path.
    Committed {
        /// The newest such commit, abbreviated.
        commit: String,
    },
    /// A commit holds its very content, under another name.
    Elsewhere {
        /// Such a commit, abbreviated.
        commit: String,
    },
    /// It cannot be told from this clone, and why.
    Unknown(String),
}

/// Why git does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// The file is in no repository.
    #[error("it is not in a git repository")]
    NoRepository,
    /// git could not be asked.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// git refuses.
    #[error("git cannot tell: {0}")]
    Refused(String),
    /// A name means no commit, or could mean several: a whole sentence that says what to write.
    #[error("{0}")]
    Reference(String),
}

/// What git knows of `file` (or, for a folder, of anything in it). Where it is a symbolic link, the file it leads to
/// counts too. Renames are found by content: the same bytes in any commit.
pub async fn tracking(file: &Path, env: &ProcessEnv, deadline: Instant) -> Result<Tracking, GitError> {
    let git = Git::new(env, deadline);
    let mut known = git.ask(file).await?;
    let target = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    if std::fs::symlink_metadata(file).is_ok_and(|meta| meta.is_symlink()) {
        match git.ask(&target).await {
            Ok(at_target) => known = worse(known, at_target),
            // A link out of the repository: only the link could be tracked.
            Err(GitError::NoRepository) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(known)
}

fn worse(a: Tracking, b: Tracking) -> Tracking {
    let rank = |past: &Past| match past {
        Past::Never => 0,
        Past::Unknown(_) => 1,
        Past::Elsewhere { .. } => 2,
        Past::Committed { .. } => 3,
    };
    let history = if rank(&a.history) >= rank(&b.history) { a.history } else { b.history };
    Tracking { index: a.index || b.index, history }
}

/// What git may print: the authors of a long history are the most.
const LARGEST: Size = Size(64 << 20);

struct Git {
    env: ProcessEnv,
    deadline: Instant,
}

impl Git {
    fn new(env: &ProcessEnv, deadline: Instant) -> Self {
        Self { env: scrubbed(env), deadline }
    }

    /// Whether the clone in `folder` is a shallow one.
    async fn in_repository(&self, folder: &Path) -> Result<bool, GitError> {
        Ok(self.lines(folder, "rev-parse --is-shallow-repository", &[]).await? != "false")
    }

    /// The full id of the commit that has this id, or the only one whose id begins so; never what a ref of that name means.
    async fn commit(&self, folder: &Path, id: &str) -> Result<Option<String>, GitError> {
        if id.len() < 4 || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(None);
        }
        Ok(self.peeled(folder, id).await?.filter(|found| found.starts_with(&id.to_ascii_lowercase())))
    }

    /// The commit that an object is, or that a tag with a message stands on.
    async fn peeled(&self, folder: &Path, object: &str) -> Result<Option<String>, GitError> {
        let named = format!("{object}^{{commit}}");
        let asked = self.run(folder, "rev-parse --quiet --verify --end-of-options", &[&named], b"").await?;
        Ok((asked.code == Some(0)).then(|| String::from_utf8_lossy(&asked.stdout).trim().to_owned()))
    }

    async fn ask(&self, file: &Path) -> Result<Tracking, GitError> {
        let (dir, name) = place(file)?;
        let said = self.lines(&dir, REPOSITORY, &[]).await?;
        if !said.starts_with("true") {
            return Err(GitError::NoRepository);
        }
        let listed = self.lines(&dir, LISTED, &[&name]).await?;
        let history = self.history(&dir, &name, file, said.lines().nth(1) == Some("true")).await?;
        Ok(Tracking { index: !listed.is_empty(), history })
    }

    async fn history(&self, dir: &Path, name: &str, file: &Path, shallow: bool) -> Result<Past, GitError> {
        let commit = match self.lines(dir, LOG, &["--", name]).await {
            Ok(commit) => commit,
            // A clone without all its objects would have to fetch them.
            Err(GitError::Refused(why)) => return Ok(Past::Unknown(why)),
            Err(error) => return Err(error),
        };
        if !commit.is_empty() {
            return Ok(Past::Committed { commit });
        }
        if file.is_file() {
            let blob = self.lines(dir, HASH, &[name]).await?;
            // By way of the standard input: arguments can be seen by every user of the machine.
            let known = self.bytes(dir, KNOWN, &[], format!("{blob}\n").as_bytes()).await?;
            if !known.trim_ascii_end().ends_with(b"missing") {
                // The repository holds these bytes, so their fingerprint is no secret any more.
                let found = self.lines(dir, LOG, &["--find-object", &blob]).await?;
                if !found.is_empty() {
                    return Ok(Past::Elsewhere { commit: found });
                }
            }
        }
        Ok(if shallow { Past::Unknown("this is a shallow clone: it does not hold the whole history".into()) } else { Past::Never })
    }

    async fn lines(&self, dir: &Path, ask: &str, more: &[&str]) -> Result<String, GitError> {
        Ok(String::from_utf8_lossy(&self.bytes(dir, ask, more, b"").await?).trim_end().to_owned())
    }

    async fn bytes(&self, dir: &Path, ask: &str, more: &[&str], stdin: &[u8]) -> Result<Vec<u8>, GitError> {
        match self.run(dir, ask, more, stdin).await? {
            Ended { code: Some(0), stdout, .. } => Ok(stdout),
            Ended { complaint, .. } if complaint.contains("not a git repository") => Err(GitError::NoRepository),
            Ended { complaint, .. } => Err(GitError::Refused(complaint)),
        }
    }

    /// Asks git with the words of `ask`, and `more` as it is.
    async fn run(&self, dir: &Path, ask: &str, more: &[&str], stdin: &[u8]) -> Result<Ended, GitError> {
        let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
        let argv: Vec<String> = NEUTRAL.split(' ').chain(ask.split(' ')).chain(more.iter().copied()).map(str::to_owned).collect();
        let command = Command { argv: &argv, env: &self.env, dir, deadline: self.deadline, limit: LARGEST, stdin };
        Ok(command.run().await?)
    }
}

const REPOSITORY: &str = "rev-parse --is-inside-work-tree --is-shallow-repository";
const LISTED: &str = "ls-files -z --";
// Without --full-history a file added and removed on a merged branch would not be seen.
const LOG: &str = "log --all --full-history --no-show-signature --no-mailmap --max-count=1 --format=%h";
const HASH: &str = "hash-object --no-filters --";
const KNOWN: &str = "cat-file --batch-check";

/// The commands that [`tracking`] runs about `file`, as people read them.
pub fn asked(file: &str) -> String {
    format!("{}, each with `{NEUTRAL}`, about {file}", [REPOSITORY, LISTED, LOG, HASH, KNOWN].join("; "))
}

/// Whatever a repository's configuration could make git run is overridden.
const NEUTRAL: &str = "git --no-pager --literal-pathspecs -c core.fsmonitor=false -c core.hooksPath=/dev/null -c core.pager=cat \
    -c core.sshCommand=false -c diff.external= -c log.showSignature=false -c gpg.program=false --no-optional-locks";

/// The environment without git's own variables, which could lead elsewhere, and with those that keep it still.
fn scrubbed(env: &ProcessEnv) -> ProcessEnv {
    let kept = env.iter().filter(|(name, _)| !name.starts_with("GIT_") && *name != "LANGUAGE");
    let own = [
        ("LC_ALL", "C"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_NO_REPLACE_OBJECTS", "1"),
        // Commits have the parents they say, whatever the clone's own list of others.
        ("GIT_GRAFT_FILE", "/dev/null"),
        ("GIT_ALLOW_PROTOCOL", "none"),
    ];
    kept.chain(own).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Whether it is written as the whole id of a commit.
fn full_id(text: &str) -> bool {
    Release::check_commit(&text.to_ascii_lowercase()).is_ok()
}

/// The folder git is asked in, and the file's name there.
fn place(file: &Path) -> Result<(PathBuf, String), GitError> {
    let unusable = || GitError::Refused(format!("`{}` names no file", file.display()));
    let name = file.file_name().and_then(|name| name.to_str()).ok_or_else(unusable)?;
    let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok((std::fs::canonicalize(dir).map_err(|_| unusable())?, name.to_owned()))
}
