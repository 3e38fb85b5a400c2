//! Who wrote what is released, as far as a clone can tell.

use std::{collections::BTreeSet, path::Path, time::Instant};

use super::{Ended, Git, GitError, scrubbed};
use crate::model::{Author, Authors, ProcessEnv};

/// Between the fields of a commit, and between its co-authors.
const LOG: &str = "--format=%an%x1f%ae%x1f%(trailers:key=Co-authored-by,valueonly,separator=%x1f)%x1e";

/// Everybody who wrote a commit that `until` has and `since` has not, co-authors included. `None` where `folder` is in no
/// repository, or in one that does not know `until`: then it is not this release's.
///
/// # Errors
/// When git cannot be asked.
pub async fn authors(
    folder: &Path,
    since: Option<&str>,
    until: &str,
    env: &ProcessEnv,
    deadline: Instant,
) -> Result<Option<Authors>, GitError> {
    let git = Git { env: scrubbed(env), deadline };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let asked = git.run(folder, &["rev-parse", "--is-shallow-repository"], b"").await?;
    if asked.code != Some(0) || !git.knows(folder, until).await? {
        return Ok(None);
    }
    let mut incomplete = None;
    if String::from_utf8_lossy(&asked.stdout).trim() == "true" {
        incomplete = Some("this is a shallow clone: fetch the whole history (`git fetch --unshallow`)".to_owned());
    }
    let mut range =
        vec!["log".to_owned(), "--no-show-signature".into(), "--no-mailmap".into(), LOG.into(), "--end-of-options".into(), until.into()];
    if let Some(since) = since {
        if git.knows(folder, since).await? {
            // What was not built on, or is the release itself, takes nobody out of the count.
            if git.precedes(folder, since, until).await? {
                range.push(format!("^{since}"));
            }
        } else {
            incomplete = Some(format!("the commit that was deployed last, {since}, is not in this clone"));
        }
    }
    let arguments: Vec<&str> = range.iter().map(String::as_str).collect();
    let people = parsed(&git.lines(folder, &arguments, b"").await?);
    Ok(Some(Authors { people, since: since.map(str::to_owned), until: until.to_owned(), incomplete }))
}

/// The file `path` of `folder` as `reference` has it.
///
/// # Errors
/// When git cannot be asked, or has no such file there.
pub async fn file_at(folder: &Path, reference: &str, path: &str, env: &ProcessEnv, deadline: Instant) -> Result<Vec<u8>, GitError> {
    let git = Git { env: scrubbed(env), deadline };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let named = format!("{reference}:./{path}");
    let Ended { code, stdout, complaint } = git.run(folder, &["cat-file", "blob", "--end-of-options", &named], b"").await?;
    if code == Some(0) { Ok(stdout) } else { Err(GitError::Refused(complaint)) }
}

impl Git {
    /// Whether `until` was built on `since`, and is another commit.
    async fn precedes(&self, folder: &Path, since: &str, until: &str) -> Result<bool, GitError> {
        let id = async |commit: &str| {
            let named = format!("{commit}^{{commit}}");
            self.lines(folder, &["rev-parse", "--verify", "--end-of-options", &named], b"").await
        };
        let (since, until) = (id(since).await?, id(until).await?);
        let asked = self.run(folder, &["merge-base", "--is-ancestor", &since, &until], b"").await?;
        Ok(since != until && asked.code == Some(0))
    }

    /// Whether there is such a commit here.
    async fn knows(&self, folder: &Path, commit: &str) -> Result<bool, GitError> {
        let named = format!("{commit}^{{commit}}");
        let asked = self.run(folder, &["rev-parse", "--quiet", "--verify", "--end-of-options", &named], b"").await?;
        Ok(asked.code == Some(0))
    }
}

fn parsed(log: &str) -> Vec<Author> {
    let mut all = BTreeSet::new();
    for commit in log.split('\x1e') {
        let mut fields = commit.trim_start_matches('\n').split('\x1f');
        let (Some(name), Some(email)) = (fields.next(), fields.next()) else { continue };
        all.insert(Author { name: name.to_owned(), email: email.to_owned(), committer: false });
        for with in fields.filter_map(|with| with.trim().strip_suffix('>')?.rsplit_once('<')) {
            all.insert(Author { name: with.0.trim().to_owned(), email: with.1.to_owned(), committer: false });
        }
    }
    all.into_iter().collect()
}
