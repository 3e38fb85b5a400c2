//! Reports that break each demand.

use jiff::Timestamp;

use super::{
    TestReport,
    seen::{Seen, Tests},
};
use crate::check::evidence::Evidence;

pub(super) fn counterexamples(check: &TestReport, at: Timestamp) -> Vec<Seen> {
    let tests = Tests { failed: 1, skipped: 1_000_000, flaky: 1_000_000, ..Tests::default() };
    let failed = Seen { evidence: Evidence::of_another(&check.keys(), at), tests };
    vec![failed.clone(), Seen { tests: Tests::default(), ..failed }]
}
