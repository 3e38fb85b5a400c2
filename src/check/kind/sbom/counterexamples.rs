//! A bill of another artifact that is broken, empty, and under a licence that nobody names.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Sbom,
    seen::{Bill, Seen},
};
use crate::check::evidence::Evidence;

pub(super) fn counterexamples(check: &Sbom, at: Timestamp) -> Vec<Seen> {
    let denied = check.licences.iter().flat_map(|licences| &licences.denied).flat_map(|list| list.iter());
    let named = denied.map(|text| text.as_str().trim_end_matches('*').to_owned()).next();
    let licence = named.filter(|name| !name.is_empty()).unwrap_or_else(|| "LicenseRef-nobody-names".into());
    let bill = Bill {
        licences: BTreeMap::from([(licence, (1, "component".into()))]),
        invalid: vec!["a component has no name".into()],
        lacking: BTreeMap::from([("a version".into(), 1)]),
        ..Bill::default()
    };
    vec![Seen { evidence: Evidence::of_another(&check.keys(), at), bill }]
}
