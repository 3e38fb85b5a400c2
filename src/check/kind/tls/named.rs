//! The certificate stands for the name that clients use.

use super::{
    across::{Verdict, across},
    seen::{Chain, Seen},
};
use crate::model::{Expectation, first_of};

/// The most names that are listed.
const MOST: usize = 5;

pub(super) fn judge(seen: &Seen, name: &str) -> Expectation {
    let expectation = Expectation::new("name", "Host name").wanted(format!("a certificate for {name}"));
    across(expectation, seen, |chain| match &chain.named_by {
        Some(by) if by == name => Verdict::Met(by.clone()),
        Some(by) => Verdict::Met(format!("{by} stands for {name}")),
        None => Verdict::Unmet(presented(chain)),
    })
}

fn presented(chain: &Chain) -> String {
    let Some(leaf) = chain.certificates.first() else { return "none".into() };
    match leaf.names.as_slice() {
        [] => format!("one without alternative names (`{}`; a common name stands for nothing)", leaf.subject),
        all => format!("one for {}", first_of(all, MOST, leaf.names_in_all, ", ")),
    }
}
