//! What a value in a document must be.

use std::{cmp::Ordering, fmt};

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Number, Value};

use super::{
    Pattern,
    compare::{compare, is_rounded, length, same},
    instant::{self, Distance, Zone},
    place::Place,
    version::Range,
    written,
};
use crate::model::quote;

/// The keys of a demand, for messages.
const KEYS: &str = "`equals`, `one-of`, `not`, `matches`, `exists`, `min`, `max`, `number`, `age`, `in`, `version`, `contains`, `length`, `count`, `any`, `none`, `same-as`";

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
    /// `true`: a number; `min` and `max` then read one that is written as a text too, `"0.97"`, never one with a unit.
    #[serde(default)]
    pub number: bool,
    /// An instant so long ago: `{max: 26h}`. RFC 3339, Unix seconds or milliseconds, or a time or date without a zone, if `zone`
    /// says it.
    pub age: Option<Distance>,
    /// An instant so far ahead: `{min: 21d}`.
    #[serde(rename = "in")]
    pub ahead: Option<Distance>,
    /// The zone of times that name none: `UTC`, or an offset like `+02:00`.
    pub zone: Option<Zone>,
    /// A version in this range: `">=1.4, <2"`. A pre-release counts only where the range names one.
    pub version: Option<Range>,
    /// A list with this item, or a text with this in it.
    #[serde(default, deserialize_with = "written::any")]
    pub contains: Option<Value>,
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
    /// So many places, whatever stands there: a number, or `{min, max}`.
    #[serde(default, deserialize_with = "written::count")]
    #[schemars(schema_with = "self::schema")]
    pub count: Option<Box<Matcher>>,
    /// At least one of the places is so. Of no place at all nothing is known.
    #[serde(default)]
    #[schemars(schema_with = "self::schema")]
    pub any: Option<Box<Matcher>>,
    /// None of the places is so. Of no place at all, and of a value that this cannot be asked of, nothing is known.
    #[serde(default)]
    #[schemars(schema_with = "self::schema")]
    pub none: Option<Box<Matcher>>,
    /// The same value as at this other path.
    pub same_as: Option<Place>,
}

impl Matcher {
    /// Whether each value that is there is asked for something.
    pub(super) fn is_on_each(&self) -> bool {
        self.is_on_value() || self.exists.is_some()
    }

    fn is_on_value(&self) -> bool {
        let compares = self.equals.is_some() || self.one_of.is_some() || self.matches.is_some() || self.not.is_some();
        let bounds = self.min.is_some() || self.max.is_some() || self.number || self.age.is_some() || self.ahead.is_some();
        compares || bounds || self.version.is_some() || self.contains.is_some() || self.length.is_some()
    }

    fn is_on_places(&self) -> bool {
        self.count.is_some() || self.any.is_some() || self.none.is_some() || self.same_as.is_some()
    }

    fn check(self) -> Result<Self, String> {
        if !self.is_on_each() && !self.is_on_places() {
            return Err(format!("this demands nothing: give a value or one of {KEYS}; `{{equals: {{…}}}}` compares with an object"));
        }
        if self.exists == Some(false) && (self.is_on_value() || self.is_on_places()) {
            return Err("`exists: false` stands alone: what is not there has no value".into());
        }
        if self.zone.is_some() && self.age.is_none() && self.ahead.is_none() {
            return Err("`zone` goes with `age` or `in`".into());
        }
        if self.one_of.as_ref().is_some_and(Vec::is_empty) {
            return Err("`one-of` is empty: nothing can be one of nothing".into());
        }
        if self.contains.as_ref().is_some_and(|part| part.as_str() == Some("")) {
            return Err("every text contains the empty text".into());
        }
        if let (Some(min), Some(max)) = (&self.min, &self.max)
            && compare(min, max) == Ordering::Greater
        {
            return Err(format!("`min` {min} is above `max` {max}: no number is both"));
        }
        for (key, inner) in [("not", &self.not), ("any", &self.any), ("none", &self.none)] {
            if inner.as_ref().is_some_and(|inner| inner.exists.is_some()) {
                return Err(format!("`{key}` takes no `exists`: write `{{exists: false}}`"));
            }
            if inner.as_ref().is_some_and(|inner| inner.is_on_places()) {
                return Err(format!("`count`, `any`, `none` and `same-as` are about all places: they do not go into `{key}`"));
            }
        }
        for (key, number) in [("length", &self.length), ("count", &self.count)] {
            if number.as_ref().is_some_and(|number| !number.is_count()) {
                return Err(format!("`{key}` takes a whole number or `{{min: …, max: …}}`"));
            }
        }
        Ok(self)
    }

    /// Whether it can be asked of a count: a whole number or bounds of one.
    fn is_count(&self) -> bool {
        let Self { equals, one_of, min: _, max: _, number, age, ahead, zone: _, version, contains, matches, exists, length, not, .. } =
            self;
        let others = [one_of.is_some(), *number, age.is_some(), ahead.is_some(), version.is_some(), contains.is_some(), not.is_some()];
        let odd = matches.is_some() || exists.is_some() || length.is_some() || self.is_on_places() || others.contains(&true);
        equals.as_ref().is_none_or(Value::is_u64) && !odd
    }

    /// Exactly `value`.
    fn exactly(value: Value) -> Self {
        Self { equals: Some(value), ..Self::default() }
    }

    /// Whether `value`, which is there, is as demanded at an instant; `None` where that cannot be known.
    pub(super) fn takes(&self, value: &Value, at: Timestamp) -> Option<bool> {
        if value.is_null() {
            return Some(self.equals == Some(Value::Null));
        }
        let Self { equals, one_of, min, max, number: _, age, ahead, zone, version, contains, matches, exists, length: wanted, not, .. } =
            self;
        if is_rounded(value) && (equals.is_some() || one_of.is_some() || min.is_some() || max.is_some() || not.is_some()) {
            return None;
        }
        let number = self.number(value);
        let instant = || instant::read(value, zone.as_ref());
        let fits = *exists != Some(false)
            && equals.as_ref().is_none_or(|wanted| same(wanted, value))
            && one_of.as_ref().is_none_or(|wanted| wanted.iter().any(|one| same(one, value)))
            && (!self.number || number.is_some())
            && min.as_ref().is_none_or(|min| number.as_ref().is_some_and(|number| compare(number, min) != Ordering::Less))
            && max.as_ref().is_none_or(|max| number.as_ref().is_some_and(|number| compare(number, max) != Ordering::Greater))
            && age.is_none_or(|age| instant().is_some_and(|then| age.takes(then, at)))
            && ahead.is_none_or(|ahead| instant().is_some_and(|then| ahead.takes(at, then)))
            && version.as_ref().is_none_or(|range| value.as_str().is_some_and(|text| range.takes(text) == Some(true)))
            && contains.as_ref().is_none_or(|part| holds(value, part) == Some(true))
            && matches.as_ref().is_none_or(|pattern| value.as_str().is_some_and(|text| pattern.is_whole(text)))
            && wanted.as_ref().is_none_or(|wanted| length(value).is_some_and(|length| wanted.takes_count(length)));
        if !fits {
            return Some(false);
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
        let Self { min, max, age, ahead, zone, version, contains, matches, length: wanted, .. } = self;
        let text = value.as_str();
        (min.is_none() && max.is_none() || self.number(value).is_some())
            && (age.is_none() && ahead.is_none() || instant::read(value, zone.as_ref()).is_some())
            && version.as_ref().is_none_or(|range| text.is_some_and(|text| range.takes(text).is_some()))
            && contains.as_ref().is_none_or(|part| holds(value, part).is_some())
            && (matches.is_none() || text.is_some())
            && (wanted.is_none() || length(value).is_some())
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

    /// A value that is as demanded, where one is easily made.
    pub(super) fn witness(&self) -> Value {
        let given = self.equals.clone().or_else(|| self.one_of.as_ref()?.first().cloned()).or_else(|| self.contains.clone());
        let bound = || self.min.clone().or_else(|| self.max.clone()).map(Value::Number);
        given.or_else(bound).unwrap_or(Value::Null)
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

/// Whether a list has an item, or a text a part; `None` where neither can be asked.
fn holds(value: &Value, part: &Value) -> Option<bool> {
    match (value, part) {
        (Value::Array(items), part) => Some(items.iter().any(|item| same(item, part))),
        (Value::String(text), Value::String(part)) => Some(text.contains(part.as_str())),
        _ => None,
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
        said.extend((self.number && self.min.is_none() && self.max.is_none()).then(|| "a number".to_owned()));
        said.extend(self.age.map(|age| format!("a time {age} ago")));
        said.extend(self.ahead.map(|ahead| format!("a time {ahead} ahead")));
        said.extend(self.version.as_ref().map(Range::to_string));
        said.extend(self.contains.as_ref().map(|part| format!("{} in it", quote(&part.to_string()))));
        said.extend(self.matches.as_ref().map(|pattern| format!("a string matching {pattern}")));
        said.extend(
            self.length
                .as_ref()
                .map(|length| format!("a length of {}", length.to_string().replace("a number of ", "").replace("a number ", ""))),
        );
        said.extend(self.not.as_ref().map(|not| format!("anything but {not}")));
        said.extend(self.count.as_ref().map(|count| match &count.equals {
            Some(number) => format!("{number} places"),
            None => format!("{} places", count.to_string().replace("a number ", "").replace("of ", "")),
        }));
        said.extend(self.any.as_ref().map(|any| format!("at least one that is {any}")));
        said.extend(self.none.as_ref().map(|none| format!("none that is {none}")));
        said.extend(self.same_as.as_ref().map(|place| format!("the same as at {}", quote(place.written()))));
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
        f.write_str("a value, or a map of ")?;
        f.write_str(KEYS)
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
