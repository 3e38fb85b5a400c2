//! Whether a later run says no less than the report that people signed.

use crate::model::{Expectation, Finding, Outcome, Report};

/// Why `newer` does not confirm `signed`, a sentence each; empty where it does.
///
/// Signatures are bound to what people saw. They carry over to a later run of the same plan and release only if nothing
/// is worse, and no exception or answer is another one.
pub fn objections(signed: &Report, newer: &Report) -> Vec<String> {
    let mut all = Vec::new();
    if signed.plan.digest != newer.plan.digest {
        all.push("the plan or its variables have changed since".to_owned());
    }
    if !signed.release.is_named_as(&newer.release) {
        all.push("it is another release".to_owned());
    }
    if (signed.strict, signed.phase) != (newer.strict, newer.phase) {
        all.push("it was run with other options".to_owned());
    }
    all.extend(signed.ground_differences(newer));
    if newer.release.dirty && !signed.release.dirty {
        all.push("the work tree has changes that no commit holds".to_owned());
    }
    for old in &signed.findings {
        match newer.findings.iter().find(|new| new.id == old.id) {
            None => all.push(format!("`{}` is gone", old.id)),
            Some(new) => all.extend(worse(old, new)),
        }
    }
    for new in newer.findings.iter().filter(|new| !signed.findings.iter().any(|old| old.id == new.id)) {
        all.push(format!("`{}` is new", new.id));
    }
    all
}

fn worse(old: &Finding, new: &Finding) -> Option<String> {
    let id = &new.id;
    if old.waiver != new.waiver {
        let how = match (&old.waiver, &new.waiver) {
            (None, Some(_)) => "is newly under an accepted exception",
            (Some(_), None) => "is no longer under an accepted exception",
            _ => "is under another accepted exception",
        };
        return Some(format!("`{id}` {how}"));
    }
    if new.kind == MANUAL && old.observation != new.observation {
        return Some(format!("`{id}` has another answer"));
    }
    if let Some(unmet) = newly_unmet(old, new) {
        return Some(format!("`{id}` is newly red in `{unmet}`: {}", new.reason));
    }
    if old.outcome == new.outcome {
        return None;
    }
    match new.outcome {
        Outcome::Pass => None,
        Outcome::Fail => Some(format!("`{id}` is newly red: {}", new.reason)),
        Outcome::Unknown => Some(format!("`{id}` could not be checked any more: {}", new.reason)),
        Outcome::Pending => Some(format!("`{id}` waits for an answer: {}", new.reason)),
        Outcome::Skipped => Some(format!("`{id}` is left out now: {}", new.reason)),
    }
}

/// The first demand that is not met now and was met, or was not there, in what people signed: an accepted failure covers
/// that failure and no other.
fn newly_unmet<'f>(old: &Finding, new: &'f Finding) -> Option<&'f str> {
    let was = |name: &str| old.expectations.iter().find(|expectation| expectation.name == name).map(|expectation| expectation.met);
    let worse = |expectation: &&Expectation| expectation.met == Some(false) && was(&expectation.name) != Some(Some(false));
    let unseen = |expectation: &&Expectation| expectation.met.is_none() && was(&expectation.name) == Some(Some(true));
    new.expectations.iter().find(|expectation| worse(expectation) || unseen(expectation)).map(|expectation| expectation.name.as_str())
}

/// The kind whose observation is somebody's answer.
const MANUAL: &str = "manual";
