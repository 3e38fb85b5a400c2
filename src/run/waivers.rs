//! Accepted exceptions in a run: which of them covers a failure, and what people must know of the others.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{GivenWaiver, Settings};
use crate::{
    model::{Finding, Outcome, Period, Severity, Waived, WaiverTerms, WaiverVoid},
    plan::{Item, Plan},
};

/// A waiver that ends this soon is worth a remark.
const SOON: Period = Period::days(7);

/// The waivers of a run, by check.
pub(super) struct Waivers {
    by_check: BTreeMap<String, Vec<GivenWaiver>>,
}

impl Waivers {
    /// Those for the plan's environment. Of several that are only on record the one that ends last stands for all: what
    /// was renewed is no matter any more, and cannot be taken out of the record.
    pub(super) fn new(plan: &Plan, settings: &Settings) -> Self {
        let mut by_check: BTreeMap<String, Vec<GivenWaiver>> = BTreeMap::new();
        let (of_plan, on_record): (Vec<_>, Vec<_>) = settings
            .waivers
            .iter()
            .filter(|given| given.waiver.environment == plan.environment)
            .cloned()
            .partition(|given| given.location.is_some());
        for given in of_plan {
            by_check.entry(given.waiver.check.clone()).or_default().push(given);
        }
        let mut latest: BTreeMap<String, GivenWaiver> = BTreeMap::new();
        for given in on_record {
            let known = latest.get(&given.waiver.check);
            if known.is_none_or(|known| (known.signed, known.waiver.expires) < (given.signed, given.waiver.expires)) {
                latest.insert(given.waiver.check.clone(), given);
            }
        }
        for (check, given) in latest {
            by_check.entry(check).or_default().push(given);
        }
        Self { by_check }
    }

    /// With the accepted exception that covers it, where it is a failure and one counts.
    pub(super) fn cover(&self, finding: Finding, item: &Item, plan: &Plan, settings: &Settings) -> Finding {
        if finding.outcome != Outcome::Fail {
            return Finding { waiver: None, ..finding };
        }
        let counting = self.of(&item.id).filter(|given| counts(given, item, plan, settings).is_ok());
        let longest = counting.max_by_key(|given| given.waiver.expires);
        let waiver: Option<Waived> = longest.map(|given| given.waiver.waived());
        Finding { waiver, ..finding }
    }

    fn of(&self, check: &str) -> impl Iterator<Item = &GivenWaiver> {
        self.by_check.get(check).into_iter().flatten()
    }

    /// What people must know of each, in the plan's order.
    pub(super) fn notes(&self, findings: &[Option<Finding>], plan: &Plan, settings: &Settings) -> Vec<String> {
        let mut notes = Vec::new();
        for (item, finding) in plan.items.iter().zip(findings) {
            for given in self.of(&item.id) {
                let said = finding.as_ref().and_then(|finding| remark(given, finding, item, plan, settings));
                notes.extend(said.map(|said| format!("{}the accepted exception for `{}` {said}", place(given), item.id)));
            }
        }
        // Of the plan's own waivers that is among its warnings.
        let on_record = self.by_check.values().flatten().filter(|given| given.location.is_none() && given.waiver.expires > settings.at);
        let stray = on_record.filter(|given| !plan.items.iter().any(|item| item.id == given.waiver.check));
        notes.extend(
            stray.map(|given| format!("the accepted exception for `{}` covers nothing: there is no such check", given.waiver.check)),
        );
        notes
    }
}

/// Whether it counts on a failure of its check in this run.
fn counts(given: &GivenWaiver, item: &Item, plan: &Plan, settings: &Settings) -> Result<(), WaiverVoid> {
    let severity = if item.guard { Severity::Blocker } else { item.severity };
    let (unsigned, longest) = plan.signoff.as_ref().map(|signoff| (signoff.unsigned_waivers, signoff.longest_waiver)).unwrap_or_default();
    let terms = WaiverTerms {
        at: settings.at,
        severity,
        strict: settings.strict,
        guard: item.guard,
        signed: given.signed,
        unsigned,
        longest: longest.on(severity),
    };
    given.waiver.counts(&terms)
}

/// What is to be said of a waiver, given what its check came to.
fn remark(given: &GivenWaiver, finding: &Finding, item: &Item, plan: &Plan, settings: &Settings) -> Option<String> {
    let expires = given.waiver.expires;
    let of_record = given.location.is_none();
    match (finding.outcome, counts(given, item, plan, settings)) {
        (Outcome::Skipped, _) => None,
        // It can be taken out of a file, not out of the record.
        (Outcome::Pass, Err(WaiverVoid::Expired(_))) if of_record => None,
        (Outcome::Pass, Err(WaiverVoid::Expired(since))) => Some(format!("expired at {since} and is no longer needed: the check passed")),
        (Outcome::Pass, _) => Some(format!("is no longer needed: the check passed (it lasts until {expires})")),
        (Outcome::Unknown | Outcome::Pending, Err(WaiverVoid::Expired(_))) => None,
        (Outcome::Unknown | Outcome::Pending, _) => {
            Some(format!("does not count: only a failure can be accepted, and the check {}", finding.outcome.phrase()))
        }
        (Outcome::Fail, Err(WaiverVoid::Expired(since))) => {
            Some(format!("expired {} ago, at {since}: the check counts as red", Period::between(since, settings.at)))
                .filter(|_| !finding.is_waived())
        }
        (Outcome::Fail, Err(why)) => Some(format!("does not count: {why}")),
        (Outcome::Fail, Ok(())) => soon(expires, settings.at).map(|left| format!("ends in {left}, at {expires}")),
    }
}

fn soon(expires: Timestamp, at: Timestamp) -> Option<Period> {
    Some(Period::between(at, expires)).filter(|left| *left <= SOON)
}

fn place(given: &GivenWaiver) -> String {
    given.location.as_ref().map(|place| format!("{}:{}: ", place.file, place.line)).unwrap_or_default()
}
