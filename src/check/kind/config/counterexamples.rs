//! Environments that break the demands.

use jiff::Timestamp;

use super::{Config, seen::Seen};

/// Every value wrong, and what must differ the same.
pub(super) fn counterexamples(check: &Config, _: Timestamp) -> Vec<Seen> {
    vec![Seen {
        values: check.values().map(|values| values.counterexample()).unwrap_or_default(),
        json: check.json.iter().map(|(key, demands)| (key.clone(), demands.counterexample())).collect(),
        equal: check.differ.clone(),
        ..Seen::default()
    }]
}
