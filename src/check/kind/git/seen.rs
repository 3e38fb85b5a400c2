//! What git says of the release.

use serde::{Deserialize, Serialize};

use super::Signed;

/// What was seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The commit under sign-off, as the run knows it.
    pub commit: Option<String>,
    /// The remote, without credentials.
    pub remote: String,
    /// The tags that were looked for.
    #[serde(default)]
    pub looked_for: Vec<String>,
    /// Those that the remote has.
    #[serde(default)]
    pub tags: Vec<TagSeen>,
    /// The release branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<BranchSeen>,
    /// The signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignatureSeen>,
    /// The work tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_tree: Option<TreeSeen>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TagSeen {
    /// Without `refs/tags/`.
    pub name: String,
    /// The commit that it leads to.
    pub commit: String,
    /// What an annotated one calls itself, where the clone holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls_itself: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct BranchSeen {
    /// Its last commit; nothing where the remote has no such branch.
    pub tip: Option<String>,
    /// Whether the release's commit lies on it; nothing where the clone cannot tell.
    pub contains: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignatureSeen {
    /// What was looked at.
    pub of: Signed,
    /// Whether it is good and by one of those allowed; nothing where that is not known.
    pub good: Option<bool>,
    /// What git says of it, or why it is not known.
    pub said: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TreeSeen {
    /// What is checked out.
    pub head: Option<String>,
    /// How many paths differ, and the first of them.
    pub changes: u64,
    pub first: Vec<String>,
    /// Whether files are marked to be overlooked.
    pub overlooked: bool,
}
