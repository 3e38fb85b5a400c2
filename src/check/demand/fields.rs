//! What rows must hold, by the name of a field: each row of a table, each node, each series.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::json_schema;
use serde::{
    Deserialize,
    de::{Error, MapAccess},
};
use serde_json::Value;

use super::{Demands, Hits, Lost, matcher::Matcher, place::Place, written};
use crate::model::{Expectation, from_forms, schema};

/// Demands by the name of a field; a key that begins with `$` is a JSONPath over the list of all rows. Never empty.
#[derive(Debug, Clone)]
pub struct Fields(Demands);

/// One demand, on a field whose name the kind knows.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Demand(Matcher);

impl Fields {
    /// What each field holds in `rows`, a list of objects.
    pub(crate) fn look(&self, rows: &Value) -> BTreeMap<String, Hits> {
        self.0.look(rows)
    }

    /// Each demand, judged as of an instant.
    pub(crate) fn judge(&self, found: &Result<&BTreeMap<String, Hits>, Lost>, at: Timestamp) -> Vec<Expectation> {
        self.0.judge(found, at)
    }

    /// What the fields could hold so that every demand is broken.
    pub(crate) fn counterexample(&self) -> BTreeMap<String, Hits> {
        self.0.counterexample()
    }

    /// Of a `null` that no demand names nothing is known.
    pub(crate) fn with_open_nulls(mut self) -> Self {
        self.0.0.iter_mut().for_each(|(_, wanted)| wanted.null_is_open = true);
        self
    }

    /// The rows' values are all texts, as in an environment.
    pub(crate) fn of_texts(mut self) -> Self {
        self.0.0 = self.0.0.into_iter().map(|(place, wanted)| (place, wanted.of_texts())).collect();
        self
    }

    /// The names demanded, as written.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.0.iter().map(|(place, _)| place.written())
    }

    fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut all: Vec<(Place, Matcher)> = Vec::new();
        while let Some(name) = map.next_key::<Name>()? {
            if all.iter().any(|(have, _)| have.written() == name.0.written()) {
                return Err(A::Error::custom(format!("`{}` stands here twice", name.0.written())));
            }
            all.push((name.0, map.next_value()?));
        }
        if all.is_empty() { Err(A::Error::custom("an empty map demands nothing: name at least one field")) } else { Ok(Self(Demands(all))) }
    }
}

impl Demand {
    /// The demand on the field `name`.
    pub(crate) fn of(&self, name: &str) -> Fields {
        let place = Place::field(name).unwrap_or_else(|error| panic!("{error}"));
        Fields(Demands(vec![(place, self.0.clone())]))
    }
}

/// A key of [`Fields`].
struct Name(Place);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        let place = if written.starts_with('$') {
            Place::deserialize(serde::de::value::StringDeserializer::<D::Error>::new(written))?
        } else {
            Place::field(&written).map_err(D::Error::custom)?
        };
        Ok(Self(place))
    }
}

from_forms!(map Fields, "demands by the name of a field, like `{state: ok}`", Fields::read);

schema!(Fields, |generator| {
    let matcher = written::schema(generator);
    json_schema!({ "type": "object", "minProperties": 1, "additionalProperties": matcher })
});

schema!(inline Demand, |generator| written::schema(generator));

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn met(wanted: Value, rows: &Value, open: bool) -> Option<bool> {
        let fields: Fields = from_value(json!({ "lag": wanted })).expect("fields");
        let fields = if open { fields.with_open_nulls() } else { fields };
        let broken = fields.counterexample();
        assert_eq!(fields.judge(&Ok(&broken), Timestamp::UNIX_EPOCH)[0].met, Some(false));
        fields.judge(&Ok(&fields.look(rows)), Timestamp::UNIX_EPOCH)[0].met
    }

    #[test]
    fn every_row_counts() {
        let rows = json!([{ "lag": 1 }, { "lag": 2 }]);
        assert_eq!(met(json!({ "max": 2 }), &rows, false), Some(true));
        assert_eq!(met(json!({ "max": 1 }), &rows, false), Some(false));
        assert_eq!(met(json!({ "max": 2 }), &json!([{ "lag": 1 }, { "other": 1 }]), false), Some(false));
        assert_eq!(met(json!({ "any": 1 }), &json!([{ "lag": 1 }, { "other": 1 }]), false), Some(true));
        assert_eq!(met(json!({ "none": 2 }), &json!([{ "lag": 1 }, { "other": 1 }]), false), None);
        let many: Vec<Value> = (0..900).map(|lag| json!({ "lag": lag })).collect();
        assert_eq!(met(json!({ "max": 899 }), &json!(many), false), Some(true));
        assert_eq!(met(json!({ "max": 898 }), &json!(many), false), Some(false));
    }

    #[test]
    fn a_null_is_red_or_open() {
        let rows = json!([{ "lag": null }]);
        assert_eq!((met(json!({ "max": 1 }), &rows, false), met(json!({ "max": 1 }), &rows, true)), (Some(false), None));
        assert_eq!(met(json!({ "equals": null }), &rows, true), Some(true));
    }

    #[test]
    fn texts_are_compared_with_texts() {
        let met = |wanted: Value, text: &str| {
            let fields = from_value::<Fields>(json!({ "a b'\\": wanted })).expect("fields").of_texts();
            fields.judge(&Ok(&fields.look(&json!([{ "a b'\\": text }]))), Timestamp::UNIX_EPOCH)[0].met
        };
        assert_eq!((met(json!(true), "true"), met(json!(true), "True")), (Some(true), Some(false)));
        assert_eq!(
            (met(json!({ "min": 100 }), "100"), met(json!({ "min": 100 }), "99"), met(json!({ "min": 100 }), "1e2 ")),
            (Some(true), Some(false), Some(false))
        );
        assert_eq!((met(json!({ "not": 5 }), "6"), met(json!({ "not": 5 }), "5")), (Some(true), Some(false)));
    }
}
