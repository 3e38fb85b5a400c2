//! Objects that break every rule.

use jiff::Timestamp;

use super::{
    Kubernetes,
    seen::{Places, Seen, Tally},
};

pub(super) fn counterexamples(check: &Kubernetes, _: Timestamp) -> Vec<Seen> {
    let mut broken = Places::default();
    broken.add("Deployment/example: not so".into());
    let tally = Tally { broken, ..Tally::default() };
    let objects = check.objects.iter().flat_map(|all| all.iter()).map(|name| (name.clone(), false)).collect();
    let rules = check.rules().into_iter().map(|rule| (rule.name.to_owned(), tally.clone())).collect();
    vec![Seen { kinds: [("Deployment".to_owned(), 1)].into(), pods: 1, objects, rules, ..Seen::default() }]
}
