//! Whether a value is as demanded, and when that cannot be known.

use std::{cmp::Ordering, mem::discriminant};

use jiff::Timestamp;
use serde_json::{Number, Value};

use super::{
    compare::{compare, is_rounded, is_rounded_number, length, same},
    instant,
    matcher::Matcher,
};

impl Matcher {
    /// Whether `value`, which is there, is as demanded at an instant; `None` where that cannot be known.
    pub(super) fn takes(&self, value: &Value, at: Timestamp) -> Option<bool> {
        if value.is_null() {
            return if self.equals == Some(Value::Null) { Some(true) } else { (!self.null_is_open).then_some(false) };
        }
        let Self { equals, one_of, min, max, number: _, age, ahead, zone, version, contains, matches, exists, length: wanted, not, .. } =
            self;
        let number = self.number(value);
        let compares = [equals.is_some(), one_of.is_some(), contains.is_some(), min.is_some(), max.is_some(), not.is_some()]
            .contains(&true)
            || self.holds_several()
            || self.amounts().next().is_some();
        if compares && (is_rounded(value) || number.as_ref().is_some_and(is_rounded_number)) {
            return None;
        }
        let instant = || instant::read(value, zone.as_ref());
        let fits = *exists != Some(false)
            && equals.as_ref().is_none_or(|wanted| same(wanted, value))
            && one_of.as_ref().is_none_or(|wanted| wanted.iter().any(|one| same(one, value)))
            && (!self.number || number.is_some())
            && min.as_ref().is_none_or(|min| number.as_ref().is_some_and(|number| compare(number, min) != Ordering::Less))
            && max.as_ref().is_none_or(|max| number.as_ref().is_some_and(|number| compare(number, max) != Ordering::Greater))
            && age.is_none_or(|age| instant().is_some_and(|then| age.is_before(then, at)))
            && ahead.is_none_or(|ahead| instant().is_some_and(|then| ahead.is_ahead(then, at)))
            && version.as_ref().is_none_or(|range| value.as_str().is_some_and(|text| range.takes(text) == Some(true)))
            && contains.as_ref().is_none_or(|part| holds(value, part) == Some(true))
            && self.contains_all.iter().flatten().all(|part| holds(value, part) == Some(true))
            && self.only.as_ref().is_none_or(|all| value.as_array().is_some_and(|items| items.iter().all(|item| is_among(item, all))))
            && (!self.unique || value.as_array().is_some_and(|items| are_distinct(items)))
            && self.amounts().all(|(_, unit, within)| unit.read(value).is_some_and(|amount| within.takes(amount, unit)))
            && matches.as_ref().is_none_or(|pattern| value.as_str().is_some_and(|text| pattern.is_whole(text)))
            && wanted.as_ref().is_none_or(|wanted| length(value).is_some_and(|length| wanted.takes_count(length)));
        if !fits {
            return Some(false);
        }
        if self.only.is_some() && length(value) == Some(0) {
            return None;
        }
        not.as_ref().map_or(Some(true), |not| not.spares(value, at))
    }

    /// Whether `value` is anything but what is demanded; `None` where it is of a form that the demand cannot be asked of, so that
    /// what was not understood does not count as something else.
    pub(super) fn spares(&self, value: &Value, at: Timestamp) -> Option<bool> {
        if value.is_null() || !self.is_asked_of(value) {
            return if self.takes(value, at) == Some(true) { Some(false) } else { None };
        }
        self.takes(value, at).map(|takes| !takes)
    }

    fn is_asked_of(&self, value: &Value) -> bool {
        let Self { equals, one_of, min, max, age, ahead, zone, version, contains, matches, length: wanted, .. } = self;
        let text = value.as_str();
        equals.as_ref().is_none_or(|wanted| wanted.is_null() || is_alike(wanted, value))
            && one_of.as_ref().is_none_or(|wanted| wanted.iter().any(|one| is_alike(one, value)))
            && (min.is_none() && max.is_none() || self.number(value).is_some())
            && (age.is_none() && ahead.is_none() || instant::read(value, zone.as_ref()).is_some())
            && version.as_ref().is_none_or(|range| text.is_some_and(|text| range.takes(text).is_some()))
            && contains.as_ref().is_none_or(|part| holds(value, part).is_some())
            && self.contains_all.iter().flatten().all(|part| holds(value, part).is_some())
            && (self.only.is_none() && !self.unique || value.is_array())
            && self.amounts().all(|(_, unit, _)| unit.read(value).is_some())
            && (matches.is_none() || text.is_some())
            && (wanted.is_none() || length(value).is_some())
    }

    fn holds_several(&self) -> bool {
        self.contains_all.is_some() || self.only.is_some() || self.unique
    }

    fn number(&self, value: &Value) -> Option<Number> {
        match value {
            Value::Number(number) => Some(number.clone()),
            Value::String(text) if self.number => text.parse().ok(),
            _ => None,
        }
    }

    /// Whether so many items, keys, characters or places are as demanded.
    pub(super) fn takes_count(&self, count: u64) -> bool {
        self.takes(&Value::from(count), Timestamp::UNIX_EPOCH) == Some(true)
    }

    /// The same, of a value that was too large to keep; `None` where its length does not tell.
    pub(super) fn takes_cut(&self, length: u64) -> Option<bool> {
        if self.exists == Some(false) || self.length.as_ref().is_some_and(|wanted| !wanted.takes_count(length)) {
            return Some(false);
        }
        let by_length = Self { length: None, ..self.clone() };
        (!by_length.is_on_value()).then_some(true)
    }
}

/// Whether a list has an item, or a text a part; `None` where that cannot be asked: of an object, or of a list in which nothing
/// like it stands but other things do.
fn holds(value: &Value, part: &Value) -> Option<bool> {
    match (value, part) {
        (Value::Array(items), part) if items.iter().any(|item| same(item, part)) => Some(true),
        (Value::Array(items), part) => items.iter().all(|item| is_alike(item, part)).then_some(false),
        (Value::String(text), Value::String(part)) => Some(text.contains(part.as_str())),
        _ => None,
    }
}

fn is_among(item: &Value, all: &[Value]) -> bool {
    all.iter().any(|one| same(one, item))
}

fn are_distinct(items: &[Value]) -> bool {
    items.iter().enumerate().all(|(index, item)| !is_among(item, &items[..index]))
}

/// Whether two values are of one type.
fn is_alike(a: &Value, b: &Value) -> bool {
    discriminant(a) == discriminant(b)
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn takes(matcher: Value, value: Value) -> bool {
        from_value::<Matcher>(matcher).expect("a matcher").takes(&value, Timestamp::UNIX_EPOCH) == Some(true)
    }

    #[test]
    fn compares_with_the_type() {
        assert!(takes(json!("200"), json!("200")) && !takes(json!("200"), json!(200)) && !takes(json!(200), json!("200")));
        assert!(takes(json!(1), json!(1.0)) && !takes(json!(true), json!("true")) && !takes(json!(0), json!(false)));
        assert!(!takes(json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64)));
        assert!(takes(json!({ "equals": { "a": [1] } }), json!({ "a": [1.0] })));
    }

    #[test]
    fn a_bound_may_come_as_text_from_a_variable() {
        assert!(takes(json!({ "min": "1", "max": "2.5" }), json!(2)) && !takes(json!({ "max": "2.5" }), json!(3)));
        assert!(takes(json!({ "length": "2" }), json!([1, 2])) && takes(json!({ "length": { "min": "1" } }), json!("x")));
        for text in ["", "x", "5s", "NaN", "0x1f", "1_000"] {
            assert!(from_value::<Matcher>(json!({ "min": text })).is_err(), "{text}");
            assert!(from_value::<Matcher>(json!({ "length": text })).is_err(), "{text}");
        }
    }

    #[test]
    fn bounds_are_for_numbers() {
        assert!(
            takes(json!({ "min": 1, "max": 2 }), json!(1.5))
                && !takes(json!({ "min": 1 }), json!("5"))
                && !takes(json!({ "max": 5 }), json!([]))
        );
        assert!(takes(json!({ "max": 0 }), json!(-0.0)) && takes(json!({ "min": 0 }), json!(-0.0)));
    }

    #[test]
    fn null_meets_nothing_it_is_not_asked_for() {
        for matcher in
            [json!({ "max": 5 }), json!({ "not": "down" }), json!({ "exists": true }), json!({ "exists": false }), json!(0), json!("")]
        {
            assert!(!takes(matcher.clone(), Value::Null), "{matcher}");
        }
        assert!(takes(json!({ "equals": null }), Value::Null));
    }

    #[test]
    fn expressions_are_anchored() {
        assert!(
            takes(json!({ "matches": "a|ab" }), json!("ab"))
                && !takes(json!({ "matches": "example\\.com" }), json!("evil-example.com.attacker.net"))
        );
    }

    #[test]
    fn what_cannot_be_asked_is_not_something_else() {
        let told = |matcher: Value, value: Value| from_value::<Matcher>(matcher).expect("a matcher").takes(&value, Timestamp::UNIX_EPOCH);
        assert_eq!(told(json!({ "not": { "max": 5 } }), json!("7")), None);
        assert_eq!(told(json!({ "not": { "matches": "x.*" } }), json!(7)), None);
        assert_eq!(told(json!({ "not": { "contains": "x" } }), json!({ "x": 1 })), None);
        assert_eq!(told(json!({ "not": "down" }), json!({ "state": "down" })), None);
        assert_eq!(told(json!({ "not": { "contains": "admin" } }), json!([{ "name": "admin" }])), None);
        assert_eq!(told(json!({ "not": { "contains": "admin" } }), json!(["user"])), Some(true));
        assert_eq!(told(json!({ "equals": [1e20] }), json!([1e20])), None);
        assert_eq!(told(json!({ "number": true, "max": 1e30 }), json!("90071992547409931.5")), None);
        assert_eq!(told(json!({ "not": { "max": 5 } }), json!(7)), Some(true));
        assert_eq!(told(json!({ "not": "down" }), json!("up")), Some(true));
        assert_eq!(told(json!({ "min": 5 }), json!(9_007_199_254_740_993_000_000.0)), None);
    }

    #[test]
    fn the_rest_of_the_language() {
        assert!(takes(json!({ "number": true, "max": 1 }), json!("0.97")) && takes(json!({ "number": true }), json!("1e3")));
        for text in ["5ms", "", " 5", "NaN", "inf", "0x5"] {
            assert!(!takes(json!({ "number": true }), json!(text)), "{text}");
        }
        assert!(takes(json!({ "contains": "b" }), json!(["a", "b"])) && takes(json!({ "contains": "b" }), json!("abc")));
        assert!(!takes(json!({ "contains": "b" }), json!({ "b": 1 })) && !takes(json!({ "contains": 1 }), json!("1")));
        assert!(takes(json!({ "version": ">=1.4, <2" }), json!("1.9")) && !takes(json!({ "version": ">=1.4" }), json!(1.9)));
        let at: Timestamp = "2026-11-20T12:00:00Z".parse().expect("an instant");
        let told = |matcher: Value, value: &str| from_value::<Matcher>(matcher).expect("a matcher").takes(&json!(value), at);
        assert_eq!(told(json!({ "age": { "max": "26h" } }), "2026-11-19T11:00:00Z"), Some(true));
        assert_eq!(told(json!({ "age": { "max": "26h" } }), "2026-11-19T09:00:00Z"), Some(false));
        assert_eq!(told(json!({ "age": { "max": "26h" } }), "2026-11-20T13:00:00Z"), Some(false));
        assert_eq!(told(json!({ "age": { "max": "26h" } }), "2026-11-20 11:00:00"), Some(false));
        assert_eq!(told(json!({ "age": { "max": "26h" }, "zone": "UTC" }), "2026-11-20 11:00:00"), Some(true));
        assert_eq!(told(json!({ "in": { "min": "21d" } }), "2026-12-20T12:00:00Z"), Some(true));
        assert_eq!(told(json!({ "in": { "min": "21d" } }), "2026-12-01T12:00:00Z"), Some(false));
    }

    #[test]
    fn a_demand_on_nothing_is_refused() {
        for matcher in [
            json!({}),
            json!(null),
            json!({ "one-of": [] }),
            json!({ "mni": 1 }),
            json!({ "min": 2, "max": 1 }),
            json!({ "exists": false, "min": 1 }),
            json!({ "length": "x" }),
            json!({ "count": -1 }),
            json!({ "count": { "min": 0 } }),
            json!({ "zone": "UTC" }),
            json!({ "age": {} }),
            json!({ "number": false }),
            json!({ "contains": "" }),
            json!({ "any": { "count": 1 } }),
            json!({ "none": { "exists": true } }),
            json!({ "same-as": "x" }),
        ] {
            assert!(from_value::<Matcher>(matcher.clone()).is_err(), "{matcher}");
        }
    }
}
