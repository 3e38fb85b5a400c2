//! What waits for whom after a run, and that nobody is told twice a day: the marks stand in the ledger's storage, beside the chain.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::{
    acts::{Dialogue, EnvironmentRecord, recording},
    ledger,
    model::{AskedPerson, Digest, Outcome, Record, Report, Unsigned, Verdict, plain, utc},
};

/// How often somebody is told of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Often {
    /// As the policy's `requests` say.
    Once,
    Daily,
}

type Question = (Often, String);

/// What waits for somebody: the line that they read, by the question.
type Waits = BTreeMap<Question, String>;

/// What waits for each, by their id, that nobody was told today; from now on it counts as told.
pub(super) async fn waiting(
    dialogue: &dyn Dialogue,
    record: &EnvironmentRecord,
    report: &Report,
    beside: Option<&Record>,
) -> BTreeMap<String, Vec<String>> {
    let mut all = asked(record, report, beside);
    let day = record.now.strftime("%Y-%m-%d").to_string();
    for (often, on) in [(Often::Once, "ever"), (Often::Daily, day.as_str())] {
        let of = |waits: &Waits| waits.keys().filter(|(how, _)| *how == often).cloned().collect::<Vec<_>>();
        let marks: Vec<Digest> =
            all.iter().flat_map(|(id, waits)| of(waits).into_iter().map(|(_, question)| mark(record, id, &question))).collect();
        if marks.is_empty() {
            continue;
        }
        match record.store.mark_told(on, marks).await {
            Ok(new) => {
                let new: BTreeSet<Digest> = new.into_iter().collect();
                let stays = |id: &String, (how, question): &Question| *how != often || new.contains(&mark(record, id, question));
                all.iter_mut().for_each(|(id, waits)| waits.retain(|question, _| stays(id, question)));
            }
            Err(error) => dialogue.tell(&plain(&format!("who is asked may be told again: {error}"))),
        }
    }
    let lines = all.into_iter().map(|(id, waits)| (id, waits.into_values().collect::<Vec<_>>()));
    lines.filter(|(_, waits)| !waits.is_empty()).collect()
}

/// By this it is known that somebody was told of a question.
fn mark(record: &EnvironmentRecord, person: &str, question: &str) -> Digest {
    let (project, environment) = record.place();
    Digest::of(json!([project, environment, person, question]).to_string().as_bytes())
}

/// What waits for whom.
fn asked(record: &EnvironmentRecord, report: &Report, beside: Option<&Record>) -> BTreeMap<String, Waits> {
    let mut all: BTreeMap<String, Waits> = BTreeMap::new();
    let mut put = |person: String, question: Question, line: String| _ = all.entry(person).or_default().insert(question, line);
    let policy = record.policy.in_force(record.now);
    for finding in report.findings.iter().filter(|finding| finding.kind == "manual" && finding.outcome == Outcome::Pending) {
        let id = &finding.id;
        let named = record.policy.asked_of.get(id).cloned().unwrap_or_else(|| ledger::asked_of(&finding.settings));
        let people = match &policy {
            Some(policy) => policy.among(&named),
            None => record.policy.people.keys().filter(|id| named.is_empty() || named.contains(id)).cloned().collect(),
        };
        people.into_iter().for_each(|person| put(person, (Often::Daily, format!("answer {id}")), format!("answer {id}")));
    }
    let Some(policy) = policy.map(|policy| policy.policy) else { return all };
    // A version is a question of its own; a commit is one of many a day.
    let release = report.release.version.as_deref().unwrap_or_default();
    for row in beside.iter().flat_map(|beside| &beside.roles).filter(|row| report.verdict == Verdict::Go && row.missing() > 0) {
        if let Some(request) = &row.request {
            for AskedPerson { person, at, is_reminded } in request.asked.iter().filter(|_| request.timed_out.is_none()) {
                let (question, line) = (format!("sign {} {release} since {at}", row.role), format!("sign as {}", row.role));
                match is_reminded {
                    false => put(person.clone(), (Often::Once, question), line),
                    true => {
                        let line = format!("{line}: a reminder, it waits since {}", utc(*at));
                        put(person.clone(), (Often::Once, format!("{question} still")), line);
                    }
                }
            }
            continue;
        }
        let decided = |person: &&String| row.sign_offs.iter().any(|said| said.person == **person && said.counts());
        let people = policy.roles.get(&row.role).map(|role| role.people.iter().filter(|person| !decided(person)));
        people.into_iter().flatten().for_each(|person| {
            put(person.clone(), (Often::Daily, format!("sign {} {release}", row.role)), format!("sign as {}", row.role))
        });
    }
    let signed = recording::waivers(Some(record), &record.plan).unwrap_or_default();
    for given in
        signed.iter().filter(|given| !given.signed && given.waiver.expires > record.now && policy.unsigned_waivers == Unsigned::Refused)
    {
        let (check, approver) = (&given.waiver.check, given.waiver.approver.clone());
        let covers = |id: &str, severity: crate::model::Severity| id == check && severity.blocks(report.strict);
        if report.findings.iter().any(|red| red.outcome == Outcome::Fail && !red.is_waived() && covers(&red.id, red.severity)) {
            put(approver, (Often::Daily, format!("accept {check}")), format!("accept, or refuse, the exception for {check}"));
        }
    }
    all
}
