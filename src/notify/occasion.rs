//! What is told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::words;

/// What is told. The first of them are told by the plan's `notify` alone; the others of a rollout by both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// A run is on record.
    Run,
    /// A full run holds: people have not answered.
    Hold,
    /// A full run is a NO-GO, or somebody has signed one.
    NoGo,
    /// Somebody is asked to answer, to accept or to sign; each is told of each question once a day.
    WaitsForYou,
    /// Somebody's signature is on record.
    Signed,
    /// A deployment, or a stage of the rollout, was begun.
    Begun,
    /// A deployment ended, however that went.
    Deployed,
    /// The release is rolled back, however that went.
    RolledBack,
    /// A warning fired.
    Warning,
    /// A stage is held, or stands still.
    Held,
    /// A stage has earned the next one.
    Earned,
    /// People decided.
    Decided,
    /// The last stage was decided.
    Finished,
}

words!(Occasion {
    Run = "run", Hold = "hold", NoGo = "no-go", WaitsForYou = "waits-for-you", Signed = "signed", Begun = "begun", Deployed = "deployed",
    RolledBack = "rolled-back", Warning = "warning", Held = "held", Earned = "earned", Decided = "decided", Finished = "finished"
});

impl Occasion {
    /// Whether a rollout tells of it.
    pub fn is_of_rollouts(self) -> bool {
        !matches!(self, Self::Run | Self::Hold | Self::NoGo | Self::WaitsForYou | Self::Signed | Self::Deployed)
    }
}
