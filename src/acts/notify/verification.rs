//! That a run is on record: what it came to, and who is asked because of it.

use futures_util::future::join_all;

use super::{News, Whom, tell_of, waiting::waiting};
use crate::{
    acts::{Caller, Dialogue, EnvironmentRecord},
    model::{Finding, Outcome, Phase, Record, Report, Verdict, counted, first_of},
    notify::Occasion,
};

/// So many checks are named in the sentence.
const NAMED: usize = 10;

/// Tells of a run that is on record, with what pages show beside it.
pub(crate) async fn recorded(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    record: &EnvironmentRecord,
    report: &Report,
    beside: Option<&Record>,
) {
    let now = (caller.clock)();
    let verdict = match report.verdict {
        Verdict::NoGo if report.is_full() => Some(Occasion::NoGo),
        Verdict::Hold if report.is_full() => Some(Occasion::Hold),
        _ => None,
    };
    let occasions = verdict.into_iter().chain([Occasion::Run]).collect();
    let (checks, text) = said(report);
    let news = News::of(record, now, occasions, report.release.clone(), text);
    tell_of(caller, dialogue, record, &News { verdict: Some(report.headline()), checks, ..news }).await;
    ask(caller, dialogue, record, report, beside).await;
}

/// Tells those who are asked because of a run, as often as they are told of such things.
pub(crate) async fn ask(caller: &Caller, dialogue: &dyn Dialogue, record: &EnvironmentRecord, report: &Report, beside: Option<&Record>) {
    if !report.is_full() || !wanted(record) {
        return;
    }
    let now = (caller.clock)();
    let asked = waiting(dialogue, record, report, beside).await.into_iter().map(async |(id, waits)| {
        let person = Whom::of(record, id);
        let text = format!("this waits for {}:", person.name);
        let news = News::of(record, now, vec![Occasion::WaitsForYou], report.release.clone(), text);
        tell_of(caller, dialogue, record, &News { person: Some(person), waits, ..news }).await;
    });
    join_all(asked).await;
}

/// Whether anybody wants to hear what waits: else nothing is marked as told.
fn wanted(record: &EnvironmentRecord) -> bool {
    let on = record.plan.notify.iter().map(|notify| &notify.on[..]);
    on.chain(record.plan.notify_unset.iter().map(|(on, _)| &on[..])).any(|on| on.contains(&Occasion::WaitsForYou))
}

/// The checks that stand in the way, or wait for an answer, with a sentence.
fn said(report: &Report) -> (Vec<String>, String) {
    let blocks = |finding: &&Finding| finding.severity.blocks(report.strict);
    let ids = |outcomes: &[Outcome]| -> Vec<String> {
        let found = report.findings.iter().filter(blocks).filter(|finding| outcomes.contains(&finding.outcome) && !finding.is_waived());
        found.map(|finding| finding.id.clone()).collect()
    };
    let when = if report.phase == Phase::PostDeploy { " after the deployment" } else { "" };
    let part = if report.is_full() { "" } else { ", in a run that is not a full one" };
    let (red, open) = (ids(&[Outcome::Fail, Outcome::Unknown]), ids(&[Outcome::Pending]));
    let sentence = |ids: &[String], what: &str, verb: (&str, &str)| {
        let verb = if ids.len() == 1 { verb.0 } else { verb.1 };
        format!("{} {verb}{when}{part}: {}", counted(ids.len(), what), first_of(ids, NAMED, ids.len(), ", "))
    };
    match (red.is_empty(), open.is_empty()) {
        (false, _) => (red.clone(), sentence(&red, "blocker", ("stands in the way", "stand in the way"))),
        (true, false) => (open.clone(), sentence(&open, "question", ("waits for an answer", "wait for an answer"))),
        (true, true) => (Vec::new(), format!("no blocker stands in the way{when}{part}")),
    }
}
