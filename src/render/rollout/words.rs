//! The numbers and states of a rollout as every format says them.

use super::axis::{Scale, sane};
use crate::{
    model::{Outcome, Period, Size},
    rollout::{Course, Form, JudgedDemand, JudgedTrigger, Level, StageEvidence, Standing, WentBack},
};

use super::super::story::moment;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A number as people read it; `–` where there is none.
pub(super) fn number(form: Form, number: Option<f64>) -> String {
    let Some(number) = sane(number) else { return "–".into() };
    let minus = if number < 0.0 { "-" } else { "" };
    match (form, number.abs()) {
        (Form::Share, _) => format!("{} %", digits(number * 100.0)),
        (Form::Seconds, ..1.0) if number != 0.0 => format!("{} ms", digits(number * 1e3)),
        (Form::Seconds, ..120.0) => format!("{} s", digits(number)),
        (Form::Seconds, far) => format!("{minus}{}", Period::seconds(far as u64)),
        (Form::Bytes, size) => format!("{minus}{}", Size(size as u64)),
        (Form::Plain, ..1e4) => digits(number),
        (Form::Plain, ..1e6) => format!("{} k", digits(number / 1e3)),
        (Form::Plain, ..1e9) => format!("{} M", digits(number / 1e6)),
        (Form::Plain, ..1e15) => format!("{} G", digits(number / 1e9)),
        (Form::Plain, _) => format!("{number:.2e}"),
    }
}

/// To as many digits as people read.
fn digits(number: f64) -> String {
    let places = (2.0 - number.abs().max(1e-3).log10().floor()).clamp(2.0, 5.0) as usize;
    let text = format!("{number:.places$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The course of a measure as text, of so many characters at most: the worst of each stretch, `·` where half of it is missing.
pub(super) fn spark(course: &Course, most: usize) -> String {
    let (scale, least) = (Scale::of(course), course.limit_said.starts_with("at least"));
    let bar = |value: f64| BARS[((scale.part(value) * 8.0) as usize).min(7)];
    let stretches = course.points.chunks(course.points.len().div_ceil(most.max(1)).max(1));
    let worst = stretches.map(|points| {
        let own = points.iter().filter_map(|point| sane(point.own));
        if own.clone().count() * 2 <= points.len() {
            return None;
        }
        if least { own.reduce(f64::min) } else { own.reduce(f64::max) }
    });
    worst.map(|worst| worst.map_or('·', bar)).collect()
}

/// The newest value.
pub(super) fn last(course: &Course) -> Option<f64> {
    course.points.iter().rev().find_map(|point| sane(point.own))
}

/// What a measure may be. Of a quantile the share is drawn that is beyond it.
pub(super) fn limit(course: &Course) -> String {
    match (course.form, course.limit_said.split_once(' ')) {
        (Form::Share, Some(("at", rest))) if !course.limit_said.contains('%') => {
            let beyond = rest.split_once(' ').map_or(rest, |(_, amount)| amount);
            format!("at most {} above {beyond}", number(Form::Share, course.limit))
        }
        _ => course.limit_said.clone(),
    }
}

/// What a demand's samples show, `0.1 % to 0.8 %`; `None` where that is nothing.
pub(super) fn bounds(evidence: &StageEvidence, demand: &JudgedDemand) -> Option<String> {
    let form = evidence.courses.iter().find(|course| course.measure == demand.measure).map_or(Form::Plain, |course| course.form);
    // A share beside the baseline's is told as how much of it.
    let of = if form == Form::Share && demand.wanted.ends_with("of baseline") { " of baseline" } else { "" };
    let said = |bound| number(form, bound);
    match (sane(demand.lower), sane(demand.upper)) {
        (None, None) => None,
        (Some(lower), Some(upper)) if lower == upper => Some(format!("{}{of}", said(Some(lower)))),
        (lower, None) => Some(format!("at least {}{of}", said(lower))),
        (None, upper) => Some(format!("at most {}{of}", said(upper))),
        (lower, upper) => Some(format!("{} to {}{of}", said(lower), said(upper))),
    }
}

/// Whether a demand is met, as what a check comes to: it has the same sign and colour.
pub(super) fn told(met: Option<bool>) -> (Outcome, &'static str) {
    match met {
        Some(true) => (Outcome::Pass, "met"),
        Some(false) => (Outcome::Fail, "not met"),
        None => (Outcome::Unknown, "cannot tell"),
    }
}

/// What is missing of a demand, beside the words of [`told`].
pub(super) fn missing(demand: &JudgedDemand) -> Option<&str> {
    demand.missing.as_deref().map(|missing| missing.strip_prefix("cannot tell: ").unwrap_or(missing))
}

/// What a stage has come to, likewise.
pub(super) fn stands(standing: Standing) -> Outcome {
    match standing {
        Standing::Earned => Outcome::Pass,
        Standing::Held => Outcome::Pending,
        Standing::Unseen => Outcome::Unknown,
        Standing::Breached => Outcome::Fail,
    }
}

/// Whether a trigger has fired, likewise.
pub(super) fn fired(trigger: &JudgedTrigger) -> (Outcome, String) {
    let Some((number, at)) = trigger.fired else { return (Outcome::Skipped, "has not fired".into()) };
    let outcome = match trigger.level {
        Level::Rollback => Outcome::Fail,
        Level::Hold | Level::Warning if trigger.open => Outcome::Pending,
        Level::Hold | Level::Warning => Outcome::Skipped,
    };
    let now = if trigger.open { "" } else { ", no longer on the last one" };
    (outcome, format!("fired at sample {number}, {}{now}", moment(at)))
}

/// The evidence of a trigger so far, of what fires it.
pub(super) fn evidence(trigger: &JudgedTrigger) -> Option<String> {
    let said = |part| number(Form::Plain, Some(part));
    trigger.evidence.map(|(so_far, wanted)| format!("{} of {}", said(so_far), said(wanted)))
}

/// How far a stage is: `Stage 1 of 3, 5% of the traffic: 9 min of 10 min have gone well, 1 min to go; 98 % of the time was seen`.
pub(super) fn about(evidence: &StageEvidence) -> String {
    let (judgement, [place, all]) = (&evidence.judgement, evidence.place);
    let again = if evidence.attempt > 1 { format!(", attempt {}", evidence.attempt) } else { String::new() };
    let goes_on = judgement.covered < judgement.soak && judgement.standing != Standing::Breached;
    let to_go = if goes_on { format!(", {} to go", judgement.remaining()) } else { String::new() };
    let [covered, soak] = [judgement.covered, judgement.soak].map(Period::seconds);
    let seen = number(Form::Share, Some(judgement.coverage));
    let traffic = &evidence.traffic;
    format!(
        "Stage {place} of {all}{again}, {traffic} of the traffic: {covered} of {soak} have gone well{to_go}; {seen} of the time was seen"
    )
}

/// What came of a way back, likewise. Nobody's word for it is none.
pub(super) fn came_back(back: &WentBack) -> (Outcome, &'static str) {
    match back.outcome.as_deref() {
        Some("back") => (Outcome::Pass, "the old version is back"),
        Some("late") => (Outcome::Fail, "back, but too late"),
        Some("failed") => (Outcome::Fail, "the old version is not back"),
        Some(_) | None => (Outcome::Unknown, "how it ended is not on record"),
    }
}

/// The time it took against what was allowed.
pub(super) fn took(back: &WentBack) -> String {
    let took = back.took.map_or_else(|| "not measured".into(), |took| Period::millis(took).to_string());
    let within = back.within.map(|within| format!(" of {} allowed", Period::millis(within))).unwrap_or_default();
    format!("{took}{within}")
}
