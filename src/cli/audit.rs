//! `gonogo audit`: a bundle looked at offline, on another machine, trusting nothing in it.

mod table;

use super::{
    Failure,
    arguments::AuditOptions,
    edge::{self, Edge},
    gate, runtime,
};
use crate::{
    acts::audit::{AuditRequest, Audited, AuditedRun, audit as look},
    model::{Decision, Digest, Exit, SignOffState, utc},
};

/// Runs the command: what the gate would have said where everything holds, 5 where anything does not.
pub(super) fn audit(edge: &Edge, options: &AuditOptions) -> Result<Exit, Failure> {
    let request = AuditRequest {
        bundle: options.bundle.clone(),
        signers: options.signers.clone(),
        revoked: options.revoked.clone(),
        policy: options.policy.clone(),
        heads: edge::heads(&options.head)?,
    };
    match runtime::block_on(async { Ok(look(&edge.caller(), &request).await?) })? {
        Audited::One(run) => say(&run),
        Audited::Drawn(drawn) => table::sample(&drawn),
    }
}

fn say(audited: &AuditedRun) -> Result<Exit, Failure> {
    let AuditedRun { report, faults, unseen, .. } = audited;
    let name = report.release.name().unwrap_or_default();
    let mut said = vec![format!("{}: {} {name} → {}, report {}", report.headline(), report.project, report.environment, audited.digest)];
    said.extend(signed(audited));
    said.extend(audited.lines.iter().cloned());
    said.push(format!("as of {}", utc(audited.record.as_of)));
    said.push(of_ledger(&audited.ledger));
    said.extend(table::block(&audited.tested));
    said.extend(unseen.iter().map(|unseen| format!("could not be checked: {unseen}")));
    let gate = if unseen.is_empty() { audited.gate } else { audited.gate.and(Exit::Unchecked) };
    let exit = concluded(&mut said, faults, (audited.signers_brought, audited.policy_brought), gate);
    edge::print_lines(&said)?;
    Ok(exit)
}

/// Who signed, by whose claim.
fn signed(audited: &AuditedRun) -> Vec<String> {
    let mut said = Vec::new();
    if !audited.policy_brought {
        said.push("by the bundle's own claim of who has which role:".into());
    }
    for role in &audited.record.roles {
        for row in &role.sign_offs {
            let decision = if row.decision == Decision::Go { "go" } else { "no-go" };
            let state = match &row.state {
                SignOffState::Counts => String::new(),
                SignOffState::Noted(note) => format!(" ({note})"),
                SignOffState::Void(why) => format!(" (does not count: {why})"),
            };
            said.push(format!("  {decision} by {} as {}, {}, {}{state}", row.who(), role.role, utc(row.recorded), gate::how(row)));
        }
    }
    said.extend(audited.record.standing.remarks.iter().map(|remark| format!("  {remark}")));
    said
}

fn of_ledger((entries, unsigned, head): &(usize, u64, Digest)) -> String {
    format!("ledger: {entries} entries, {unsigned} that no signature covers, head {head}")
}

/// What all of it comes to, said last.
fn concluded(said: &mut Vec<String>, faults: &[String], (signers, policy): (bool, bool), gate: Exit) -> Exit {
    if !faults.is_empty() {
        said.push("NOT TRUSTED:".into());
        said.extend(faults.iter().map(|fault| format!("  ✗ {fault}")));
        return Exit::Untrusted;
    }
    let (line, exit) = match (signers, policy) {
        (false, _) => ("consistent with itself; signers not confirmed: give the keys you trust with `--signers FILE`", Exit::Untrusted),
        (true, false) => (
            "the signatures are valid; who has which role is the bundle's own claim: give the plan you trust with `--policy FILE`",
            Exit::Untrusted,
        ),
        (true, true) => ("what was looked at agrees; the signers and the policy are yours", gate),
    };
    said.push(line.into());
    exit
}
