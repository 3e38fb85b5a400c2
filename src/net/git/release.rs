//! What a clone and its remote say of a release: its tag, its branch, its signature, the work tree.
//!
//! The remote is asked from an empty folder, by its address: nothing that the clone's configuration names is run then either.

use std::{collections::BTreeMap, path::Path, time::Instant};

use super::{Git, GitError, scrubbed};
use crate::{
    model::{ProcessEnv, Size},
    net::command::{Command, CommandError, Ended},
};

/// Of git's own variables those that say how to log in.
const LOGIN: [&str; 4] = ["GIT_SSH", "GIT_ASKPASS", "GIT_SSL_CA", "GIT_CONFIG_"];
/// Refs of a remote that are asked for are few.
const LARGEST: Size = Size(1 << 20);

/// A clone that is asked about a release, by full ids only.
pub struct Repository<'a> {
    git: Git,
    folder: &'a Path,
}

/// Who may have signed.
pub enum Signers<'a> {
    /// OpenSSH's file of allowed signers.
    Ssh(&'a Path),
    /// A folder with the OpenPGP keys, and nothing else.
    OpenPgp(&'a Path),
}

/// An annotated tag, by what stands in it: a ref of another name may lead to it.
pub struct TagObject {
    /// What it calls itself.
    pub name: String,
    /// Whether a signature stands in it.
    pub signed: bool,
}

impl<'a> Repository<'a> {
    /// The clone that `folder` is in.
    ///
    /// # Errors
    /// Where it is in none.
    pub async fn of(folder: &'a Path, env: &ProcessEnv, deadline: Instant) -> Result<Self, GitError> {
        let git = Git::new(env, deadline);
        git.in_repository(folder).await?;
        Ok(Self { git, folder })
    }

    /// The address of the remote of this name; `None` where there is none, or where it has several.
    pub async fn remote(&self, name: &str) -> Result<Option<String>, GitError> {
        let asked = self.git.run(self.folder, "config -z --get-all --end-of-options", &[&format!("remote.{name}.url")], b"").await?;
        let text = String::from_utf8_lossy(&asked.stdout).into_owned();
        let all: Vec<&str> = text.split_terminator('\0').collect();
        Ok(<[&str; 1]>::try_from(all).ok().map(|[only]| only.to_owned()))
    }

    /// The full id of what is checked out; `None` before the first commit.
    pub async fn head(&self) -> Result<Option<String>, GitError> {
        self.git.peeled(self.folder, "HEAD").await
    }

    /// The paths that differ from what is checked out, untracked ones too where they count; and whether git was told to overlook some.
    pub async fn changes(&self, untracked: bool) -> Result<(Vec<String>, bool), GitError> {
        let untracked = if untracked { "--untracked-files=normal" } else { "--untracked-files=no" };
        let status = self.git.lines(self.folder, "status --porcelain -z --no-renames --ignore-submodules=none", &[untracked]).await?;
        let marked = self.git.lines(self.folder, "ls-files -v -z", &[]).await?;
        let overlooked = marked.split('\0').any(|line| line.starts_with(|mark: char| mark.is_ascii_lowercase() || mark == 'S'));
        Ok((status.split('\0').filter_map(|line| line.get(3..)).map(str::to_owned).collect(), overlooked))
    }

    /// Whether `tip` was built on `commit`; `None` where this clone does not hold enough to tell.
    pub async fn contains(&self, tip: &str, commit: &str) -> Result<Option<bool>, GitError> {
        if self.git.commit(self.folder, tip).await?.is_none() || self.git.commit(self.folder, commit).await?.is_none() {
            return Ok(None);
        }
        let shallow = self.git.in_repository(self.folder).await?;
        let built = self.git.precedes(self.folder, commit, tip).await?;
        Ok((built || !shallow).then_some(built))
    }

    /// The tag with a message that has this id; `None` where the clone does not hold it.
    pub async fn tag(&self, id: &str) -> Result<Option<TagObject>, GitError> {
        let asked = self.git.run(self.folder, "cat-file tag", &[id], b"").await?;
        let text = String::from_utf8_lossy(&asked.stdout);
        let head = text.split("\n\n").next().unwrap_or_default();
        let name = head.lines().find_map(|line| line.strip_prefix("tag "));
        let signed = text.contains("\n-----BEGIN ");
        Ok(name.filter(|_| asked.code == Some(0)).map(|name| TagObject { name: name.to_owned(), signed }))
    }

    /// Whether the tag or commit of this id is signed by one of `signers`, and what git says of it.
    pub async fn verify(&self, what: &str, id: &str, signers: &Signers<'_>) -> Result<(bool, String), GitError> {
        let (mut git, ask) = (Git { env: self.git.env.clone(), deadline: self.git.deadline }, format!("verify-{what}"));
        let own = match signers {
            Signers::Ssh(file) => {
                vec![format!("gpg.ssh.allowedSignersFile={}", file.display()), "gpg.ssh.program=ssh-keygen".into()]
            }
            Signers::OpenPgp(home) => {
                git.env = git
                    .env
                    .iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .chain([("GNUPGHOME".to_owned(), home.display().to_string())])
                    .collect();
                vec!["gpg.program=gpg".into(), "gpg.openpgp.program=gpg".into(), "gpg.ssh.program=false".into()]
            }
        };
        let mut words: Vec<&str> = own.iter().flat_map(|setting| ["-c", setting.as_str()]).collect();
        words.extend([ask.as_str(), id]);
        let Ended { code, complaint, .. } =
            git.run(self.folder, "-c gpg.x509.program=false -c gpg.minTrustLevel=undefined", &words, b"").await?;
        Ok((code == Some(0), complaint))
    }
}

/// The refs of these full names at a remote, `NAME^{}` included, which is what a tag leads to.
///
/// # Errors
/// What git says, or that it cannot be run.
pub async fn refs_of(
    remote: &str,
    names: &[String],
    env: &ProcessEnv,
    deadline: Instant,
) -> Result<BTreeMap<String, String>, CommandError> {
    let folder = tempfile::tempdir().map_err(|error| CommandError::Start("git".into(), error.to_string()))?;
    let login = env.iter().filter(|(name, _)| LOGIN.iter().any(|known| name.starts_with(known)));
    let quiet = [("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh"), ("GIT_TERMINAL_PROMPT", "0"), ("GCM_INTERACTIVE", "never")];
    let own = env.get("GIT_SSH").is_some() || env.get("GIT_SSH_COMMAND").is_some();
    let batch = (!own).then_some(("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"));
    let (base, owned) = (scrubbed(env), |(name, value): (&str, &str)| (name.to_owned(), value.to_owned()));
    let env: ProcessEnv = base.iter().map(owned).chain(login.chain(quiet).chain(batch).map(owned)).collect();
    let words = ["git", "-c", "core.hooksPath=/dev/null", "ls-remote", "--quiet", "--", remote];
    let argv: Vec<String> =
        words.into_iter().map(str::to_owned).chain(names.iter().flat_map(|name| [name.clone(), format!("{name}^{{}}")])).collect();
    let printed = Command { argv: &argv, env: &env, dir: folder.path(), deadline, limit: LARGEST, stdin: b"" }.output().await?;
    // A name that ends so is found too, wherever it stands.
    let is_asked = |name: &str| names.iter().any(|asked| asked == name || name.strip_suffix("^{}") == Some(asked));
    let text = String::from_utf8_lossy(&printed).into_owned();
    let lines = text.lines().filter_map(|line| line.split_once('\t')).filter(|(_, name)| is_asked(name));
    Ok(lines.map(|(id, name)| (name.to_owned(), id.to_owned())).collect())
}
