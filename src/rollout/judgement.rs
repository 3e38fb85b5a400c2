//! What a stage has come to, with everything that it rests on.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Level, cover::Gap};
use crate::model::{Exit, Period, words};

/// What a stage has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It has shown all that was demanded.
    Earned,
    /// Not yet, and nothing is breached.
    Held,
    /// Nobody could look since it began.
    Unseen,
    /// A trigger for the way back fired, or a demand is shown not to be met.
    Breached,
}

words!(Standing { Earned = "earned", Held = "held", Unseen = "unseen", Breached = "breached" });

impl Standing {
    /// The exit code.
    pub fn exit(self) -> Exit {
        match self {
            Self::Earned => Exit::Go,
            Self::Held => Exit::Hold,
            Self::Unseen => Exit::Unchecked,
            Self::Breached => Exit::Red,
        }
    }
}

/// What a stage has come to, with everything that it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Judgement {
    /// What it comes to.
    pub standing: Standing,
    /// Why it is not earned, or what is breached; the first is the one that matters most.
    pub reasons: Vec<String>,
    /// How many samples there are.
    pub samples: u64,
    /// When the last one was taken.
    pub last: Option<Timestamp>,
    /// How long it has gone well, in whole seconds.
    pub covered: u64,
    /// How long it must, in whole seconds.
    pub soak: u64,
    /// Which share of the time since it began was seen.
    pub coverage: f64,
    /// The demands.
    pub demands: Vec<JudgedDemand>,
    /// The triggers.
    pub triggers: Vec<JudgedTrigger>,
    /// What was not seen or does not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// Counters that began anew.
    pub resets: u32,
}

/// A demand, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct JudgedDemand {
    /// The measure.
    pub measure: String,
    /// What is demanded.
    pub wanted: String,
    /// What was measured, in words.
    pub got: String,
    /// What that shows: at least.
    pub lower: Option<f64>,
    /// At most; absent where nothing is shown.
    pub upper: Option<f64>,
    /// What the bounds are to be compared with.
    pub limit: Option<f64>,
    /// Whether it is met; `None` where that cannot be told yet.
    pub met: Option<bool>,
    /// What is missing to tell it.
    pub missing: Option<String>,
}

/// A trigger, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct JudgedTrigger {
    /// When it fires, in words.
    pub when: String,
    /// What follows.
    pub level: Level,
    /// Whether it fires on the last sample.
    pub open: bool,
    /// The number of the sample that it first fired on, and that sample's time.
    pub fired: Option<(u64, Timestamp)>,
    /// The evidence so far, and how much of it fires.
    pub evidence: Option<(f64, f64)>,
}

impl Judgement {
    /// The same, with more that keeps it from being earned.
    #[must_use]
    pub fn held_by(mut self, reasons: impl IntoIterator<Item = String>) -> Self {
        self.reasons.splice(0..0, reasons);
        if self.standing == Standing::Earned && !self.reasons.is_empty() {
            self.standing = Standing::Held;
        }
        self
    }

    /// Whether both say the same of the stage, in whatever words: a later program may say it in others.
    pub fn agrees(&self, other: &Self) -> bool {
        let demands = |of: &Self| of.demands.iter().map(|demand| (demand.measure.clone(), demand.met)).collect::<Vec<_>>();
        let triggers = |of: &Self| of.triggers.iter().map(|trigger| (trigger.level, trigger.fired)).collect::<Vec<_>>();
        let whole = |of: &Self| (of.standing, of.samples, of.covered, of.soak, of.last);
        whole(self) == whole(other) && demands(self) == demands(other) && triggers(self) == triggers(other)
    }

    /// The warnings that have fired.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        let warnings = self.triggers.iter().filter(|trigger| trigger.level == Level::Warning);
        let fired = warnings.filter_map(|trigger| Some((trigger, trigger.fired?)));
        fired.map(|(trigger, (number, _))| format!("{} since sample {number}", trigger.when))
    }

    /// The sample that the way back was first called for by.
    pub fn called_back(&self) -> Option<(&JudgedTrigger, u64, Timestamp)> {
        let fired = self.triggers.iter().filter(|trigger| trigger.level == Level::Rollback);
        fired.filter_map(|trigger| trigger.fired.map(|(number, at)| (trigger, number, at))).min_by_key(|(_, number, _)| *number)
    }

    /// Whether the old version has recovered, where that is what was judged.
    pub fn recovery(&self) -> String {
        let why = self.reasons.join("; ");
        match self.standing {
            Standing::Earned => "recovered".into(),
            Standing::Held => format!("recovering: {why}"),
            Standing::Breached => format!("not recovered: {why}"),
            Standing::Unseen => format!("nobody could look whether it recovers: {why}"),
        }
    }

    /// How much longer it must go well.
    pub fn remaining(&self) -> Period {
        Period::seconds(self.soak.saturating_sub(self.covered))
    }
}
