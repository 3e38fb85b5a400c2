//! What pages show of the ledger beside a report.

use std::collections::BTreeMap;

use super::{Emergencies, History, Proven, Question, RecordedRun, Ruling, Vote};
use crate::model::{
    Act, AnswerRow, Decision, Deployer, DeployerSource, Deployment, DeploymentRow, Difference, Digest, Effect, Finding, Movement, Period,
    Person, Record, RecordStanding, Report, RoleRow, Run, WaiverRow,
};

/// Deployments that a page shows.
const MOST_DEPLOYMENTS: usize = 20;

/// What pages show beside `run`, on which the gate has ruled. `before` is the report of the last signed-off run before
/// it, with its fingerprint.
pub fn showing(
    history: &History,
    question: Question<'_>,
    ruling: &Ruling<'_>,
    run: &RecordedRun,
    before: Option<(&Report, Digest)>,
) -> Record {
    let people = question.rules.people;
    let remarks = ruling.objections.iter().map(|objection| objection.text.clone()).chain(ruling.remarks.iter().cloned());
    Record {
        as_of: question.rules.now,
        head: history.head(),
        entries: history.entries().len() as u64,
        unsigned: history.unsigned(),
        standing: RecordStanding { signed: ruling.objections.is_empty(), remarks: remarks.collect(), confirms: ruling.confirms.clone() },
        roles: roles(question, &ruling.votes),
        answers: run.report.findings.iter().filter_map(|finding| answer(history, question, run, finding)).collect(),
        waivers: run.report.findings.iter().filter_map(|finding| waiver(history, question, finding)).collect(),
        deployments: deployments(history, question),
        emergencies: Emergencies::of(history, question.wanted).rows(question.wanted, people),
        changes: before.map(|(before, digest)| changes((before, digest), (&run.report, run.run.report.clone()))),
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

fn here<'h>(history: &'h History, question: Question<'h>) -> impl DoubleEndedIterator<Item = &'h Proven> {
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

fn deployments(history: &History, question: Question<'_>) -> Vec<DeploymentRow> {
    let all = here(history, question).rev().filter_map(|proven| match &proven.statement.act {
        Act::Deployment(deployment) => Some((proven, &**deployment)),
        _ => None,
    });
    let rows = all.take(MOST_DEPLOYMENTS).enumerate();
    rows.map(|(place, (proven, deployment))| DeploymentRow {
        log_tail: deployment.log.as_ref().filter(|_| place == 0).map(|log| log.tail.clone()),
        ..deployment_row(history, proven, deployment, question.rules.people)
    })
    .collect()
}

/// One deployment as logs and pages show it, with what it rested on.
pub fn deployment_row(history: &History, proven: &Proven, deployment: &Deployment, people: &BTreeMap<String, Person>) -> DeploymentRow {
    let earlier = || history.entries().iter().filter(|other| other.entry.seq < proven.entry.seq);
    let report = deployment.report.as_ref();
    let run: Option<&Run> = earlier().find_map(|other| match &other.statement.act {
        Act::Run(run) if Some(&run.report) == report => Some(&**run),
        _ => None,
    });
    let mut approvers: Vec<String> = Vec::new();
    let mut exceptions = 0;
    for other in earlier().filter(|other| other.signer().is_some()) {
        if let Act::SignOff(sign_off) = &other.statement.act
            && Some(&sign_off.report) == report
            && sign_off.decision == Decision::Go
        {
            let name = name(&sign_off.person, people);
            exceptions = exceptions.max(sign_off.exceptions.iter().filter(|exception| exception.waiver.is_some()).count());
            if !approvers.contains(&name) {
                approvers.push(name);
            }
        }
    }
    DeploymentRow {
        at: deployment.finished,
        release: deployment.release.clone(),
        deployer: named(&deployment.deployer, people),
        status: deployment.status,
        notes: deployment.notes.clone(),
        verdict: run.map(|run| run.verdict),
        approvers,
        exceptions,
        emergency: deployment.emergency.is_some(),
        log_tail: None,
        log: deployment.log.as_ref().map(|log| log.digest.clone()),
        signed: proven.signer().is_some(),
        entry: proven.entry.seq,
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
