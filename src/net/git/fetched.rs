//! One file of one commit of another repository, fetched into an empty one that is thrown away.

use std::{path::Path, time::Instant};

use crate::{
    model::{ProcessEnv, Size},
    net::command::{Command, CommandError},
};

/// No pack is meant to be larger.
const LARGEST: Size = Size(4 << 20);

/// The bytes of `path` in `commit`. Git asks its own helpers for a login; no hook is run.
///
/// # Errors
/// What git says, or that it cannot be run.
pub async fn file_of(repository: &str, commit: &str, path: &str, env: &ProcessEnv, deadline: Instant) -> Result<Vec<u8>, CommandError> {
    let folder = tempfile::tempdir().map_err(|error| CommandError::Start("git".into(), error.to_string()))?;
    // Nobody is there to be asked.
    let quiet = ("GIT_TERMINAL_PROMPT".to_owned(), "0".to_owned());
    let env: ProcessEnv = env.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).chain([quiet]).collect();
    let git = async |words: &[&str]| {
        let argv: Vec<String> = ["git", "-c", "core.hooksPath=/dev/null"].iter().chain(words).map(|word| (*word).to_owned()).collect();
        Command { argv: &argv, env: &env, dir: folder.path(), deadline, limit: LARGEST, stdin: b"" }.output().await
    };
    git(&["init", "--quiet", "--bare", "."]).await?;
    // Some servers give a commit only with the branch that it is on.
    if git(&["fetch", "--quiet", "--no-tags", "--depth=1", "--", repository, commit]).await.is_err() {
        git(&["fetch", "--quiet", "--no-tags", "--", repository, "+refs/heads/*:refs/heads/*"]).await?;
    }
    git(&["cat-file", "blob", &format!("{commit}:{}", Path::new(path).display())]).await
}
