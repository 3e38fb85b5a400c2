//! The demands on what is covered.

use jiff::Timestamp;
use serde_json::Number;

use super::{Coverage, seen::Seen};
use crate::model::{Expectation, Percent};

pub(super) fn judge(check: &Coverage, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = Vec::new();
    let covered = &seen.covered;
    for (what, least, counts) in [
        ("lines", check.lines, covered.lines),
        ("branches", check.branches, covered.branches),
        ("functions", check.functions, covered.functions),
    ] {
        all.extend(least.map(|least| share(what, least, counts)));
    }
    if !covered.odd.is_empty() {
        let demand = Expectation::new("understood", "what else stands in it").wanted("nothing that contradicts itself");
        all.push(demand.undetermined(covered.odd.iter().take(3).cloned().collect::<Vec<_>>().join("; ")));
    }
    seen.evidence.judge(&check.keys(), at, all, &["lines", "branches", "functions"])
}

fn share(what: &str, least: Percent, counts: Option<(u64, u64)>) -> Expectation {
    let demand = Expectation::new(what, format!("{what} covered")).wanted(format!("at least {least}"));
    let of = |(covered, all): (u64, u64)| covered as f64 / all as f64;
    let percent = |number: f64| Number::from_f64(number).unwrap_or_else(|| 0.into());
    match counts {
        None => demand.undetermined(format!("the file does not tell its {what}")),
        Some((_, 0)) => demand.undetermined(format!("there are no {what} in it: 0 of 0 is no share")),
        Some(counts) => {
            let share = of(counts);
            // Cut, not rounded: 79.99 % is no 80 %.
            let shown = (share * 10_000.0).floor() / 100.0;
            let demand = demand.bound(">=", percent(least.fraction() * 100.0), Some(percent(shown)), "%");
            demand.got(format!("{shown} % ({} of {})", counts.0, counts.1)).met(share >= least.fraction())
        }
    }
}
