//! One check in two reports: where its outcome went, and what changed of what it asks.

use super::{Change, CheckDifference, Effect, Movement, Standing, attempt, demand, settings};
use crate::model::{Finding, Outcome, Waived};

/// `None` only where neither report has it.
pub(super) fn compare(before: Option<&Finding>, after: Option<&Finding>, same_tool: bool) -> Option<CheckDifference> {
    let newest = after.or(before)?;
    let changes = match (before, after) {
        (Some(before), Some(after)) => changes(before, after, same_tool),
        (Some(before), None) if before.guard => vec![not_a_guard()],
        _ => Vec::new(),
    };
    Some(CheckDifference {
        id: newest.id.clone(),
        title: newest.title.clone(),
        movement: movement(before.map(|f| f.outcome), newest.outcome, after.is_none()),
        before: before.map(Standing::of),
        after: after.map(Standing::of),
        changes,
    })
}

impl Standing {
    fn of(finding: &Finding) -> Self {
        Self { outcome: finding.outcome, waived: finding.is_waived(), severity: finding.severity, reason: finding.reason.clone() }
    }
}

fn movement(before: Option<Outcome>, now: Outcome, gone: bool) -> Movement {
    let still = before == Some(now);
    match (before, now) {
        _ if gone => Movement::Removed,
        (None, _) => Movement::Added,
        (_, Outcome::Fail) if still => Movement::StillRed,
        (_, Outcome::Fail) => Movement::NewlyRed,
        (_, Outcome::Unknown) if still => Movement::StillUnknown,
        (_, Outcome::Unknown) => Movement::NewlyUnknown,
        (_, Outcome::Pending) if still => Movement::StillPending,
        (_, Outcome::Pending) => Movement::NewlyPending,
        (_, Outcome::Pass) if still => Movement::StillGreen,
        (_, Outcome::Pass) => Movement::NewlyGreen,
        (_, Outcome::Skipped) if still => Movement::StillSkipped,
        (_, Outcome::Skipped) => Movement::NewlySkipped,
    }
}

fn changes(before: &Finding, after: &Finding, same_tool: bool) -> Vec<Change> {
    let mut all = Vec::new();
    if before.severity != after.severity {
        // The heaviest severity is the least of the enumeration.
        let effect = if after.severity > before.severity { Effect::Loosened } else { Effect::Tightened };
        all.push(Change::new("severity", Some(before.severity.to_string()), Some(after.severity.to_string()), effect));
    }
    all.extend(left_out(before, after));
    match (before.guard, after.guard) {
        (true, false) => all.push(not_a_guard()),
        (false, true) => all.push(Change::new("guard", None, Some("guards the environment".into()), Effect::Tightened)),
        (true, true) | (false, false) => {}
    }
    all.extend(needs(before, after));
    all.extend(waiver(before, after));
    all.extend(attempt::changes(before, after));
    if before.kind != after.kind {
        all.push(Change::new("kind", Some(before.kind.clone()), Some(after.kind.clone()), Effect::Changed));
    }
    let same_rules = same_tool && before.kind == after.kind && before.settings == after.settings;
    all.extend(demand::changes(before, after, same_rules));
    all.extend(settings::changes(&before.settings, &after.settings));
    if before.target != after.target && before.target.is_some() && after.target.is_some() {
        all.push(Change::new("target", before.target.clone(), after.target.clone(), Effect::Changed));
    }
    all
}

fn not_a_guard() -> Change {
    Change::new("guard", Some("nothing else was touched before it had passed".into()), None, Effect::Loosened)
}

/// Left out where it was tried, or the reverse. What a share leaves to another one is told of the run, not of each check.
fn left_out(before: &Finding, after: &Finding) -> Option<Change> {
    let skipped = |f: &Finding| f.outcome == Outcome::Skipped;
    let said = |f: &Finding| Some(if skipped(f) { format!("skipped: {}", f.reason) } else { "tried".into() });
    let effect = match (skipped(before), skipped(after)) {
        (false, true) if !after.elsewhere => Effect::Loosened,
        (true, false) if !before.elsewhere => Effect::Tightened,
        _ => return None,
    };
    Some(Change::new("is tried", said(before), said(after), effect))
}

fn needs(before: &Finding, after: &Finding) -> impl Iterator<Item = Change> {
    let gone = before.needs.iter().filter(|id| !after.needs.contains(id));
    let new = after.needs.iter().filter(|id| !before.needs.contains(id));
    let gone = gone.map(|id| Change::new("needs", Some(id.clone()), None, Effect::Loosened));
    let new = new.map(|id| Change::new("needs", None, Some(id.clone()), Effect::Tightened));
    gone.chain(new).collect::<Vec<_>>().into_iter()
}

/// An exception that no longer stands beside a check is only a tightening if the check still fails: else it is not needed.
fn waiver(before: &Finding, after: &Finding) -> Option<Change> {
    let what = "accepted exception";
    let said = |waiver: &Waived| {
        format!("until {}: {} (owner {}, accepted by {}, {})", waiver.expires, waiver.reason, waiver.owner, waiver.approver, waiver.ticket)
    };
    let (old, new) = (before.waiver.as_ref(), after.waiver.as_ref());
    let effect = match (old, new) {
        (None, Some(_)) => Effect::Loosened,
        (Some(_), None) if after.outcome == Outcome::Fail => Effect::Tightened,
        (Some(old), Some(new)) if new.expires > old.expires => Effect::Loosened,
        (Some(old), Some(new)) if new.expires < old.expires => Effect::Tightened,
        (Some(old), Some(new)) if old != new => Effect::Changed,
        _ => return None,
    };
    Some(Change::new(what, old.map(said), new.map(said), effect))
}
