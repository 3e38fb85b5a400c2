//! What is being released.

use serde::{Deserialize, Serialize};

/// The release under sign-off. Without version and commit a report cannot be signed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The version people say: `1.4.2`.
    pub version: Option<String>,
    /// The full commit id.
    pub commit: Option<String>,
    /// The artifact with its digest: `registry/api@sha256:…`.
    pub artifact: Option<String>,
    /// Where this was taken from: `flags`, `plan`, `GitHub Actions`, `git`, `none`.
    pub source: String,
    /// The work tree had changes that no commit holds.
    pub dirty: bool,
}

impl Release {
    /// Whether both can be one release: no part that both name differs, and at least one is the same.
    pub fn agrees(&self, other: &Self) -> bool {
        let pairs = [(&self.version, &other.version), (&self.commit, &other.commit), (&self.artifact, &other.artifact)];
        let mut named = pairs.into_iter().filter(|(one, another)| one.is_some() && another.is_some()).peekable();
        named.peek().is_some() && named.all(|(one, another)| one == another)
    }

    /// How people name it: the version, else the short commit.
    pub fn name(&self) -> Option<String> {
        self.version.clone().or_else(|| self.commit.as_ref().map(|commit| commit.chars().take(12).collect()))
    }
}
