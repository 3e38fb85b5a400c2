//! Machines that break each demand.

use jiff::Timestamp;

use super::{Host, seen::Seen};

pub(super) fn counterexamples(check: &Host, _: Timestamp) -> Vec<Seen> {
    vec![Seen { found: check.expect.counterexample(), ..Seen::default() }]
}
