//! What the ledger says beside a report, as the templates of the reports for people are given it.

use jiff::Timestamp;
use minijinja::{context, value::Value};

use crate::model::{AnswerRow, BegunRow, Deployer, DeploymentRow, DeploymentStatus, EmergencyRow, Record, Release, Reply, WaiverRow};

use super::{Page, evidence, people, signoff, story::moment};

/// The end of a log longer than this many bytes is cut; the ledger keeps all of it.
const LONGEST_LOG: usize = 16 * 1024;

/// What ran out is told as of the report's own instant: the page says the same whenever it is made.
pub(super) fn view(record: &Record, page: &Page<'_>) -> Value {
    let at = page.report.at;
    let deployments = record.begun.iter().map(begun).chain(record.deployments.iter().map(deployment));
    context! {
        sign_offs => signoff::view(record, page),
        answers => record.answers.iter().map(|row| answer(row, at)).collect::<Vec<_>>(),
        waivers => record.waivers.iter().map(|row| waiver(row, at)).collect::<Vec<_>>(),
        deployments => deployments.collect::<Vec<_>>(),
        emergencies => record.emergencies.iter().map(emergency).collect::<Vec<_>>(),
        changes => &record.changes,
        head => record.head.as_str(),
        ledger => people::ledger(record),
        entries => record.entries,
        unsigned => record.unsigned,
    }
}

fn answer(row: &AnswerRow, at: Timestamp) -> Value {
    let (reply, tone) = match row.reply {
        Reply::Yes => ("yes", "pass"),
        Reply::No => ("no", "fail"),
        Reply::NotApplicable => ("does not apply", "skipped"),
    };
    context! {
        check => &row.check,
        question => &row.question,
        reply,
        tone,
        reason => &row.reason,
        name => &row.name,
        at => moment(row.at),
        until => row.until.map(moment),
        ended => row.until.is_some_and(|until| until <= at),
        evidence => evidence(&row.evidence),
    }
}

fn waiver(row: &WaiverRow, at: Timestamp) -> Value {
    let WaiverRow { check, reason, ticket, owner, approver, signed, expires } = row;
    context! { check, reason, ticket, owner, approver, signed, until => moment(*expires), ended => *expires <= at }
}

fn deployment(row: &DeploymentRow) -> Value {
    let (status, sign, tone) = match row.status {
        _ if row.unverified.is_some() => ("not verified", '?', "unknown"),
        DeploymentStatus::Succeeded => ("succeeded", '✓', "pass"),
        DeploymentStatus::Failed => ("failed", '✗', "fail"),
        DeploymentStatus::RolledBack => ("rolled back", '!', "waived"),
    };
    context! {
        status,
        sign,
        tone,
        // Why it is not known to work.
        unverified => &row.unverified,
        notes => &row.notes,
        basis => basis(row),
        log_tail => row.log_tail.as_ref().map(|tail| end(tail)),
        log => row.log.as_ref().map(|log| log.as_str()),
        emergency => row.emergency,
        entry => row.entry,
        ..deployed(row.at, &row.release, &row.deployer, row.signed),
    }
}

fn begun(row: &BegunRow) -> Value {
    let none: Option<String> = None;
    context! {
        status => "began, no end",
        sign => '…',
        tone => "pending",
        unverified => &none,
        notes => &none,
        basis => "nobody has said what became of it",
        log_tail => &none,
        log => &none,
        emergency => row.emergency,
        entry => row.entry,
        ..deployed(row.at, &row.release, &row.deployer, row.signed),
    }
}

/// What was deployed, when and by whom.
fn deployed(at: Timestamp, release: &Release, deployer: &Deployer, signed: bool) -> Value {
    context! {
        at => moment(at),
        version => named(release),
        commit => commit(release),
        dirty => release.dirty,
        deployer => &deployer.name,
        known => people::known(deployer, signed),
        signed,
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

fn emergency(row: &EmergencyRow) -> Value {
    let EmergencyRow { release, name, role, reason, ticket, at, review_by, reviewed } = row;
    context! { release => named(release), name, role, reason, ticket, at => moment(*at), review_by => moment(*review_by), reviewed }
}
