//! Expositions that lack what is demanded.

use jiff::Timestamp;

use super::{
    MetricsEndpoint, Values,
    seen::{Found, Seen},
};

pub(super) fn counterexamples(check: &MetricsEndpoint, _: Timestamp) -> Vec<Seen> {
    let empty = Seen { wrong: Some("line 1: no value".into()), ..Seen::default() };
    let named = |count: u64| {
        let all = check.selectors().into_iter().map(move |selector| {
            let name = selector.to_string();
            let demand = check.values.iter().flat_map(Values::iter).find(|(other, _)| other.to_string() == name);
            let values = demand.map(|(_, demand)| demand.of("value").counterexample()).unwrap_or_default();
            (name, Found { count, values, moved: Some(false), ..Found::default() })
        });
        all.collect()
    };
    let bad = Seen { count: 1, twice: vec!["up{job=\"odd\"}".into()], series: named(1), ..Seen::default() };
    vec![empty, Seen { series: named(0), ..bad.clone() }, bad]
}
