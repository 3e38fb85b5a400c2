//! What a run rests on and time or people have taken away since: answers, and accepted exceptions.

use super::{Objection, Question};
use crate::{
    ledger::{History, RecordedRun},
    model::{Act, Exit, Finding, GivenAnswer, Outcome, Period, Reply, Unsigned, Waived},
};

/// What does not hold any more, or does not hold by this policy, a sentence for each check that blocks.
pub(super) fn objections(history: &History, run: &RecordedRun, question: Question<'_>) -> Vec<Objection> {
    let blocking = run.report.findings.iter().filter(|finding| finding.severity.blocks(run.report.strict));
    blocking.filter_map(|finding| answered(history, run, finding, question).or_else(|| waived(history, run, finding, question))).collect()
}

/// A run takes the answers that are on record before it, for as long as they are good.
fn answered(history: &History, run: &RecordedRun, finding: &Finding, question: Question<'_>) -> Option<Objection> {
    if finding.kind != "manual" || finding.outcome == Outcome::Skipped {
        return None;
    }
    let id = &finding.id;
    let made = &run.report;
    let anew = history.of_environment(&made.project, &made.environment).find(|proven| {
        let answers = matches!(&proven.statement.act, Act::Answer(answer) if answer.check == *id);
        answers && proven.entry.seq > run.seq && proven.signer().is_some()
    });
    if let Some(proven) = anew {
        let text = format!("`{id}` was answered anew since the newest full run, in entry {}: run `gonogo verify` again", proven.entry.seq);
        return Some(Objection { exit: Exit::Unchecked, text });
    }
    let given: GivenAnswer = serde_json::from_value(finding.observation.value().clone()).ok()?;
    let bound = finding.expectations.iter().find_map(|expectation| expectation.bound.as_ref()?.value.as_u64())?;
    let until = given.until(Period::seconds(bound));
    (given.reply != Reply::No && until <= question.rules.now).then(|| Objection {
        exit: Exit::Hold,
        text: format!("the answer to `{id}` ran out at {until}: `gonogo answer {id}`, then run `gonogo verify` again"),
    })
}

/// A red check that was accepted is red again when the exception ends, or by a policy that wants it signed.
fn waived(history: &History, run: &RecordedRun, finding: &Finding, question: Question<'_>) -> Option<Objection> {
    let waived = finding.waiver.as_ref()?;
    let red = |why: String| Some(Objection { exit: Exit::Red, text: format!("`{}` is red, and its accepted exception {why}", finding.id) });
    if waived.expires <= question.rules.now {
        return red(format!("ended at {}", waived.expires));
    }
    let policy = question.rules.policy;
    if policy.unsigned_waivers == Unsigned::Refused && !is_signed(history, run, finding, waived) {
        return red(format!("is not signed by `{}`, as the policy demands", waived.approver));
    }
    None
}

/// Whether the approver signed the exception before the run.
fn is_signed(history: &History, run: &RecordedRun, finding: &Finding, waived: &Waived) -> bool {
    let mut earlier = history.of_environment(&run.report.project, &run.report.environment).filter(|proven| proven.entry.seq < run.seq);
    earlier.any(|proven| {
        let Act::Waiver(waiver) = &proven.statement.act else { return false };
        let meant = waiver.check == finding.id && waiver.environment == run.report.environment && waiver.waived() == *waived;
        meant && waiver.owner != waiver.approver && proven.signer() == Some(&waiver.approver)
    })
}
