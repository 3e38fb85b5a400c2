//! That somebody has signed: told to whoever wants to hear of it, and to the person whose signature it is.

use std::collections::BTreeMap;

use super::{News, Whom, tell};
use crate::{
    acts::{Caller, Dialogue, EnvironmentRecord},
    ledger::Entry,
    model::{Act, Choice, Decision, PasskeyStep, Release, Reply, Statement},
    notify::Occasion,
    plan::Plan,
};

/// Tells of the signatures in these entries, each person's in one message.
pub(crate) async fn signed(caller: &Caller, dialogue: &dyn Dialogue, record: &EnvironmentRecord, entries: &[Entry]) {
    for sentence in signed_by(caller, &record.plan, record, entries).await {
        dialogue.tell(&sentence);
    }
}

/// The same to those who hear by another plan: the desk's. What is returned are sentences about those who could not be told.
pub(crate) async fn signed_by(caller: &Caller, plan: &Plan, record: &EnvironmentRecord, entries: &[Entry]) -> Vec<String> {
    let mut failed = Vec::new();
    let mut all: BTreeMap<String, (Vec<String>, Release, bool)> = BTreeMap::new();
    for entry in entries {
        let Ok(statement) = Statement::from_json(&entry.payload) else { continue };
        let Some(Said { person, what, release, refuses }) = said(&statement) else { continue };
        let by = statement.made.by.unwrap_or_default();
        let entered = if by == person { String::new() } else { format!(" (entered by {})", Whom::of(record, by).name) };
        let (lines, of, no) = all.entry(person).or_default();
        lines.push(format!("{what}{entered}, entry {}", entry.seq));
        *of = release.unwrap_or_default();
        *no |= refuses;
    }
    for (id, (lines, release, refuses)) in all {
        let person = Whom::of(record, id);
        let occasions = refuses.then_some(Occasion::NoGo).into_iter().chain([Occasion::Signed]).collect();
        let news = News::of(record, (caller.clock)(), occasions, release, format!("{} {}", person.name, lines.join("; ")));
        failed.extend(tell(caller, plan, &record.policy.people, &News { person: Some(person), ..news }).await);
    }
    failed
}

/// What somebody said.
struct Said {
    person: String,
    what: String,
    release: Option<Release>,
    /// It is a no to the release.
    refuses: bool,
}

/// What is told of a statement; nothing of what machines sign.
fn said(statement: &Statement) -> Option<Said> {
    let by = statement.made.by.clone()?;
    let (person, what, refuses) = match &statement.act {
        Act::SignOff(said) if said.decision == Decision::NoGo => (said.person.clone(), format!("signed NO-GO as {}", said.role), true),
        Act::SignOff(said) => (said.person.clone(), format!("signed GO as {}", said.role), false),
        Act::Withdrawal(_) => (by, "took a sign-off back".into(), false),
        Act::Answer(said) => {
            let reply = match said.reply {
                Reply::Yes => "yes",
                Reply::No => "no",
                Reply::NotApplicable => "not applicable",
            };
            (by, format!("answered {}: {reply}", said.check), false)
        }
        Act::Waiver(said) => (by, format!("accepted the exception for {}", said.check), false),
        Act::StageDecision(said) => {
            let what = format!("decided {} of the stage {} as {}", said.choice, said.stage, said.role);
            (said.person.clone(), what, said.choice == Choice::NoGo)
        }
        Act::Emergency(_) => (by, "opened the gate in an emergency".into(), false),
        Act::Review(_) => (by, "closed the review of an emergency".into(), false),
        Act::Deputation(said) => (by, format!("may be signed for by {} as {}", said.deputy, said.role), false),
        Act::VouchedAuthors(_) => (by, "vouched for the authors of a release".into(), false),
        // Whose it is hears of it, whoever signs that.
        Act::Passkey(step) => match step.as_ref() {
            PasskeyStep::Confirmed(passkey) => (passkey.person.clone(), format!("has the passkey {}", passkey.fingerprint()), false),
            PasskeyStep::Revoked(said) => (said.person.clone(), "has a passkey that is revoked".into(), false),
            _ => return None,
        },
        _ => return None,
    };
    Some(Said { person, what, release: statement.act.release().cloned(), refuses })
}
