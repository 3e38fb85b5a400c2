//! What breaks demands, made from the demands themselves.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Demands, Hit, Hits, matcher::Matcher};

impl Demands {
    /// What the paths could lead to so that every demand is broken.
    pub(crate) fn counterexample(&self) -> BTreeMap<String, Hits> {
        // First what values are compared with, so that a demand on the same path has the last word.
        let others = self.0.iter().flat_map(|(_, wanted)| wanted.others().map(|other| (other.written(), one(Value::Bool(true)))));
        let broken = self.0.iter().map(|(place, wanted)| (place.written(), breaking(wanted)));
        others.chain(broken).map(|(path, hits)| (path.to_owned(), hits)).collect()
    }
}

/// `null` meets nothing but itself, and nothing that must not be is `null`.
fn breaking(wanted: &Matcher) -> Hits {
    match wanted {
        Matcher { exists: Some(false), .. } | Matcher { equals: Some(Value::Null), .. } => one(Value::Bool(true)),
        Matcher { count: Some(count), .. } => {
            let amount = if count.takes_count(0) { count.max.as_ref().and_then(|most| most.as_u64()).unwrap_or_default() + 1 } else { 0 };
            Hits { count: usize::try_from(amount).unwrap_or(usize::MAX), ..one(Value::Null) }
        }
        Matcher { sum: Some(sum), .. } => one(sum.beyond()),
        Matcher { differs_from: Some(_), .. } => one(Value::Bool(true)),
        Matcher { none: Some(none), .. } => one(none.witness()),
        // Rows without the field, where `null` may mean a missing right.
        Matcher { null_is_open: true, any: None, .. } => Hits { missing: 1, ..Hits::default() },
        _ => one(Value::Null),
    }
}

fn one(value: Value) -> Hits {
    Hits { count: 1, values: vec![Hit { at: "$".into(), value, cut: None }], more: false, missing: 0 }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::{from_value, json};

    use super::*;

    fn demands(text: Value) -> Demands {
        from_value(text).expect("demands")
    }

    #[test]
    fn every_demand_is_broken_by_its_own_counterexample() {
        let all = demands(json!({
            "$.a": "ok", "$.b": { "equals": null }, "$.c": { "one-of": [1, 2] }, "$.d": { "min": 1, "number": true }, "$.e": { "exists": false },
            "$.f": { "exists": true }, "$.g": { "age": { "max": "26h" } }, "$.h": { "in": { "min": "21d" } }, "$.i": { "version": ">=1" },
            "$.j": { "contains": "x" }, "$.k": { "count": { "max": 3 } }, "$.l": { "count": 2 }, "$.m": { "any": "up" }, "$.n": { "none": "down" },
            "$.u": { "size": { "min": "1MiB" } }, "$.v": { "duration": { "max": "5s" } }, "$.w": { "quantity": { "max": "500m" } },
            "$.x": { "sum": { "max": "16Gi" } }, "$.y": { "sum": { "min": 3 } }, "$.z": { "contains-all": [1, 2] }, "$.aa": { "only": ["a"] },
            "$.ab": { "unique": true }, "$.ac": { "differs-from": "$.ad" }, "$.ae": { "none": { "quantity": { "min": "1Gi" } } },
            "$.o": { "same-as": "$.p" }, "$.q": { "not": "down" }, "$.r": { "length": 3 }, "$.s": { "none": { "max": 5 } }, "$.t": { "matches": "x" },
        }));
        let found = all.counterexample();
        for judged in all.judge(&Ok(&found), Timestamp::UNIX_EPOCH) {
            assert_eq!(judged.met, Some(false), "{judged:?}");
        }
    }

    #[test]
    fn places_are_judged_together() {
        let met = |wanted: Value, document: Value| {
            let demands = demands(json!({ "$.jobs[*].state": wanted }));
            demands.judge(&Ok(&demands.look(&document)), Timestamp::UNIX_EPOCH)[0].met
        };
        let jobs =
            |states: &[Value]| json!({ "jobs": states.iter().map(|state| json!({ "state": state })).collect::<Vec<_>>(), "state": "up" });
        let (up, down) = (json!("up"), json!("down"));
        assert_eq!(met(json!({ "any": "up" }), jobs(&[down.clone(), up.clone()])), Some(true));
        assert_eq!(met(json!({ "any": "up" }), jobs(std::slice::from_ref(&down))), Some(false));
        assert_eq!(met(json!({ "any": "up" }), jobs(&[])), None);
        assert_eq!(met(json!({ "none": "down" }), jobs(&[up.clone(), up.clone()])), Some(true));
        assert_eq!(met(json!({ "none": "down" }), jobs(&[up.clone(), down.clone()])), Some(false));
        assert_eq!(met(json!({ "none": "down" }), jobs(&[])), None);
        // What cannot be asked is not harmless.
        assert_eq!(met(json!({ "none": "down" }), jobs(&[up.clone(), Value::Null])), None);
        assert_eq!(met(json!({ "none": "down" }), jobs(&[json!({ "is": "down" })])), None);
        assert_eq!(met(json!({ "none": { "min": 5 } }), jobs(&[json!(1), json!("7")])), None);
        assert_eq!(met(json!({ "count": { "min": 2 } }), jobs(&[up.clone(), up.clone()])), Some(true));
        assert_eq!(met(json!({ "count": 2 }), jobs(std::slice::from_ref(&up))), Some(false));
        assert_eq!(met(json!({ "count": 0 }), jobs(&[])), Some(true));
        assert_eq!(met(json!({ "equals": "up", "count": 1 }), jobs(std::slice::from_ref(&down))), Some(false));
        assert_eq!(met(json!({ "same-as": "$.state" }), jobs(&[up.clone(), up.clone()])), Some(true));
        assert_eq!(met(json!({ "same-as": "$.state" }), jobs(&[up.clone(), down])), Some(false));
        assert_eq!(met(json!({ "same-as": "$.nowhere" }), jobs(std::slice::from_ref(&up))), Some(false));
        assert_eq!(met(json!({ "differs-from": "$.state" }), jobs(std::slice::from_ref(&up))), Some(false));
        assert_eq!(met(json!({ "differs-from": "$.state" }), jobs(&[json!("down")])), Some(true));
        assert_eq!(met(json!({ "differs-from": "$.nowhere" }), jobs(&[up])), Some(false));
        assert_eq!(met(json!({ "sum": { "max": "2" } }), jobs(&[json!("1500m"), json!(0.5)])), Some(true));
        assert_eq!(met(json!({ "sum": { "max": "2" } }), jobs(&[json!("1500m"), json!(0.6)])), Some(false));
        assert_eq!(met(json!({ "sum": { "max": "2" } }), jobs(&[json!("1500m"), json!("much")])), None);
        assert_eq!(met(json!({ "sum": { "max": "2" } }), jobs(&[])), None);
    }
}
