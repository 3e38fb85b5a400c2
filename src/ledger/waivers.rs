//! Whether an accepted exception on record counts: its approver's own signature, by somebody who may accept.

use super::{History, LedgerError, PolicyInForce, VerifiedEntry};
use crate::model::{Act, Finding, Report, Waived, Waiver, WaiverTerms};

/// The waiver that this entry signs, where the signature counts: it is the approver's, who does not own the exception and
/// is no machine.
pub fn signed_waiver<'e>(entry: &'e VerifiedEntry, policy: Option<&PolicyInForce<'_>>) -> Option<&'e Waiver> {
    let Act::Waiver(waiver) = &entry.statement.act else { return None };
    let by = entry.signer().filter(|_| entry.aside.is_none())?;
    let owner_made_it = waiver.owner == by || entry.confirmed_by().contains(&waiver.owner);
    (waiver.approver == by && !owner_made_it && policy.is_none_or(|policy| policy.is_person(by))).then_some(waiver)
}

/// The signed waiver that covers this finding of the report: of the same check, with the same words, on record before the
/// entry `before`.
pub(super) fn behind<'h>(
    history: &'h History,
    report: &'h Report,
    finding: &Finding,
    before: u64,
    policy: &PolicyInForce<'_>,
) -> Result<Option<&'h Waiver>, LedgerError> {
    let Some(waived) = &finding.waiver else { return Ok(None) };
    let place = (report.project.as_str(), report.environment.as_str());
    let earlier = history.said_where(place, &[Act::WAIVER], move |linked| linked.entry.seq < before);
    let earlier = earlier.collect::<Result<Vec<_>, _>>()?;
    let signed = earlier.into_iter().filter_map(|entry| signed_waiver(entry, Some(policy)));
    let covers = |waiver: &&Waiver| waiver.check == finding.id && waiver.environment == report.environment && waiver.waived() == *waived;
    // Signed once more, its length is counted anew.
    Ok(signed.filter(covers).max_by_key(|waiver| waiver.granted.filter(|granted| *granted <= policy.now)))
}

/// Why the accepted exception of a finding does not count now, by the policy in force; `None` where it does.
pub(super) fn void(finding: &Finding, report: &Report, signed: Option<&Waiver>, policy: &PolicyInForce<'_>) -> Option<String> {
    let waived = finding.waiver.as_ref()?;
    let unsigned;
    let waiver = match signed {
        Some(signed) => signed,
        None => {
            unsigned = as_written(finding, report, waived);
            &unsigned
        }
    };
    let terms = WaiverTerms {
        at: policy.now.max(report.at),
        severity: finding.severity,
        strict: report.strict,
        guard: finding.guard,
        signed: signed.is_some(),
        unsigned: policy.policy.unsigned_waivers,
        longest: policy.policy.longest_waiver.on(finding.severity),
    };
    // A length that is not known from a grant is counted from the run, not from today.
    let granted = waiver.granted.or(Some(report.at));
    Waiver { granted, ..waiver.clone() }.counts(&terms).err().map(|why| why.to_string())
}

/// The waiver of a file, as far as the report has it.
fn as_written(finding: &Finding, report: &Report, waived: &Waived) -> Waiver {
    Waiver {
        check: finding.id.clone(),
        environment: report.environment.clone(),
        reason: waived.reason.clone(),
        ticket: waived.ticket.clone(),
        owner: waived.owner.clone(),
        approver: waived.approver.clone(),
        granted: None,
        expires: waived.expires,
    }
}
