//! For each check the one row that counts: the share's that tried it, the gravest where several did.

use std::collections::HashMap;

use super::{MergeError, name};
use crate::model::{Digest, Finding, Outcome, Report};

/// The rows of the merged report, and what is to be said of how they were chosen.
pub(super) struct Picked {
    pub(super) findings: Vec<Finding>,
    pub(super) notes: Vec<String>,
}

/// An error when the shares do not list the same checks, or some check was tried in none.
pub(super) fn findings(shares: &[(Report, Digest)]) -> Result<Picked, MergeError> {
    let Some((first, others)) = shares.split_first() else { return Err(MergeError::Single) };
    for other in others {
        same_checks(first, other)?;
    }
    let left: Vec<Vec<bool>> = shares.iter().map(|(report, _)| left_to_others(report)).collect();
    let mut picked = Picked { findings: Vec::new(), notes: Vec::new() };
    let (mut untried, mut again) = (Vec::new(), 0);
    for (place, check) in first.0.findings.iter().enumerate() {
        let rows: Vec<(usize, &Finding)> = shares.iter().enumerate().map(|(s, (report, _))| (s, &report.findings[place])).collect();
        let tried: Vec<(usize, &Finding)> = rows.iter().copied().filter(|(s, _)| !left[*s][place]).collect();
        let Some((_, gravest)) = tried.iter().min_by_key(|(_, row)| gravity(row)) else {
            untried.push(format!("`{}` ({})", check.id, check.reason));
            continue;
        };
        let skipped = tried.iter().filter(|(_, row)| row.outcome == Outcome::Skipped).count();
        if skipped > 0 && skipped < rows.len() {
            let said = format!("`{}` is not meant for this environment or phase in one share and is in another", gravest.id);
            return Err(MergeError::Contradiction(said));
        }
        if skipped == 0 && tried.len() > 1 {
            again += 1;
            picked.notes.extend(disagreement(shares, &tried));
        }
        picked.findings.push((*gravest).clone());
    }
    if !untried.is_empty() {
        return Err(MergeError::Untried(untried));
    }
    if again > 0 {
        let checks = if again == 1 { "1 check was".into() } else { format!("{again} checks were") };
        picked.notes.insert(0, format!("{checks} tried in more than one share: the gravest outcome counts"));
    }
    Ok(picked)
}

/// A plan lists its checks in one order in every run, whatever is tried; its fingerprint is the same.
fn same_checks(first: &(Report, Digest), other: &(Report, Digest)) -> Result<(), MergeError> {
    let (a, b) = (&first.0.findings, &other.0.findings);
    let differs =
        |what: String| Err(MergeError::Contradiction(format!("{} and {} are of the same plan, but {what}", name(first), name(other))));
    if a.len() != b.len() {
        return differs(format!("one lists {} checks, the other {}", a.len(), b.len()));
    }
    for (a, b) in a.iter().zip(b) {
        if a.id != b.id {
            return differs(format!("where one has the check `{}`, the other has `{}`", a.id, b.id));
        }
        let same = a.kind == b.kind && a.severity == b.severity && a.guard == b.guard && a.needs == b.needs && a.title == b.title;
        if !same || a.section != b.section || a.location != b.location {
            return differs(format!("they describe the check `{}` differently", a.id));
        }
    }
    Ok(())
}

/// By place, whether this share left the check to another one: itself, or a check that it needs.
fn left_to_others(report: &Report) -> Vec<bool> {
    let places: HashMap<&str, usize> = report.findings.iter().enumerate().map(|(place, f)| (f.id.as_str(), place)).collect();
    let leads_elsewhere = |finding: &Finding| {
        let mut at = finding;
        for _ in 0..report.findings.len() {
            if at.elsewhere {
                return true;
            }
            let hangs = at.expectations.is_empty() && matches!(at.outcome, Outcome::Unknown | Outcome::Pending);
            match at.because.as_deref().filter(|_| hangs).and_then(|id| places.get(id)) {
                Some(place) => at = &report.findings[*place],
                None => return false,
            }
        }
        false
    };
    report.findings.iter().map(leads_elsewhere).collect()
}

/// Lower is graver.
fn gravity(finding: &Finding) -> u8 {
    match finding.outcome {
        Outcome::Fail if !finding.is_waived() => 0,
        Outcome::Unknown => 1,
        Outcome::Pending => 2,
        Outcome::Fail => 3,
        Outcome::Pass if finding.flaky => 4,
        Outcome::Pass => 5,
        Outcome::Skipped => 6,
    }
}

/// What a person must know where the shares did not see the same.
fn disagreement(shares: &[(Report, Digest)], tried: &[(usize, &Finding)]) -> Option<String> {
    let (_, first) = tried.first()?;
    if tried.iter().all(|(_, row)| row.outcome == first.outcome) {
        return None;
    }
    let said: Vec<String> = tried.iter().map(|(share, row)| format!("{} in {}", row.outcome.phrase(), name(&shares[*share]))).collect();
    Some(format!("`{}` {}", first.id, said.join(", ")))
}
