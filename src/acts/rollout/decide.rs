//! What somebody decides at the end of a stage, signed with their own key and bound to what the stage has shown.

use std::path::PathBuf;

use crate::{
    acts::{
        ActError, Caller, Dialogue, notify,
        rollout::OpenRollout,
        sign::unfit,
        signer::{Signer, confirm},
    },
    ledger::Entry,
    model::{Act, Choice, Exit, Method, Report, StageDecision, Subject, plain},
    notify::Occasion,
    rollout::{StageEvidence, Standing},
};

/// What is decided.
#[derive(Debug, Clone)]
pub(crate) struct DecideRequest {
    /// The stage; the one that began last where none is named.
    pub(crate) stage: Option<String>,
    pub(crate) choice: Choice,
    pub(crate) role: String,
    pub(crate) comment: Option<String>,
    pub(crate) key: Option<PathBuf>,
}

/// Shows what the stage has shown, and puts the decision on record.
pub(crate) async fn decide(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    open: &mut OpenRollout,
    request: &DecideRequest,
) -> Result<(Entry, Vec<String>), ActError> {
    let decision = decision(open, request).await?;
    let policy = open.record().in_force()?.policy;
    let known = policy.roles.get(&request.role).ok_or_else(|| {
        let names: Vec<&str> = policy.roles.keys().map(String::as_str).collect();
        ActError::Usage(format!("the plan has no role `{}`: there are {}", request.role, names.join(", ")))
    })?;
    let (people, admits) = (known.people.clone(), known.methods.contains(&Method::Webauthn));
    let signer = Signer::find(caller, dialogue, open.record(), request.key.as_deref(), &people).await?;
    if signer.method() == Method::Webauthn && request.choice == Choice::Go && !admits {
        return Err(unfit(&request.role, Method::Webauthn));
    }
    let said = StageDecision { person: signer.id().to_owned(), meaning: policy.meaning(&request.role), ..decision };
    let (stage, attempt) = (said.stage.clone(), said.attempt);
    let what = format!("{} of {} as {}: {}", said.choice, stage, request.role, said.meaning);
    for line in said.exceptions.iter().map(|exception| format!("  although: {exception}")).chain([what.clone()]) {
        dialogue.tell(&plain(&line));
    }
    open.record().policy.says_where(dialogue);
    confirm(dialogue, "Sign this?")?;
    let commit = said.release.commit.as_deref().map(Subject::commit);
    let subject = commit.into_iter().chain([Subject::sha256("report.json", &said.evidence)]).collect();
    let entry = signer.put(open.record_mut(), subject, Act::StageDecision(Box::new(said)), Vec::new()).await?;
    notify::signed(caller, dialogue, open.record(), std::slice::from_ref(&entry)).await;
    let last = open.rollout.stages.last().is_some_and(|last| last.name == stage) && request.choice == Choice::Go;
    let mut notes = open.tell(caller, Occasion::Decided, (&stage, attempt), what).await;
    if last {
        notes.extend(open.tell(caller, Occasion::Finished, (&stage, attempt), format!("the last stage, {stage}, was decided")).await);
    }
    Ok((entry, notes))
}

/// The decision but for whose it is: on the newest evidence of the newest attempt.
async fn decision(open: &OpenRollout, request: &DecideRequest) -> Result<StageDecision, ActError> {
    let rollouts = open.rollouts()?;
    let asked = open.asked();
    let stage = match &request.stage {
        Some(name) => {
            open.stage(name)?;
            rollouts.newest(&asked, name)
        }
        None => open.current(&rollouts),
    };
    let nothing = |why: String| ActError::Closed { exit: Exit::Hold, why };
    let stage = stage.ok_or_else(|| nothing("no such stage was begun with this release".into()))?;
    let name = &stage.step.stage;
    let (_, kept) = stage.newest_evidence().ok_or_else(|| {
        nothing(format!("nobody has watched `{name}`, so there is nothing to decide on: `gonogo watch --stage {name} --once`"))
    })?;
    open.samples_hold(stage).await?;
    let report = kept.report.clone().ok_or_else(|| nothing(format!("the evidence of `{name}` has no report to decide on")))?;
    let shown = evidence(open, &report).await?;
    let standing = shown.judgement.standing;
    if request.choice == Choice::Go && standing != Standing::Earned {
        if standing != Standing::Held {
            let why = format!("`{name}` is {standing}: {}", shown.judgement.reasons.join("; "));
            return Err(ActError::Closed { exit: standing.exit(), why });
        }
        if request.comment.as_ref().is_none_or(|comment| comment.trim().is_empty()) {
            let why = shown.judgement.reasons.join("; ");
            return Err(ActError::Usage(format!("`{name}` is held ({why}): a go needs a `--comment` that says why that is enough")));
        }
    }
    let mut exceptions = if standing == Standing::Earned { Vec::new() } else { shown.judgement.reasons.clone() };
    exceptions.extend(shown.judgement.notes());
    Ok(StageDecision {
        release: stage.step.release.clone(),
        stage: name.clone(),
        attempt: stage.step.attempt,
        began: stage.run.clone(),
        evidence: report,
        role: request.role.clone(),
        meaning: String::new(),
        choice: request.choice,
        comment: request.comment.clone(),
        exceptions,
        person: String::new(),
        shown_by: Vec::new(),
    })
}

/// What a stage had shown, from the report that the record keeps.
pub(super) async fn evidence(open: &OpenRollout, report: &crate::model::Digest) -> Result<StageEvidence, ActError> {
    let bytes = open.record().store.blob(report).await?;
    let bytes = bytes.ok_or_else(|| ActError::Untrusted(format!("the report {report} is not in the ledger any more")))?;
    let read = serde_json::from_slice::<Report>(&bytes).ok().and_then(|report| report.rollout);
    let read = read.and_then(|rollout| serde_json::from_value(rollout.value().clone()).ok());
    read.ok_or_else(|| ActError::Untrusted(format!("the report {report} says nothing of a stage that can be read")))
}
