//! What a rollout names of the rest of its plan: checks, and programs; and what checks may name of it.

use super::{Rollout, Stage, Step, WayBack};
use crate::{
    check::Argv,
    model::{InRollout, MayAnswer, Release, is_named},
};

/// Before each stage is begun: whether the way back is open.
pub const READY: &str = "ready";
/// On the way back: whether the old version is there again.
pub const ROLLBACK: &str = "rollback";
/// After the last stage: what is left to tidy up.
pub const CLEANUP: &str = "cleanup";

/// The phases that are there without a stage.
const ALWAYS: [&str; 3] = [READY, ROLLBACK, CLEANUP];

/// Words that name no stage.
pub(super) fn is_taken(name: &str) -> bool {
    ["pre-deploy", "post-deploy"].iter().chain(&ALWAYS).any(|taken| *taken == name)
}

/// The phase so called, as a run in it is told of it.
pub fn in_phase(name: &str, old: Release) -> InRollout {
    let may_answer = match name {
        READY => MayAnswer::Any,
        ROLLBACK => MayAnswer::Old,
        CLEANUP => MayAnswer::New,
        _ => MayAnswer::Either,
    };
    InRollout { name: name.to_owned(), may_answer, old }
}

/// Something that is named, with the way to where that stands in the plan's `rollout`.
type Named<T> = Vec<(Vec<Step>, T)>;

impl Rollout {
    /// Every phase that a check may name: the stages, and `ready`, `rollback`, `cleanup`.
    pub fn phases(&self) -> impl Iterator<Item = &str> {
        self.stages.iter().map(|stage| stage.name.as_str()).chain(ALWAYS)
    }

    /// The phases that name the check with this id.
    pub fn phases_of(&self, id: &str) -> Vec<String> {
        let has = |names: &[String]| names.iter().any(|name| is_named(id, name));
        let ways = self.ways_back();
        let stages = self.stages.iter().filter(|stage| self.checks(stage).any(|name| is_named(id, name))).map(|stage| stage.name.as_str());
        let back = ways.iter().any(|way| has(&way.checks)).then_some(ROLLBACK);
        let ready = ways.iter().any(|way| has(&way.ready)).then_some(READY);
        stages.chain(back).chain(ready).map(str::to_owned).collect()
    }

    /// Every check that it names.
    pub fn named_checks(&self) -> Named<String> {
        let mut named = Vec::new();
        let mut add = |at: Vec<Step>, name: &String| named.push((at, name.clone()));
        self.triggers.iter().enumerate().for_each(|(n, trigger)| trigger.check.iter().for_each(|name| add(way("triggers", n), name)));
        for (number, stage) in self.stages.iter().enumerate() {
            let at = |key: &str, n| [way("stages", number), way(key, n)].concat();
            stage.checks.iter().enumerate().for_each(|(n, name)| add(at("checks", n), name));
            stage.triggers.iter().enumerate().for_each(|(n, trigger)| trigger.check.iter().for_each(|name| add(at("triggers", n), name)));
        }
        for (number, back) in self.ways_back().iter().enumerate() {
            let at = |key: &str, n| [way("rollback", number), way(key, n)].concat();
            back.checks.iter().enumerate().for_each(|(n, name)| add(at("checks", n), name));
            back.ready.iter().enumerate().for_each(|(n, name)| add(at("ready", n), name));
        }
        self.zero_downtime.iter().for_each(|zero| add(vec![Step::Key("zero-downtime".into())], &zero.check));
        self.success.iter().enumerate().for_each(|(n, success)| success.check.iter().for_each(|name| add(way("success", n), name)));
        named
    }

    /// Every program that it runs.
    pub fn programs(&self) -> Named<Argv> {
        let stage = |(n, stage): (usize, &Stage)| {
            let at = [way("stages", n), vec![Step::Key("begin".into())]].concat();
            stage.begin.clone().map(|begin| (at, begin))
        };
        let back = |(n, back): (usize, &WayBack)| {
            let at = move |key: &str| [way("rollback", n), vec![Step::Key(key.into())]].concat();
            let planned = back.planned.iter().cloned().map(move |program| (at("planned"), program));
            [(at("command"), back.command.clone())].into_iter().chain(planned).collect::<Vec<_>>()
        };
        let asked = self.measures.iter().filter_map(|(name, measure)| {
            let keys = ["measures", name, "document", "command"].map(|key| Step::Key(key.into()));
            Some((keys.to_vec(), serde_json::from_value(measure.document.as_ref()?.command()?.into()).ok()?))
        });
        let told = self.notify.iter().flat_map(|notify| notify.all()).enumerate();
        let told =
            told.filter_map(|(n, notify)| Some(([way("notify", n), vec![Step::Key("command".into())]].concat(), notify.command.clone()?)));
        let stages = self.stages.iter().enumerate().filter_map(stage);
        stages.chain(self.ways_back().iter().enumerate().flat_map(back)).chain(told).chain(asked).collect()
    }
}

/// The way to a place in a list.
fn way(key: &str, place: usize) -> Vec<Step> {
    vec![Step::Key(key.into()), Step::Item(place)]
}
