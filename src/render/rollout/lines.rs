//! A rollout on a terminal or in a CI log. Every line of outside text stands behind a sign or a gutter.

use super::{
    super::{
        inert, people,
        story::{moment, sign_of},
        terminal::{
            Style, push,
            wrap::{columns, fit, lines},
        },
    },
    headline, tone,
    view::{choice, state},
    words,
};
use crate::{
    model::{Outcome, Period},
    rollout::{Account, Course, Level, StageAccount, StageEvidence, WentBack},
};

/// The whole account; what it comes to is the last line.
pub fn terminal(account: &Account, style: Style) -> String {
    let mut out = String::new();
    let old = account.old.as_ref().map(|old| format!(", in place of {old}")).unwrap_or_default();
    let what = format!("Rollout: {} {} → {}{old}", account.project, people::named(&account.release), account.environment);
    push(&mut out, &style.bold(&fit(&inert::log_line(&what), style.columns())));
    for stage in &account.stages {
        out.push('\n');
        of_stage(&mut out, stage, style);
    }
    let ways = account.rollbacks.iter().map(|back| ("Way back", back)).chain(account.drill.iter().map(|drill| ("Drill", drill)));
    for (what, back) in ways {
        out.push('\n');
        went_back(&mut out, what, back, style);
    }
    if !account.success.is_empty() {
        push(&mut out, &format!("\n{}", style.bold("What it was to show")));
    }
    for shown in &account.success {
        let (outcome, said) = words::told(shown.met);
        entry(&mut out, outcome, &format!("{}: {said}: {}, wanted {}", shown.text, shown.measured, shown.wanted), style);
    }
    push(&mut out, &style.dim(&format!("\n{}", "─".repeat(style.columns()))));
    account.notes.iter().for_each(|note| entry(&mut out, Outcome::Skipped, note, style));
    aside(&mut out, &account.said, style);
    let (tone, last) = (tone(account), format!("as of {}", moment(account.at)));
    push(&mut out, &style.verdict(tone, &format!("{} {}, {last}", tone.sign(), headline(account))));
    out
}

fn of_stage(out: &mut String, stage: &StageAccount, style: Style) {
    let (outcome, said) = state(stage);
    let times = [("from", stage.begun), ("to", stage.ended)];
    let times: String = times.iter().filter_map(|(word, at)| Some(format!(" {word} {}", moment((*at)?)))).collect();
    push(out, &head(outcome, &format!("stage {}: {said}", stage.name), style));
    aside(out, &format!("{} of the traffic{times}", stage.traffic), style);
    stage.void.iter().for_each(|why| aside(out, why, style));
    for decision in &stage.decisions {
        let comment = decision.comment.iter().map(|comment| format!(": {comment}"));
        let exceptions = decision.exceptions.iter().map(|exception| format!("; although {exception}"));
        let void = decision.void.iter().map(|why| format!("; DOES NOT COUNT: {why}"));
        let more: String = comment.chain(exceptions).chain(void).collect();
        let by = format!("{} by {} as {}, {}{more}", decision.choice, decision.who, decision.role, moment(decision.at));
        entry(out, choice(decision), &by, style);
    }
    if let Some(evidence) = &stage.evidence {
        details(out, evidence, style);
    }
}

fn went_back(out: &mut String, what: &str, back: &WentBack, style: Style) {
    let (outcome, said) = words::came_back(back);
    let told = format!(
        "{what} ({}) from {} in {}: {said}, {}, {}",
        back.kind,
        back.stage,
        back.environment,
        words::took(back),
        moment(back.fired)
    );
    entry(out, outcome, &told, style);
    std::iter::once(&*back.why).chain(back.afterwards().chain(&back.notes).map(String::as_str)).for_each(|note| aside(out, note, style));
}

/// What a stage has shown, whole.
pub(in crate::render) fn block(evidence: &StageEvidence, style: Style) -> String {
    let mut out = stands(evidence, style) + "\n";
    details(&mut out, evidence, style);
    out
}

/// All of it but for what it has come to.
fn details(out: &mut String, evidence: &StageEvidence, style: Style) {
    let judgement = &evidence.judgement;
    measures(evidence, style).iter().for_each(|line| push(out, line));
    judgement.reasons.iter().for_each(|reason| entry(out, words::stands(judgement.standing), reason, style));
    for demand in &judgement.demands {
        let (outcome, said) = words::told(demand.met);
        let bounds = words::bounds(evidence, demand).map(|bounds| format!(", shown is {bounds}"));
        let missing = words::missing(demand).map(|missing| format!("; {missing}"));
        let more: String = bounds.into_iter().chain(missing).collect();
        entry(out, outcome, &format!("{}: {said}: wanted {}, {}{more}", demand.measure, demand.wanted, demand.got), style);
    }
    for trigger in &judgement.triggers {
        let (outcome, said) = words::fired(trigger);
        let evidence = words::evidence(trigger).map(|evidence| format!("; evidence {evidence}")).unwrap_or_default();
        entry(out, outcome, &format!("{}: {} {said}{evidence}", trigger.level, trigger.when), style);
    }
    for gap in &judgement.gaps {
        let told = format!("gap of {} from {}: {}", Period::between(gap.from, gap.to), moment(gap.from), gap.why);
        entry(out, Outcome::Skipped, &told, style);
    }
}

/// What a stage has shown so far, in few lines of which none is wider than the style has columns.
pub fn live(evidence: &StageEvidence, style: Style) -> Vec<String> {
    let fired = evidence.judgement.triggers.iter().filter(|trigger| trigger.fired.is_some()).map(|trigger| {
        let (outcome, said) = words::fired(trigger);
        let loud = if trigger.level == Level::Rollback { "ROLLBACK" } else { trigger.level.word() };
        line(outcome, &format!("{loud}: {} {said}", trigger.when), style)
    });
    let standing = words::stands(evidence.judgement.standing);
    let reasons = evidence.judgement.reasons.iter().map(|reason| line(standing, reason, style));
    [stands(evidence, style)].into_iter().chain(measures(evidence, style)).chain(fired).chain(reasons).collect()
}

fn stands(evidence: &StageEvidence, style: Style) -> String {
    let standing = evidence.judgement.standing;
    head(words::stands(standing), &format!("stage {}: {standing}", evidence.stage), style)
}

/// How far it is, and a line for each measure.
fn measures(evidence: &StageEvidence, style: Style) -> Vec<String> {
    let about = lines(&inert::log_line(&words::about(evidence)), style.columns().saturating_sub(4));
    let mut all: Vec<String> = about.iter().map(|about| format!("  {} {about}", style.dim("│"))).collect();
    let (name, course_wide) = (|course: &Course| inert::log_line(&course.measure), style.columns() / 6);
    let wide = evidence.courses.iter().map(|course| columns(&name(course))).max().unwrap_or(0).min(20);
    for course in &evidence.courses {
        let demands = || evidence.judgement.demands.iter().filter(|demand| demand.measure == course.measure);
        // The worst is told: not met, then not known.
        let told = [Some(false), None, Some(true)].into_iter().find(|met| demands().any(|demand| demand.met == *met));
        let bounds = demands().find_map(|demand| words::bounds(evidence, demand)).map(|bounds| format!("; {bounds}")).unwrap_or_default();
        let (measure, last) = (fit(&name(course), wide), words::number(course.form, words::last(course)));
        let pad = " ".repeat(wide.saturating_sub(columns(&measure)));
        let spark = words::spark(course, course_wide);
        let text = format!("{measure}{pad} {last:>9} {spark:<course_wide$} {}{bounds}", words::limit(course));
        all.push(line(told.map_or(Outcome::Skipped, |met| words::told(met).0), &text, style));
    }
    all
}

/// One line, cut where it must be.
fn line(outcome: Outcome, text: &str, style: Style) -> String {
    format!("  {} {}", sign(outcome, style), fit(&inert::log_line(text), style.columns().saturating_sub(4)))
}

fn head(outcome: Outcome, text: &str, style: Style) -> String {
    style.came(outcome, &fit(&format!("{} {}", sign_of(outcome), inert::log_line(text)), style.columns()))
}

fn sign(outcome: Outcome, style: Style) -> String {
    style.came(outcome, &sign_of(outcome).to_string())
}

/// A text behind a sign, on as many lines as it needs.
fn entry(out: &mut String, outcome: Outcome, text: &str, style: Style) {
    for (place, line) in lines(&inert::log_line(text), style.columns().saturating_sub(4)).iter().enumerate() {
        let sign = if place == 0 { sign(outcome, style) } else { style.dim("│") };
        push(out, &format!("  {sign} {line}"));
    }
}

/// A text behind the gutter.
fn aside(out: &mut String, text: &str, style: Style) {
    for line in lines(&inert::log_line(text), style.columns().saturating_sub(4)) {
        push(out, &format!("  {} {line}", style.dim("│")));
    }
}
