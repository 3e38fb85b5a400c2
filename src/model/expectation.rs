//! One demand on what a check saw.

use serde::{Deserialize, Serialize};
use serde_json::Number;

/// One demand on an observation: met, not met, or undetermined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Expectation {
    /// Stable, kebab-case, unique in its finding: `status`, `json:$.status`.
    pub name: String,
    /// What is demanded, as a noun phrase: "HTTP status".
    pub what: String,
    /// What was wanted, readable after "wanted": "200".
    pub wanted: String,
    /// What was seen, as a sentence fragment with its margin: "expires in 12 d, at least 21 d wanted".
    pub got: String,
    /// `None` when it could not be determined; `why` then says why.
    pub met: Option<bool>,
    /// Why it could not be determined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Where the demand is a bound: the numbers, for `diff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
}

/// A demand that is a comparison of numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Bound {
    /// `<=`, `>=`, `<`, `>` or `==`.
    pub op: String,
    /// The limit.
    pub value: Number,
    /// The measured figure; `None` when there is none.
    pub got: Option<Number>,
    /// The unit of both: `ms`, `s`, `bytes`, `count`, `bits`.
    pub unit: String,
}

impl Expectation {
    /// A demand not judged yet: it is undetermined until [`met`](Self::met) says otherwise.
    pub fn new(name: impl Into<String>, what: impl Into<String>) -> Self {
        Self { name: name.into(), what: what.into(), wanted: String::new(), got: String::new(), met: None, why: None, bound: None }
    }

    /// What was wanted.
    #[must_use]
    pub fn wanted(mut self, wanted: impl Into<String>) -> Self {
        self.wanted = wanted.into();
        self
    }

    /// What was seen.
    #[must_use]
    pub fn got(mut self, got: impl Into<String>) -> Self {
        self.got = got.into();
        self
    }

    /// The judgement.
    #[must_use]
    pub fn met(mut self, met: bool) -> Self {
        self.met = Some(met);
        self.why = None;
        self
    }

    /// It could not be determined, because of `why`.
    #[must_use]
    pub fn undetermined(mut self, why: impl Into<String>) -> Self {
        self.met = None;
        self.why = Some(why.into());
        self
    }

    /// The numbers behind the demand.
    #[must_use]
    pub fn bound(mut self, op: &str, value: impl Into<Number>, got: Option<Number>, unit: &str) -> Self {
        self.bound = Some(Bound { op: op.into(), value: value.into(), got, unit: unit.into() });
        self
    }

    /// One line for a reason: what is wrong, what was got, what was wanted.
    pub fn line(&self) -> String {
        match (&self.met, &self.why) {
            (None, Some(why)) => format!("{}: {why}", self.what),
            (None, None) => format!("{}: could not be determined", self.what),
            (Some(true), _) => format!("{}: {}", self.what, self.got),
            (Some(false), _) => format!("{}: got {}, wanted {}", self.what, self.got, self.wanted),
        }
    }
}
