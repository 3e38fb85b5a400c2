//! What the templates of a rollout are given: every text chosen, none escaped.

use jiff::Timestamp;
use minijinja::{
    context,
    value::{Serde, Value, merge_maps},
};

use super::{
    super::{
        people,
        story::{moment, sign_of},
    },
    axis::Span,
    chart::{chart, ticks},
    headline, tone, words,
};
use crate::{
    model::{Outcome, Period},
    rollout::{Account, DecisionAccount, Form, Gap, JudgedDemand, Progress, Shown, StageAccount, StageEvidence, WentBack},
};

/// More gaps than these are counted, not listed.
const LISTED: usize = 40;
/// Characters of a course as text.
const COURSE: usize = 30;

/// All that is told of a rollout.
pub(in crate::render) fn account(account: &Account) -> Value {
    let tone = tone(account);
    let span = span(account);
    let stage = |(id, stage): (usize, &StageAccount)| with(stage_of(stage), with(context! { id }, placed(stage, account, span)));
    context! {
        headline => headline(account), tone => tone.word(), sign => tone.sign(), said => &account.said, at => moment(account.at),
        project => &account.project, environment => &account.environment, release => people::named(&account.release), old => &account.old,
        ticks => span.map(ticks).unwrap_or_default(),
        stages => account.stages.iter().enumerate().map(stage).collect::<Vec<_>>(),
        rollbacks => account.rollbacks.iter().map(went_back).collect::<Vec<_>>(),
        drill => account.drill.as_ref().map(went_back),
        success => account.success.iter().map(shown).collect::<Vec<_>>(),
        notes => &account.notes,
        tool => concat!("gonogo ", env!("CARGO_PKG_VERSION")),
    }
}

fn with(value: Value, more: Value) -> Value {
    merge_maps([value, more])
}

/// A sign with its colour.
fn signed(outcome: Outcome, said: &str) -> Value {
    context! { sign => sign_of(outcome), tone => outcome.word(), said }
}

fn stage_of(stage: &StageAccount) -> Value {
    let (outcome, standing) = state(stage);
    let decisions: Vec<Value> = stage.decisions.iter().map(decision).collect();
    let more = context! {
        name => &stage.name, traffic => &stage.traffic, attempt => stage.attempt, void => &stage.void, roles => &stage.roles, decisions,
        begun => stage.begun.map(moment), ended => stage.ended.map(moment), evidence => stage.evidence.as_deref().map(self::stage),
    };
    with(signed(outcome, &standing), more)
}

/// What has become of a stage.
pub(super) fn state(stage: &StageAccount) -> (Outcome, String) {
    match (&stage.void, stage.standing) {
        (Some(_), _) => (Outcome::Skipped, "counts for nothing".into()),
        (None, Some(standing)) => (words::stands(standing), standing.to_string()),
        (None, None) if stage.attempt > 0 => (Outcome::Unknown, "nothing shown yet".into()),
        (None, None) => (Outcome::Skipped, "not begun".into()),
    }
}

/// The time from the first stage to the last that is known of.
fn span(account: &Account) -> Option<Span> {
    let goes_on = matches!(account.state, Progress::UnderWay).then_some(account.at);
    Span::of(account.stages.iter().flat_map(times).chain(goes_on).chain(account.rollbacks.iter().map(|back| back.fired)))
}

fn times(stage: &StageAccount) -> impl Iterator<Item = Timestamp> + Clone {
    let seen = stage.evidence.as_ref().and_then(|evidence| evidence.judgement.last);
    let decided = stage.decisions.iter().map(|decision| decision.at);
    [stage.begun, stage.ended, seen].into_iter().flatten().chain(decided)
}

/// Where a stage and its marks stand on the timeline, in percent.
fn placed(stage: &StageAccount, account: &Account, span: Option<Span>) -> Value {
    let place = |at: Timestamp| span.map_or(0.0, |span| span.part(at) * 100.0);
    let goes_on = account.state == Progress::UnderWay && stage.ended.is_none();
    let last = if goes_on { Some(account.at) } else { stage.ended.or_else(|| times(stage).max()) };
    let two = |percent: f64| format!("{percent:.2}");
    let bar = |(from, to)| context! { left => two(place(from)), width => two((place(to) - place(from)).max(0.0)) };
    let mark = |at, mark: Value| with(mark, context! { left => two(place(at)), at => moment(at) });
    let said = |it: &DecisionAccount| format!("{} by {} as {}", it.choice, it.who, it.role);
    let decisions = stage.decisions.iter().map(|it| mark(it.at, signed(choice(it), &said(it))));
    let ways = account.rollbacks.iter().filter(|back| back.stage == stage.name);
    let ways = ways.map(|back| mark(back.fired, context! { sign => "↩", tone => "fail", said => format!("way back ({})", back.kind) }));
    context! { bar => stage.begun.zip(last).map(bar), marks => decisions.chain(ways).collect::<Vec<_>>() }
}

/// What somebody decided, as what a check comes to: it has the same sign and colour.
pub(super) fn choice(decision: &DecisionAccount) -> Outcome {
    match (&decision.void, &*decision.choice) {
        (Some(_), _) => Outcome::Skipped,
        (None, "go") => Outcome::Pass,
        (None, "hold") => Outcome::Pending,
        (None, _) => Outcome::Fail,
    }
}

fn decision(it: &DecisionAccount) -> Value {
    let more = context! { who => &it.who, role => &it.role, at => moment(it.at), comment => &it.comment, exceptions => &it.exceptions, void => &it.void };
    with(signed(choice(it), &it.choice), more)
}

fn went_back(back: &WentBack) -> Value {
    let (outcome, said) = words::came_back(back);
    let more = context! {
        environment => &back.environment, stage => &back.stage, kind => &back.kind, why => &back.why,
        notes => back.afterwards().chain(&back.notes).cloned().collect::<Vec<_>>(),
        fired => moment(back.fired), took => words::took(back),
    };
    with(signed(outcome, said), more)
}

fn shown(shown: &Shown) -> Value {
    let (outcome, said) = words::told(shown.met);
    with(signed(outcome, said), Value::from(Serde(shown)))
}

/// All that is told of what a stage has shown.
pub(in crate::render) fn stage(evidence: &StageEvidence) -> Value {
    let judgement = &evidence.judgement;
    let triggers = judgement.triggers.iter().map(|trigger| {
        let (outcome, said) = words::fired(trigger);
        let more = context! { when => &trigger.when, level => trigger.level.word(), evidence => words::evidence(trigger) };
        with(signed(outcome, &said), more)
    });
    let measures = evidence.courses.iter().map(|course| {
        let last = words::number(course.form, words::last(course));
        context! { measure => &course.measure, course => words::spark(course, COURSE), last, limit => words::limit(course) }
    });
    let gap = |gap: &Gap| context! { from => moment(gap.from), to => moment(gap.to), took => Period::between(gap.from, gap.to).to_string(), why => &gap.why };
    let more = context! {
        name => &evidence.stage, about => words::about(evidence), reasons => &judgement.reasons, notes => judgement.notes(),
        begun => moment(evidence.begun), samples => judgement.samples, last => judgement.last.map(moment), old => people::named(&evidence.old),
        confidence => words::number(Form::Share, Some(evidence.confidence)),
        demands => judgement.demands.iter().map(|it| demand(it, evidence)).collect::<Vec<_>>(),
        triggers => triggers.collect::<Vec<_>>(),
        measures => measures.collect::<Vec<_>>(),
        charts => evidence.courses.iter().map(|course| chart(course, evidence)).collect::<Vec<_>>(),
        gaps => judgement.gaps.iter().take(LISTED).map(gap).collect::<Vec<_>>(),
        more_gaps => judgement.gaps.len().saturating_sub(LISTED),
    };
    with(signed(words::stands(judgement.standing), judgement.standing.word()), more)
}

fn demand(demand: &JudgedDemand, evidence: &StageEvidence) -> Value {
    let (outcome, said) = words::told(demand.met);
    merge_maps([
        signed(outcome, said),
        Value::from(Serde(demand)),
        context! { bounds => words::bounds(evidence, demand), missing => words::missing(demand) },
    ])
}
