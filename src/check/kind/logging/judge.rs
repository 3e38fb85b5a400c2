//! The demands on what was found in the log.

use jiff::Timestamp;

use super::{
    Logging,
    seen::{Line, Seen},
};
use crate::model::{Expectation, Period, counted, quote};

pub(super) fn judge(check: &Logging, seen: &Seen, _: Timestamp) -> Vec<Expectation> {
    let answered = Expectation::new("answer", "status of the request").wanted("under 500").got(seen.status.to_string());
    let mut all = vec![answered.met(seen.status < 500), found(check, seen)];
    let json = Expectation::new("json", "lines with its id").wanted("each a JSON object");
    all.push(each(json, seen, |line| match &line.not_json {
        Some(why) => (Some(false), why.clone()),
        None => (Some(true), "a JSON object".into()),
    }));
    let level = Expectation::new("level", "level of the lines").wanted("one that is known");
    all.push(each(level, seen, |line| match (&line.not_json, &line.odd_level, &line.level) {
        (Some(_), ..) => (None, "the line is no JSON".into()),
        (_, Some(why), _) => (None, why.clone()),
        (.., None) => (Some(false), "none".into()),
        (.., Some(level)) => (Some(true), quote(level)),
    }));
    all.extend(check.reaches_back.map(|back| {
        let demand = Expectation::new("reaches-back", "oldest entry of the log").wanted(format!("at least {back} old"));
        match seen.reaches_back {
            None => demand.got("not known").undetermined("it was not looked for"),
            Some(true) => demand.got("so old").met(true),
            Some(false) => demand.got("younger: none that old is there").met(false),
        }
    }));
    all
}

fn found(check: &Logging, seen: &Seen) -> Expectation {
    let demand = Expectation::new("found", "line with the id of the request").wanted(format!("in the log within {}", check.within()));
    let limit = check.within().as_millis();
    match seen.after_ms {
        None => demand.got(format!("none with {}", quote(&seen.id))).met(false),
        Some(ms) => {
            let got = format!("{} after {}", counted(seen.lines.len() as u64, "line"), Period::millis(ms));
            demand.bound("<=", limit, Some(ms.into()), "ms").got(got).met(ms <= limit && !seen.lines.is_empty())
        }
    }
}

/// The demand on every line, or what the first says that is otherwise.
fn each(demand: Expectation, seen: &Seen, judge: impl Fn(&Line) -> (Option<bool>, String)) -> Expectation {
    let told: Vec<(Option<bool>, String)> = seen.lines.iter().map(judge).collect();
    let one = |met: Option<bool>| told.iter().find(|(told, _)| *told == met).map(|(_, said)| said.clone());
    match (one(Some(false)), one(None), one(Some(true))) {
        (Some(said), ..) => demand.got(said).met(false),
        (None, Some(why), _) => demand.got("not known").undetermined(why),
        (None, None, Some(said)) => demand.got(said).met(true),
        (None, None, None) => demand.got("not known").undetermined("there is no line to look at"),
    }
}
