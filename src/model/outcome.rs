//! What came of a check, derived from its expectations in this one place.

use serde::{Deserialize, Serialize};

use super::{Expectation, words};

/// The outcome of one check. An unrecognised word on input is an error, never a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Looked, and every expectation is met.
    Pass,
    /// Looked, and at least one expectation is not met.
    Fail,
    /// Could not be checked, wholly or in part.
    Unknown,
    /// Waits for a person's answer.
    Pending,
    /// Not meant for this environment or phase, or deselected; never "could not be reached".
    Skipped,
}

impl Outcome {
    /// Every outcome, in the order reports list them.
    pub const ALL: [Self; 5] = [Self::Fail, Self::Unknown, Self::Pending, Self::Pass, Self::Skipped];

    /// The outcome of a check that was looked at. No expectation at all proves nothing, so it is `unknown`.
    pub fn of(expectations: &[Expectation]) -> Self {
        if expectations.iter().any(|e| e.met == Some(false)) {
            Self::Fail
        } else if expectations.is_empty() || expectations.iter().any(|e| e.met.is_none()) {
            Self::Unknown
        } else {
            Self::Pass
        }
    }

    /// What people read.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Pass => "passed",
            Self::Fail => "failed",
            Self::Unknown => "could not be checked",
            Self::Pending => "waits for an answer",
            Self::Skipped => "skipped",
        }
    }
}

words!(Outcome { Pass = "pass", Fail = "fail", Unknown = "unknown", Pending = "pending", Skipped = "skipped" });

#[cfg(test)]
mod tests {
    use super::*;

    fn expectation(met: Option<bool>) -> Expectation {
        let e = Expectation::new("x", "x").wanted("a").got("b");
        match met {
            Some(met) => e.met(met),
            None => e.undetermined("no answer"),
        }
    }

    #[test]
    fn nothing_expected_proves_nothing() {
        assert_eq!(Outcome::of(&[]), Outcome::Unknown);
    }

    #[test]
    fn a_half_seen_target_neither_hides_a_failure_nor_passes() {
        let (met, unmet, open) = (expectation(Some(true)), expectation(Some(false)), expectation(None));
        assert_eq!(Outcome::of(&[met.clone(), open.clone(), unmet]), Outcome::Fail);
        assert_eq!(Outcome::of(&[met.clone(), open]), Outcome::Unknown);
        assert_eq!(Outcome::of(&[met]), Outcome::Pass);
    }
}
