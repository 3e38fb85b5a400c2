//! What pages show of the ledger beside a report.

use std::collections::BTreeMap;

use super::{Emergencies, History, Question, RecordedRun, Ruling, VerifiedEntry, Vote};
use crate::model::{
    Act, AnswerRow, Decision, Deployer, DeployerSource, Deployment, DeploymentRow, Difference, Digest, Effect, Finding, Movement, Period,
    Person, Record, RecordStanding, Report, RoleRow, WaiverRow,
};

/// What pages show beside `run`, on which the gate has ruled. `before` is the report of the last signed-off run before
/// it, with its fingerprint; `deployments` are the newest of the environment.
pub fn showing(
    history: &History,
    question: Question<'_>,
    ruling: &Ruling<'_>,
    run: &RecordedRun,
    before: Option<(&Report, Digest)>,
    deployments: Vec<DeploymentRow>,
) -> Record {
    let people = question.rules.people;
    let remarks = ruling.objections.iter().map(|objection| objection.text.clone()).chain(ruling.remarks.iter().cloned());
    Record {
        as_of: question.rules.now,
        head: history.head(),
        entries: history.entries().len() as u64,
        unsigned: history.unsigned(),
        standing: RecordStanding {
            signed: ruling.objections.is_empty(),
            remarks: remarks.collect(),
            confirms: ruling.confirms.clone(),
            gate: None,
            nobody_signs: None,
        },
        roles: roles(question, &ruling.votes),
        answers: run.report.findings.iter().filter_map(|finding| answer(history, question, run, finding)).collect(),
        waivers: run.report.findings.iter().filter_map(|finding| waiver(history, question, finding)).collect(),
        deployments,
        begun: Vec::new(),
        emergencies: Emergencies::of(history, question.wanted).rows(question.wanted, people),
        changes: before.map(|(before, digest)| changes((before, digest), (&run.report, run.run.report.clone()))),
        policy: None,
        unsigned_evidence: false,
        repaired: Vec::new(),
    }
}

fn roles(question: Question<'_>, votes: &[Vote<'_>]) -> Vec<RoleRow> {
    let policy = question.rules.policy;
    let required = policy.require.iter().map(|required| (required.role.as_str(), required.count));
    let mut rows: Vec<RoleRow> = required
        .map(|(role, required)| RoleRow { role: role.to_owned(), required, meaning: policy.meaning(role), sign_offs: Vec::new() })
        .collect();
    for vote in votes {
        let role = &vote.sign_off.role;
        let row = match rows.iter_mut().position(|row| row.role == *role) {
            Some(at) => &mut rows[at],
            None => {
                rows.push(RoleRow { role: role.clone(), required: 0, meaning: policy.meaning(role), sign_offs: Vec::new() });
                let last = rows.len() - 1;
                &mut rows[last]
            }
        };
        row.sign_offs.push(vote.row(question.rules.people));
    }
    rows
}

fn here<'h>(history: &'h History, question: Question<'h>) -> impl DoubleEndedIterator<Item = &'h VerifiedEntry> {
    history.of_environment(&question.wanted.project, &question.wanted.environment)
}

fn name(id: &str, people: &BTreeMap<String, Person>) -> String {
    people.get(id).map_or_else(|| id.to_owned(), |person| person.name.clone())
}

/// The newest trusted answer to a manual item that was there when the run was recorded.
fn answer(history: &History, question: Question<'_>, run: &RecordedRun, finding: &Finding) -> Option<AnswerRow> {
    let settings = (finding.kind == "manual").then(|| finding.settings.value())?;
    let good_for = settings["valid-for"].as_str().and_then(|text| text.parse::<Period>().ok());
    let given = here(history, question).rev().find_map(|proven| match &proven.statement.act {
        Act::Answer(answer) if answer.check == finding.id && proven.entry.seq < run.seq => Some((proven.signer()?, proven, answer)),
        _ => None,
    });
    let (by, proven, answer) = given?;
    Some(AnswerRow {
        check: answer.check.clone(),
        question: answer.question.clone(),
        reply: answer.reply,
        reason: answer.reason.clone(),
        name: name(by, question.rules.people),
        at: proven.entry.recorded,
        until: good_for.map(|period| period.after(proven.entry.recorded)),
        evidence: answer.evidence.clone(),
    })
}

fn waiver(history: &History, question: Question<'_>, finding: &Finding) -> Option<WaiverRow> {
    let waived = finding.waiver.as_ref()?;
    let signed = here(history, question).any(|proven| match &proven.statement.act {
        Act::Waiver(waiver) => proven.signer() == Some(&waived.approver) && waiver.check == finding.id && waiver.waived() == *waived,
        _ => false,
    });
    Some(WaiverRow {
        check: finding.id.clone(),
        reason: waived.reason.clone(),
        ticket: waived.ticket.clone(),
        owner: name(&waived.owner, question.rules.people),
        approver: name(&waived.approver, question.rules.people),
        signed,
        expires: waived.expires,
    })
}

/// One deployment as logs and pages show it, with the run it rested on and the sign-offs as they were judged then.
pub fn deployment_row(
    proven: &VerifiedEntry,
    deployment: &Deployment,
    people: &BTreeMap<String, Person>,
    run: Option<&RecordedRun>,
    votes: &[Vote<'_>],
) -> DeploymentRow {
    let mut approvers: Vec<String> = Vec::new();
    for vote in votes.iter().filter(|vote| vote.counts() && vote.sign_off.decision == Decision::Go) {
        let name = name(&vote.sign_off.person, people);
        if !approvers.contains(&name) {
            approvers.push(name);
        }
    }
    let accepted = |run: &RecordedRun| run.report.findings.iter().filter(|finding| finding.waiver.is_some()).count();
    DeploymentRow {
        at: deployment.finished,
        release: deployment.release.clone(),
        deployer: named(&deployment.deployer, people),
        status: deployment.status,
        notes: deployment.notes.clone(),
        verdict: run.map(|run| run.report.verdict),
        approvers,
        exceptions: run.map_or(0, accepted),
        emergency: deployment.emergency.is_some(),
        log_tail: deployment.log.as_ref().map(|log| log.tail.clone()),
        log: deployment.log.as_ref().map(|log| log.digest.clone()),
        signed: proven.signer().is_some(),
        entry: proven.entry.seq,
        unverified: deployment.unverified.clone(),
        policy: deployment.policy.clone(),
    }
}

/// Whoever is known by a key is shown by name; what was only said stays as it was said.
fn named(deployer: &Deployer, people: &BTreeMap<String, Person>) -> Deployer {
    match deployer.source {
        DeployerSource::Key => Deployer { name: name(&deployer.name, people), ..deployer.clone() },
        DeployerSource::Ci | DeployerSource::Declared => deployer.clone(),
    }
}

/// What a person who signed the one should know before signing the other, a sentence each.
pub fn changes(before: (&Report, Digest), after: (&Report, Digest)) -> Vec<String> {
    let (old, new) = (before.0, after.0);
    let mut all = Vec::new();
    for (name, digest) in &new.plan.files {
        match old.plan.files.get(name) {
            Some(same) if same == digest => {}
            Some(_) => all.push(format!("the plan's file `{name}` has changed")),
            None => all.push(format!("the plan's file `{name}` is new")),
        }
    }
    all.extend(
        old.plan.files.keys().filter(|name| !new.plan.files.contains_key(*name)).map(|name| format!("the plan's file `{name}` is gone")),
    );
    let difference = Difference::between(before, after);
    for check in &difference.checks {
        let how = match check.movement {
            Movement::NewlyRed => Some("is newly red"),
            Movement::NewlyUnknown => Some("could not be checked any more"),
            Movement::NewlyPending => Some("waits for an answer now"),
            Movement::NewlySkipped => Some("is left out now"),
            Movement::NewlyGreen => Some("is green now"),
            Movement::Added => Some("is new"),
            Movement::Removed => Some("is gone"),
            _ => None,
        };
        all.extend(how.map(|how| format!("`{}` {how}", check.id)));
        let loosened = check.changes.iter().filter(|change| change.effect == Effect::Loosened);
        all.extend(loosened.map(|change| format!("`{}` asks less: {}", check.id, change.what)));
    }
    all
}
