//! A role holder's decision on one report, signed with their own key.

mod bundle;
mod shown;
mod taking;
mod train;

use std::path::PathBuf;

use super::{
    ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, ReleaseRequest, evidence, notify,
    signer::{self, Signer},
};
use crate::{
    ledger::{self, Blob, Entry, Envelope, RecordedRun, VerifiedEntry, pae},
    model::{
        Act, Decision, Digest, Evidence, Method, Phase, SignOff, SignedBeside, SignedException, Signoff, Subject, Verdict, Withdrawal,
        plain,
    },
};

use shown::shown;
pub(super) use shown::since;
pub(super) use taking::{take_in, take_prepared};
pub(crate) use train::sign_all;

/// What is decided, or taken in.
#[derive(Debug, Clone, Default)]
pub(crate) struct SignRequest {
    pub(crate) record: RecordRequest,
    /// The release; whatever was run last where nothing is said.
    pub(crate) release: ReleaseRequest,
    /// A bundle whose report is signed, far from any ledger.
    pub(crate) bundle: Option<PathBuf>,
    pub(crate) role: String,
    pub(crate) no_go: bool,
    /// Take the sign-off in this role back.
    pub(crate) withdraw: bool,
    pub(crate) comment: Option<String>,
    /// Whose decision is entered.
    pub(crate) person: Option<String>,
    /// For whom it is signed who is absent, by id.
    pub(crate) deputy_of: Option<String>,
    /// The reports of other projects that are signed with the same word.
    pub(crate) beside: Vec<SignedBeside>,
    /// Files that show the decision.
    pub(crate) evidence: Vec<PathBuf>,
    /// A file for the signature, instead of the ledger.
    pub(crate) out: Option<PathBuf>,
    /// A file for what is to be signed elsewhere, and by whom.
    pub(crate) export: Option<(PathBuf, String)>,
    pub(crate) key: Option<PathBuf>,
}

/// What became of a decision.
pub(crate) enum Signed {
    /// It is on record, under this head.
    OnRecord(Box<Entry>, Digest),
    /// It is in this file.
    InFile(PathBuf),
    /// What is to be signed is in this file.
    Exported(PathBuf),
}

/// Shows what is decided on, has it signed and puts it on record or into a file.
pub(crate) async fn sign(caller: &Caller, dialogue: &dyn Dialogue, request: &SignRequest) -> Result<Signed, ActError> {
    if let Some(file) = &request.bundle {
        return bundle::sign(caller, dialogue, request, file).await;
    }
    let mut record = EnvironmentRecord::open(caller, &request.record, false).await?;
    let Some(made) = decide(caller, dialogue, request, &record, None).await? else {
        return Ok(Signed::Exported(request.export.clone().map(|(file, _)| file).unwrap_or_default()));
    };
    match &request.out {
        Some(file) => write(file.clone(), &made),
        None => {
            let draft = ledger::Draft { payload: made.envelope.payload, signature: Some(made.envelope.signature) };
            let entry = record.append(caller, draft, made.blobs, None).await?;
            notify::signed(caller, dialogue, &record, std::slice::from_ref(&entry)).await;
            Ok(Signed::OnRecord(Box::new(entry), record.history.head()))
        }
    }
}

/// Lays the decision on the report `report` before whoever sits at the desk.
pub(super) async fn prepare(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    request: &SignRequest,
    record: &EnvironmentRecord,
    report: &Digest,
) -> Result<(), ActError> {
    decide(caller, dialogue, request, record, Some(report)).await.map(drop)
}

/// Takes in signature files, or what `ssh-keygen` signed; gives the entries and the ledger's head. One that cannot be
/// believed keeps all of them out.
pub(crate) async fn add(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    record: &RecordRequest,
    files: &[PathBuf],
    dsse: Option<&PathBuf>,
    evidence: &[PathBuf],
) -> Result<(Vec<Entry>, Digest), ActError> {
    let mut record = EnvironmentRecord::open(caller, record, false).await?;
    let blobs = evidence::read(evidence)?.blobs;
    let entries = match dsse {
        Some(file) => vec![taking::detached(caller, &mut record, file, &blobs).await?],
        None => take_in(caller, &mut record, files, &blobs).await?,
    };
    notify::signed(caller, dialogue, &record, &entries).await;
    Ok((entries, record.history.head()))
}

/// A signed decision with what must be kept beside it.
struct Made {
    envelope: Envelope,
    blobs: Vec<Blob>,
    key: String,
    by: String,
}

fn write(file: PathBuf, made: &Made) -> Result<Signed, ActError> {
    std::fs::write(&file, made.envelope.to_json(&made.key))
        .map_err(|error| ActError::Output(format!("`{}` could not be written: {error}", file.display())))?;
    Ok(Signed::InFile(file))
}

/// What somebody is about to sign, as they were shown it.
struct Draft<'c> {
    signer: Signer<'c>,
    subject: Vec<Subject>,
    act: Act,
    method: Method,
    blobs: Vec<Blob>,
}

impl Draft<'_> {
    async fn signed(self, record: &EnvironmentRecord) -> Result<Made, ActError> {
        let Self { signer, subject, act, method, blobs } = self;
        let envelope = signer.statement(record, (subject, act, &blobs), method).await?;
        Ok(Made { envelope, blobs, key: signer.key(), by: signer.id().to_owned() })
    }
}

/// Shows what is decided on, and has it signed; `None` where it was only exported.
async fn decide(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    request: &SignRequest,
    record: &EnvironmentRecord,
    report: Option<&Digest>,
) -> Result<Option<Made>, ActError> {
    if let Some((export, signer)) = &request.export {
        let run = newest(request, record, report).await?;
        let (policy, method) = (record.in_force()?.policy, method(request, dialogue, record)?);
        let act = act(request, record, &run, policy, (signer, &evidence::read(&request.evidence)?.named))?;
        let statement = record.statement(caller, subject(&run), Some(signer.clone()), method, act);
        std::fs::write(export, pae(&statement.to_json())).map_err(|error| ActError::Output(format!("{}: {error}", export.display())))?;
        return Ok(None);
    }
    let drafted = draft(caller, dialogue, request, record, report).await?;
    signer::confirm(dialogue, "Sign this?")?;
    drafted.signed(record).await.map(Some)
}

/// How the decision is signed, where the role may sign so.
fn method(request: &SignRequest, dialogue: &dyn Dialogue, record: &EnvironmentRecord) -> Result<Method, ActError> {
    let (policy, role) = (record.in_force()?.policy, request.role.as_str());
    let known = policy.roles.get(role).ok_or_else(|| no_role(role, policy))?;
    let method = match (&request.person, dialogue.at_desk()) {
        (Some(_), _) => Method::Recorded,
        (None, Some(_)) => Method::Webauthn,
        (None, None) => Method::Ssh,
    };
    // A no is a no whatever it was signed with.
    let is_no = method == Method::Webauthn && request.no_go && !request.withdraw;
    if known.methods.contains(&method) || is_no { Ok(method) } else { Err(unfit(role, method)) }
}

/// Finds who signs, and shows them what they decide on.
async fn draft<'c>(
    caller: &'c Caller,
    dialogue: &'c dyn Dialogue,
    request: &SignRequest,
    record: &EnvironmentRecord,
    report: Option<&Digest>,
) -> Result<Draft<'c>, ActError> {
    let (policy, method) = (record.in_force()?.policy, method(request, dialogue, record)?);
    let run = newest(request, record, report).await?;
    // Whoever enters somebody else's decision may have any role but a machine's.
    let everybody = || policy.roles.values().flat_map(|role| role.people.clone()).filter(|id| policy.is_of_people(id)).collect();
    let people: Vec<String> = match (&request.person, &request.deputy_of) {
        (Some(_), _) => everybody(),
        (None, Some(principal)) => policy.deputies.get(principal).cloned().unwrap_or_default(),
        (None, None) => policy.roles.get(&request.role).map(|role| role.people.clone()).unwrap_or_default(),
    };
    let evidence = evidence::read(&request.evidence)?;
    let signer = Signer::find(caller, dialogue, record, request.key.as_deref(), &people).await?;
    let act = act(request, record, &run, policy, (signer.id(), &evidence.named))?;
    for line in shown(record, &run, &act, &signer).await? {
        dialogue.tell(&plain(&line));
    }
    record.policy.says_where(dialogue);
    Ok(Draft { signer, subject: subject(&run), act, method, blobs: evidence.blobs })
}

/// Why somebody in this role does not sign so.
pub(super) fn unfit(role: &str, method: Method) -> ActError {
    ActError::Usage(match method {
        Method::Webauthn => format!("the role `{role}` may not sign in the browser: its `methods` have no `webauthn`"),
        Method::Ssh => format!("the role `{role}` may not sign with an SSH key: its `methods` have no `ssh`"),
        Method::Recorded => format!("the role `{role}` must be signed with the person's own key: its `methods` have no `recorded`"),
    })
}

fn no_role(role: &str, policy: &Signoff) -> ActError {
    let names: Vec<&str> = policy.roles.keys().map(String::as_str).collect();
    ActError::Usage(format!("the plan has no role `{role}`: there are {}", names.join(", ")))
}

/// The newest full run of the release, of any release where none is said; or the run of this report.
async fn newest(request: &SignRequest, record: &EnvironmentRecord, report: Option<&Digest>) -> Result<RecordedRun, ActError> {
    let run = match report {
        Some(report) => of_report(record, report).await?,
        // Whatever was looked at last is what people talk about.
        None if request.release.is_empty() => match ledger::newest_look(&record.history, record.place())? {
            Some((entry, run)) => Some(ledger::recorded(record.store.as_ref(), entry, run).await?),
            None => None,
        },
        None => {
            // Whoever signs may have anything checked out.
            let asked = record.asked(request.release.as_said());
            ledger::runs(record.store.as_ref(), &record.history, &asked).await?.into_iter().rfind(|run| run.aside.is_none())
        }
    };
    run.ok_or_else(|| {
        let name = request.release.version.clone().or_else(|| request.release.commit.clone()).unwrap_or_else(|| "the release".into());
        ActError::Usage(format!("no full run of {name} in `{}` is on record: run `gonogo verify` first", record.plan.environment))
    })
}

async fn of_report(record: &EnvironmentRecord, report: &Digest) -> Result<Option<RecordedRun>, ActError> {
    let of_report = |entry: &VerifiedEntry| entry.run().is_some_and(|(_, run)| run.report == *report);
    match record.newest_whole(&[Act::RUN], of_report)?.and_then(VerifiedEntry::run) {
        Some((entry, run)) => Ok(Some(ledger::recorded(record.store.as_ref(), entry, run).await?)),
        None => Ok(None),
    }
}

fn subject(run: &RecordedRun) -> Vec<Subject> {
    let mut subject = vec![Subject::sha256("report.json", &run.run.report)];
    subject.extend(run.report.release.commit.as_deref().map(Subject::commit));
    let artifact = run.report.release.artifact.as_deref().and_then(|artifact| artifact.rsplit_once("@sha256:"));
    if let Some((name, digest)) = artifact {
        subject.push(Subject { name: name.to_owned(), digest: [("sha256".to_owned(), digest.to_owned())].into() });
    }
    subject
}

/// What is signed: a decision, or the withdrawal of one.
fn act(
    request: &SignRequest,
    record: &EnvironmentRecord,
    run: &RecordedRun,
    policy: &Signoff,
    (signer, evidence): (&str, &[Evidence]),
) -> Result<Act, ActError> {
    let role = request.role.clone();
    let person = request.person.clone().unwrap_or_else(|| signer.to_owned());
    if request.withdraw {
        return withdrawal(request, record, run, &role, &person);
    }
    match &request.deputy_of {
        Some(principal) => deputizes(record, &person, principal, &role)?,
        None if policy.has_role(&person, &role) => {}
        None => return Err(ActError::Usage(format!("`{person}` does not have the role `{role}`"))),
    }
    let decision = if request.no_go { Decision::NoGo } else { Decision::Go };
    if decision == Decision::Go {
        signable(run).map_err(ActError::Usage)?;
    }
    Ok(Act::SignOff(Box::new(SignOff {
        report: run.run.report.clone(),
        release: run.report.release.clone(),
        verdict: run.report.verdict,
        meaning: policy.meaning(&role),
        role,
        decision,
        comment: request.comment.clone(),
        exceptions: run.report.findings.iter().filter(|finding| finding.is_exception()).map(SignedException::of).collect(),
        person,
        evidence: evidence.to_vec(),
        deputy_of: request.deputy_of.clone(),
        beside: request.beside.clone(),
    })))
}

/// Whether somebody may sign for another now; an error says why not.
fn deputizes(record: &EnvironmentRecord, deputy: &str, principal: &str, role: &str) -> Result<(), ActError> {
    let asked = ledger::Deputizing { deputy, principal, role, at: record.now, seq: u64::MAX };
    let objection = ledger::Deputies::of(&record.history, record.place())?.objection(asked, &record.in_force()?);
    objection.map_or(Ok(()), |why| Err(ActError::Usage(why)))
}

/// Why nobody can sign the report as go.
fn signable(run: &RecordedRun) -> Result<(), String> {
    let report = &run.report;
    if !report.is_full() || report.phase != Phase::PreDeploy {
        return Err("the report is of no full run before a deployment, so nobody can sign it as go: run `gonogo verify`".into());
    }
    if report.verdict != Verdict::Go {
        return Err(format!("the report says {}, which nobody can sign as go: `--no-go` signs a no", report.headline()));
    }
    if report.release.version.is_none() && report.release.commit.is_none() {
        return Err("the report names neither a version nor a commit: run `gonogo verify --release VERSION`".into());
    }
    Ok(())
}

/// Takes back the newest sign-off of this person in this role, on the release of the run.
fn withdrawal(request: &SignRequest, record: &EnvironmentRecord, run: &RecordedRun, role: &str, person: &str) -> Result<Act, ActError> {
    let ours = &run.report.release;
    let theirs = |said: &SignOff| said.role == role && said.person == person && said.release.is_named_as(ours);
    let newest = record.newest_whole(&[Act::SIGN_OFF], |entry| matches!(&entry.statement.act, Act::SignOff(said) if theirs(said)))?;
    let sign_off: Digest = newest.map(|proven| proven.entry.statement()).ok_or_else(|| {
        let release = run.report.release.name().unwrap_or_default();
        ActError::Usage(format!("`{person}` has signed nothing as `{role}` on {release} in `{}` to withdraw", record.plan.environment))
    })?;
    Ok(Act::Withdrawal(Withdrawal { sign_off, reason: request.comment.clone().unwrap_or_default() }))
}
