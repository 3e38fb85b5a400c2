//! What waits for whom after a run, and that nobody is told twice a day: the marks stand in the ledger's storage, beside the chain.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::{
    acts::{Dialogue, EnvironmentRecord, recording},
    ledger,
    model::{AskedPerson, Digest, Outcome, Record, Report, Unsigned, Verdict, plain, utc},
};

/// What waits for each, by their id, that nobody was told today; from now on it counts as told.
pub(super) async fn waiting(
    dialogue: &dyn Dialogue,
    record: &EnvironmentRecord,
    report: &Report,
    beside: Option<&Record>,
) -> BTreeMap<String, Vec<String>> {
    let mut all = asked(record, report, beside);
    let day = record.now.strftime("%Y-%m-%d").to_string();
    let marks = all.iter().flat_map(|(id, waits)| waits.keys().map(|question| mark(record, id, question))).collect();
    match record.store.mark_told(&day, marks).await {
        Ok(new) => {
            let new: BTreeSet<Digest> = new.into_iter().collect();
            all.iter_mut().for_each(|(id, waits)| waits.retain(|question, _| new.contains(&mark(record, id, question))));
        }
        Err(error) => dialogue.tell(&plain(&format!("who is asked may be told again: {error}"))),
    }
    let lines = all.into_iter().map(|(id, waits)| (id, waits.into_values().collect::<Vec<_>>()));
    lines.filter(|(_, waits)| !waits.is_empty()).collect()
}

/// By this it is known that somebody was told of a question.
fn mark(record: &EnvironmentRecord, person: &str, question: &str) -> Digest {
    let (project, environment) = record.place();
    Digest::of(json!([project, environment, person, question]).to_string().as_bytes())
}

/// What waits for whom: the line that they read, by the question.
fn asked(record: &EnvironmentRecord, report: &Report, beside: Option<&Record>) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut all: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut ask = |person: String, question: String, line: String| _ = all.entry(person).or_default().insert(question, line);
    let policy = record.policy.in_force(record.now);
    for finding in report.findings.iter().filter(|finding| finding.kind == "manual" && finding.outcome == Outcome::Pending) {
        let id = &finding.id;
        let named = record.policy.asked_of.get(id).cloned().unwrap_or_else(|| ledger::asked_of(&finding.settings));
        let people = match &policy {
            Some(policy) => policy.among(&named),
            None => record.policy.people.keys().filter(|id| named.is_empty() || named.contains(id)).cloned().collect(),
        };
        people.into_iter().for_each(|person| ask(person, format!("answer {id}"), format!("answer {id}")));
    }
    let Some(policy) = policy.map(|policy| policy.policy) else { return all };
    // A version is a question of its own; a commit is one of many a day.
    let release = report.release.version.as_deref().unwrap_or_default();
    for row in beside.iter().flat_map(|beside| &beside.roles).filter(|row| report.verdict == Verdict::Go && row.missing() > 0) {
        if let Some(request) = &row.request {
            for AskedPerson { person, at, is_reminded } in request.asked.iter().filter(|_| request.timed_out.is_none()) {
                let (question, line) = (format!("sign {} {release}", row.role), format!("sign as {}", row.role));
                match is_reminded {
                    false => ask(person.clone(), question, line),
                    true => ask(person.clone(), format!("{question} still"), format!("{line}: a reminder, it waits since {}", utc(*at))),
                }
            }
            continue;
        }
        let decided = |person: &&String| row.sign_offs.iter().any(|said| said.person == **person && said.counts());
        let people = policy.roles.get(&row.role).map(|role| role.people.iter().filter(|person| !decided(person)));
        people
            .into_iter()
            .flatten()
            .for_each(|person| ask(person.clone(), format!("sign {} {release}", row.role), format!("sign as {}", row.role)));
    }
    let signed = recording::waivers(Some(record), &record.plan).unwrap_or_default();
    for given in
        signed.iter().filter(|given| !given.signed && given.waiver.expires > record.now && policy.unsigned_waivers == Unsigned::Refused)
    {
        let (check, approver) = (&given.waiver.check, given.waiver.approver.clone());
        let covers = |id: &str, severity: crate::model::Severity| id == check && severity.blocks(report.strict);
        if report.findings.iter().any(|red| red.outcome == Outcome::Fail && !red.is_waived() && covers(&red.id, red.severity)) {
            ask(approver, format!("accept {check}"), format!("accept, or refuse, the exception for {check}"));
        }
    }
    all
}
