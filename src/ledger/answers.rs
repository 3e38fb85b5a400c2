//! Whether an answer on record counts: signed by a person of whom the question is asked.

use super::{Aspect, History, LedgerError, Objection, PolicyInForce, RecordedRun, VerifiedEntry};
use crate::model::{Act, Answer, Exit, Finding, GivenAnswer, Json, Outcome, Period, Reply};

/// The answer in this entry as runs and pages take it; `None` where it does not count. An answer from the future allows
/// nothing, and its no is still a no.
pub fn given_answer(entry: &VerifiedEntry, policy: Option<&PolicyInForce<'_>>) -> Option<(String, GivenAnswer)> {
    let Act::Answer(answer) = &entry.statement.act else { return None };
    let (by, key) = (entry.signer()?, entry.key()?);
    if (entry.aside.is_some() && answer.reply != Reply::No) || policy.is_some_and(|policy| !policy.is_person(by)) {
        return None;
    }
    let Answer { check, question, reply, reason, evidence } = answer.clone();
    let given = GivenAnswer {
        reply,
        question,
        reason,
        by: by.to_owned(),
        name: policy.map_or_else(|| by.to_owned(), |policy| policy.name(by)),
        at: entry.statement.made.at.min(entry.own),
        key: key.to_owned(),
        evidence,
        entry: entry.entry.seq,
    };
    Some((check, given))
}

/// Why the answer that a manual finding rests on does not hold now; `None` where it does, or where none was taken.
/// `asked` names those of whom the policy's own plan asks it.
pub(super) fn objection(
    history: &History,
    run: &RecordedRun,
    finding: &Finding,
    asked: Option<&Vec<String>>,
    policy: &PolicyInForce<'_>,
) -> Result<Option<Objection>, LedgerError> {
    if finding.kind != "manual" || finding.outcome == Outcome::Skipped {
        return Ok(None);
    }
    let place = (run.report.project.as_str(), run.report.environment.as_str());
    let answers = history.said(place, &[Act::ANSWER]).collect::<Result<Vec<_>, _>>()?;
    Ok(unsound(&answers, run, finding, asked, policy))
}

/// The same beside everything that was answered.
fn unsound(
    answers: &[&VerifiedEntry],
    run: &RecordedRun,
    finding: &Finding,
    asked: Option<&Vec<String>>,
    policy: &PolicyInForce<'_>,
) -> Option<Objection> {
    let id = &finding.id;
    let again =
        |text: String| Some(Objection { about: Aspect::Report, exit: Exit::Unchecked, text: format!("{text}: run `gonogo verify` again") });
    let anew = answers.iter().find(|entry| {
        let answers = matches!(&entry.statement.act, Act::Answer(answer) if answer.check == *id);
        answers && entry.entry.seq > run.seq && entry.signer().is_some()
    });
    if let Some(entry) = anew {
        return again(format!("`{id}` was answered anew since the newest full run, in entry {}", entry.entry.seq));
    }
    if finding.outcome == Outcome::Pending || finding.observation.value().is_null() {
        return None;
    }
    let Ok(given) = serde_json::from_value::<GivenAnswer>(finding.observation.value().clone()) else {
        return again(format!("the answer to `{id}` in the newest full run cannot be read"));
    };
    if given.reply == Reply::No {
        return None;
    }
    let stands = answers.iter().filter(|entry| entry.entry.seq == given.entry && entry.entry.seq < run.seq);
    let stands = stands.filter_map(|entry| given_answer(entry, Some(policy))).find(|(check, answer)| check == id && *answer == given);
    if stands.is_none() {
        return again(format!("the answer to `{id}` that the newest full run took is not on record as it says, or does not count"));
    }
    let named: Vec<String> = asked.cloned().unwrap_or_else(|| asked_of(&finding.settings));
    if !policy.among(&named).contains(&given.by) {
        return again(format!("`{}` answered `{id}`, of whom the policy does not ask it", given.by));
    }
    let Some(good_for) = finding.expectations.iter().find_map(|expectation| expectation.bound.as_ref()?.value.as_u64()) else {
        return again(format!("how long an answer to `{id}` is good is not said in the newest full run"));
    };
    let until = given.until(Period::seconds(good_for));
    (until <= policy.now).then(|| Objection {
        about: Aspect::Report,
        exit: Exit::Hold,
        text: format!("the answer to `{id}` ran out at {until}: `gonogo answer {id}`, then run `gonogo verify` again"),
    })
}

/// Of whom a manual item with these settings is asked: roles and people; everybody where nobody is named.
pub fn asked_of(settings: &Json) -> Vec<String> {
    match &settings.value()["by"] {
        serde_json::Value::String(one) => vec![one.clone()],
        serde_json::Value::Array(all) => all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}
