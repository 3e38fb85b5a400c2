//! What another ledger knows against a release: where files went to and fro, a no that stands there is still a no.

use super::{Aspect, GateInput, Objection, newer_sentence, no_exit, no_of};
use crate::{
    ledger::{Emergencies, History, LedgerError, RecordedRun, VerifiedEntry, begun, repairs, runs, votes},
    model::{Act, Exit},
};

/// Everything that `there` knows against the release and `here` does not have.
pub(super) fn objections(
    here: &History,
    there: &History,
    input: GateInput<'_>,
    run: Option<&RecordedRun>,
) -> Result<Vec<Objection>, LedgerError> {
    let GateInput { asked, policy, .. } = input;
    let mut all = Vec::new();
    let mut object = |exit, text: String| all.push(Objection { about: Aspect::Report, exit, text: format!("{text} (in the ledger here)") });
    if let Some((seq, version)) = there.newer(&asked.project, &asked.environment) {
        object(Exit::Untrusted, format!("entry {seq} was written by a newer gonogo (version {version}): use that one"));
    }
    let Some(run) = run else { return Ok(all) };
    let said = votes(there, asked, policy, &[], run, None)?;
    for (vote, exit) in said.iter().filter_map(|vote| no_of(vote, &said)) {
        if !here.heard(vote.proven)? && policy.policy.require.iter().any(|required| required.role == vote.sign_off.role) {
            object(exit, format!("{} ({}) says no-go", policy.name(&vote.sign_off.person), vote.sign_off.role));
        }
    }
    for (entry, newer, bearing) in runs::newer_no(there, asked, run)? {
        object(no_exit(newer, bearing), newer_sentence(entry.entry.seq, newer, bearing, ""));
    }
    for entry in there.said(asked.place(), &[Act::ANSWER]) {
        let entry = entry?;
        if here.heard(entry)? {
            continue;
        }
        if let Act::Answer(answer) = &entry.statement.act
            && entry.signer().is_some()
            && entry.own > run.looked()
            && run.report.findings.iter().any(|finding| finding.id == answer.check && finding.severity.blocks(run.report.strict))
        {
            object(
                Exit::Unchecked,
                format!("`{}` was answered anew since the newest full run, in entry {}", answer.check, entry.entry.seq),
            );
        }
    }
    for overdue in Emergencies::of(there, asked, Some(&policy))?.overdue(policy.now) {
        object(Exit::Hold, overdue);
    }
    for open in begun::holds(there, asked, input.child_of)? {
        object(Exit::Hold, open);
    }
    let mut looks = there.on_release(asked, &[Act::RUN]).rev();
    let same = |entry: &VerifiedEntry| matches!(&entry.statement.act, Act::Run(other) if other.report == run.run.report);
    let look = looks.find_map(|entry| entry.map(|entry| same(entry).then_some(entry.entry.seq)).transpose()).transpose()?;
    for aside in repairs::holds(there, look)? {
        object(Exit::Hold, aside);
    }
    Ok(all)
}
