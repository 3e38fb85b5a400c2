//! What of a rollout does not fit the rest of it: names that nobody has, limits that are none of their measure.

use std::collections::HashSet;

use super::{Demand, Limit, Measure, Rollout, Several, Shape, Stage, Trigger, Whose};

/// One step on the way to a value: a key of a map, or a place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key.
    Key(String),
    /// A place, from 0.
    Item(usize),
}

/// Something that does not fit the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Where it stands in the plan's `rollout`.
    pub at: Vec<Step>,
    /// What is wrong, and what to write.
    pub message: String,
}

/// Looks through a rollout.
struct Fitting<'a> {
    rollout: &'a Rollout,
    found: Vec<Misfit>,
}

impl Rollout {
    /// What of it does not fit the rest; whether its checks and roles are there is for the plan to say.
    pub fn misfits(&self) -> Vec<Misfit> {
        let mut fitting = Fitting { rollout: self, found: Vec::new() };
        let key = |name: &str| vec![Step::Key(name.to_owned())];
        for measure in self.baseline.keys() {
            fitting.measure([key("baseline"), key(measure)].concat(), measure);
        }
        self.demands.iter().for_each(|(measure, demand)| fitting.demand(&[key("demands"), key(measure)].concat(), measure, demand));
        self.triggers
            .iter()
            .enumerate()
            .for_each(|(at, trigger)| fitting.trigger(&[key("triggers"), vec![Step::Item(at)]].concat(), trigger));
        for (at, notify) in self.notify.iter().flat_map(Several::all).enumerate() {
            for occasion in notify.on.iter().filter(|occasion| !occasion.is_of_rollouts()) {
                let place = [key("notify"), vec![Step::Item(at)], key("on")].concat();
                fitting.say(place, format!("a rollout never tells of `{occasion}`: write `notify` at the plan's top for that"));
            }
        }
        let mut names = HashSet::new();
        for (at, stage) in self.stages.iter().enumerate() {
            let place = [key("stages"), vec![Step::Item(at)]].concat();
            if !names.insert(&stage.name) {
                fitting.say([place.clone(), key("name")].concat(), format!("two stages are called `{}`", stage.name));
            }
            fitting.stage(&place, stage);
        }
        for (number, back) in self.ways_back().iter().enumerate() {
            let place = [key("rollback"), vec![Step::Item(number)], key("recovery"), key("demands")].concat();
            for (measure, demand) in back.recovery.iter().flat_map(|recovery| &recovery.demands) {
                let at = [place.clone(), key(measure)].concat();
                fitting.demand(&at, measure, demand);
                if demand.limits().any(|(limit, _)| limit.factor().is_some()) {
                    fitting.say(at, format!("after a way back there is only the old version, and `{measure}` cannot be held beside itself: give an absolute limit"));
                }
            }
            if back.recovery.as_ref().is_some_and(|recovery| recovery.demands.is_empty()) {
                fitting.say(place, "this demands nothing, so nobody would see whether the old version recovers: name a measure".into());
            }
        }
        for (at, success) in self.success.iter().enumerate() {
            let place = [key("success"), vec![Step::Item(at)]].concat();
            if let Some(measure) = &success.measure {
                fitting.measure(place.clone(), measure);
            }
            if let Some(stage) = success.stage.as_ref().filter(|stage| self.stage(stage).is_none()) {
                fitting.say(place, format!("the rollout has no stage `{stage}`"));
            }
        }
        fitting.found
    }
}

impl<'a> Fitting<'a> {
    fn say(&mut self, at: Vec<Step>, message: String) {
        self.found.push(Misfit { at, message });
    }

    /// The measure so called.
    fn measure(&mut self, at: Vec<Step>, name: &str) -> Option<&'a Measure> {
        let measure = self.rollout.measures.get(name);
        if measure.is_none() {
            let known: Vec<&str> = self.rollout.measures.keys().map(String::as_str).collect();
            self.say(at, format!("the rollout has no measure `{name}`: it has {}", known.join(", ")));
        }
        measure
    }

    fn stage(&mut self, place: &[Step], stage: &Stage) {
        let at = |name: &str| [place, &[Step::Key(name.to_owned())]].concat();
        for (measure, demand) in stage.demands.iter().flatten() {
            self.demand(&[at("demands"), vec![Step::Key(measure.clone())]].concat(), measure, demand);
        }
        for (number, trigger) in stage.triggers.iter().enumerate() {
            self.trigger(&[at("triggers"), vec![Step::Item(number)]].concat(), trigger);
        }
        let demands = self.rollout.demands(stage);
        let (zero, old) = (stage.traffic.fraction() <= 0.0, stage.measure == Whose::Old);
        if demands.is_empty() {
            self.say(at("name"), format!("the stage `{}` demands nothing: give it `demands`, or the rollout", stage.name));
        }
        let judged = self.rollout.triggers(stage).filter_map(|trigger| trigger.measure.as_ref()).chain(demands.keys());
        let counts = |name: &String| self.rollout.measures.get(name).is_some_and(|measure| measure.shape().is_of_requests());
        if stage.min_samples.is_some() && !judged.into_iter().any(counts) {
            let message =
                format!("nothing that the stage `{}` is judged by counts {}: demand one that does", stage.name, self.rollout.unit);
            self.say(at("min-samples"), message);
        }
        for (measure, demand) in demands {
            let by_itself = demand.limits().any(|(limit, _)| limit.factor().is_some()) && self.rollout.window(measure).is_none();
            if old && by_itself {
                let message =
                    format!("`measure: old` would hold the old version's `{measure}` against itself: give its baseline a `window`");
                self.say(at("measure"), message);
            }
            if zero && !old && by_itself && self.rollout.measures.get(measure).is_some_and(|measure| !measure.is_by_version()) {
                self.say(at("traffic"), format!("`{measure}` is the same for both versions, so nothing can be held beside it"));
            }
        }
    }

    fn demand(&mut self, at: &[Step], name: &str, demand: &Demand) {
        let Some(measure) = self.measure(at.to_vec(), name) else { return };
        for (limit, upper) in demand.limits() {
            self.limit(at, name, measure, limit);
            if !upper && !matches!(measure.shape(), Shape::Gauge(_) | Shape::Throughput(_)) {
                self.say(at.to_vec(), format!("`min` is for a gauge or a throughput, `{name}` is neither: write `max`"));
            }
        }
    }

    fn trigger(&mut self, at: &[Step], trigger: &Trigger) {
        let Some(name) = &trigger.measure else { return };
        let Some(measure) = self.measure(at.to_vec(), name) else { return };
        let counts = matches!(measure.shape(), Shape::Share | Shape::Quantile(_));
        if let Some(limit) = trigger.limit() {
            self.limit(at, name, measure, limit);
        }
        if trigger.evidence.is_some() && !counts {
            self.say(at.to_vec(), format!("`evidence` counts bad ones among all, and `{name}` is no share and no quantile: write `for`"));
        }
        if trigger.below.is_some() && counts {
            self.say(at.to_vec(), format!("`{name}` is bad when it is large: write `above`"));
        }
        if !measure.is_by_version() && (trigger.worse_than.is_some() || trigger.limit().is_some_and(|limit| limit.factor().is_some())) {
            self.say(at.to_vec(), format!("`{name}` is the same for both versions: put `${{version}}` into its queries"));
        }
    }

    fn limit(&mut self, at: &[Step], name: &str, measure: &Measure, limit: &Limit) {
        if let Limit::Fixed(amount) = limit
            && let Some(message) = measure.misfit(amount)
        {
            self.say(at.to_vec(), format!("`{name}`: {message}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rollout::{Rollout, Step};

    fn misfits(section: &str) -> Vec<(String, String)> {
        let json = format!(
            r#"{{"prometheus": {{"url": "http://127.0.0.1:9090"}},
                "measures": {{
                    "errors": {{"bad": "bad{{v=\"${{version}}\"}}", "total": "all{{v=\"${{version}}\"}}"}},
                    "mean": {{"sum": "s{{v=\"${{version}}\"}}", "count": "c{{v=\"${{version}}\"}}"}},
                    "throughput": {{"total": "sum(all)"}}
                }}, {section}}}"#
        );
        let rollout: Rollout = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
        let step = |step: Step| match step {
            Step::Key(key) => key,
            Step::Item(at) => at.to_string(),
        };
        rollout
            .misfits()
            .into_iter()
            .map(|misfit| (misfit.at.into_iter().map(step).collect::<Vec<_>>().join("."), misfit.message))
            .collect()
    }

    const STAGE: &str = r#""stages": [{"name": "p10", "traffic": "10%", "soak": "1h"}]"#;

    /// A way back after which this is demanded.
    fn recovers(demands: &str) -> String {
        let back = r#"{"command": ["a"], "within": "1m", "checks": ["c"], "recovery": {"soak": "1h", "demands": {DEMANDS}}}"#;
        format!(r#""demands": {{"errors": {{"max": "1%"}}}}, "rollback": {}"#, back.replace("DEMANDS", demands))
    }

    #[test]
    fn what_fits_is_let_be() {
        assert_eq!(misfits(&format!(r#""demands": {{"errors": {{"max": "1%"}}, "throughput": {{"min": 100}}}}, {STAGE}"#)), []);
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        for (section, place, said) in [
            (r#""demands": {"eror": {"max": "1%"}}"#, "demands.eror", "no measure `eror`"),
            (r#""demands": {"errors": {"max": "5s"}}"#, "demands.errors", "a share, like `1%`"),
            (r#""demands": {"errors": {"min": "1%"}}"#, "demands.errors", "write `max`"),
            (r#""demands": {"mean": {"max": "1%"}}"#, "demands.mean", "no limit of this measure"),
            (r#""baseline": {"eror": {"live": true}}, "demands": {"errors": {"max": "1%"}}"#, "baseline.eror", "no measure"),
            (
                r#""demands": {"errors": {"max": "1%"}}, "triggers": [{"measure": "mean", "above": "5s", "evidence": 100, "level": "hold"}]"#,
                "triggers.0",
                "no share and no quantile",
            ),
            (
                r#""demands": {"errors": {"max": "1%"}}, "triggers": [{"measure": "throughput", "below": "50% of baseline", "level": "hold"}]"#,
                "triggers.0",
                "the same for both versions",
            ),
            (r#""demands": {}"#, "stages.0.name", "demands nothing"),
            (&recovers(r#""errors": {"within": "+5% of baseline"}"#), "rollback.0.recovery.demands.errors", "give an absolute limit"),
            (&recovers(r#""eror": {"max": "1%"}"#), "rollback.0.recovery.demands.eror", "no measure `eror`"),
            (&recovers(""), "rollback.0.recovery.demands", "demands nothing"),
        ] {
            let found = misfits(&format!("{section}, {STAGE}"));
            assert!(found.iter().any(|(at, message)| at == place && message.contains(said)), "{section}: {found:?}");
        }
        let few =
            misfits(r#""demands": {"throughput": {"min": 1}}, "stages": [{"name": "a", "traffic": "1%", "soak": "1h", "min-samples": 9}]"#);
        assert!(few.iter().any(|(at, said)| at == "stages.0.min-samples" && said.contains("counts requests")), "{few:?}");
        let twice = misfits(
            r#""demands": {"errors": {"within": "+5% of baseline"}},
               "stages": [{"name": "a", "traffic": "0%", "measure": "old", "soak": "1h"}, {"name": "a", "traffic": "1%", "soak": "1h"}]"#,
        );
        assert!(twice.iter().any(|(at, _)| at == "stages.1.name") && twice.iter().any(|(at, _)| at == "stages.0.measure"), "{twice:?}");
    }
}
