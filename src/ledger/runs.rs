//! The runs of one release that are on record, with their reports.
//!
//! The newest run is the one whose looks are the newest, wherever it stands in the ledger: a merger of old shares, or an
//! old report put on record again, supersedes nothing.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{AskedRelease, Bearing, History, LedgerError, PolicyInForce, Store, VerifiedEntry};
use crate::model::{Act, Digest, Phase, Report, Run, Verdict};

/// A run on record, with its report.
#[derive(Debug, Clone)]
pub struct RecordedRun {
    /// Where it stands in the ledger.
    pub seq: u64,
    /// When it came into the ledger.
    pub recorded: Timestamp,
    /// Why it allows nothing, where its entry is set aside.
    pub aside: Option<String>,
    /// The facts that the entry tells.
    pub run: Run,
    /// The report itself.
    pub report: Report,
}

/// How new a run is: the time of its oldest look first. Of the same looks a no is the newer.
pub(super) type Newness<'r> = (Timestamp, bool, &'r Digest);

impl RecordedRun {
    /// When the oldest of what it says was looked at; never after it came into the ledger.
    pub fn looked(&self) -> Timestamp {
        self.report.oldest_look().min(self.recorded)
    }

    pub(super) fn newness(&self) -> Newness<'_> {
        (self.looked(), self.run.verdict != Verdict::Go, &self.run.report)
    }

    /// Whether its looks are vouched for: a recorder signed it, and each share that it was merged of; an error where a
    /// run of the release cannot be believed.
    pub fn is_vouched_for(&self, history: &History, policy: &PolicyInForce<'_>) -> Result<bool, LedgerError> {
        let Report { project, environment, release, .. } = &self.report;
        let asked = AskedRelease { project: project.clone(), environment: environment.clone(), release: release.clone() };
        let runs = history.on_release(&asked, &[Act::RUN]);
        let runs = runs.collect::<Result<Vec<_>, _>>()?;
        let recorder = |signer: Option<&str>| signer.is_some_and(|signer| policy.is_recorder(signer));
        let signed = |share: &Digest| runs.iter().any(|entry| entry.aside.is_none() && is_run_of(entry, share) && recorder(entry.signer()));
        // Whoever recorded the same report first does not matter.
        Ok(signed(&self.run.report) && self.report.merged.iter().all(|share| signed(&share.digest)))
    }
}

/// The full run before a deployment whose looks are the newest in an environment: whatever was looked at last is what people
/// talk about.
pub fn newest_look<'h>(history: &'h History, place: (&'h str, &'h str)) -> Result<Option<(&'h VerifiedEntry, &'h Run)>, LedgerError> {
    let mut newest: Option<(Timestamp, &VerifiedEntry, &Run)> = None;
    for linked in history.linked().iter().rev().filter(|linked| linked.aside.is_none()) {
        // Nothing was looked at after it was recorded.
        if newest.is_some_and(|(looked, ..)| linked.own <= looked) || !linked.is_of(place, &[Act::RUN]) {
            continue;
        }
        let Some((entry, run)) = history.verified(linked)?.run() else { continue };
        let looked = entry.looked(run);
        if run.full && run.phase == Phase::PreDeploy && newest.is_none_or(|(newest, ..)| newest < looked) {
            newest = Some((looked, entry, run));
        }
    }
    Ok(newest.map(|(_, entry, run)| (entry, run)))
}

/// The full runs before the deployment of a release, the oldest look first: all that a yes may rest on. Those of which
/// nothing is asked any more (older than the newest, and nobody decided on them) are left out; an error when the store
/// cannot be read, a report is gone, or is not what its entry says.
pub async fn runs(store: &dyn Store, history: &History, asked: &AskedRelease) -> Result<Vec<RecordedRun>, LedgerError> {
    let of_release = history.on_release(asked, &[Act::RUN, Act::SIGN_OFF]);
    let of_release = of_release.collect::<Result<Vec<_>, _>>()?;
    let all = full(history, asked)?.into_iter().filter(|(_, run)| asked.covered(&run.release).is_ok());
    let all: Vec<(&VerifiedEntry, &Run)> = all.collect();
    let decided = |digest: &Digest| {
        let mut acts = of_release.iter().map(|entry| &entry.statement.act);
        acts.any(|act| matches!(act, Act::SignOff(sign_off) if sign_off.report == *digest))
    };
    let told = |(entry, run): &(&VerifiedEntry, &Run)| run.looked.filter(|_| entry.aside.is_none());
    let newest = all.iter().filter_map(told).max();
    let mut kept = Vec::new();
    for (entry, run) in &all {
        // What does not say when it was looked at has to be read.
        if run.looked.is_none() || run.looked >= newest || entry.aside.is_some() || decided(&run.report) {
            let run = recorded(store, entry, run).await?;
            // Put on record again it is no newer, whichever of the two comes first.
            let same = of_release.iter().filter(|entry| is_run_of(entry, &run.run.report));
            let earliest = same.filter(|entry| entry.aside.is_none()).map(|entry| entry.own).min();
            kept.push(RecordedRun { recorded: earliest.unwrap_or(run.recorded), ..run });
        }
    }
    kept.sort_by(|a, b| a.newness().cmp(&b.newness()));
    Ok(kept)
}

/// Every full run before a deployment that touches the release, in the order of the ledger. A report that is put on record
/// again is the old one, unless that is set aside.
pub(super) fn full<'h>(history: &'h History, asked: &'h AskedRelease) -> Result<Vec<(&'h VerifiedEntry, &'h Run)>, LedgerError> {
    let mut runs: Vec<(&VerifiedEntry, &Run)> = Vec::new();
    for entry in history.on_release(asked, &[Act::RUN]) {
        let entry = entry?;
        if let Act::Run(run) = &entry.statement.act {
            runs.push((entry, run));
        }
    }
    let stand: HashSet<&Digest> = runs.iter().filter(|(entry, _)| entry.aside.is_none()).map(|(_, run)| &run.report).collect();
    let mut seen = HashSet::new();
    runs.retain(|(entry, run)| (entry.aside.is_none() || !stand.contains(&run.report)) && seen.insert(&run.report));
    runs.retain(|(_, run)| run.full && run.phase == Phase::PreDeploy);
    Ok(runs)
}

fn is_run_of(entry: &VerifiedEntry, report: &Digest) -> bool {
    matches!(&entry.statement.act, Act::Run(run) if run.report == *report)
}

/// The runs that are no go, whose looks are newer than those of `run`, and that are about the same release under whatever
/// name: each with how it bears on the question. One that is set aside still says no; an error where a run cannot be
/// believed.
pub(super) fn newer_no<'h>(
    history: &'h History,
    asked: &'h AskedRelease,
    run: &RecordedRun,
) -> Result<Vec<(&'h VerifiedEntry, &'h Run, Bearing)>, LedgerError> {
    let no = full(history, asked)?.into_iter().filter(|(_, other)| other.verdict != Verdict::Go && other.report != run.run.report);
    let newer = no.filter(|(entry, other)| {
        // Recorded with a clock that was set back it would be older than it says.
        (other.looked.unwrap_or(entry.own), true, &other.report) > run.newness()
    });
    let newer = newer.map(|(entry, other)| (entry, other, asked.bearing(&other.release)));
    Ok(newer.filter(|(.., bearing)| *bearing != Bearing::Apart).collect())
}

/// A run with its report, both checked against each other.
pub async fn recorded(store: &dyn Store, entry: &VerifiedEntry, run: &Run) -> Result<RecordedRun, LedgerError> {
    let seq = entry.entry.seq;
    let broken = |why: String| LedgerError::Broken { seq, why };
    let bytes = store.blob(&run.report).await?.ok_or_else(|| broken(format!("its report {} is gone", run.report)))?;
    if Digest::of(&bytes) != run.report {
        return Err(broken(format!("its report is not the one with the fingerprint {}: it was altered", run.report)));
    }
    let report = Report::from_json(&bytes).map_err(|error| broken(format!("its report: {error}")))?;
    let facts = Run::of(&report, run.report.clone(), run.config.clone(), run.files.clone(), run.authors.clone());
    // Older versions did not say when the report's looks were.
    let facts = Run { looked: facts.looked.filter(|_| run.looked.is_some()), evidence: run.evidence.clone(), ..facts };
    let made = &entry.statement.made;
    // The plan's files, which hold policy and signers, are those that the report names, and people signed the report.
    if run.files != report.plan.files || !run.files.contains_key(&run.config) {
        return Err(broken("the files it keeps are not those of the plan that its report names".into()));
    }
    if facts != *run || report.project != made.project || report.environment != made.environment {
        return Err(broken("it says other things of its report than the report does".into()));
    }
    Ok(RecordedRun { seq, recorded: entry.own, aside: entry.aside.clone(), run: run.clone(), report })
}
