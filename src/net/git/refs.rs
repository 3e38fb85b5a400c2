//! Which commit a written name means, where it can mean only one.
//!
//! git itself takes the first of many places where a short name stands: a tag called `origin/main` goes before the
//! branch of the remote. So no short name is ever handed to git.

use std::{path::Path, time::Instant};

use super::{Git, GitError, full_id};
use crate::model::{PolicyPlace, ProcessEnv, plain};

/// What may be written instead.
const WRITE: &str = "write a full ref (`refs/heads/main`), a branch of a remote (`origin/main`) or a full commit id";

/// The commit that `name` means in the repository of `folder`: a full ref, a branch of a remote, or a full commit id.
///
/// # Errors
/// Where git cannot be asked, or the name means nothing, or could mean something else too.
pub async fn resolve(folder: &Path, name: &str, env: &ProcessEnv, deadline: Instant) -> Result<PolicyPlace, GitError> {
    let git = Git::new(env, deadline);
    let refused = |why: String| Err(GitError::Reference(why));
    if name.trim().is_empty() {
        return refused(format!("the ref is empty, as a variable of a CI job leaves it that is not set: {WRITE}"));
    }
    let shown = plain(name).escape_debug().to_string();
    git.in_repository(folder).await?;
    if full_id(name) {
        // In a repository of longer ids this would be an abbreviation.
        return match git.commit(folder, name).await?.filter(|commit| commit.len() == name.len()) {
            Some(commit) => Ok(PolicyPlace { reference: commit.clone(), commit }),
            None => refused(format!("there is no commit `{shown}` here: fetch it, or {WRITE}")),
        };
    }
    let candidates = git.candidates(folder, name).await?;
    let reference = match candidates.as_slice() {
        [only] if only.0 == name || only.0 == format!("refs/remotes/{name}") => only,
        [] if name.bytes().all(|b| b.is_ascii_hexdigit()) => return refused(format!("`{shown}` is no full commit id: {WRITE}")),
        [] => return refused(format!("there is no ref `{shown}` here: {WRITE}")),
        several => {
            let named: Vec<String> = several.iter().map(|(name, _)| format!("`{name}`")).collect();
            return refused(format!("`{shown}` can mean {}: write the one that is meant in full", named.join(" or ")));
        }
    };
    match git.peeled(folder, &reference.1).await? {
        Some(commit) => Ok(PolicyPlace { reference: reference.0.clone(), commit }),
        None => refused(format!("`{}` leads to no commit", plain(&reference.0))),
    }
}

impl Git {
    /// Every ref and commit that `name` could mean, with its object: one for a full ref; else wherever git looks for it,
    /// and the branches of that name of every remote.
    async fn candidates(&self, folder: &Path, name: &str) -> Result<Vec<(String, String)>, GitError> {
        // What no ref is called: git would take these as patterns or as ways to another commit.
        if name.starts_with(['-', '/']) || name.ends_with('/') || name.contains("..") || name.contains("@{") {
            return Ok(Vec::new());
        }
        if name.chars().any(|c| c.is_control() || c.is_whitespace() || "~^:?*[]\\".contains(c)) {
            return Ok(Vec::new());
        }
        let places = if name.starts_with("refs/") {
            vec![name.to_owned()]
        } else {
            ["refs/", "refs/tags/", "refs/heads/", "refs/remotes/", "refs/remotes/*/"]
                .iter()
                .map(|place| format!("{place}{name}"))
                .collect()
        };
        let mut asked = vec!["--format=%(refname) %(objectname)"];
        asked.extend(places.iter().map(String::as_str));
        let listed = self.lines(folder, "for-each-ref", &asked).await?;
        let refs = listed.lines().filter_map(|line| line.split_once(' ')).map(|(name, object)| (name.to_owned(), object.to_owned()));
        // A pattern also finds what stands below a folder of that name.
        let mut found: Vec<(String, String)> = refs.filter(|(found, _)| found == name || found.ends_with(&format!("/{name}"))).collect();
        // Of another remote it can only be meant where this one has none.
        let remote = format!("refs/remotes/{name}");
        if found.iter().any(|(found, _)| *found == remote) {
            found.retain(|(found, _)| places.contains(found));
        }
        if name.len() >= 4 && name.bytes().all(|b| b.is_ascii_hexdigit()) {
            let objects = self.lines(folder, "rev-parse", &[&format!("--disambiguate={name}")]).await?;
            found.extend(objects.lines().map(|id| (id.to_owned(), id.to_owned())));
        }
        Ok(found)
    }
}
