//! What pages show of the ledger beside a report.

use std::collections::BTreeMap;

use super::{
    AskedRelease, Emergencies, GateInput, History, LedgerError, RecordedRun, Ruling, VerifiedEntry, gate::changed_paths, given_answer,
    policy::name, told_repairs, unended, waivers,
};
use crate::model::{
    Act, AnswerRow, BegunRow, Decision, Deployer, DeployerSource, Deployment, DeploymentRow, Difference, Digest, Effect, Finding,
    GateAnswer, Movement, Period, Person, Record, RecordStanding, Report, Required, RoleRow, Run, SignOff, WaiverRow,
};

/// What pages show beside `run`, on which the gate has ruled. `before` is the report of the last signed-off run before
/// it, with its fingerprint; `deployments` are the newest of the environment; an error where an entry that is shown
/// cannot be believed.
pub fn showing(
    history: &History,
    input: GateInput<'_>,
    ruling: &Ruling<'_>,
    run: &RecordedRun,
    before: Option<(&Report, Digest)>,
    deployments: Vec<DeploymentRow>,
) -> Result<Record, LedgerError> {
    let findings = &run.report.findings;
    let answers: Result<Vec<Option<AnswerRow>>, LedgerError> =
        findings.iter().map(|finding| answer(history, input, run, finding)).collect();
    let waivers: Result<Vec<Option<WaiverRow>>, LedgerError> =
        findings.iter().map(|finding| waiver(history, input, run, finding)).collect();
    let remarks = ruling.objections.iter().map(|objection| objection.text.clone()).chain(ruling.remarks.iter().cloned());
    Ok(Record {
        as_of: input.policy.now,
        head: history.head(),
        entries: history.len() as u64,
        unsigned: history.unsigned()?,
        standing: RecordStanding {
            signed: ruling.objections.is_empty(),
            remarks: remarks.collect(),
            confirms: ruling.confirms.clone(),
            gate: Some(GateAnswer { exit: ruling.exit().code(), waiting: ruling.waiting }),
            nobody_signs: None,
        },
        roles: roles(input, run, ruling),
        answers: answers?.into_iter().flatten().collect(),
        waivers: waivers?.into_iter().flatten().collect(),
        deployments,
        begun: begun_rows(history, input.asked, input.child_of)?,
        emergencies: Emergencies::of(history, input.asked, Some(&input.policy))?.rows(input.asked, &input.policy),
        changes: before.map(|(before, digest)| changes((before, digest), (&run.report, run.run.report.clone()))),
        policy: None,
        unsigned_evidence: !ruling.vouched_for,
        repaired: told_repairs(history),
    })
}

fn roles(input: GateInput<'_>, run: &RecordedRun, ruling: &Ruling<'_>) -> Vec<RoleRow> {
    let policy = input.policy.policy;
    let changed = changed_paths(input, run, ruling.vouched_for);
    let row = |Required { role, count, when }: &Required| {
        let asked_because = when.as_ref().map(|when| when.holds(changed));
        let required = if asked_because == Some(None) { 0 } else { *count };
        RoleRow {
            role: role.clone(),
            required,
            asked_because: asked_because.flatten(),
            request: ruling.missing.iter().find(|missing| missing.role == *role).and_then(|missing| missing.request.clone()),
            meaning: policy.meaning(role),
            sign_offs: Vec::new(),
        }
    };
    let mut rows: Vec<RoleRow> = policy.require.iter().map(row).collect();
    for vote in &ruling.votes {
        let role = &vote.sign_off.role;
        let row = match rows.iter_mut().position(|row| row.role == *role) {
            Some(at) => &mut rows[at],
            None => {
                rows.push(RoleRow {
                    role: role.clone(),
                    required: 0,
                    asked_because: None,
                    request: None,
                    meaning: policy.meaning(role),
                    sign_offs: Vec::new(),
                });
                let last = rows.len() - 1;
                &mut rows[last]
            }
        };
        row.sign_offs.push(vote.row(input.policy.people));
    }
    rows
}

/// The deployments that began and have no end, newest first; without the one whose own child asks.
pub fn begun_rows(history: &History, asked: &AskedRelease, child_of: Option<&Digest>) -> Result<Vec<BegunRow>, LedgerError> {
    let open = unended(history, asked.place())?.into_iter().rev();
    let others = open.filter(|(_, begun)| child_of != Some(&begun.token));
    let rows = others.map(|(entry, begun)| BegunRow {
        release: begun.release.clone(),
        deployer: begun.deployer.clone(),
        host: begun.host.clone(),
        pid: begun.pid,
        at: entry.own,
        emergency: begun.emergency.is_some(),
        signed: entry.signer().is_some(),
        entry: entry.entry.seq,
    });
    Ok(rows.collect())
}

/// The answer that counted when the run was recorded.
fn answer(history: &History, input: GateInput<'_>, run: &RecordedRun, finding: &Finding) -> Result<Option<AnswerRow>, LedgerError> {
    if finding.kind != "manual" {
        return Ok(None);
    }
    let good_for = finding.settings.value()["valid-for"].as_str().and_then(|text| text.parse::<Period>().ok());
    for entry in history.said_where(input.asked.place(), &[Act::ANSWER], |linked| linked.entry.seq < run.seq).rev() {
        if let Some((check, given)) = given_answer(entry?, Some(&input.policy)).filter(|(check, _)| *check == finding.id) {
            return Ok(Some(AnswerRow {
                check,
                until: good_for.map(|period| given.until(period)),
                question: given.question,
                reply: given.reply,
                reason: given.reason,
                name: given.name,
                at: given.at,
                evidence: given.evidence,
            }));
        }
    }
    Ok(None)
}

fn waiver(history: &History, input: GateInput<'_>, run: &RecordedRun, finding: &Finding) -> Result<Option<WaiverRow>, LedgerError> {
    let Some(waived) = &finding.waiver else { return Ok(None) };
    Ok(Some(WaiverRow {
        check: finding.id.clone(),
        reason: waived.reason.clone(),
        ticket: waived.ticket.clone(),
        owner: input.policy.name(&waived.owner),
        approver: input.policy.name(&waived.approver),
        signed: waivers::behind(history, &run.report, finding, run.seq, &input.policy)?.is_some(),
        expires: waived.expires,
    }))
}

/// One deployment as logs and pages show it: with the run it rested on, and those who had approved that run's report then.
pub fn deployment_row(
    (entry, deployment): (&VerifiedEntry, &Deployment),
    people: &BTreeMap<String, Person>,
    run: Option<&Run>,
    standing: &[(&VerifiedEntry, &SignOff)],
    exceptions: usize,
) -> DeploymentRow {
    let mut approvers: Vec<String> = Vec::new();
    for (_, said) in standing.iter().filter(|(_, said)| said.decision == Decision::Go) {
        let name = name(&said.person, people);
        if !approvers.contains(&name) {
            approvers.push(name);
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
        log_tail: deployment.log.as_ref().map(|log| log.tail.clone()),
        log: deployment.log.as_ref().map(|log| log.digest.clone()),
        signed: entry.signer().is_some(),
        entry: entry.entry.seq,
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
