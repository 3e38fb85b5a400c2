//! Deployments on record: begun before the command runs, ended after it, and everything around them.

mod afterwards;
mod log;

use std::path::PathBuf;

use jiff::Timestamp;

use super::{
    ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, ReleaseRequest, ci,
    gate::GateQuestion,
    release,
    signer::{Recorder, Signer},
    verify::{FinishedRun, VerifyRequest},
};
use crate::{
    ledger::{AskedRelease, Blob, Emergencies, Entry, LedgerError, Ruling, VerifiedEntry},
    model::{Act, Begun, Deployer, DeployerSource, Deployment, DeploymentStatus, Digest, Exit, Kept, Phase, Release, Subject},
    net::regular_file,
    plan::{self, Purpose},
};

pub use afterwards::{AuthorsRequest, ReviewRequest, SettleRequest, review, settle, vouch};
pub use log::LARGEST as LARGEST_LOG;

/// How often a deployment is judged anew because the record moved on meanwhile.
const JUDGED: usize = 5;

/// Who deploys, and who signs for it.
#[derive(Debug, Clone, Default)]
pub struct ByRequest {
    /// As somebody says.
    pub deployer: Option<String>,
    /// The key of a recorder.
    pub recorder_key: Option<PathBuf>,
    /// The key of the person who deploys.
    pub key: Option<PathBuf>,
}

/// A deployment to be carried out.
#[derive(Debug, Clone)]
pub struct DeployRequest {
    /// The record.
    pub record: RecordRequest,
    /// The release.
    pub release: ReleaseRequest,
    /// Who deploys.
    pub by: ByRequest,
    /// What people should know.
    pub notes: Option<String>,
    /// The verification afterwards.
    pub after: VerifyRequest,
}

/// A deployment that can be judged.
pub struct PreparedDeployment {
    /// The record.
    pub record: EnvironmentRecord,
    /// The question to the gate.
    pub question: GateQuestion,
    selects: bool,
}

/// What lets a deployment through.
enum Passage {
    Gate,
    Emergency(Digest),
}

/// A deployment that has begun: that is on record.
pub struct BegunDeployment {
    /// The record.
    pub record: EnvironmentRecord,
    /// The release.
    pub asked: AskedRelease,
    /// The token its children carry.
    pub token: String,
    /// That it is past the gate, and by whose word.
    pub emergency: Option<String>,
    begun: Begun,
    entry: Entry,
    selects: bool,
}

/// A deployment that has ended and is on record.
pub struct EndedDeployment {
    /// Its entry.
    pub entry: Entry,
    /// What the entry says.
    pub deployment: Deployment,
    /// The head of the ledger.
    pub head: Digest,
}

/// Reads plan and record once, and finds out while nothing has happened yet whether all that follows can be done.
///
/// # Errors
/// [`ActError`].
pub async fn prepare(caller: &Caller, dialogue: &dyn Dialogue, request: &DeployRequest) -> Result<PreparedDeployment, ActError> {
    let plan = plan::load(&request.record.plan(caller, Purpose::Run)).map_err(ActError::Plan)?;
    let record = EnvironmentRecord::of(caller, std::sync::Arc::new(plan), &request.record, false).await?;
    let signs = Signatory::find(caller, dialogue, &record, &request.by).await?;
    let selects = super::verify::selects(caller, &record, &request.after)?;
    let question = GateQuestion::of(caller, &record, &request.release, signs.known(caller), None).await?;
    Ok(PreparedDeployment { record, question, selects })
}

impl PreparedDeployment {
    /// The gate's answer.
    ///
    /// # Errors
    /// Where nobody has to sign.
    pub fn rule(&self) -> Result<Ruling<'_>, ActError> {
        self.question.rule(&self.record)
    }

    /// What lets it through, and the report it rests on; `None` where nothing does.
    fn passage(&self) -> Result<Option<(Passage, Option<Digest>)>, ActError> {
        let ruling = self.rule()?;
        let report = ruling.confirms.clone().or_else(|| ruling.run.as_ref().map(|run| run.run.report.clone()));
        match ruling.exit() {
            Exit::Go => Ok(Some((Passage::Gate, report))),
            Exit::Untrusted => Ok(None),
            _ => {
                let policy = self.record.in_force()?;
                let emergencies = Emergencies::of(&self.record.history, &self.question.asked, Some(&policy))?;
                let opened = emergencies.opening(&self.question.asked, &policy).ok().flatten();
                Ok(opened.map(|entry| (Passage::Emergency(entry.entry.statement()), report)))
            }
        }
    }

    /// Puts it on record that the deployment begins, onto the very record that was judged; `None` where the gate is closed.
    ///
    /// # Errors
    /// [`ActError`]; nothing may run then.
    pub async fn begin(
        mut self,
        caller: &Caller,
        dialogue: &dyn Dialogue,
        request: &DeployRequest,
    ) -> Result<Option<BegunDeployment>, ActError> {
        let token = token()?;
        for tries in (1..=JUDGED).rev() {
            let Some((passage, report)) = self.passage()? else { return Ok(None) };
            let signs = Signatory::find(caller, dialogue, &self.record, &request.by).await?;
            let emergency = if let Passage::Emergency(opened) = passage { Some(opened) } else { None };
            let begun = Begun {
                release: self.question.asked.release.clone(),
                report,
                policy: self.record.policy.place.clone(),
                emergency,
                deployer: signs.deployer(caller, &request.by),
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
                    let opened = begun.emergency.as_ref().map(|named| self.record.history.stating(named)).transpose()?.flatten();
                    let emergency = opened.map(by_emergency);
                    let Self { record, question, selects } = self;
                    return Ok(Some(BegunDeployment { record, asked: question.asked, token, emergency, begun, entry, selects }));
                }
                Err(ActError::NotRecorded(LedgerError::Moved { .. })) if tries > 1 => {
                    self.record.read_again(caller).await?;
                    self.question = GateQuestion::of(caller, &self.record, &request.release, signs.known(caller), None).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

fn by_emergency(opened: &VerifiedEntry) -> String {
    format!("EMERGENCY: past the gate by entry {} of {}", opened.entry.seq, opened.signer().unwrap_or_default())
}

/// What became of the command.
pub struct Ran {
    /// Whether it ended well.
    pub succeeded: bool,
    /// What it printed.
    pub printed: Vec<u8>,
    /// What is to be said of how it ended.
    pub note: Option<String>,
}

/// How the verification after a command that ended well went; `None` where the plan has no check for it.
pub enum Verification {
    /// The plan has no check for it.
    Nothing,
    /// A report was made.
    Made(Box<FinishedRun>),
    /// None could be made.
    Failed(ActError),
}

impl BegunDeployment {
    /// Whether any check is meant for a run after the deployment.
    pub fn selects(&self) -> bool {
        self.selects
    }

    /// Puts the end on record.
    ///
    /// # Errors
    /// [`ActError`]: the command ran all the same, and what was begun stays open.
    pub async fn end(
        mut self,
        caller: &Caller,
        dialogue: &dyn Dialogue,
        request: &DeployRequest,
        ran: &Ran,
        verification: &Verification,
    ) -> Result<EndedDeployment, ActError> {
        self.record.reopen(caller, &request.record, &self.entry).await?;
        let signs = Signatory::find(caller, dialogue, &self.record, &request.by).await?;
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
        put(&signs, self.record, deployment, vec![blob]).await
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
    signs: &Signatory<'_>,
    mut record: EnvironmentRecord,
    deployment: Deployment,
    blobs: Vec<Blob>,
) -> Result<EndedDeployment, ActError> {
    let subject = subjects(&deployment.release, deployment.report.as_ref());
    let entry = signs.put(&mut record, (subject, Act::Deployment(Box::new(deployment.clone())), blobs), None).await?;
    Ok(EndedDeployment { entry, deployment, head: record.history.head() })
}

/// Whoever signs that a deployment begins and ends: a recorder, or the person who deploys.
struct Signatory<'c> {
    recorder: Recorder<'c>,
    person: Option<Signer<'c>>,
}

impl<'c> Signatory<'c> {
    async fn find(caller: &'c Caller, dialogue: &'c dyn Dialogue, record: &EnvironmentRecord, by: &ByRequest) -> Result<Self, ActError> {
        let recorder = match &by.key {
            Some(_) => Recorder::find(caller, dialogue, record, by.recorder_key.as_deref()).await?,
            None => Recorder::of_deployment(caller, dialogue, record, by.recorder_key.as_deref()).await?,
        };
        let person = match by.key.as_deref().filter(|_| recorder.id().is_none()) {
            Some(key) => Some(Signer::find(caller, dialogue, record, Some(key), &record.in_force()?.everybody()).await?),
            None => None,
        };
        Ok(Self { recorder, person })
    }

    fn id(&self) -> Option<&str> {
        self.person.as_ref().map(Signer::id).or(self.recorder.id())
    }

    /// Who deploys as far as that is known and not only said: the CI's actor, else whoever signs.
    fn known(&self, caller: &Caller) -> Option<String> {
        ci::actor(&caller.env).or(self.id()).map(str::to_owned)
    }

    fn deployer(&self, caller: &Caller, by: &ByRequest) -> Deployer {
        let named = |name: &str, source| Deployer { name: name.to_owned(), source };
        match (ci::actor(&caller.env), self.id(), &by.deployer) {
            (Some(actor), ..) => named(actor, DeployerSource::Ci),
            (None, Some(id), None) => named(id, DeployerSource::Key),
            (None, _, Some(said)) => named(said, DeployerSource::Declared),
            (None, None, None) => {
                let user = caller.env.get("USER").or_else(|| caller.env.get("LOGNAME"));
                named(user.unwrap_or("unknown"), DeployerSource::Declared)
            }
        }
    }

    async fn put(
        &self,
        record: &mut EnvironmentRecord,
        said: (Vec<Subject>, Act, Vec<Blob>),
        onto: Option<&Digest>,
    ) -> Result<Entry, ActError> {
        match &self.person {
            Some(person) => person.put_onto(record, said, onto).await,
            None => self.recorder.put(record, said, onto).await,
        }
    }
}

/// A deployment that somebody else carried out.
#[derive(Debug, Clone)]
pub struct DeployRecordRequest {
    /// The record.
    pub record: RecordRequest,
    /// The release.
    pub release: ReleaseRequest,
    /// Who deployed.
    pub by: ByRequest,
    /// How it went.
    pub status: DeploymentStatus,
    /// What people should know.
    pub notes: Option<String>,
    /// What it printed.
    pub log: Option<PathBuf>,
}

/// Puts a deployment on record that somebody else carried out.
///
/// # Errors
/// [`ActError`].
pub async fn record(caller: &Caller, dialogue: &dyn Dialogue, request: &DeployRecordRequest) -> Result<EndedDeployment, ActError> {
    let record = EnvironmentRecord::open(caller, &request.record, true).await?;
    let signs = Signatory::find(caller, dialogue, &record, &request.by).await?;
    let asked = match request.release.is_empty() {
        true => record.question(&release::identify(caller, &request.release, &record.policy, &record.plan.root).await?)?,
        // What somebody else deployed need not be checked out here.
        false => record.asked(request.release.as_said()),
    };
    let masker = log::masker(caller, &record.plan);
    let printed = request.log.as_ref().map(|file| {
        let bytes = regular_file::read_bytes(file, log::LARGEST).map_err(|error| ActError::unread(&file.display().to_string(), error))?;
        Ok::<(Kept, Blob), ActError>(log::kept(&masker, &bytes))
    });
    let (kept, blobs) = match printed.transpose()? {
        Some((kept, blob)) => (Some(kept), vec![blob]),
        None => (None, Vec::new()),
    };
    let (mut release, mut report, mut emergency) = (asked.release.clone(), None, None);
    if let Ok(policy) = record.in_force() {
        let question = GateQuestion::about(caller, &record, asked.clone(), None).await?;
        let ruling = question.rule(&record)?;
        release = ruling.run.as_ref().map_or(release, |run| run.report.release.clone());
        report = ruling.confirms.clone().or_else(|| ruling.run.as_ref().map(|run| run.run.report.clone()));
        let opened = Emergencies::of(&record.history, &asked, Some(&policy))?.opening(&asked, &policy).ok().flatten();
        emergency = opened.map(|opened| opened.entry.statement());
    }
    let deployment = Deployment {
        deployer: signs.deployer(caller, &request.by),
        release,
        status: request.status,
        notes: request.notes.as_ref().map(|notes| masker.mask(notes)),
        started: None,
        finished: (caller.clock)(),
        log: kept,
        report,
        verified: newest_verified(&record, &asked)?,
        emergency,
        begun: None,
        unverified: None,
        policy: record.policy.place.clone(),
    };
    put(&signs, record, deployment, blobs).await
}

/// The newest report that was made after a deployment of the release.
fn newest_verified(record: &EnvironmentRecord, asked: &AskedRelease) -> Result<Option<Digest>, LedgerError> {
    let runs = record.history.on_release(asked, &[Act::RUN]).collect::<Result<Vec<_>, _>>()?;
    let verified = runs.into_iter().filter_map(|entry| match &entry.statement.act {
        Act::Run(run) if run.phase == Phase::PostDeploy && asked.covered(&run.release).is_ok() => Some((entry.own, &run.report)),
        _ => None,
    });
    Ok(verified.max_by_key(|(at, _): &(Timestamp, _)| *at).map(|(_, report)| report.clone()))
}

/// A token that only this deployment's children know.
fn token() -> Result<String, ActError> {
    use ring::rand::SecureRandom as _;
    let mut bytes = [0; 32];
    ring::rand::SystemRandom::new().fill(&mut bytes).map_err(|_| ActError::Output("the system gives no random numbers".into()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
