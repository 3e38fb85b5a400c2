//! The commit that a work tree has checked out.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Instant,
};

use super::Git;
use crate::model::ProcessEnv;

/// What is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The full id of the commit.
    pub commit: String,
    /// The tag that stands on it: of several the newest, one with a message before one without.
    pub tag: Option<String>,
    /// Whether tracked files differ from it, or it cannot be told.
    pub dirty: bool,
}

/// What `folder` has checked out; `None` where git knows of no commit there.
pub async fn checkout(folder: &Path, env: &ProcessEnv, deadline: Instant) -> Option<Checkout> {
    if !may_be_in_a_repository(folder) {
        return None;
    }
    let git = Git::new(env, deadline);
    let commit = git.peeled(folder, "HEAD").await.ok()??;
    let of_it = ["--format=%(objecttype) %(refname:lstrip=2)", "refs/tags", "--points-at", &commit];
    let tags = git.lines(folder, "for-each-ref --sort=-creatordate", &of_it).await.unwrap_or_default();
    let named = |kind: &str| tags.lines().find_map(|line| line.strip_prefix(kind)?.strip_prefix(' ').map(str::to_owned));
    let tag = named("tag").or_else(|| named("commit"));
    let changes = git.lines(folder, "status --porcelain -z --untracked-files=no --ignore-submodules=none", &[]).await;
    let dirty = changes.map_or(true, |changes| !changes.is_empty());
    Some(Checkout { commit, tag, dirty })
}

/// Whether git would find a repository at `folder` or above it: a `.git`, or what a bare one holds. To start it only to be
/// told of none takes as long as many a run. What cannot be looked at is left to git.
fn may_be_in_a_repository(folder: &Path) -> bool {
    let absent = |name: PathBuf| name.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound);
    let holds = |folder: &Path| !absent(folder.join(".git")) || !absent(folder.join("objects"));
    folder.canonicalize().map_or(true, |folder| folder.ancestors().any(holds))
}
