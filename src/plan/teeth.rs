//! Whether a check can go red at all: it is judged on the worst it could see.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{fault::Fault, place::Place};
use crate::check::AnyCheck;

/// What is wrong with the demands of the check whose kind stands at `place`.
pub(super) fn faults(id: &str, place: Place, check: &dyn AnyCheck, at: Timestamp) -> Vec<Fault> {
    // Of each expectation: whether some counterexample turns it red.
    let mut red: BTreeMap<String, bool> = BTreeMap::new();
    for expectation in check.counterexamples(at).into_iter().flat_map(|seen| seen.expectations) {
        *red.entry(expectation.name).or_default() |= expectation.met == Some(false);
    }
    if !red.values().any(|red| *red) {
        let message = format!("the check `{id}` cannot go red: nothing it could see is refused by these settings");
        return vec![Fault::new(place, message).hint("demand something of what it sees")];
    }
    let toothless = red.into_iter().filter(|(_, red)| !red);
    toothless.map(|(name, _)| Fault::warning(place, format!("`{name}` of the check `{id}` cannot go red under these settings"))).collect()
}

#[cfg(test)]
mod tests {
    use std::{future::Future, pin::Pin};

    use serde_json::Value;

    use super::*;
    use crate::{
        check::{Context, Judged, Touch, Unseen},
        model::{Expectation, Json, ProcessEnv},
        plan::Weight,
    };

    /// Sees what it is told, whatever the target.
    struct Told(Vec<Vec<(&'static str, Option<bool>)>>);

    impl AnyCheck for Told {
        fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
            Vec::new()
        }

        fn look<'a>(&'a self, _: &'a Context) -> Pin<Box<dyn Future<Output = Result<Judged, Unseen>> + Send + 'a>> {
            Box::pin(async { Err(Unseen::Unknown("never looks".into())) })
        }

        fn judge_value(&self, _: Value, _: Timestamp) -> Result<Vec<Expectation>, serde_json::Error> {
            Ok(Vec::new())
        }

        fn counterexamples(&self, _: Timestamp) -> Vec<Judged> {
            let expectation = |(name, met): &(&str, Option<bool>)| Expectation { met: *met, ..Expectation::new(*name, *name) };
            let seen = |all: &Vec<_>| Judged { observation: Json::default(), expectations: all.iter().map(expectation).collect() };
            self.0.iter().map(seen).collect()
        }
    }

    fn said(counterexamples: Vec<Vec<(&'static str, Option<bool>)>>) -> Vec<(Weight, String)> {
        let faults = faults("c", Place::default(), &Told(counterexamples), Timestamp::UNIX_EPOCH);
        faults.into_iter().map(|fault| (fault.weight, fault.message)).collect()
    }

    #[test]
    fn a_check_that_nothing_turns_red_is_an_error() {
        for toothless in [vec![], vec![vec![]], vec![vec![("a", Some(true))]], vec![vec![("a", None)]]] {
            let found = said(toothless);
            assert!(matches!(found.as_slice(), [(Weight::Error, message)] if message.contains("cannot go red")), "{found:?}");
        }
    }

    #[test]
    fn an_expectation_that_stays_met_is_a_warning_that_names_it() {
        let found = said(vec![vec![("a", Some(false)), ("b", Some(true))], vec![("a", Some(true)), ("b", None)]]);
        assert!(matches!(found.as_slice(), [(Weight::Warning, message)] if message.contains("`b`")), "{found:?}");
        assert_eq!(said(vec![vec![("a", Some(false)), ("b", Some(true))], vec![("b", Some(false))]]), []);
    }
}
