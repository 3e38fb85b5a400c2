//! What can be said of a rollout before it begins: how long its way back takes at most, and with how much traffic its stages can show
//! what they must.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{Level, Limit, Misfit, Rollout, Shape, Stage, Step, Terms, Trigger, Whose, statistics::needed};
use crate::model::Period;

impl Rollout {
    /// What people should know before it begins, a line each.
    pub fn prospects(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let stages: Vec<(&Stage, Terms)> = self.stages.iter().map(|stage| (stage, Terms::of(self, stage))).collect();
        for trigger in stages.iter().flat_map(|(_, terms)| &terms.triggers).filter(|trigger| trigger.level == Level::Rollback) {
            let line = self.way_back_of(trigger);
            // One of the rollout is in force in many stages.
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        for (stage, terms) in &stages {
            lines.extend(self.own_series(stage, terms));
        }
        lines.extend(self.needs().map(|need| need.said()));
        lines
    }

    /// How long it takes from the first bad request until the old version is back.
    fn way_back_of(&self, trigger: &Trigger) -> String {
        let said = format!("rollback by \"{}\"", trigger.said());
        // One after the other is tried, each for as long as it may take.
        let within = Period::from(self.ways_back().iter().map(|way| way.within.get()).sum::<Duration>());
        if self.ways_back().is_empty() {
            return format!("{said}: the plan names no way back");
        }
        let interval = self.interval.get();
        let samples = match (&trigger.check, trigger.r#for) {
            _ if trigger.evidence.is_some() => return format!("{said}: as soon as the evidence is there, then at most {within}"),
            (Some(_), _) => trigger.failures.unwrap_or(1),
            // The sample that it begins in may still be within the limit.
            (None, window) => 1 + whole(window.map_or(Duration::ZERO, Period::get), interval).max(1),
        };
        let late = trigger.measure.as_ref().map_or(Duration::ZERO, |_| self.lag().get());
        let longest = Period::from(interval.saturating_mul(samples).saturating_add(within.get()).saturating_add(late));
        let fewest = trigger.measure.as_ref().map_or(0, |measure| self.measures.get(measure).map_or(0, |of| trigger.fewest(of.shape())));
        let first = if trigger.check.is_some() { "failure" } else { "bad request" };
        let fewest = if fewest > 0 { format!(", where {} {} come in that time", grouped(fewest), self.unit) } else { String::new() };
        format!("{said}: at most {longest} from the first {first}{fewest}")
    }

    /// That a version which takes no traffic must be told from the old one all the same.
    fn own_series(&self, stage: &Stage, terms: &Terms) -> Option<String> {
        let by_version = |name: &&str| self.measures.get(*name).is_some_and(super::Measure::is_by_version);
        let mut names: Vec<&str> = terms.demands.iter().map(|(name, ..)| name.as_str()).filter(by_version).collect();
        names.dedup();
        let shadow = stage.traffic.fraction() <= 0.0 && stage.measure == Whose::New && !names.is_empty();
        let names = names.join(", ");
        shadow.then(|| {
            format!(
                "{}: with 0% of the traffic the new version must have series of its own for {names}, or nothing is ever shown; \
                 where it is switched off, write `measure: old`",
                stage.name
            )
        })
    }

    /// What each stage must be shown by requests: every absolute limit on a share or a quantile.
    fn needs(&self) -> impl Iterator<Item = Need<'_>> {
        self.stages.iter().enumerate().flat_map(|(at, stage)| {
            let terms = Terms::of(self, stage);
            let need = |(measure, limit, _): &(String, Limit, bool)| self.need((at, stage), &terms, measure, limit);
            terms.demands.iter().filter_map(need).collect::<Vec<_>>()
        })
    }

    /// How many requests a demand for a share needs although all go well.
    fn need<'a>(&'a self, (at, stage): (usize, &'a Stage), terms: &Terms, name: &str, limit: &Limit) -> Option<Need<'a>> {
        let (shape, measure) = (terms.shape(name), self.measures.get(name)?);
        let share = shape.bad_share(limit)?;
        let least = (share > 0.0).then(|| needed(0, share, terms.confidence));
        let well = if shape == Shape::Share { "without an error" } else { "without one above it" };
        let by_rule = least.is_some_and(|least| terms.min_samples > least);
        let traffic = stage.traffic.fraction();
        let part = match stage.measure {
            _ if !measure.is_by_version() => 1.0,
            Whose::New => traffic,
            Whose::Old => 1.0 - traffic,
        };
        Some(Need {
            at,
            stage,
            measure: name.to_owned(),
            limit: limit.to_string(),
            unit: &self.unit,
            least: least.map(|least| least.max(terms.min_samples)),
            well: if by_rule { "by `min-samples`" } else { well },
            part,
        })
    }

    /// The measures whose traffic says what the soaks can show.
    pub fn counted(&self) -> BTreeSet<String> {
        self.needs().map(|need| need.measure).collect()
    }

    /// What the soaks can show when so many requests come in a second, by measure, to both versions together; and beside it, with
    /// their places, the stages whose soak cannot show what they demand.
    pub fn at_rates(&self, rates: &BTreeMap<String, f64>) -> (Vec<String>, Vec<Misfit>) {
        let (mut told, mut short) = (Vec::new(), Vec::new());
        for need in self.needs() {
            let Some((rate, least)) = rates.get(&need.measure).zip(need.least) else { continue };
            let said = need.at_rate(*rate, least);
            let soaks = need.part <= 0.0 || rate * need.part * need.stage.soak.get().as_secs_f64() >= least as f64;
            match soaks {
                true => told.push(said),
                false => short
                    .push(Misfit { at: vec![Step::Key("stages".into()), Step::Item(need.at), Step::Key("soak".into())], message: said }),
            }
        }
        (told, short)
    }
}

/// What a stage must be shown by requests.
struct Need<'a> {
    /// The stage's number, from 0.
    at: usize,
    stage: &'a Stage,
    measure: String,
    limit: String,
    unit: &'a str,
    /// So many, if all go well; `None` where no number of them shows it.
    least: Option<u64>,
    /// What that is by.
    well: &'static str,
    /// The part of all traffic that they come from.
    part: f64,
}

impl Need<'_> {
    /// How many it takes, and how many that is a minute.
    fn said(&self) -> String {
        let Self { stage, measure, limit, unit, well, part, .. } = self;
        let demand = format!("{}: {measure} max {limit}", stage.name);
        let Some(least) = self.least else {
            return format!("{demand}: no number of {unit} shows that, so the stage is never earned");
        };
        let of_all = stage.measure == Whose::New && 0.0 < *part && *part < 1.0;
        let of_all = if of_all { format!("; of all traffic {}", rate(least as f64 / part, stage.soak)) } else { String::new() };
        format!("{demand}: {} {unit} {well} in {}, {}{of_all}", grouped(least), stage.soak, rate(least as f64, stage.soak))
    }

    /// How many come in the soak, how many it takes, and how long that takes.
    fn at_rate(&self, rate: f64, least: u64) -> String {
        let Self { stage, measure, limit, unit, well, part, .. } = self;
        let takes = format!("`{measure}` at most {limit} needs {} {well}", grouped(least));
        if *part <= 0.0 {
            return format!("stage `{}`: no part of the traffic is its own, so nobody can tell beforehand how long; {takes}", stage.name);
        }
        let theirs = rate * part;
        let count = (theirs * stage.soak.get().as_secs_f64()).floor();
        let long = match least as f64 / theirs {
            seconds if count >= least as f64 => format!(", there after {}", long(seconds)),
            seconds if seconds < LONGEST => format!(", which takes {}", long(seconds)),
            _ if rate > 0.0 => ", which takes years".into(),
            _ => ", and none came".into(),
        };
        format!("stage `{}`: about {} {unit} in {} at last week's rate; {takes}{long}", stage.name, grouped(count as u64), stage.soak)
    }
}

/// Ten years, in seconds.
const LONGEST: f64 = 3.2e8;

/// So many seconds, never fewer, in units that fit.
fn long(seconds: f64) -> Period {
    let unit = match seconds {
        ..86_400.0 => 60,
        ..518_400.0 => 3_600,
        _ => 86_400,
    };
    Period::seconds(((seconds / unit as f64).ceil() as u64).max(1) * unit)
}

/// How many intervals a stretch takes up.
fn whole(stretch: Duration, interval: Duration) -> u32 {
    u32::try_from(stretch.as_nanos().div_ceil(interval.as_nanos().max(1))).unwrap_or(u32::MAX - 1)
}

/// So many in a stretch of time, in the largest unit that has more than one; never less than it takes.
fn rate(count: f64, stretch: Period) -> String {
    let minutes = stretch.get().as_secs_f64().max(1.0) / 60.0;
    let units = [(1.0, "a minute"), (60.0, "an hour"), (1_440.0, "a day")];
    let of = |&(length, unit): &(f64, &'static str)| (count / minutes * length, unit);
    let (number, unit) = units.iter().map(of).find(|(number, _)| *number >= 1.0).unwrap_or_else(|| of(&units[2]));
    format!("{} {unit}", (number * 10.0 - 1e-9).ceil() / 10.0)
}

/// With a comma after every three digits: `2,995`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let from_the_end = digits.len();
    let places = digits.char_indices().map(|(at, digit)| (if at > 0 && (from_the_end - at).is_multiple_of(3) { "," } else { "" }, digit));
    places.map(|(comma, digit)| format!("{comma}{digit}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prospects(section: &str) -> Vec<String> {
        let json = format!(
            r#"{{"prometheus": {{"url": "http://127.0.0.1:9090"}},
                "measures": {{
                    "errors": {{"bad": "bad{{v=\"${{version}}\"}}", "total": "all{{v=\"${{version}}\"}}"}},
                    "memory": {{"gauge": "memory{{v=\"${{version}}\"}}"}}
                }}, {section}}}"#
        );
        serde_json::from_str::<Rollout>(&json).unwrap_or_else(|error| panic!("{error}: {json}")).prospects()
    }

    const BACK: &str =
        r#""rollback": [{"command": ["a"], "within": "1m", "checks": ["c"]}, {"command": ["b"], "within": "2m", "checks": ["c"]}]"#;

    /// What is said of one trigger where the interval is a minute.
    fn back(trigger: &str) -> String {
        let section = format!(
            r#"{BACK}, "triggers": [{trigger}], "stages": [{{"name": "a", "traffic": "1%", "soak": "1h"}}, {{"name": "b", "traffic": "9%", "soak": "1h"}}]"#
        );
        let mut lines = prospects(&section);
        assert_eq!(lines.len(), 1, "one of all stages is said once: {lines:?}");
        lines.remove(0)
    }

    #[test]
    fn the_way_back_is_as_long_as_looking_waiting_and_going() {
        for (trigger, said) in [
            (r#""measure": "errors", "above": "5%", "for": "5m""#, "at most 9 min from the first bad request, where 20 requests come in"),
            (r#""measure": "errors", "above": "5%", "for": "4m30s""#, "at most 9 min from"),
            (r#""measure": "memory", "above": "1GiB""#, "at most 5 min from the first bad request"),
            (r#""check": "c", "failures": 2"#, "at most 5 min from the first failure"),
            (r#""measure": "errors", "worse-than": "old", "evidence": 100"#, "as soon as the evidence is there, then at most 3 min"),
        ] {
            let line = back(&format!(r#"{{{trigger}, "level": "rollback"}}"#));
            assert!(line.starts_with("rollback by \"") && line.contains(&format!("\": {said}")), "{line}");
        }
    }

    #[test]
    fn a_stage_says_with_how_much_traffic_it_can_be_earned() {
        let stage = |more: &str| prospects(&format!(r#""stages": [{{"name": "s", {more}}}]"#));
        for (settings, said) in [
            (
                r#""traffic": "100%", "soak": "24h", "demands": {"errors": {"max": "0.1%"}}"#,
                "s: errors max 0.1%: 2,995 requests without an error in 1 d, 2.1 a minute",
            ),
            (
                r#""traffic": "1%", "soak": "9h", "min-samples": 300, "demands": {"errors": {"max": "1%"}}"#,
                "s: errors max 1%: 300 requests by `min-samples` in 9 h, 33.4 an hour; of all traffic 55.6 a minute",
            ),
            (
                r#""traffic": "100%", "soak": "9h", "demands": {"errors": {"max": "0%"}}"#,
                "s: errors max 0%: no number of requests shows that, so the stage is never earned",
            ),
        ] {
            assert_eq!(stage(settings), [said]);
        }
        assert_eq!(stage(r#""traffic": "9%", "soak": "9h", "demands": {"memory": {"max": "1GiB"}}"#), [""; 0]);
        let shadow = stage(r#""traffic": "0%", "soak": "9h", "demands": {"memory": {"max": "1GiB"}}"#);
        assert!(shadow[0].starts_with("s: with 0% of the traffic the new version must have series of its own for memory"), "{shadow:?}");
        assert_eq!(stage(r#""traffic": "0%", "measure": "old", "soak": "9h", "demands": {"memory": {"max": "1GiB"}}"#), [""; 0]);
    }

    #[test]
    fn a_soak_is_too_short_by_the_traffic_that_there_was() {
        let at = |stage: &str, rate: f64| {
            let json = format!(
                r#"{{"prometheus": {{"url": "http://127.0.0.1:9090"}}, "demands": {{"errors": {{"max": "1%"}}}}, "stages": [{{"name": "s", {stage}}}],
                    "measures": {{"errors": {{"bad": "bad{{v=\"${{version}}\"}}", "total": "all{{v=\"${{version}}\"}}"}}}}}}"#
            );
            let rollout: Rollout = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
            let (told, short) = rollout.at_rates(&BTreeMap::from([("errors".to_owned(), rate)]));
            (told, short.into_iter().map(|misfit| misfit.message).collect::<Vec<_>>())
        };
        let all = |stage, rate| at(stage, rate).0.concat() + "|" + &at(stage, rate).1.concat();
        for (stage, rate, said) in [
            (
                r#""traffic": "10%", "soak": "1h""#,
                1.0,
                "360 requests in 1 h at last week's rate; `errors` at most 1% needs 299 without an error, there after 50 min|",
            ),
            (
                r#""traffic": "10%", "soak": "1h""#,
                0.1,
                "|stage `s`: about 36 requests in 1 h at last week's rate; `errors` at most 1% needs 299 without an error, which takes 8 h 19 min",
            ),
            (r#""traffic": "10%", "measure": "old", "soak": "1h""#, 0.1, "about 324 requests"),
            (r#""traffic": "10%", "soak": "1h""#, 1e-9, ", which takes years"),
            (
                r#""traffic": "10%", "soak": "1h""#,
                0.0,
                "|stage `s`: about 0 requests in 1 h at last week's rate; `errors` at most 1% needs 299 without an error, and none came",
            ),
            (
                r#""traffic": "0%", "soak": "1h""#,
                1.0,
                "nobody can tell beforehand how long; `errors` at most 1% needs 299 without an error|",
            ),
        ] {
            assert!(all(stage, rate).contains(said), "{}", all(stage, rate));
        }
    }

    #[test]
    fn numbers_are_read_easily() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(rate(1.0, Period::days(3)), "0.4 a day");
        assert_eq!(rate(60.0, Period::seconds(3_600)), "1 a minute");
    }
}
