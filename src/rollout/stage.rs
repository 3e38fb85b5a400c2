//! One stage of a rollout.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Demand, ROLLBACK, Trigger, naming::is_taken};
use crate::{
    check::Argv,
    model::{Percent, Period, without_contradiction, words},
};

/// Of which version something is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// The one that is released.
    #[default]
    New,
    /// The one that it replaces.
    Old,
}

words!(Whose { New = "new", Old = "old" });

/// One stage of a rollout: how much traffic the new version has, how long that must go well, and who decides then.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Stage {
    /// What it is called; checks may name it as their `phase`.
    pub name: String,
    /// The program that begins it, with its arguments.
    pub begin: Option<Argv>,
    /// The share of the traffic that the new version has then: `10%`. Checks have it as `${stage.traffic}`.
    pub traffic: Percent,
    /// How long it must go well. Time that nobody saw does not count.
    pub soak: Period,
    /// Requests without which the stage is not over, whatever they show.
    pub min_samples: Option<u64>,
    /// Whose measures the demands are about. Default: `new`.
    #[serde(default)]
    pub measure: Whose,
    /// Whether both versions have the same kind of traffic; `false` where only some users get the new one. Nothing is then compared.
    #[serde(default = "yes")]
    pub comparable: bool,
    /// What the measures must be at the end. Default: those of the rollout.
    pub demands: Option<BTreeMap<String, Demand>>,
    /// Triggers of this stage alone, beside those of the rollout.
    #[serde(default)]
    pub triggers: Vec<Trigger>,
    /// Checks that must pass in it, whatever their `phase`, by id.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Who decides whether the next one may begin.
    pub decide: Option<Decide>,
}

/// Who decides at the end of a stage.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Decide {
    /// One person of each of these roles.
    pub roles: Vec<String>,
    /// By what time of the day people want to decide: `17:00`. It is shown.
    pub by: Option<String>,
}

fn yes() -> bool {
    true
}

without_contradiction!(Stage);

impl Stage {
    /// Whether it is none, but what the old version must show after a way back.
    pub fn is_recovery(&self) -> bool {
        self.name == ROLLBACK
    }

    fn contradiction(&self) -> Option<String> {
        let id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || !self.name.chars().all(id) || self.name.starts_with('-') {
            return Some(format!("`{}` cannot name a stage: lower-case letters, digits and `-`", self.name));
        }
        if is_taken(&self.name) {
            return Some(format!("`{}` is a phase of its own: name the stage otherwise", self.name));
        }
        if self.decide.as_ref().is_some_and(|decide| decide.roles.is_empty()) {
            return Some("`roles` is empty, so nobody decides: leave `decide` out".into());
        }
        let compares = |demand: &Demand| demand.limits().any(|(limit, _)| limit.factor().is_some());
        if !self.comparable && self.demands.iter().flatten().any(|(_, demand)| compares(demand)) {
            return Some("`comparable: false` and a limit by the baseline exclude each other: give an absolute one".into());
        }
        None
    }
}
