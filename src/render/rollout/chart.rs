//! The course of a measure as the parts of a drawing: paths, bands and marks within 1000 by 200.

use std::fmt::Write as _;

use minijinja::{Value, context};

use super::{
    axis::{Scale, Span, sane},
    words,
};
use crate::{
    model::counted,
    rollout::{Course, JudgedTrigger, Point, StageEvidence},
};

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 200.0;

/// The chart of one of the stage's measures.
pub(super) fn chart(course: &Course, evidence: &StageEvidence) -> Value {
    let judgement = &evidence.judgement;
    let points = course.points.iter().map(|point| point.at);
    let span = Span::of(points.chain([evidence.begun]).chain(judgement.last)).unwrap_or(Span { from: evidence.begun, to: evidence.begun });
    let scale = Scale::of(course);
    let x = |at| span.part(at) * WIDTH;
    let y = |number: f64| HEIGHT * (1.0 - scale.part(number));
    let level = |number: Option<f64>| sane(number).map(|number| format!("{:.1}", y(number)));
    let path = |value: fn(&Point) -> Option<f64>| line(course.points.iter().map(|point| (x(point.at), sane(value(point)).map(y))));
    let gaps = judgement.gaps.iter().filter(|gap| gap.from < gap.to).map(|gap| (x(gap.from), x(gap.to)));
    let mark = |(trigger, at): (&JudgedTrigger, _)| context! { x => format!("{:.1}", x(at)), at => percent(span.part(at)), level => trigger.level.word(), when => &trigger.when };
    let number = |number| words::number(course.form, number);
    let tick = |(part, at)| context! { at => percent(part), y => format!("{:.1}", y(at)), said => number(Some(at)) };
    context! {
        measure => &course.measure, limit_said => words::limit(course), summary => summary(course, evidence),
        own => path(|point| point.own), other => path(|point| point.other), bounds => area(&course.points, x, y),
        limit => level(course.limit), limit_number => number(course.limit),
        baseline => level(course.baseline), baseline_number => number(course.baseline),
        // One that nobody can see is still drawn.
        gaps => gaps.map(|(from, to)| format!("M{from:.1} 100H{:.1}", to.max(from + 2.0))).collect::<String>(),
        marks => marks(course, evidence).map(mark).collect::<Vec<_>>(),
        across => scale.ticks().into_iter().map(tick).collect::<Vec<_>>(), along => ticks(span),
        last => number(words::last(course)),
        last_other => course.points.iter().rev().find_map(|point| sane(point.other)).map(|other| number(Some(other))),
    }
}

fn percent(part: f64) -> String {
    format!("{:.2}", part * 100.0)
}

/// The marks of a time axis.
pub(super) fn ticks(span: Span) -> Vec<Value> {
    span.ticks().into_iter().map(|(part, said)| context! { at => percent(part), said }).collect()
}

/// The triggers that have fired on this measure, and those of checks, which are on none.
fn marks<'a>(course: &'a Course, evidence: &'a StageEvidence) -> impl Iterator<Item = (&'a JudgedTrigger, jiff::Timestamp)> {
    let of =
        |trigger: &JudgedTrigger, course: &Course| trigger.when.strip_prefix(&course.measure).is_some_and(|rest| rest.starts_with(' '));
    let here = move |trigger: &&JudgedTrigger| of(trigger, course) || !evidence.courses.iter().any(|course| of(trigger, course));
    evidence.judgement.triggers.iter().filter(here).filter_map(|trigger| Some((trigger, trigger.fired?.1)))
}

/// A line through the values. One that is not there breaks it, and one alone is a dot.
fn line(points: impl Iterator<Item = (f64, Option<f64>)>) -> String {
    let (mut path, mut open) = (String::new(), false);
    for (x, y) in points {
        // Nothing can go wrong in writing to a text.
        let _ = match y {
            Some(y) if open => write!(path, "L{x:.1} {y:.1}"),
            Some(y) => write!(path, "M{x:.1} {y:.1}h0"),
            None => Ok(()),
        };
        open = y.is_some();
    }
    path
}

/// What lies between the bounds, as far as both are known.
fn area(points: &[Point], x: impl Fn(jiff::Timestamp) -> f64, y: impl Fn(f64) -> f64) -> String {
    let both = |point: &Point| Some((x(point.at), y(sane(point.lower)?), y(sane(point.upper)?)));
    let runs = points.split(|point| both(point).is_none()).filter(|run| !run.is_empty());
    let runs = runs.map(|run| {
        let run: Vec<_> = run.iter().filter_map(both).collect();
        let lower = run.iter().map(|(x, lower, _)| (*x, Some(*lower)));
        format!("{}Z", line(lower.chain(run.iter().rev().map(|(x, _, upper)| (*x, Some(*upper))))))
    });
    runs.collect()
}

/// The same in words, for whoever does not see it.
fn summary(course: &Course, evidence: &StageEvidence) -> String {
    let said = |number| words::number(course.form, number);
    let mut parts = vec![format!("the newest value is {}, the limit {}", said(words::last(course)), said(course.limit))];
    parts.extend(sane(course.baseline).map(|baseline| format!("the baseline {}", said(Some(baseline)))));
    let bounds = course.points.last().and_then(|last| Some((sane(last.lower)?, sane(last.upper)?)));
    parts.extend(bounds.map(|(lower, upper)| format!("all together show {} to {}", said(Some(lower)), said(Some(upper)))));
    parts.push(counted(evidence.judgement.gaps.len(), "gap"));
    parts.extend(marks(course, evidence).map(|(trigger, _)| format!("{}: {}", trigger.when, words::fired(trigger).1)));
    parts.join("; ")
}
