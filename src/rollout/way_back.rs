//! The way back to the old version.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Demand, ROLLBACK, Stage, Whose};
use crate::{
    check::Argv,
    model::{Period, without_contradiction},
};

/// A way back to the old version: a program, and how one sees that it has worked.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct WayBack {
    /// What it is called, where there are several.
    pub name: Option<String>,
    /// The program with its arguments. It is run once.
    pub command: Argv,
    /// By when the checks must pass, from the sample that fired.
    pub within: Period,
    /// Checks that prove it, by id; looked at every 2 seconds.
    pub checks: Vec<String>,
    /// Checks that show before each stage that the way back is open.
    #[serde(default)]
    pub ready: Vec<String>,
    /// What the old version must show afterwards.
    pub recovery: Option<Recovery>,
    /// Programs for a step back that is planned, one after the other.
    #[serde(default)]
    pub planned: Vec<Argv>,
    /// How long after it people must have looked at it.
    pub review_within: Option<Period>,
    /// Where and how often it is practised.
    pub drill: Option<Drill>,
}

/// What the old version must show after the way back.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recovery {
    /// For how long.
    pub soak: Period,
    /// What its measures must be, by absolute limits.
    pub demands: BTreeMap<String, Demand>,
}

/// Where and how often the way back is practised: `rollout rollback --drill`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Drill {
    /// The environment.
    pub environment: String,
    /// How old the last one may be when a stage begins.
    pub max_age: Period,
}

without_contradiction!(WayBack);

impl WayBack {
    /// What the old version must show after it, as a stage is judged: by these demands, and by the checks that proved the way back.
    pub fn recovery_stage(&self) -> Option<Stage> {
        let recovery = self.recovery.as_ref()?;
        Some(Stage {
            name: ROLLBACK.into(),
            begin: None,
            traffic: "0%".parse().unwrap_or_else(|_| unreachable!()),
            soak: recovery.soak,
            min_samples: None,
            measure: Whose::Old,
            comparable: false,
            demands: Some(recovery.demands.clone()),
            triggers: Vec::new(),
            checks: self.checks.clone(),
            decide: None,
        })
    }

    fn contradiction(&self) -> Option<String> {
        if self.checks.is_empty() {
            return Some("`checks` is empty, so nobody would see whether the way back worked: name at least one".into());
        }
        (self.within < Period::seconds(1)).then(|| "`within` is at least `1s`".into())
    }
}
