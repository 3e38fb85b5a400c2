//! May this release be deployed now? What a deploy job asks.

mod wait;

use std::{collections::BTreeMap, path::PathBuf};

use super::{
    ActError, Caller, Dialogue, EnvironmentRecord, RecordRequest, ReleaseRequest, bundle, ci, notify, release,
    sign::take_in,
    signer::{self, Signer},
};
use crate::{
    ledger::{self, AskedRelease, Deploys, Emergencies, Entry, GateInput, RecordedRun, Ruling},
    model::{Act, Authors, BreakGlass, Digest, Emergency, Subject},
};

pub(crate) use wait::waited;

/// What the gate is asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct GateRequest {
    pub(crate) record: RecordRequest,
    pub(crate) release: ReleaseRequest,
    /// A bundle that is taken in first.
    pub(crate) bundle: Option<PathBuf>,
    /// Signature files that are taken in first.
    pub(crate) signatures: Vec<PathBuf>,
    /// Who is about to deploy, as somebody says.
    pub(crate) deployer: Option<String>,
    /// The SHA-256 of the token of the deployment that this process is a child of.
    pub(crate) child_of: Option<Digest>,
}

/// A question to the gate, with all that it takes to answer it.
pub(crate) struct GateQuestion {
    pub(crate) asked: AskedRelease,
    runs: Vec<RecordedRun>,
    authors: Option<Authors>,
    deployer: Option<String>,
    child_of: Option<Digest>,
    plan_files: BTreeMap<String, Digest>,
    remarks: Vec<String>,
}

/// Reads the record, with what files bring, and what has to be known of the release.
pub(crate) async fn question(caller: &Caller, request: &GateRequest) -> Result<(EnvironmentRecord, GateQuestion), ActError> {
    let mut record = match &request.bundle {
        Some(file) => bundle::taken_in(caller, &request.record, file).await?,
        None => EnvironmentRecord::open(caller, &request.record, false).await?,
    };
    take_in(caller, &mut record, &request.signatures, &[]).await?;
    let (deployer, remark) = ci::deployer(&caller.env, request.deployer.as_deref());
    let mut question = GateQuestion::of(caller, &record, &request.release, deployer, request.child_of.clone()).await?;
    question.remarks.extend(remark);
    Ok((record, question))
}

impl GateQuestion {
    /// Reads the runs of the release, and who wrote it.
    pub(super) async fn of(
        caller: &Caller,
        record: &EnvironmentRecord,
        release: &ReleaseRequest,
        deployer: Option<String>,
        child_of: Option<Digest>,
    ) -> Result<Self, ActError> {
        record.in_force()?;
        let identified = release::identify(caller, release, &record.policy, &record.plan.root).await?;
        let asked = record.question(&identified)?;
        if let Some(missing) = record.history.missing(&asked) {
            let (name, seq) = (asked.name(), missing.entry.seq);
            let why = "name the release as the bundle's report does, with `--commit` or `--artifact`, or bring the bundle of this release";
            return Err(ActError::Usage(format!("{name}: of entry {seq}, which may bear on it, the bundle has only the link: {why}")));
        }
        let mut question = Self::about(caller, record, asked, deployer).await?;
        (question.child_of, question.remarks) = (child_of, identified.notes);
        Ok(question)
    }

    /// The same for a release that is known.
    pub(super) async fn about(
        caller: &Caller,
        record: &EnvironmentRecord,
        asked: AskedRelease,
        deployer: Option<String>,
    ) -> Result<Self, ActError> {
        let runs = ledger::runs(record.store.as_ref(), &record.history, &asked).await?;
        let about = runs.last().map_or(&asked.release, |run| &run.report.release);
        let authors = record.authors(caller, about).await?;
        let plan_files = record.plan.files.clone();
        Ok(Self { asked, runs, authors, deployer, child_of: None, plan_files, remarks: Vec::new() })
    }

    /// The gate's answer, by the rules of the ledger; an error where nobody has to sign.
    pub(crate) fn rule<'a>(&'a self, record: &'a EnvironmentRecord) -> Result<Ruling<'a>, ActError> {
        let input = GateInput {
            asked: &self.asked,
            policy: record.in_force()?,
            plan_files: &self.plan_files,
            asked_of: &record.policy.asked_of,
            authors: self.authors.as_ref(),
            deployer: self.deployer.as_deref().map_or(Deploys::Unknown, Deploys::By),
            child_of: self.child_of.as_ref(),
            windows: &record.policy.windows,
            elsewhere: record.elsewhere.as_ref(),
        };
        let mut ruling = ledger::gate(&record.history, &self.runs, input)?;
        ruling.remarks.extend(self.remarks.iter().chain(&record.remarks).cloned());
        Ok(ruling)
    }

    /// Who wrote the release.
    pub(super) fn authors(&self) -> Option<&Authors> {
        self.authors.as_ref()
    }
}

/// Why and by whom the gate is passed in an emergency.
#[derive(Debug, Clone)]
pub(crate) struct EmergencyRequest {
    pub(crate) role: String,
    pub(crate) reason: String,
    pub(crate) ticket: String,
    pub(crate) key: Option<PathBuf>,
}

/// An emergency that is on record.
pub(crate) struct DeclaredEmergency {
    pub(crate) entry: Entry,
    pub(crate) emergency: Emergency,
    pub(crate) by: String,
    /// Why it does not open the gate yet.
    pub(crate) not_yet: Option<String>,
}

/// Declares an emergency: signed, on record, to be reviewed by a person.
pub(crate) async fn break_glass(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    request: &GateRequest,
    why: &EmergencyRequest,
) -> Result<(EnvironmentRecord, AskedRelease, DeclaredEmergency), ActError> {
    if request.bundle.is_some() {
        return Err(ActError::Usage("an emergency goes on record in the ledger here: leave `--bundle` out".into()));
    }
    let mut record = EnvironmentRecord::open(caller, &request.record, false).await?;
    take_in(caller, &mut record, &request.signatures, &[]).await?;
    let asked = record.question(&release::identify(caller, &request.release, &record.policy, &record.plan.root).await?)?;
    let policy = record.in_force()?.policy.clone();
    let Some(BreakGlass { roles, review_within }) = policy.break_glass.clone() else {
        return Err(ActError::Usage("nobody may pass this gate in an emergency: the policy has no `break-glass`".into()));
    };
    if !roles.contains(&why.role) {
        let may = roles.join(", ");
        return Err(ActError::Usage(format!("the role `{}` may not pass the gate in an emergency: {may} may", why.role)));
    }
    let people = policy.roles.get(&why.role).map(|role| role.people.clone()).unwrap_or_default();
    let signer = Signer::find(caller, dialogue, &record, why.key.as_deref(), &people).await?;
    let emergency = Emergency {
        release: asked.release.clone(),
        role: why.role.clone(),
        reason: why.reason.clone(),
        ticket: why.ticket.clone(),
        review_by: review_within.after((caller.clock)()),
    };
    dialogue.tell(&format!("EMERGENCY: {} {} past the gate of {}", record.plan.project, asked.name(), record.plan.environment));
    signer::confirm(dialogue, "Pass the gate in an emergency?")?;
    let subject: Vec<Subject> = asked.release.commit.as_deref().map(Subject::commit).into_iter().collect();
    let entry = signer.put(&mut record, subject, Act::Emergency(emergency.clone()), Vec::new()).await?;
    notify::signed(caller, dialogue, &record, std::slice::from_ref(&entry)).await;
    let not_yet = Emergencies::of(&record.history, &asked, Some(&record.in_force()?))?.opening(&asked, &record.in_force()?).err();
    let by = signer.id().to_owned();
    Ok((record, asked, DeclaredEmergency { entry, emergency, by, not_yet }))
}
