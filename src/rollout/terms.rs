//! What a stage is judged by.

use std::collections::BTreeMap;

use super::{Limit, Rollout, Shape, Stage, Trigger, Whose};
use crate::model::Period;

/// What a stage is judged by: of the rollout's settings those that concern it.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The stage.
    pub stage: String,
    /// What one count is.
    pub unit: String,
    /// Whose measures the demands and triggers are about.
    pub whose: Whose,
    /// How long it must go well.
    pub soak: Period,
    /// Between two samples.
    pub interval: Period,
    /// How late the newest sample may be.
    pub lag: Period,
    /// Which share of the time since it began must have been seen.
    pub coverage: f64,
    /// How sure the bounds are.
    pub confidence: f64,
    /// Requests without which it is not over.
    pub min_samples: u64,
    /// How the numbers of each measure are to be taken.
    pub shapes: BTreeMap<String, Shape>,
    /// The measures that stand beside the old version at the same time.
    pub live: Vec<String>,
    /// What the measures must be: its name, the limit, and whether that is an upper one.
    pub demands: Vec<(String, Limit, bool)>,
    /// What ends, stops or marks the stage.
    pub triggers: Vec<Trigger>,
}

impl Terms {
    /// Those of one of the rollout's stages.
    pub fn of(rollout: &Rollout, stage: &Stage) -> Self {
        let whose = stage.measure;
        let demands: Vec<(String, Limit, bool)> = rollout
            .demands(stage)
            .iter()
            .flat_map(|(name, demand)| demand.limits().map(|(limit, upper)| (name.clone(), limit.clone(), upper)))
            .filter(|(_, limit, _)| stage.comparable || limit.factor().is_none())
            .collect();
        // The old version is not worse than itself.
        let in_force = |trigger: &&Trigger| {
            let compares = trigger.worse_than.is_some() || trigger.limit().is_some_and(|limit| limit.factor().is_some());
            !compares || stage.comparable && (trigger.worse_than.is_none() || whose == Whose::New)
        };
        let triggers: Vec<Trigger> = rollout.triggers(stage).filter(in_force).cloned().collect();
        let mut terms = Self {
            stage: stage.name.clone(),
            unit: rollout.unit.clone(),
            whose,
            soak: stage.soak,
            interval: rollout.interval,
            lag: rollout.lag(),
            coverage: rollout.coverage.fraction(),
            confidence: rollout.confidence.fraction(),
            min_samples: stage.min_samples.unwrap_or(0),
            shapes: rollout.measures.iter().map(|(name, measure)| (name.clone(), measure.shape())).collect(),
            live: Vec::new(),
            demands,
            triggers,
        };
        terms.live = terms.compared().filter(|name| rollout.window(name).is_none()).map(str::to_owned).collect();
        terms
    }

    /// The measures that are held against a baseline; one may be named more than once.
    pub fn compared(&self) -> impl Iterator<Item = &str> {
        let demanded = self.demands.iter().filter(|(_, limit, _)| limit.factor().is_some()).map(|(name, ..)| name);
        let beside = |trigger: &&Trigger| trigger.worse_than.is_some() || trigger.limit().is_some_and(|limit| limit.factor().is_some());
        let triggering = self.triggers.iter().filter(beside).filter_map(|trigger| trigger.measure.as_ref());
        demanded.chain(triggering).map(String::as_str)
    }

    /// Each measure that must be seen, and of which version.
    pub fn wanted(&self) -> impl Iterator<Item = (&str, Whose)> {
        let demanded = self.demands.iter().map(|(name, ..)| name);
        let triggering = self.triggers.iter().filter_map(|trigger| trigger.measure.as_ref());
        let own = demanded.chain(triggering).map(|name| (name.as_str(), self.whose));
        own.chain(self.live.iter().map(|name| (name.as_str(), Whose::Old)))
    }

    /// The shape of a measure.
    pub fn shape(&self, measure: &str) -> Shape {
        self.shapes.get(measure).copied().unwrap_or(Shape::Gauge(1.0))
    }

    /// How many triggers go by evidence: a false alarm is shared among them.
    pub fn by_evidence(&self) -> usize {
        self.triggers.iter().filter(|trigger| trigger.evidence.is_some()).count()
    }
}
