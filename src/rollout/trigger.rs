//! What ends, stops or marks a stage before its time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Limit, Shape, Whose};
use crate::model::{Period, without_contradiction, words};

/// What follows when a trigger fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It is shown.
    Warning,
    /// The soak stands still while it lasts.
    Hold,
    /// The stage is over, and the release is rolled back.
    Rollback,
}

words!(Level { Warning = "warning", Hold = "hold", Rollback = "rollback" });

/// What ends, stops or marks a stage before its time: a measure of the new version beyond a limit, or a check that fails.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Trigger {
    /// The measure.
    pub measure: Option<String>,
    /// The check, by its id.
    pub check: Option<String>,
    /// It fires when the measure is above.
    pub above: Option<Limit>,
    /// It fires when the measure is below: of a gauge or the throughput.
    pub below: Option<Limit>,
    /// It fires when the new version is shown to be worse than the old one: `worse-than: old`, with `evidence`.
    pub worse_than: Option<Whose>,
    /// Every sample of so long must be beyond the limit; a gap begins anew. Default: one sample.
    pub r#for: Option<Period>,
    /// A false alarm in at most one stage of so many, however often one looks: `100`. Instead of `for`.
    pub evidence: Option<f64>,
    /// Requests in the window of `for` without which nothing fires. Default: 20.
    pub min_samples: Option<u64>,
    /// The check fires when it fails so often in a row. Default: 1.
    pub failures: Option<u32>,
    /// What follows.
    pub level: Level,
}

without_contradiction!(Trigger);

/// Requests without which one of them would be a percentage, for a trigger and for what is only not to be worse.
pub(super) const FEWEST: u64 = 20;

impl Trigger {
    fn contradiction(&self) -> Option<String> {
        let limits = [self.above.is_some(), self.below.is_some(), self.worse_than.is_some()].into_iter().filter(|given| *given).count();
        match (&self.measure, &self.check) {
            (Some(_), Some(_)) | (None, None) => return Some("a trigger looks at a `measure` or at a `check`".into()),
            (None, Some(_)) if limits > 0 || self.r#for.is_some() || self.evidence.is_some() || self.min_samples.is_some() => {
                return Some("a check passes or fails: only `failures` goes with it".into());
            }
            (None, Some(_)) => return (self.failures == Some(0)).then(|| "`failures` is at least 1".into()),
            (Some(_), None) if self.failures.is_some() => return Some("`failures` goes with `check`".into()),
            (Some(_), None) => {}
        }
        if limits != 1 {
            return Some("say when it fires: `above: 5%`, `below: 100` or `worse-than: old`".into());
        }
        match (self.evidence, &self.worse_than) {
            (None, Some(_)) => Some("`worse-than` needs `evidence: 100`: a false alarm in one stage of a hundred at most".into()),
            (_, Some(Whose::New)) => Some("the new version is not worse than itself: write `worse-than: old`".into()),
            (Some(evidence), _) if !(2.0..=1e9).contains(&evidence) => Some("`evidence` is at least 2: `100`".into()),
            (Some(_), _) if self.r#for.is_some() || self.min_samples.is_some() => {
                Some("`evidence` holds at every look: `for` and `min-samples` go without it".into())
            }
            (Some(_), _) if self.above.as_ref().is_some_and(|limit| limit.factor().is_some()) => {
                Some("`evidence` beside the old version is `worse-than: old`; a limit of the baseline goes with `for`".into())
            }
            (Some(_), _) if self.below.is_some() => Some("`evidence` is of what is too large: `above` or `worse-than`".into()),
            _ => None,
        }
    }

    /// Beyond which limit it fires.
    pub fn limit(&self) -> Option<&Limit> {
        self.above.as_ref().or(self.below.as_ref())
    }

    /// Requests in the window without which nothing fires: few of them show no share.
    pub fn fewest(&self, shape: Shape) -> u64 {
        let share = matches!(shape, Shape::Share | Shape::Quantile(_));
        self.min_samples.unwrap_or(if share { FEWEST } else { 0 })
    }

    /// What it looks at and when it fires, in words: `errors above 5% for 5m`.
    pub fn said(&self) -> String {
        let limit = |word: &str, limit: &Option<Limit>| limit.as_ref().map(|limit| format!(" {word} {limit}"));
        let mut said = match (&self.measure, &self.check) {
            (Some(measure), _) => measure.clone(),
            (None, check) => {
                let times = self.failures.filter(|times| *times > 1).map(|times| format!(" {times} times")).unwrap_or_default();
                return format!("`{}` fails{times}", check.as_deref().unwrap_or_default());
            }
        };
        let when =
            limit("above", &self.above).or_else(|| limit("below", &self.below)).unwrap_or_else(|| " worse than the old version".into());
        said.push_str(&when);
        if let Some(stretch) = self.r#for {
            said.push_str(&format!(" for {stretch}"));
        }
        if let Some(evidence) = self.evidence {
            said.push_str(&format!(", evidence {evidence}"));
        }
        said
    }
}
