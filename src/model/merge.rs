//! One full report out of shares: one run cannot see everything, and a large plan may be run in parts.
//!
//! A merged report is never better than its shares. It needs every check to have been tried in some share; where one was
//! tried in several, the gravest outcome counts. What weakens a share weakens the whole.

mod agreement;
mod pick;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Ambient, Counts, Digest, Exit, Partial, Period, Release, Report, Tool, TrustedRoots, Vantage, Verdict};

/// One of the reports that a merged report was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Share {
    /// The fingerprint of its file.
    pub digest: Digest,
    /// Where it was run from.
    pub vantage: Vantage,
    /// The instant it was judged at.
    pub at: Timestamp,
    /// When its run began.
    pub started: Timestamp,
    /// When its run ended.
    pub finished: Timestamp,
    /// The program that ran it.
    pub tool: Tool,
    /// What it left to other shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial: Option<Partial>,
}

/// Why reports do not make one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("one report is no merger: name at least two shares of a run")]
    Single,
    /// The same file twice.
    #[error("the same report is named twice: {0}")]
    Twice(String),
    /// A merged report is full already.
    #[error("{0} is itself a merged report: merge the shares it was made of, all at once")]
    Merged(String),
    /// They are of different runs.
    #[error("the shares do not belong together: {what} is {said}{hint}")]
    Differs {
        /// In what.
        what: &'static str,
        /// What each of the two says.
        said: String,
        /// What to do.
        hint: &'static str,
    },
    /// Parts of a run that many machines share are not there.
    #[error("of the set `{set}` {missing} missing: every one of its {of} shards must have run, and be given here or stand in the ledger")]
    Missing {
        /// The set.
        set: String,
        /// Which, with the verb.
        missing: String,
        /// How many there are.
        of: u32,
    },
    /// Some checks were tried nowhere.
    #[error("the report would not be full, these checks were tried in no share: {}", .0.join("; "))]
    Untried(Vec<String>),
    /// A partial report of a program that did not say which checks it left out.
    #[error("{0} does not say which checks it left to others: run that share again with this version")]
    Unmarked(String),
    /// The same plan cannot give these reports: one was edited.
    #[error("the shares contradict each other: {0}; one of them was altered after its run")]
    Contradiction(String),
}

/// Shares judged further apart than this are worth a remark.
const APART: SignedDuration = SignedDuration::from_hours(1);

impl Report {
    /// The full report that these shares make, each with its fingerprint. `tool` is the program that merges.
    ///
    /// `at` is that of the oldest share, so that a merged report never looks fresher than what it rests on.
    pub fn merged(shares: &[(Self, Digest)], tool: Tool) -> Result<Self, MergeError> {
        let Some((first, _)) = shares.first().filter(|(first, _)| shares.len() > 1 || first.shard().is_some()) else {
            return Err(MergeError::Single);
        };
        agreement::check(shares)?;
        let picked = pick::findings(shares)?;
        let reports = || shares.iter().map(|(report, _)| report);
        let at = reports().map(|r| r.at).min().unwrap_or(first.at);
        let mut notes = notes(shares);
        notes.extend(picked.notes);
        notes.extend(apart(shares, at));
        let merged = Self {
            at,
            allow_hold: reports().all(|r| r.allow_hold),
            interrupted: reports().any(|r| r.interrupted),
            partial: None,
            started: reports().map(|r| r.started).min().unwrap_or(first.started),
            finished: reports().map(|r| r.finished).max().unwrap_or(first.finished),
            tool,
            release: release(shares),
            vantage: vantage(shares),
            merged: shares.iter().map(|(report, digest)| Share::of(report, digest)).collect(),
            ambient: ambient(shares),
            verdict: Verdict::NoGo,
            exit: Exit::Unchecked.code(),
            counts: Counts::default(),
            notes,
            findings: picked.findings,
            ..first.clone()
        };
        Ok(merged.concluded())
    }
}

impl MergeError {
    /// What the program exits with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Contradiction(_) => Exit::Untrusted,
            Self::Missing { .. } => Exit::Unchecked,
            Self::Single | Self::Twice(_) | Self::Merged(_) | Self::Differs { .. } | Self::Untried(_) | Self::Unmarked(_) => Exit::Usage,
        }
    }
}

impl Share {
    fn of(report: &Report, digest: &Digest) -> Self {
        Self {
            digest: digest.clone(),
            vantage: report.vantage.clone(),
            at: report.at,
            started: report.started,
            finished: report.finished,
            tool: report.tool.clone(),
            partial: report.partial.clone(),
        }
    }
}

/// How people tell a share from the others.
fn name((report, digest): &(Report, Digest)) -> String {
    let short: String = digest.as_str().chars().take(12).collect();
    match &report.vantage.name {
        Some(name) => format!("the share from `{name}` ({short}…)"),
        None => format!("the share {short}…"),
    }
}

/// What is known of the release: agreed upon but for its source, and for an artifact that only some name.
fn release(shares: &[(Report, Digest)]) -> Release {
    let all = || shares.iter().map(|(report, _)| &report.release);
    Release {
        version: all().find_map(|r| r.version.clone()),
        commit: all().find_map(|r| r.commit.clone()),
        artifact: all().find_map(|r| r.artifact.clone()),
        source: distinct(all().map(|r| Some(r.source.clone()))).unwrap_or_default(),
        dirty: all().any(|r| r.dirty),
    }
}

/// What the shares agree upon, with every file of roots that one of them trusted. Of a share that says nothing it is unknown.
fn ambient(shares: &[(Report, Digest)]) -> Option<Ambient> {
    let all: Option<Vec<&Ambient>> = shares.iter().map(|(report, _)| report.ambient.as_ref()).collect();
    let all = all?;
    let ca_files: BTreeSet<&TrustedRoots> = all.iter().flat_map(|ambient| &ambient.ca_files).collect();
    let first = all.first().copied().cloned().unwrap_or_default();
    Some(Ambient { ca_files: ca_files.into_iter().cloned().collect(), ..first })
}

/// Every place that was looked from. A job's address is one link, and its folder one place: only
/// where all shares have the same.
fn vantage(shares: &[(Report, Digest)]) -> Vantage {
    let all = || shares.iter().map(|(report, _)| &report.vantage);
    let (ci, folder) = all().next().map(|v| (v.ci.clone(), v.folder.clone())).unwrap_or_default();
    Vantage {
        name: distinct(all().map(|v| v.name.clone())),
        host: distinct(all().map(|v| v.host.clone())),
        ci: ci.filter(|ci| all().all(|v| v.ci.as_ref() == Some(ci))),
        folder: folder.filter(|folder| all().all(|v| v.folder.as_ref() == Some(folder))),
    }
}

fn distinct(words: impl Iterator<Item = Option<String>>) -> Option<String> {
    let mut all: Vec<String> = Vec::new();
    for word in words.flatten() {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    (!all.is_empty()).then(|| all.join(", "))
}

/// The notes of all shares: once where all say the same, else with the share that says it.
fn notes(shares: &[(Report, Digest)]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for share in shares {
        for note in &share.0.notes {
            let common = shares.iter().all(|(report, _)| report.notes.contains(note));
            let note = if common { note.clone() } else { format!("{}: {note}", name(share)) };
            if !all.contains(&note) {
                all.push(note);
            }
        }
    }
    all
}

fn apart(shares: &[(Report, Digest)], oldest: Timestamp) -> Option<String> {
    let newest = shares.iter().map(|(report, _)| report.at).max()?;
    let far = newest.duration_since(oldest) > APART;
    far.then(|| format!("the shares were judged {} apart; this report counts as old as the oldest", Period::between(oldest, newest)))
}
