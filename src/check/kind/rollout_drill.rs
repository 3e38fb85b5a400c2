//! The way back was practised, by the record.

mod counterexamples;
mod judge;
mod observe;
mod seen;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    check::{Check, Touch},
    model::{Period, ProcessEnv, without_contradiction},
};

/// The way back to the old version was practised in an environment, lately; it worked, and was quick enough.
///
/// `gonogo rollout rollback --drill` practises the way back of the plan's `rollout` and puts on record how it went. The newest drill
/// counts: one that failed, or that came back later than the plan allows, is red however good those before it were. One that began and
/// has no end on record is unknown until the next. A way back that was taken in earnest is no drill. Where the policy refuses unsigned
/// runs, a drill that nobody signed counts for nothing.
///
/// Only the record is asked, as it was when the run began; nothing is touched. A run without a record cannot look, and knows nothing: give
/// `--record`. The drills of every environment of the project are seen that stand in the same ledger.
///
/// Not seen: whether the plan, the way back or the environment has changed since the drill.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct RolloutDrill {
    /// Where it was practised: an environment of this project, as the record names it: `staging`.
    #[schemars(length(min = 1))]
    pub environment: String,
    /// How long it may have taken, from the call for it until the old version was back: `2m`.
    pub within: Period,
    /// How long ago it may have ended: `30d`.
    pub max_age: Period,
}

without_contradiction!(RolloutDrill);

impl RolloutDrill {
    fn contradiction(&self) -> Option<&'static str> {
        match () {
            () if self.environment.trim().is_empty() => Some("`environment` is empty: name the one in which the way back is practised"),
            () if self.within == Period::seconds(0) => Some("no way back takes no time at all: write `within: 2m`"),
            () => (self.max_age == Period::seconds(0)).then_some("no drill is that young: write `max-age: 30d`"),
        }
    }
}

impl Check for RolloutDrill {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        Vec::new()
    }
}
