//! One instance that answers all, more than are wanted, and one that should be out of service.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{LoadBalancer, seen::Seen};
use crate::check::volley::Tally;

pub(super) fn counterexamples(check: &LoadBalancer, _: Timestamp) -> Vec<Seen> {
    let sent = check.requests() as u64;
    let tally = |by: BTreeMap<String, u64>| Tally { sent, by, ..Tally::default() };
    let one = tally(BTreeMap::from([("one".to_owned(), sent)]));
    let failed = Tally { untold: sent, instead: Some("the status 502".into()), by: BTreeMap::new(), ..one.clone() };
    let unwanted = check.instances.unwanted().clamp(1, 41);
    let many = tally((0..unwanted).map(|number| (format!("instance-{number}"), 1)).collect());
    let drained = check.drained.iter().flat_map(|names| names.iter()).map(|name| (name.clone(), 1)).collect();
    let seen = |answers: Tally| Seen { answers, cookies: true, visitor: Some(one.clone()) };
    vec![seen(failed), seen(one.clone()), seen(many), seen(tally(drained))]
}
