//! Accepted exceptions in a run: which of them covers a failure, and what people must know of the others.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::{GivenWaiver, Settings};
use crate::{
    model::{Finding, Outcome, Period, Severity, Waived, WaiverTerms, WaiverVoid, list_of},
    plan::{Item, Plan},
};

/// A waiver that ends this soon is worth a remark.
const SOON: Period = Period::days(7);

/// The waivers of a run, by check.
pub(super) struct Waivers {
    by_check: BTreeMap<String, Vec<GivenWaiver>>,
}

impl Waivers {
    /// Those for the plan's environment.
    pub(super) fn new(plan: &Plan, settings: &Settings) -> Self {
        let mut by_check: BTreeMap<String, Vec<GivenWaiver>> = BTreeMap::new();
        for given in settings.waivers.iter().filter(|given| given.waiver.environment == plan.environment) {
            by_check.entry(given.waiver.check.clone()).or_default().push(given.clone());
        }
        Self { by_check }
    }

    /// With the accepted exception that covers it, where it is a failure and one counts.
    pub(super) fn cover(&self, finding: Finding, item: &Item, settings: &Settings) -> Finding {
        if finding.outcome != Outcome::Fail {
            return Finding { waiver: None, ..finding };
        }
        let counting = self.of(&item.id).filter(|given| counts(given, item, settings).is_ok());
        let longest = counting.max_by_key(|given| given.waiver.expires);
        let waiver: Option<Waived> = longest.map(|given| given.waiver.waived());
        Finding { waiver, ..finding }
    }

    fn of(&self, check: &str) -> impl Iterator<Item = &GivenWaiver> {
        self.by_check.get(check).into_iter().flatten()
    }

    /// Those of a check that are worth a remark. Of several that are only on record it is the one that ends last: what was
    /// renewed is no matter any more, and cannot be taken out of the record.
    fn remarkable(&self, check: &str) -> impl Iterator<Item = &GivenWaiver> {
        let on_record = self.of(check).filter(|given| given.location.is_none()).max_by_key(|given| given.waiver.expires);
        self.of(check).filter(|given| given.location.is_some()).chain(on_record)
    }

    /// What people must know of each, in the plan's order; what is the same of several checks of a list is said once.
    pub(super) fn notes(&self, findings: &[Option<Finding>], plan: &Plan, settings: &Settings) -> Vec<String> {
        let whose = |item: &'_ Item| list_of(&item.id).unwrap_or(&item.id).to_owned();
        let looked = || plan.items.iter().zip(findings).filter_map(|(item, finding)| Some((item, finding.as_ref()?)));
        // An exception for a whole list is needed as long as one of its checks needs it.
        let needed: HashSet<String> = looked().filter(|(_, finding)| finding.is_waived()).map(|(item, _)| whose(item)).collect();
        let mut said: Vec<(&str, usize, String, String)> = Vec::new();
        let mut known: HashMap<(String, String, String), usize> = HashMap::new();
        for (item, finding) in looked().filter(|(item, finding)| finding.outcome != Outcome::Pass || !needed.contains(&whose(item))) {
            for given in self.remarkable(&item.id) {
                let Some(remark) = remark(given, finding, item, settings) else { continue };
                let index = *known.entry((whose(item), place(given), remark.clone())).or_insert(said.len());
                match said.get_mut(index) {
                    Some((_, more, ..)) => *more += 1,
                    None => said.push((&item.id, 0, place(given), remark)),
                }
            }
        }
        let told = said.into_iter().map(|(id, more, place, remark)| {
            let more = if more > 0 { format!(", and for {more} more of its list,") } else { String::new() };
            format!("{place}the accepted exception for `{id}`{more} {remark}")
        });
        told.chain(self.strays(plan, settings)).collect()
    }

    /// Of those on record that hold, the ones for no check of the plan. The plan's own are among its warnings.
    fn strays(&self, plan: &Plan, settings: &Settings) -> Vec<String> {
        let in_time = |given: &GivenWaiver| given.location.is_none() && given.waiver.expires > settings.at;
        let checks = self.by_check.iter().filter(|(_, all)| all.iter().any(in_time)).map(|(check, _)| check);
        let strays = checks.filter(|check| !plan.items.iter().any(|item| item.id == **check));
        strays.map(|check| format!("the accepted exception for `{check}` covers nothing: there is no such check")).collect()
    }
}

/// Whether it counts on a failure of its check in this run.
fn counts(given: &GivenWaiver, item: &Item, settings: &Settings) -> Result<(), WaiverVoid> {
    let severity = if item.guard { Severity::Blocker } else { item.severity };
    let (unsigned, longest) =
        settings.signoff.as_ref().map(|signoff| (signoff.unsigned_waivers, signoff.longest_waiver)).unwrap_or_default();
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
fn remark(given: &GivenWaiver, finding: &Finding, item: &Item, settings: &Settings) -> Option<String> {
    let (on_record, standing) = (given.location.is_none(), counts(given, item, settings));
    let covers = finding.waiver.as_ref() == Some(&given.waiver.waived());
    match (finding.outcome, standing) {
        (Outcome::Skipped, _) => None,
        // Whoever reads it can take it out of a file, not out of the record.
        (Outcome::Pass, Err(WaiverVoid::Expired(_))) if on_record => None,
        (Outcome::Fail, Err(_)) if on_record && finding.is_waived() => None,
        (Outcome::Pass, Err(WaiverVoid::Expired(since))) => Some(format!("expired at {since} and is no longer needed: the check passed")),
        (Outcome::Pass, _) => Some(format!("is no longer needed: the check passed (it lasts until {})", given.waiver.expires)),
        (Outcome::Unknown | Outcome::Pending, Err(WaiverVoid::Expired(_))) => None,
        // Not tried: what is to be said stands with the check that it needs, or in another share.
        (Outcome::Unknown | Outcome::Pending, _) if finding.attempts == 0 => None,
        (Outcome::Unknown | Outcome::Pending, _) => {
            Some(format!("does not count: only a failure can be accepted, and the check {}", finding.outcome.phrase()))
        }
        (Outcome::Fail, Err(WaiverVoid::Expired(since))) => {
            let then = if finding.is_waived() { "another one covers the check" } else { "the check counts as red" };
            Some(format!("expired {} ago, at {since}: {then}", Period::between(since, settings.at)))
        }
        (Outcome::Fail, Err(why)) => Some(format!("does not count: {why}")),
        (Outcome::Fail, Ok(())) => soon(given.waiver.expires, settings.at).filter(|_| covers),
    }
}

/// That it is about to end.
fn soon(expires: Timestamp, at: Timestamp) -> Option<String> {
    let left = Period::between(at, expires);
    (left <= SOON).then(|| format!("ends in {left}, at {expires}"))
}

fn place(given: &GivenWaiver) -> String {
    given.location.as_ref().map(|place| format!("{}:{}: ", place.file, place.line)).unwrap_or_default()
}
