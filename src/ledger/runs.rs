//! The runs of one release that are on record, with their reports.

use jiff::Timestamp;

use super::{History, LedgerError, Store, VerifiedEntry};
use crate::model::{Act, Digest, Phase, Release, Report, Run, Verdict};

/// A run on record, with its report.
#[derive(Debug, Clone)]
pub struct RecordedRun {
    /// Where it stands in the ledger.
    pub seq: u64,
    /// When it came into the ledger.
    pub recorded: Timestamp,
    /// Who signed the entry, if somebody trusted did.
    pub signer: Option<String>,
    /// The facts that the entry tells.
    pub run: Run,
    /// The report itself.
    pub report: Report,
}

/// Which release is meant; what is not given is not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRelease {
    /// The plan's project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The release.
    pub release: Release,
}

impl AskedRelease {
    /// Whether `release` is the one that is meant.
    pub fn is(&self, release: &Release) -> bool {
        let same = |wanted: &Option<String>, is: &Option<String>| wanted.is_none() || wanted == is;
        let (wanted, is) = (&self.release, release);
        same(&wanted.version, &is.version) && same(&wanted.commit, &is.commit) && same(&wanted.artifact, &is.artifact)
    }

    /// How people name it.
    pub fn name(&self) -> String {
        self.release.name().unwrap_or_else(|| "the release".into())
    }
}

/// The full runs before the deployment of a release, oldest first: the newest, and each that somebody decided on.
///
/// # Errors
/// When the store cannot be read, a report is gone, or is not what its entry says.
pub async fn runs(store: &dyn Store, history: &History, wanted: &AskedRelease) -> Result<Vec<RecordedRun>, LedgerError> {
    let all: Vec<(&VerifiedEntry, &Run)> = full(history, wanted).filter(|(_, run)| wanted.is(&run.release)).collect();
    let decided = |digest: &Digest| {
        let acts = history.of_environment(&wanted.project, &wanted.environment).map(|proven| &proven.statement.act);
        acts.into_iter().any(|act| matches!(act, Act::SignOff(sign_off) if sign_off.report == *digest))
    };
    let newest = all.last().map(|(proven, _)| proven.entry.seq);
    let mut kept = Vec::new();
    for (proven, run) in all {
        if Some(proven.entry.seq) == newest || decided(&run.report) {
            kept.push(recorded(store, proven, run).await?);
        }
    }
    Ok(kept)
}

/// Every full run before a deployment in the environment, oldest first. A report that is put on record again is the old
/// one: it takes no newer one's place.
fn full<'h>(history: &'h History, wanted: &'h AskedRelease) -> impl Iterator<Item = (&'h VerifiedEntry, &'h Run)> {
    let mut seen = std::collections::HashSet::new();
    let runs = history
        .of_environment(&wanted.project, &wanted.environment)
        .filter_map(|proven| if let Act::Run(run) = &proven.statement.act { Some((proven, &**run)) } else { None });
    runs.filter(move |(_, run)| seen.insert(&run.report)).filter(|(_, run)| run.full && run.phase == Phase::PreDeploy)
}

/// The newest full run that names the same release in fewer words, or in others, where it is newer than `run` and no go.
pub(super) fn newer_no<'h>(history: &'h History, wanted: &'h AskedRelease, run: &RecordedRun) -> Option<(&'h VerifiedEntry, &'h Run)> {
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
    let is = &run.report.release;
    let newest = full(history, wanted).filter(|(_, other)| {
        let other = &other.release;
        let pairs = [(&is.version, &other.version), (&is.commit, &other.commit), (&is.artifact, &other.artifact)];
        pairs.iter().any(|(a, b)| same(a, b)) && !pairs.iter().any(|(a, b)| differ(a, b))
    });
    newest.last().filter(|(proven, other)| proven.entry.seq > run.seq && other.verdict == Verdict::NoGo)
}

/// A run with its report, both checked against each other.
///
/// # Errors
/// As [`runs`].
pub async fn recorded(store: &dyn Store, proven: &VerifiedEntry, run: &Run) -> Result<RecordedRun, LedgerError> {
    let seq = proven.entry.seq;
    let broken = |why: String| LedgerError::Broken { seq, why };
    let bytes = store.blob(&run.report).await?.ok_or_else(|| broken(format!("its report {} is gone", run.report)))?;
    if Digest::of(&bytes) != run.report {
        return Err(broken(format!("its report is not the one with the fingerprint {}: it was altered", run.report)));
    }
    let report = Report::from_json(&bytes).map_err(|error| broken(format!("its report: {error}")))?;
    let facts = Run::of(&report, run.report.clone(), run.config.clone(), run.files.clone(), run.authors.clone());
    // Older versions did not say when the report's looks were.
    let facts = Run { looked: facts.looked.filter(|_| run.looked.is_some()), ..facts };
    let made = &proven.statement.made;
    // The plan's files, which hold policy and signers, are those that the report names, and people signed the report.
    if run.files != report.plan.files || !run.files.contains_key(&run.config) {
        return Err(broken("the files it keeps are not those of the plan that its report names".into()));
    }
    if facts != *run || report.project != made.project || report.environment != made.environment {
        return Err(broken("it says other things of its report than the report does".into()));
    }
    Ok(RecordedRun { seq, recorded: proven.entry.recorded, signer: proven.signer().map(str::to_owned), run: run.clone(), report })
}
