//! What an entry is about: enough to tell whether an answer can rest on it, without reading its statement.

use serde::{Deserialize, Serialize};

use crate::model::{Act, Statement};

/// The chain of what concerns every project of a ledger.
pub const ORG: &str = "@org";

/// What an entry is about. In a chain of a project the fingerprint covers it; whoever reads the statement compares the two.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// What the act is called: `sign-off`. Empty where the statement cannot be read.
    pub act: String,
    /// The statement's project.
    pub project: String,
    /// Its environment.
    pub environment: String,
    /// The version of the release it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The artifact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<String>,
}

impl Label {
    /// That of a statement.
    pub fn of(statement: &Statement) -> Self {
        let release = statement.act.release();
        Self {
            act: Act::word_of(&statement.act.predicate_type()).to_owned(),
            project: statement.made.project.clone(),
            environment: statement.made.environment.clone(),
            version: release.and_then(|release| release.version.clone()),
            commit: release.and_then(|release| release.commit.clone()),
            artifact: release.and_then(|release| release.artifact.clone()),
        }
    }

    /// That of a statement's bytes, of which the least is read.
    pub(super) fn of_payload(payload: &[u8]) -> Self {
        let Ok(read) = serde_json::from_slice::<Payload>(payload) else { return Self::default() };
        let Predicate { project, environment, act } = read.predicate;
        let LabelledRelease { version, commit, artifact } = act.release.unwrap_or_default();
        Self { act: Act::word_of(&read.predicate_type).to_owned(), project, environment, version, commit, artifact }
    }

    /// Whether it is about this environment of a project.
    pub fn is_of(&self, place: (&str, &str)) -> bool {
        (self.project.as_str(), self.environment.as_str()) == place
    }

    /// Whether this program knows such an act; what it does not know may bear on everything.
    pub fn is_known(&self) -> bool {
        Act::WORDS.contains(&self.act.as_str())
    }

    /// Whether it says the same as the statement. What else a newer program's act is about is not known here.
    pub(super) fn is_that_of(&self, statement: &Statement) -> bool {
        let of = Self::of(statement);
        let foreign = matches!(statement.act, Act::Other(_));
        *self == of || (foreign && (&self.act, &self.project, &self.environment) == (&of.act, &of.project, &of.environment))
    }

    /// The chain it belongs in, where each project has one.
    pub fn chain(&self) -> String {
        match self.act.as_str() {
            Act::CLOSING => String::new(),
            Act::CHECKPOINT | Act::PASSKEY => ORG.into(),
            _ => chain_of(&self.project),
        }
    }
}

/// The chain of a project: its name. No project has that of another, that of all, or the empty one: a name that is empty
/// or begins with `@` has an `@` before it, and control characters are written as `%` and their hexadecimal digits.
pub fn chain_of(project: &str) -> String {
    let mut name = String::with_capacity(project.len());
    if project.is_empty() || project.starts_with('@') {
        name.push('@');
    }
    for char in project.chars() {
        if char.is_control() || char == '%' { name.push_str(&format!("%{:02x}", u32::from(char))) } else { name.push(char) }
    }
    name
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Predicate,
}

#[derive(Deserialize)]
struct Predicate {
    project: String,
    environment: String,
    act: About,
}

#[derive(Deserialize)]
struct About {
    #[serde(default)]
    release: Option<LabelledRelease>,
}

#[derive(Default, Deserialize)]
struct LabelledRelease {
    version: Option<String>,
    commit: Option<String>,
    artifact: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{ORG, chain_of};

    #[test]
    fn no_two_projects_share_a_chain() {
        let names = ["", "@", "@@", "@org", "@@org", "org", "a\0", "a%00", "a%2500", "a\n", "a\u{85}", "a%85", "%", "a"];
        let chains: HashSet<String> = names.iter().map(|name| chain_of(name)).collect();
        assert_eq!(chains.len(), names.len());
        assert!(!chains.contains(ORG) && !chains.contains(""));
        assert!(chains.iter().all(|chain| !chain.contains(char::is_control)));
        assert_eq!(chain_of("Läden (api)"), "Läden (api)");
    }
}
