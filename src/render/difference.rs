//! What changed between two reports, as text. What a reviewer must see is grouped once, here; terminal and Markdown only
//! escape and lay it out.

mod markdown;
mod terminal;

use crate::model::{Change, CheckDifference, Difference, Effect, Movement, Outcome, Side, Standing, counted, when};

use super::{
    inert,
    story::{moment, sign_of},
    terminal::Style,
};

/// An output format of a comparison: its name and its function.
pub struct DifferenceFormat {
    /// `markdown`, `json`, ….
    pub name: &'static str,
    /// One sentence for `--help`.
    pub about: &'static str,
    /// The whole text.
    pub render: fn(&Difference) -> String,
}

/// Every output format of a comparison.
pub const DIFFERENCE_FORMATS: &[DifferenceFormat] = &[
    DifferenceFormat {
        name: "terminal",
        about: "plain text for people, the gravest last",
        render: |difference| terminal::render(difference, super::terminal::PLAIN),
    },
    DifferenceFormat { name: "markdown", about: "for a pull request, a ticket or a wiki", render: markdown::render },
    DifferenceFormat { name: "json", about: "the comparison itself, for programs", render: json },
];

/// The comparison on a terminal.
pub fn difference(difference: &Difference, style: Style) -> String {
    terminal::render(difference, style)
}

fn json(difference: &Difference) -> String {
    // Serialising these types cannot fail: all keys are strings.
    let mut text = serde_json::to_string_pretty(difference).unwrap_or_default();
    text.push('\n');
    text
}

/// What is said of both reports, each with what the other says beside it.
struct ComparedFact {
    label: &'static str,
    before: String,
    after: String,
}

fn facts(difference: &Difference) -> Vec<ComparedFact> {
    let fact = |label, said: fn(&Side) -> String| ComparedFact { label, before: said(&difference.before), after: said(&difference.after) };
    vec![
        fact("Verdict", |side| side.headline.clone()),
        fact("Project", |side| side.project.clone()),
        fact("Environment", |side| format!("{}, {}", side.environment, when(side.phase, side.window))),
        fact("Release", |side| side.release.name().unwrap_or_else(|| "not named".into())),
        fact("Judged", |side| moment(side.at)),
        fact("Plan", |side| short(side.plan.as_str())),
        fact("Fingerprint", |side| short(side.digest.as_str())),
    ]
}

/// Enough of a fingerprint to tell two apart by eye.
fn short(digest: &str) -> String {
    inert::cut(digest, 12)
}

/// Changes of one kind, or checks that moved the same way.
struct ChangeGroup {
    title: &'static str,
    /// Whether a reviewer must see it.
    grave: bool,
    entries: Vec<ChangedItem>,
}

/// One check, or the run itself.
struct ChangedItem {
    sign: char,
    /// `None` for the run itself.
    id: Option<String>,
    /// What stands beside the id.
    title: String,
    lines: Vec<String>,
}

/// Gravest first; only groups that have entries.
fn groups(difference: &Difference) -> Vec<ChangeGroup> {
    let mut all = Vec::new();
    let moved = |movement, title, grave| ChangeGroup { title, grave, entries: moved(difference, movement, |_| true) };
    let added =
        |title, grave, of: fn(&Standing) -> bool| ChangeGroup { title, grave, entries: self::moved(difference, Movement::Added, of) };
    let changed = |effect, title, grave| ChangeGroup { title, grave, entries: changed(difference, effect) };
    all.push(moved(Movement::NewlyRed, "Newly red", true));
    all.push(added("Added, and not green", true, is_ill));
    all.push(changed(Effect::Loosened, "Loosened", true));
    all.push(moved(Movement::Removed, "Removed", true));
    all.push(moved(Movement::NewlyUnknown, "Newly not checked", true));
    all.push(moved(Movement::NewlySkipped, "Newly skipped", true));
    all.push(moved(Movement::NewlyPending, "Newly waiting for an answer", false));
    all.push(changed(Effect::Changed, "Changed, for a person to judge", false));
    all.push(moved(Movement::StillRed, "Still red", false));
    all.push(moved(Movement::StillUnknown, "Still not checked", false));
    all.push(moved(Movement::StillPending, "Still waiting for an answer", false));
    all.push(added("Added", false, |standing| !is_ill(standing)));
    all.push(changed(Effect::Tightened, "Tightened", false));
    all.push(moved(Movement::NewlyGreen, "Newly green", false));
    all.retain(|group| !group.entries.is_empty());
    all
}

/// Red or not checked.
fn is_ill(standing: &Standing) -> bool {
    !standing.waived && matches!(standing.outcome, Outcome::Fail | Outcome::Unknown)
}

fn moved(difference: &Difference, movement: Movement, which: fn(&Standing) -> bool) -> Vec<ChangedItem> {
    let here = difference.checks.iter().filter(|check| check.movement == movement);
    let here = here.filter(|check| check.after.as_ref().or(check.before.as_ref()).is_some_and(which));
    here.map(|check| {
        let standing = check.after.as_ref().or(check.before.as_ref());
        let severity = standing.map(|standing| standing.severity.to_string()).unwrap_or_default();
        let route = match (&check.before, &check.after) {
            (Some(before), Some(after)) if before.outcome != after.outcome => format!("{} → {}", said(before), said(after)),
            (Some(before), None) => format!("{}, before", said(before)),
            (_, Some(now)) => said(now),
            (None, None) => String::new(),
        };
        let mut lines = vec![format!("{severity}: {route}")];
        let silent = movement == Movement::Removed || standing.is_none_or(|standing| standing.outcome == Outcome::Pass);
        lines.extend(standing.filter(|_| !silent).map(|standing| standing.reason.clone()));
        ChangedItem { sign: standing.map_or(' ', sign), id: Some(check.id.clone()), title: title(check), lines }
    })
    .collect()
}

fn changed(difference: &Difference, effect: Effect) -> Vec<ChangedItem> {
    let sign = match effect {
        Effect::Loosened => '!',
        Effect::Changed => '·',
        Effect::Tightened => '+',
    };
    let lines = |changes: &[Change]| -> Vec<String> { changes.iter().filter(|change| change.effect == effect).map(line).collect() };
    let run = ChangedItem { sign, id: None, title: "the run itself".into(), lines: lines(&difference.run) };
    let checks = difference.checks.iter().map(|check| ChangedItem {
        sign,
        id: Some(check.id.clone()),
        title: title(check),
        lines: lines(&check.changes),
    });
    [run].into_iter().chain(checks).filter(|entry| !entry.lines.is_empty()).collect()
}

fn title(check: &CheckDifference) -> String {
    if check.title == check.id { String::new() } else { check.title.clone() }
}

fn line(change: &Change) -> String {
    let what = &change.what;
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{what}: {before} → {after}"),
        (Some(before), None) => format!("{what}: no longer: {before}"),
        (None, Some(after)) => format!("{what}: new: {after}"),
        (None, None) => what.clone(),
    }
}

fn said(standing: &Standing) -> String {
    if standing.waived { "failed under an accepted exception".into() } else { standing.outcome.phrase().into() }
}

fn sign(standing: &Standing) -> char {
    if standing.waived && standing.outcome == Outcome::Fail { '!' } else { sign_of(standing.outcome) }
}

/// The last line, or the first: how much of what.
fn tally(difference: &Difference) -> String {
    let parts: Vec<String> = [
        (difference.moved(Movement::NewlyRed), "newly red"),
        (difference.effects(Effect::Loosened), "loosened"),
        (difference.moved(Movement::Removed), "removed"),
        (difference.moved(Movement::NewlyUnknown), "newly not checked"),
        (difference.moved(Movement::NewlySkipped), "newly skipped"),
        (difference.moved(Movement::NewlyPending), "newly waiting"),
        (difference.effects(Effect::Changed), "changed"),
        (difference.moved(Movement::StillRed), "still red"),
        (difference.moved(Movement::StillUnknown), "still not checked"),
        (difference.moved(Movement::StillPending), "still waiting"),
        (difference.moved(Movement::Added), "added"),
        (difference.effects(Effect::Tightened), "tightened"),
        (difference.moved(Movement::NewlyGreen), "newly green"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, word)| format!("{n} {word}"))
    .collect();
    let rest = format!("{} unchanged", counted(difference.unchanged, "check"));
    if parts.is_empty() { format!("Nothing differs; {rest}") } else { format!("{}; {rest}", parts.join(", ")) }
}
