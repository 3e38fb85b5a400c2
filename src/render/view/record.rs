//! What the ledger says beside a report, as the templates of the reports for people are given it.

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{AnswerRow, BegunRow, DeploymentRow, DeploymentStatus, EmergencyRow, Record, Release, Reply, WaiverRow};

use super::{
    super::{Page, people, story::moment},
    evidence::EvidenceView,
    signoff::SignOffsView,
};

/// The end of a log longer than this many bytes is cut; the ledger keeps all of it.
const LONGEST_LOG: usize = 16 * 1024;

#[derive(Serialize)]
pub(super) struct RecordView {
    sign_offs: SignOffsView,
    answers: Vec<AnswerView>,
    waivers: Vec<WaiverView>,
    deployments: Vec<DeploymentView>,
    emergencies: Vec<EmergencyView>,
    changes: Option<Vec<String>>,
    head: String,
    /// How many entries there are, and how many no signature covers.
    ledger: String,
    entries: u64,
    unsigned: u64,
}

#[derive(Serialize)]
struct AnswerView {
    check: String,
    question: String,
    reply: &'static str,
    tone: &'static str,
    reason: Option<String>,
    name: String,
    at: String,
    until: Option<String>,
    ended: bool,
    evidence: Vec<EvidenceView>,
}

#[derive(Serialize)]
struct WaiverView {
    check: String,
    reason: String,
    ticket: String,
    owner: String,
    approver: String,
    signed: bool,
    until: String,
    ended: bool,
}

#[derive(Serialize)]
struct DeploymentView {
    at: String,
    version: String,
    commit: Option<String>,
    dirty: bool,
    deployer: String,
    known: &'static str,
    status: &'static str,
    sign: char,
    tone: &'static str,
    /// Why it is not known to work.
    unverified: Option<String>,
    notes: Option<String>,
    /// What it rests on: verdict, approvers, exceptions.
    basis: String,
    emergency: bool,
    signed: bool,
    log_tail: Option<String>,
    log: Option<String>,
    entry: u64,
}

#[derive(Serialize)]
struct EmergencyView {
    release: String,
    name: String,
    role: String,
    reason: String,
    ticket: String,
    at: String,
    review_by: String,
    reviewed: Option<String>,
}

impl RecordView {
    /// What ran out is told as of the report's own instant: the page says the same whenever it is made.
    pub(super) fn of(record: &Record, page: &Page<'_>) -> Self {
        let at = page.report.at;
        let begun = record.begun.iter().map(DeploymentView::begun);
        Self {
            sign_offs: SignOffsView::of(record, page),
            answers: record.answers.iter().map(|row| AnswerView::of(row, at)).collect(),
            waivers: record.waivers.iter().map(|row| WaiverView::of(row, at)).collect(),
            deployments: begun.chain(record.deployments.iter().map(DeploymentView::of)).collect(),
            emergencies: record.emergencies.iter().map(EmergencyView::of).collect(),
            changes: record.changes.clone(),
            head: record.head.to_string(),
            ledger: people::ledger(record),
            entries: record.entries,
            unsigned: record.unsigned,
        }
    }
}

impl AnswerView {
    fn of(row: &AnswerRow, at: Timestamp) -> Self {
        let (reply, tone) = match row.reply {
            Reply::Yes => ("yes", "pass"),
            Reply::No => ("no", "fail"),
            Reply::NotApplicable => ("does not apply", "skipped"),
        };
        Self {
            check: row.check.clone(),
            question: row.question.clone(),
            reply,
            tone,
            reason: row.reason.clone(),
            name: row.name.clone(),
            at: moment(row.at),
            until: row.until.map(moment),
            ended: row.until.is_some_and(|until| until <= at),
            evidence: row.evidence.iter().map(EvidenceView::of).collect(),
        }
    }
}

impl WaiverView {
    fn of(row: &WaiverRow, at: Timestamp) -> Self {
        Self {
            check: row.check.clone(),
            reason: row.reason.clone(),
            ticket: row.ticket.clone(),
            owner: row.owner.clone(),
            approver: row.approver.clone(),
            signed: row.signed,
            until: moment(row.expires),
            ended: row.expires <= at,
        }
    }
}

impl DeploymentView {
    fn of(row: &DeploymentRow) -> Self {
        let (status, sign, tone) = match row.status {
            _ if row.unverified.is_some() => ("not verified", '?', "unknown"),
            DeploymentStatus::Succeeded => ("succeeded", '✓', "pass"),
            DeploymentStatus::Failed => ("failed", '✗', "fail"),
            DeploymentStatus::RolledBack => ("rolled back", '!', "waived"),
        };
        Self {
            at: moment(row.at),
            version: named(&row.release),
            commit: commit(&row.release),
            dirty: row.release.dirty,
            deployer: row.deployer.name.clone(),
            known: people::known(&row.deployer, row.signed),
            status,
            sign,
            tone,
            unverified: row.unverified.clone(),
            notes: row.notes.clone(),
            basis: basis(row),
            emergency: row.emergency,
            signed: row.signed,
            log_tail: row.log_tail.as_ref().map(|tail| end(tail)),
            log: row.log.as_ref().map(ToString::to_string),
            entry: row.entry,
        }
    }

    fn begun(row: &BegunRow) -> Self {
        Self {
            at: moment(row.at),
            version: named(&row.release),
            commit: commit(&row.release),
            dirty: row.release.dirty,
            deployer: row.deployer.name.clone(),
            known: people::known(&row.deployer, row.signed),
            status: "began, no end",
            sign: '…',
            tone: "pending",
            unverified: None,
            notes: None,
            basis: "nobody has said what became of it".into(),
            emergency: row.emergency,
            signed: row.signed,
            log_tail: None,
            log: None,
            entry: row.entry,
        }
    }
}

/// The short commit, where the version is the name.
fn commit(release: &Release) -> Option<String> {
    release.version.as_ref().and(release.commit.as_ref()).map(|commit| commit.chars().take(12).collect())
}

/// What a deployment rests on: `GO with 2 exceptions, approved by Ann Example, Bob Brown`.
fn basis(row: &DeploymentRow) -> String {
    let verdict = row.verdict.map_or_else(|| "no report".into(), |verdict| verdict.headline(row.exceptions));
    let approvers = if row.approvers.is_empty() { "nobody".into() } else { row.approvers.join(", ") };
    let policy = row.policy.as_ref().map(|place| format!(", policy of {}", people::policy(place))).unwrap_or_default();
    format!("{verdict}, approved by {approvers}{policy}")
}

/// The last part of `tail`, from the beginning of a line if it can be.
fn end(tail: &str) -> String {
    if tail.len() <= LONGEST_LOG {
        return tail.to_owned();
    }
    let mut from = tail.len() - LONGEST_LOG;
    while !tail.is_char_boundary(from) {
        from += 1;
    }
    let kept = &tail[from..];
    format!("…\n{}", kept.split_once('\n').map_or(kept, |(_, lines)| lines))
}

fn named(release: &Release) -> String {
    release.name().unwrap_or_else(|| "no release named".into())
}

impl EmergencyView {
    fn of(row: &EmergencyRow) -> Self {
        Self {
            release: named(&row.release),
            name: row.name.clone(),
            role: row.role.clone(),
            reason: row.reason.clone(),
            ticket: row.ticket.clone(),
            at: moment(row.at),
            review_by: moment(row.review_by),
            reviewed: row.reviewed.clone(),
        }
    }
}
