//! A signed answer to a manual item.

use std::path::PathBuf;

use super::{
    ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, evidence, notify,
    signer::{self, Signer},
};
use crate::{
    ledger::Entry,
    model::{Act, Answer, Digest, Reply, Subject, plain},
};

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct AnswerRequest {
    pub(crate) record: RecordRequest,
    /// The manual item, or a list of them.
    pub(crate) id: String,
    pub(crate) reply: Reply,
    pub(crate) reason: Option<String>,
    /// Files and addresses that show it.
    pub(crate) evidence: Vec<String>,
    /// What was uploaded to show it, by the files' names.
    pub(crate) uploads: Vec<(String, Vec<u8>)>,
    pub(crate) key: Option<PathBuf>,
}

/// Puts the answer on record, of a list one for each of its questions of today; gives the last entry and the ledger's head.
pub(crate) async fn answer(caller: &Caller, dialogue: &dyn Dialogue, request: &AnswerRequest) -> Result<(Entry, Digest), ActError> {
    let mut record = EnvironmentRecord::open(caller, &request.record, true).await?;
    answer_in(caller, dialogue, request, &mut record).await
}

/// The same in a record that is open.
pub(super) async fn answer_in(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    request: &AnswerRequest,
    record: &mut EnvironmentRecord,
) -> Result<(Entry, Digest), ActError> {
    let ids = record.checks_named(&request.id)?;
    let manuals: Vec<Manual> = ids.iter().map(|id| question(record, id)).collect::<Result<_, _>>()?;
    let asked: Vec<Vec<String>> = ids.iter().map(|id| who(record, id)).collect::<Result<_, _>>()?;
    let people: Vec<String> = asked[0].iter().filter(|one| asked.iter().all(|people| people.contains(one))).cloned().collect();
    let signer = Signer::find(caller, dialogue, record, request.key.as_deref(), &people).await?;
    let evidence = evidence::of(&request.evidence)?.with(&request.uploads);
    manuals.iter().try_for_each(|manual| wanted(manual, request))?;
    let word = match request.reply {
        Reply::Yes => "yes",
        Reply::No => "no",
        Reply::NotApplicable => "not applicable",
    };
    for (id, manual) in ids.iter().zip(&manuals) {
        dialogue.tell(&plain(&format!("{id}: {}", manual.question)));
    }
    record.policy.says_where(dialogue);
    dialogue.tell(&plain(&format!("{} answers {word} with {}", signer.id(), signer.key())));
    let ask = if ids.len() == 1 { "Sign this answer?".into() } else { format!("Sign this answer to all {}?", ids.len()) };
    signer::confirm(dialogue, &ask)?;
    let mut entries = Vec::new();
    for (check, Manual { question, .. }) in ids.into_iter().zip(manuals) {
        let mut subject = vec![Subject::sha256("question", &Digest::of(question.as_bytes()))];
        subject.extend(evidence.named.iter().filter_map(|shown| Some(Subject::sha256(&shown.name, shown.digest.as_ref()?))));
        let named = evidence.named.clone();
        let act = Answer { check, question, reply: request.reply, reason: request.reason.clone(), evidence: named };
        entries.push(signer.put(record, subject, Act::Answer(act), evidence.blobs.clone()).await?);
    }
    notify::signed(caller, dialogue, record, &entries).await;
    let entry = entries.pop().ok_or_else(|| ActError::Usage(format!("`{}` has no question", request.id)))?;
    Ok((entry, record.history.head()))
}

impl AnswerRequest {
    fn shows_nothing(&self) -> bool {
        self.evidence.is_empty() && self.uploads.is_empty()
    }
}

/// A manual item as far as its answer needs it.
struct Manual {
    question: String,
    /// What evidence is wanted.
    evidence: Option<String>,
}

fn question(record: &EnvironmentRecord, id: &str) -> Result<Manual, ActError> {
    let item = record.plan.items.iter().find(|item| item.id == id);
    let item = item.ok_or_else(|| ActError::Usage(format!("the plan has no check `{id}`")))?;
    if item.kind.name != "manual" {
        return Err(ActError::Usage(format!("`{id}` is of the kind `{}`: it looks for itself and takes no answer", item.kind.name)));
    }
    let settings = item.settings.value();
    let question = settings["question"].as_str().map(str::to_owned);
    let question = question.ok_or_else(|| ActError::Usage(format!("`{id}` is not meant for `{}`", record.plan.environment)))?;
    Ok(Manual { question, evidence: settings["evidence"].as_str().map(str::to_owned) })
}

/// A yes that shows nothing of what is asked for says why.
fn wanted(manual: &Manual, request: &AnswerRequest) -> Result<(), ActError> {
    match &manual.evidence {
        Some(evidence) if request.reply == Reply::Yes && request.shows_nothing() && request.reason.is_none() => {
            Err(ActError::Usage(format!(
                "`{}` asks for evidence, {evidence}: show it with `--evidence FILE|URL`, or say with `--reason` why there is none",
                request.id
            )))
        }
        _ => Ok(()),
    }
}

/// The ids of those who may answer: of whom both the policy and the plan here ask it.
fn who(record: &EnvironmentRecord, id: &str) -> Result<Vec<String>, ActError> {
    let policy = record.in_force()?;
    let item = record.plan.items.iter().find(|item| item.id == id);
    let here = item.map(|item| crate::ledger::asked_of(&item.settings)).unwrap_or_default();
    let there = record.policy.asked_of.get(id).cloned().unwrap_or_default();
    let both = policy.among(&there);
    let people: Vec<String> = policy.among(&here).into_iter().filter(|id| both.contains(id)).collect();
    if people.is_empty() {
        let (here, there) = (here.join(", "), there.join(", "));
        return Err(ActError::Usage(format!("nobody may answer `{id}`: the plan here asks {here}, the policy that counts asks {there}")));
    }
    Ok(people)
}
