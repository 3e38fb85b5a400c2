//! The demands on the tests.

use jiff::Timestamp;

use super::{
    TestReport,
    seen::{Most, Seen, Tests},
};
use crate::model::{Expectation, counted, first_of, quote};

pub(super) fn judge(check: &TestReport, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let tests = &seen.tests;
    let mut all = vec![failed(check, tests)];
    let (least, ran) = (check.min_tests.unwrap_or(1), tests.passed + tests.failed);
    let demand =
        Expectation::new("tests", "tests that ran").wanted(format!("at least {least}")).bound(">=", least, Some(ran.into()), "count");
    all.push(demand.got(ran.to_string()).met(ran >= least));
    let bounded = [("skipped", check.max_skipped, tests.skipped), ("flaky", check.max_flaky, tests.flaky)];
    for (name, most, count) in bounded {
        all.extend(most.map(|most| at_most(name, most, count, tests)));
    }
    for name in check.names() {
        let demand = Expectation::new(format!("passed:{name}"), format!("the test or suite {}", quote(&name))).wanted("passed");
        let found = tests.found.contains(&name);
        all.push(demand.got(if found { "passed" } else { "no such test that passed" }).met(found));
    }
    if !tests.odd.is_empty() {
        let demand = Expectation::new("understood", "what else stands in it").wanted("nothing that is not understood");
        all.push(demand.undetermined(first_of(&tests.odd, 3, tests.odd.len(), "; ")));
    }
    let share = |most: Option<Most>| matches!(most, Some(Most::Share(_)));
    let shares = [("skipped", share(check.max_skipped)), ("flaky", share(check.max_flaky))];
    let more = ["tests", "passed:"].into_iter().chain(shares.into_iter().filter(|(_, is)| *is).map(|(name, _)| name));
    seen.evidence.judge(&check.keys(), at, all, &more.collect::<Vec<_>>())
}

fn failed(check: &TestReport, tests: &Tests) -> Expectation {
    let demand = Expectation::new("failed", "failed tests").wanted("none").bound("<=", 0, Some(tests.failed.into()), "count");
    let mut beside = Vec::new();
    if tests.skipped > 0 {
        beside.push(format!("{} skipped", tests.skipped));
    }
    if tests.flaky > 0 && check.max_flaky.is_none() {
        let named = first_of(&tests.unsteady, 5, usize::try_from(tests.flaky).unwrap_or(usize::MAX), ", ");
        beside.push(format!("{} passed only after a retry ({named})", tests.flaky));
    }
    let beside = if beside.is_empty() { String::new() } else { format!("; {}", beside.join(", ")) };
    let said = if tests.failed == 0 {
        format!("none of {}{beside}", counted(tests.all(), "test"))
    } else {
        let named = first_of(&tests.failing, 5, usize::try_from(tests.failed).unwrap_or(usize::MAX), ", ");
        format!("{} of {}: {named}{beside}", tests.failed, counted(tests.all(), "test"))
    };
    demand.got(said).met(tests.failed == 0)
}

fn at_most(name: &str, most: Most, count: u64, tests: &Tests) -> Expectation {
    let (what, names) = if name == "flaky" {
        (
            "tests that passed only after a retry",
            format!(": {}", first_of(&tests.unsteady, 5, usize::try_from(count).unwrap_or(usize::MAX), ", ")),
        )
    } else {
        ("skipped tests", String::new())
    };
    let got = if count == 0 { "none".to_owned() } else { format!("{count} of {}{names}", tests.all()) };
    Expectation::new(name, what).wanted(most.to_string()).got(got).met(most.takes(count, tests.all()))
}
