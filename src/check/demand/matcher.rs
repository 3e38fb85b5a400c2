//! What a value in a JSON body must be.

use std::{cmp::Ordering, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Number, Value};

use super::{
    Pattern,
    compare::{compare, length, same},
    written,
};
use crate::model::quote;

/// What a value must be; several keys must all hold. Values are compared with their type: the string "200" is not
/// the number 200. A `null` meets nothing but `{equals: null}`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Matcher {
    /// Exactly this, of any type; lists and objects too.
    #[serde(default, deserialize_with = "written::any")]
    pub equals: Option<Value>,
    /// One of these.
    pub one_of: Option<Vec<Value>>,
    /// A number of at least this.
    #[serde(default, deserialize_with = "written::limit")]
    pub min: Option<Number>,
    /// A number of at most this.
    #[serde(default, deserialize_with = "written::limit")]
    pub max: Option<Number>,
    /// A string, all of which matches this expression.
    pub matches: Option<Pattern>,
    /// `false`: the path leads to nothing. `true`: it leads to something that is not `null`.
    pub exists: Option<bool>,
    /// So many items in a list, keys in an object, characters in a string: a number, or `{min, max}`.
    #[serde(default, deserialize_with = "written::count")]
    #[schemars(schema_with = "self::schema")]
    pub length: Option<Box<Matcher>>,
    /// Anything but this, and not `null`.
    #[serde(default)]
    #[schemars(schema_with = "self::schema")]
    pub not: Option<Box<Matcher>>,
}

impl Matcher {
    fn check(self) -> Result<Self, String> {
        let compares = self.equals.is_some() || self.one_of.is_some() || self.matches.is_some() || self.not.is_some();
        let bounds = self.min.is_some() || self.max.is_some();
        if !compares && !bounds && self.exists.is_none() && self.length.is_none() {
            return Err("this demands nothing: give a value or one of `min`, `max`, `matches`, `one-of`, `exists`, `length`, `not`; `{equals: {…}}` compares with an object".into());
        }
        if self.exists == Some(false) && (compares || bounds || self.length.is_some()) {
            return Err("`exists: false` stands alone: what is not there has no value".into());
        }
        if self.one_of.as_ref().is_some_and(Vec::is_empty) {
            return Err("`one-of` is empty: nothing can be one of nothing".into());
        }
        if let (Some(min), Some(max)) = (&self.min, &self.max)
            && compare(min, max) == Ordering::Greater
        {
            return Err(format!("`min` {min} is above `max` {max}: no number is both"));
        }
        if self.not.as_ref().is_some_and(|not| not.exists.is_some()) {
            return Err("`not` takes no `exists`: write `{exists: false}`".into());
        }
        let counts = |length: &Self| {
            length.equals.as_ref().is_none_or(Value::is_u64)
                && length.matches.is_none()
                && length.exists.is_none()
                && length.length.is_none()
        };
        if self.length.as_ref().is_some_and(|length| !counts(length)) {
            return Err("`length` takes a whole number or `{min: …, max: …}`".into());
        }
        Ok(self)
    }

    /// Exactly `value`.
    fn exactly(value: Value) -> Self {
        Self { equals: Some(value), ..Self::default() }
    }

    /// Whether `value`, which is there, is as demanded.
    pub(super) fn takes(&self, value: &Value) -> bool {
        if value.is_null() {
            return self.equals == Some(Value::Null);
        }
        let Self { equals, one_of, min, max, matches, exists, length: wanted_length, not } = self;
        let number = value.as_number();
        *exists != Some(false)
            && equals.as_ref().is_none_or(|wanted| same(wanted, value))
            && one_of.as_ref().is_none_or(|wanted| wanted.iter().any(|one| same(one, value)))
            && min.as_ref().is_none_or(|min| number.is_some_and(|number| compare(number, min) != Ordering::Less))
            && max.as_ref().is_none_or(|max| number.is_some_and(|number| compare(number, max) != Ordering::Greater))
            && matches.as_ref().is_none_or(|pattern| value.as_str().is_some_and(|text| pattern.is_whole(text)))
            && wanted_length.as_ref().is_none_or(|wanted| length(value).is_some_and(|length| wanted.takes_length(length)))
            && not.as_ref().is_none_or(|not| !not.takes(value))
    }

    /// Whether so many items, keys or characters are as demanded.
    fn takes_length(&self, length: u64) -> bool {
        self.takes(&Value::from(length))
    }

    /// The same, of a value that was too large to keep; `None` where its length does not tell.
    pub(super) fn takes_cut(&self, length: u64) -> Option<bool> {
        let Self { equals, one_of, min, max, matches, exists, length: wanted, not } = self;
        let by_value = equals.is_some() || one_of.is_some() || min.is_some() || max.is_some() || matches.is_some() || not.is_some();
        if *exists == Some(false) || wanted.as_ref().is_some_and(|wanted| !wanted.takes_length(length)) {
            return Some(false);
        }
        (!by_value).then_some(true)
    }

    /// The one limit, where the demand is a single comparison.
    pub(super) fn bound(&self) -> Option<(&'static str, &Number)> {
        match (&self.min, &self.max) {
            (Some(min), None) => Some((">=", min)),
            (None, Some(max)) => Some(("<=", max)),
            _ => None,
        }
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = Vec::new();
        said.extend(self.equals.as_ref().map(|value| quote(&value.to_string())));
        said.extend(self.one_of.as_ref().map(|values| {
            let values: Vec<String> = values.iter().map(Value::to_string).collect();
            format!("one of {}", quote(&values.join(", ")))
        }));
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => said.push(format!("a number from {min} to {max}")),
            (Some(min), None) => said.push(format!("a number of at least {min}")),
            (None, Some(max)) => said.push(format!("a number of at most {max}")),
            (None, None) => {}
        }
        said.extend(self.matches.as_ref().map(|pattern| format!("a string matching {pattern}")));
        said.extend(
            self.length
                .as_ref()
                .map(|length| format!("a length of {}", length.to_string().replace("a number of ", "").replace("a number ", ""))),
        );
        said.extend(self.not.as_ref().map(|not| format!("anything but {not}")));
        match self.exists {
            Some(false) => said.push("nothing there".into()),
            Some(true) if said.is_empty() => said.push("something there".into()),
            Some(true) | None => {}
        }
        f.write_str(&said.join(" and "))
    }
}

impl<'de> Deserialize<'de> for Matcher {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MatcherVisitor)
    }
}

struct MatcherVisitor;

impl<'de> Visitor<'de> for MatcherVisitor {
    type Value = Matcher;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, or a map of `min`, `max`, `matches`, `one-of`, `exists`, `length`, `not`, `equals`")
    }

    fn visit_unit<E: Error>(self) -> Result<Matcher, E> {
        Err(E::custom("no value is given: write one, or `{exists: false}`, or `{equals: null}`"))
    }

    fn visit_none<E: Error>(self) -> Result<Matcher, E> {
        self.visit_unit()
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Matcher, E> {
        Ok(Matcher::exactly(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Matcher, E> {
        Ok(Matcher::exactly(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Matcher, E> {
        Ok(Matcher::exactly(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Matcher, E> {
        Number::from_f64(value).map(|number| Matcher::exactly(number.into())).ok_or_else(|| E::custom("JSON has no such number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Matcher, E> {
        Ok(Matcher::exactly(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Matcher, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<Value>()? {
            items.push(item);
        }
        Ok(Matcher::exactly(Value::Array(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Matcher, A::Error> {
        Matcher::deserialize(MapAccessDeserializer::new(map))?.check().map_err(A::Error::custom)
    }
}

/// The schema of a demand: any value, or the map documented on [`Matcher`].
pub(super) fn schema(generator: &mut SchemaGenerator) -> Schema {
    let matcher = generator.subschema_for::<Matcher>();
    json_schema!({ "anyOf": [{ "type": ["string", "number", "boolean", "array"] }, matcher] })
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn takes(matcher: Value, value: Value) -> bool {
        from_value::<Matcher>(matcher).expect("a matcher").takes(&value)
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
    fn a_demand_on_nothing_is_refused() {
        for matcher in [
            json!({}),
            json!(null),
            json!({ "one-of": [] }),
            json!({ "mni": 1 }),
            json!({ "min": 2, "max": 1 }),
            json!({ "exists": false, "min": 1 }),
            json!({ "length": "x" }),
        ] {
            assert!(from_value::<Matcher>(matcher.clone()).is_err(), "{matcher}");
        }
    }
}
