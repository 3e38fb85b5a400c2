//! Deployments on record: begun before the command runs, ended after it, and everything around them.

mod afterwards;
mod by;
mod log;
mod recorded;

use super::{
    ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, ReleaseRequest,
    gate::GateQuestion,
    notify,
    signer::Recorder,
    token::token,
    verify::{FinishedRun, VerifyRequest},
};
use crate::{
    ledger::{Blob, Emergencies, Entry, LedgerError, Ruling},
    model::{Act, Begun, Deployment, DeploymentStatus, Digest, Exit, Release, Subject},
    plan::{self, Purpose},
};

pub(crate) use afterwards::{AuthorsRequest, ReviewRequest, SettleRequest, review, settle, vouch};
pub(crate) use by::ByRequest;
use by::known;
pub(crate) use log::LARGEST as LARGEST_LOG;
pub(crate) use recorded::{DeployRecordRequest, record};

/// How often a deployment is judged anew because the record moved on meanwhile.
const JUDGED: usize = 5;

/// A deployment to be carried out.
#[derive(Debug, Clone)]
pub(crate) struct DeployRequest {
    pub(crate) record: RecordRequest,
    pub(crate) release: ReleaseRequest,
    pub(crate) by: ByRequest,
    pub(crate) notes: Option<String>,
    /// The verification afterwards.
    pub(crate) after: VerifyRequest,
}

/// A deployment that can be judged.
pub(crate) struct PreparedDeployment {
    pub(crate) record: EnvironmentRecord,
    pub(crate) question: GateQuestion,
    selects: bool,
}

/// What lets a deployment through: an emergency, or else the gate; and the report it rests on.
struct Passage {
    emergency: Option<Digest>,
    report: Option<Digest>,
}

/// A deployment that has begun: that is on record.
pub(crate) struct BegunDeployment {
    pub(crate) record: EnvironmentRecord,
    /// The token its children carry.
    pub(crate) token: String,
    /// That it is past the gate, and by whose word.
    pub(crate) emergency: Option<String>,
    /// Whether any check is meant for a run after the deployment.
    pub(crate) selects: bool,
    begun: Begun,
    entry: Entry,
}

/// A deployment that has ended and is on record.
pub(crate) struct EndedDeployment {
    pub(crate) entry: Entry,
    pub(crate) deployment: Deployment,
    pub(crate) head: Digest,
}

/// Reads plan and record once, and finds out while nothing has happened yet whether all that follows can be done.
pub(crate) async fn prepare(caller: &Caller, dialogue: &dyn Dialogue, request: &DeployRequest) -> Result<PreparedDeployment, ActError> {
    let plan = plan::load(&request.record.plan(caller, Purpose::Run)).map_err(ActError::Plan)?;
    let record = EnvironmentRecord::of(caller, std::sync::Arc::new(plan), &request.record, false).await?;
    let signs = request.by.signatory(caller, dialogue, &record).await?;
    let selects = super::verify::selects(caller, &record, &request.after)?;
    let question = GateQuestion::of(caller, &record, &request.release, known(caller, &signs), None).await?;
    Ok(PreparedDeployment { record, question, selects })
}

impl PreparedDeployment {
    /// The gate's answer; an error where nobody has to sign.
    pub(crate) fn rule(&self) -> Result<Ruling<'_>, ActError> {
        self.question.rule(&self.record)
    }

    /// What lets it through; `None` where nothing does.
    fn passage(&self) -> Result<Option<Passage>, ActError> {
        let ruling = self.rule()?;
        let report = ruling.confirms.clone().or_else(|| ruling.run.as_ref().map(|run| run.run.report.clone()));
        match ruling.exit() {
            Exit::Go => Ok(Some(Passage { emergency: None, report })),
            Exit::Untrusted => Ok(None),
            _ => {
                let policy = self.record.in_force()?;
                let emergencies = Emergencies::of(&self.record.history, &self.question.asked, Some(&policy))?;
                let opened = emergencies.opening(&self.question.asked, &policy).ok().flatten();
                Ok(opened.map(|entry| Passage { emergency: Some(entry.entry.statement()), report }))
            }
        }
    }

    /// Puts it on record that the deployment begins, onto the very record that was judged; `None` where the gate is closed.
    /// Where it fails, nothing may run.
    pub(crate) async fn begin(
        mut self,
        caller: &Caller,
        dialogue: &dyn Dialogue,
        request: &DeployRequest,
    ) -> Result<Option<BegunDeployment>, ActError> {
        let token = token()?;
        for tries in (1..=JUDGED).rev() {
            let Some(Passage { emergency, report }) = self.passage()? else { return Ok(None) };
            let signs = request.by.signatory(caller, dialogue, &self.record).await?;
            let begun = Begun {
                release: self.question.asked.release.clone(),
                report,
                policy: self.record.policy.place.clone(),
                emergency,
                deployer: request.by.deployer(caller, &signs),
                authors: self.question.authors().cloned(),
                host: caller.host.clone(),
                pid: caller.pid,
                token: Digest::of(token.as_bytes()),
            };
            let mut subject = subjects(&begun.release, begun.report.as_ref());
            subject.push(Subject::sha256("token", &begun.token));
            let head = self.record.history.head();
            match signs.put(&mut self.record, (subject, Act::Begun(Box::new(begun.clone())), Vec::new()), Some(&head)).await {
                Ok(entry) => {
                    notify::begun(caller, dialogue, &self.record, &begun).await;
                    let opened = begun.emergency.as_ref().map(|named| self.record.history.stating(named)).transpose()?.flatten();
                    let emergency = opened.map(|opened| {
                        let (seq, by) = (opened.entry.seq, opened.signer().unwrap_or_default());
                        format!("EMERGENCY: past the gate by entry {seq} of {by}")
                    });
                    let Self { record, selects, .. } = self;
                    return Ok(Some(BegunDeployment { record, token, emergency, begun, entry, selects }));
                }
                Err(ActError::NotRecorded(LedgerError::Moved { .. })) if tries > 1 => {
                    self.record.read_again(caller).await?;
                    self.question = GateQuestion::of(caller, &self.record, &request.release, known(caller, &signs), None).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// What became of the command.
pub(crate) struct Ran {
    pub(crate) succeeded: bool,
    pub(crate) printed: Vec<u8>,
    /// What is to be said of how it ended.
    pub(crate) note: Option<String>,
}

/// How the verification after a command that ended well went; `None` where the plan has no check for it.
pub(crate) enum Verification {
    /// The plan has no check for it.
    Nothing,
    /// A report was made.
    Made(Box<FinishedRun>),
    /// None could be made.
    Failed(ActError),
}

impl BegunDeployment {
    /// Puts the end on record. Where that fails, the command ran all the same, and what was begun stays open.
    pub(crate) async fn end(
        mut self,
        caller: &Caller,
        dialogue: &dyn Dialogue,
        request: &DeployRequest,
        ran: &Ran,
        verification: &Verification,
    ) -> Result<EndedDeployment, ActError> {
        self.record.reopen(caller, &request.record, &self.entry).await?;
        let signs = request.by.signatory(caller, dialogue, &self.record).await?;
        let masker = log::masker(caller, &self.record.plan);
        let (kept, blob) = log::kept(&masker, &ran.printed);
        let (status, unverified, note) = outcome(ran, verification);
        let notes: Vec<String> = request.notes.clone().into_iter().chain(ran.note.clone()).chain(note).collect();
        let deployment = Deployment {
            release: self.begun.release.clone(),
            status,
            notes: Some(masker.mask(&notes.join("; "))).filter(|notes| !notes.is_empty()),
            deployer: self.begun.deployer.clone(),
            started: Some(self.entry.recorded),
            finished: (caller.clock)(),
            log: Some(kept),
            report: self.begun.report.clone(),
            verified: verified(verification),
            emergency: self.begun.emergency.clone(),
            begun: Some(self.entry.statement()),
            unverified: unverified.map(|why| masker.mask(&why)),
            policy: self.begun.policy.clone(),
        };
        put((caller, dialogue), &signs, self.record, deployment, vec![blob]).await
    }
}

/// What the entry says of how it went. One that could not be verified is no success: could not look is not looked and fine.
fn outcome(ran: &Ran, verification: &Verification) -> (DeploymentStatus, Option<String>, Option<String>) {
    if !ran.succeeded {
        return (DeploymentStatus::Failed, None, None);
    }
    let unverified = |why: String| (DeploymentStatus::Failed, Some(why), None);
    match verification {
        Verification::Nothing => {
            let note = "not verified afterwards: no check is meant for `post-deploy`".to_owned();
            (DeploymentStatus::Succeeded, None, Some(note))
        }
        Verification::Failed(error) => unverified(format!("the verification afterwards could not be carried out: {error}")),
        Verification::Made(run) => match (&run.recorded, Exit::of_code(run.report.exit)) {
            (Some(Err(error)), _) => unverified(format!("the verification afterwards is not on record: {error}")),
            (_, Some(Exit::Go)) => (DeploymentStatus::Succeeded, None, None),
            _ => (DeploymentStatus::Failed, None, None),
        },
    }
}

/// The report that was made after it, where it is on record.
fn verified(verification: &Verification) -> Option<Digest> {
    match verification {
        Verification::Made(run) if matches!(run.recorded, Some(Ok(_))) => Some(Digest::of(&run.json)),
        _ => None,
    }
}

fn subjects(release: &Release, report: Option<&Digest>) -> Vec<Subject> {
    let commit = release.commit.as_deref().map(Subject::commit);
    commit.into_iter().chain(report.map(|report| Subject::sha256("report.json", report))).collect()
}

async fn put(
    (caller, dialogue): (&Caller, &dyn Dialogue),
    signs: &Recorder<'_>,
    mut record: EnvironmentRecord,
    deployment: Deployment,
    blobs: Vec<Blob>,
) -> Result<EndedDeployment, ActError> {
    let subject = subjects(&deployment.release, deployment.report.as_ref());
    let entry = signs.put(&mut record, (subject, Act::Deployment(Box::new(deployment.clone())), blobs), None).await?;
    notify::ended(caller, dialogue, &record, &deployment).await;
    Ok(EndedDeployment { entry, deployment, head: record.history.head() })
}
