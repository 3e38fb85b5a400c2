//! The plan's `release`: what is being released, where neither flags nor the CI say so, and where its commits are.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Purpose, fault::Fault, resolve::Resolved, tree::Tree};
use crate::model::Release;

/// What is being released, where neither flags nor the CI say so.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ReleaseSettings {
    /// The version people say: `1.4.2`.
    #[serde(default)]
    version: Option<String>,
    /// The full commit id.
    #[serde(default)]
    commit: Option<String>,
    /// The artifact with its digest: `registry/api@sha256:…`.
    #[serde(default)]
    artifact: Option<String>,
    /// Where the commits of the release are. Takes no variables.
    #[serde(default, rename = "repository")]
    _repository: Repository,
}

/// Where the commits of the release are.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Repository {
    /// In the repository that holds the plan: what git has checked out there is what is released.
    #[default]
    Here,
    /// In another one: the plan lives in a repository of its own, so the commit is a claim of whoever names it.
    Elsewhere,
}

/// Reads it, and whether its commits are elsewhere.
pub(super) fn read(tree: &Tree, resolved: &mut Resolved<'_>, faults: &mut Vec<Fault>) -> (Release, bool) {
    let block = tree.root.release.as_ref();
    let settings: ReleaseSettings = block.and_then(|block| resolved.block(tree, block, true, faults)).unwrap_or_default();
    let mut given = |key: &str, text: Option<String>, check: fn(&str) -> Result<(), String>| {
        let text = text.filter(|text| !text.is_empty())?;
        // A plan that was kept with a run may be older than the rule.
        if let (false, Err(why), Some(node)) = (tree.purpose == Purpose::Kept, check(&text), block.and_then(|(_, node)| node.get(key))) {
            faults.push(Fault::new(node.place, why));
        }
        Some(text)
    };
    let release = Release {
        version: given("version", settings.version, Release::check_version),
        commit: given("commit", settings.commit, Release::check_commit),
        artifact: given("artifact", settings.artifact, Release::check_artifact),
        source: if block.is_some() { "plan".into() } else { String::new() },
        dirty: false,
    };
    // From the file itself: what else stands in the block may have variables that are not set.
    let repository = block.and_then(|(_, node)| node.get("repository")?.scalar());
    (release, repository.is_some_and(|scalar| scalar.text == "elsewhere"))
}
