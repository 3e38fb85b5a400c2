//! `gonogo audit`: a bundle looked at offline, on another machine, trusting nothing in it.

use super::{
    Failure,
    arguments::AuditOptions,
    edge::{self, Edge},
    gate, runtime,
};
use crate::{
    acts::audit::{AuditRequest, Audited, audit as look},
    model::{Decision, Exit, SignOffState, utc},
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
    say(&runtime::block_on(async { Ok(look(&edge.caller(), &request).await?) })?)
}

fn say(audited: &Audited) -> Result<Exit, Failure> {
    let Audited { report, record, faults, unseen, .. } = audited;
    let name = report.release.name().unwrap_or_default();
    let mut said = vec![format!("{}: {} {name} → {}, report {}", report.headline(), report.project, report.environment, audited.digest)];
    if !audited.policy_brought {
        said.push("by the bundle's own claim of who has which role:".into());
    }
    for role in &record.roles {
        for row in &role.sign_offs {
            let decision = if row.decision == Decision::Go { "go" } else { "no-go" };
            let state = match &row.state {
                SignOffState::Counts => String::new(),
                SignOffState::Noted(note) => format!(" ({note})"),
                SignOffState::Void(why) => format!(" (does not count: {why})"),
            };
            said.push(format!("  {decision} by {} as {}, {}, {}{state}", row.name, role.role, utc(row.recorded), gate::how(row)));
        }
    }
    said.extend(record.standing.remarks.iter().map(|remark| format!("  {remark}")));
    said.extend(audited.lines.iter().cloned());
    said.push(format!("as of {}", utc(record.as_of)));
    let (entries, unsigned, head) = &audited.ledger;
    said.push(format!("ledger: {entries} entries, {unsigned} that no signature covers, head {head}"));
    said.extend(unseen.iter().map(|unseen| format!("could not be checked: {unseen}")));
    let exit = match (faults.is_empty(), audited.signers_brought, audited.policy_brought) {
        (false, ..) => {
            said.push("NOT TRUSTED:".into());
            said.extend(faults.iter().map(|fault| format!("  ✗ {fault}")));
            Exit::Untrusted
        }
        (true, false, _) => {
            said.push("consistent with itself; signers not confirmed: give the keys you trust with `--signers FILE`".into());
            Exit::Untrusted
        }
        (true, true, false) => {
            said.push(
                "the signatures are valid; who has which role is the bundle's own claim: give the plan you trust with `--policy FILE`"
                    .into(),
            );
            Exit::Untrusted
        }
        (true, true, true) => {
            said.push("what was looked at agrees; the signers and the policy are yours".into());
            if unseen.is_empty() { audited.gate } else { audited.gate.and(Exit::Unchecked) }
        }
    };
    edge::print_lines(&said)?;
    Ok(exit)
}
