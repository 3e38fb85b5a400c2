//! What can be wrong with a value. Never the value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A class of flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "SecretFlaw")]
pub enum Class {
    /// Not set, empty, or white space.
    Unset,
    /// A template that was never filled in, or a reference that was never resolved.
    Unexpanded,
    /// Set more than once, to different values.
    Contradictory,
    /// A value that documentation publishes.
    KnownDefault,
    /// A credential of a test or sandbox mode.
    TestMode,
    /// Words that stand for a value: "changeme", "your-secret".
    Placeholder,
    /// A repeated or continued pattern.
    Pattern,
    /// Its own name, or that of its user or host.
    OwnName,
    /// The same value as another key, or nearly.
    Shared,
    /// Too weak for its use.
    Weak,
    /// A URL to a host that is local or for tests.
    LocalHost,
    /// A URL with an empty password.
    EmptyPassword,
    /// A token that has expired.
    Expired,
}

impl Class {
    /// Whether a plan may accept it for a key; what nobody can mean is never accepted.
    pub(super) fn may_be_allowed(self) -> bool {
        use Class::{EmptyPassword, Expired, LocalHost, OwnName, Placeholder, Shared, TestMode, Weak};
        matches!(self, TestMode | Placeholder | OwnName | Shared | Weak | LocalHost | EmptyPassword | Expired)
    }
}

/// One thing wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flaw {
    pub class: Class,
    /// A noun phrase that reads well after "got"; never a part of the value.
    pub what: String,
}

impl Flaw {
    pub(super) fn new(class: Class, what: impl Into<String>) -> Self {
        Self { class, what: what.into() }
    }

    /// The same flaw in a part of a value: `part` leads over to it, "a URL with a password that is".
    pub(super) fn of_part(self, part: &str) -> Self {
        Self { what: format!("{part} {}", self.what), ..self }
    }
}
