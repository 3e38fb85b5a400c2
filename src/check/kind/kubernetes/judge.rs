//! Every rule, over all objects.

use jiff::Timestamp;

use super::{
    Kubernetes,
    rule::Rule,
    seen::{Places, Seen, Tally},
};
use crate::model::{Expectation, counted, first_of};

/// Places that a sentence names.
const NAMED: usize = 3;

pub(super) fn judge(check: &Kubernetes, seen: &Seen, _: Timestamp) -> Vec<Expectation> {
    let mut all: Vec<Expectation> = check.not_understood(seen).into_iter().collect();
    all.extend(seen.objects.iter().map(|(name, there)| {
        Expectation::new(format!("object:{name}"), format!("object {name}"))
            .wanted("there")
            .got(if *there { "there" } else { "not there" })
            .met(*there)
    }));
    all.extend(check.rules().into_iter().filter_map(|rule| check.rule(rule, seen.rules.get(rule.name))));
    all
}

fn said(places: &Places) -> String {
    first_of(&places.first, NAMED, usize::try_from(places.count).unwrap_or(usize::MAX), "; ")
}

impl Kubernetes {
    /// What was not read or not understood; by the default rules a set without any pod is no set.
    fn not_understood(&self, seen: &Seen) -> Option<Expectation> {
        let demand = Expectation::new("objects", "objects").wanted("read whole and understood, with a pod among them");
        let kinds: Vec<String> = seen.kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let got = if kinds.is_empty() { "none".into() } else { first_of(&kinds, 8, kinds.len(), ", ") };
        if !seen.unread.is_empty() {
            return Some(demand.got(got).undetermined(said(&seen.unread)));
        }
        (seen.pods == 0 && self.rules.is_none())
            .then(|| demand.got(got.as_str()).undetermined(format!("there is no pod to look at: {got}")))
    }

    /// A rule; `None` where it is a default one and there is nothing that it is about.
    fn rule(&self, rule: &Rule, tally: Option<&Tally>) -> Option<Expectation> {
        let demand = Expectation::new(rule.name, rule.name).wanted(rule.wanted);
        let Some(tally) = tally else { return Some(demand.got("not known").undetermined("it was not looked for")) };
        let excepted = if tally.excepted.is_empty() { String::new() } else { format!("; excepted by the plan: {}", said(&tally.excepted)) };
        let got = format!("in {}{excepted}", counted(tally.held, "place"));
        if !tally.broken.is_empty() {
            let stricter = if self.live { "" } else { " (as the manifest says it)" };
            return Some(demand.got(format!("{}{excepted}{stricter}", said(&tally.broken))).met(false));
        }
        if !tally.open.is_empty() {
            return Some(demand.got(got).undetermined(said(&tally.open)));
        }
        if tally.held == 0 && tally.excepted.is_empty() {
            return self.rules.is_some().then(|| demand.got("nothing").undetermined("there is nothing that it is about"));
        }
        Some(demand.got(got).met(true))
    }
}
