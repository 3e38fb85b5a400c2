//! What a measure must be at the end of a stage.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Limit;
use crate::model::without_contradiction;

/// What a measure must be at the end of a stage. A share, a quantile and a mean are within a limit when their bound is, at the rollout's
/// `confidence`: few requests show little. `+0% of baseline` asks that it is not shown to be worse.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Demand {
    /// At most: `1%`, `5s`, `120% of baseline`.
    pub max: Option<Limit>,
    /// At least, of a gauge and the throughput: `100`.
    pub min: Option<Limit>,
    /// Beside the old version: `+5% of baseline`.
    pub within: Option<Limit>,
}

without_contradiction!(Demand);

impl Demand {
    fn contradiction(&self) -> Option<String> {
        match (&self.max, &self.min, &self.within) {
            (None, None, None) => Some("this demands nothing: write `max`, `min` or `within`".into()),
            (_, _, Some(Limit::Fixed(amount))) => {
                Some(format!("`within: {amount}` says nothing of the old version: write `+5% of baseline`"))
            }
            _ => None,
        }
    }

    /// Its limits, each with whether the measure is to stay under it.
    pub fn limits(&self) -> impl Iterator<Item = (&Limit, bool)> {
        [(&self.max, true), (&self.within, true), (&self.min, false)]
            .into_iter()
            .filter_map(|(limit, upper)| Some((limit.as_ref()?, upper)))
    }
}
