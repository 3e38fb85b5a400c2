//! What a value in a document must be.

use std::{cmp::Ordering, fmt};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Number, Value};

use super::{
    Pattern,
    compare::compare,
    instant::{Distance, Zone},
    place::Place,
    unit::{Unit, Within},
    version::Range,
    written,
};
use crate::model::quote;

/// The keys of a demand, for messages.
pub(super) const KEYS: &str = "`equals`, `one-of`, `not`, `matches`, `exists`, `min`, `max`, `number`, `age`, `in`, `version`, `size`, `duration`, `quantity`, `contains`, `contains-all`, `only`, `unique`, `length`, `count`, `sum`, `any`, `none`, `same-as`, `differs-from`";

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
    /// A version in this range: `">=1.4, <2"`; numbers that are not given are open, so that `<=2` takes 2.9. A pre-release counts only where the range names one.
    pub version: Option<Range>,
    /// A list with this item, or a text with this in it.
    #[serde(default, deserialize_with = "written::any")]
    pub contains: Option<Value>,
    /// Bytes: a whole number, or a text with a unit: `{min: 1MiB}` (`kB` is 1000, `KiB` 1024).
    pub size: Option<Within>,
    /// A duration, a text with its unit: `{max: 500ms}`; `1h30m` and `PT5M` are read too.
    pub duration: Option<Within>,
    /// A number, or a text as Kubernetes writes one: `{max: 500m}`, `{min: 16Gi}`.
    pub quantity: Option<Within>,
    /// A list with all of these items, or a text with all of these in it.
    pub contains_all: Option<Vec<Value>>,
    /// A list all of whose items are among these. Of an empty list nothing is known.
    pub only: Option<Vec<Value>>,
    /// `true`: a list no two of whose items are the same.
    #[serde(default)]
    pub unique: bool,
    /// A string, all of which matches this expression.
    pub matches: Option<Pattern>,
    /// `false`: the path leads to nothing. `true`: it leads to something that is not `null`.
    pub exists: Option<bool>,
    /// So many items in a list, keys in an object, characters in a string: a number, or `{min, max}`.
    #[serde(default, deserialize_with = "written::count")]
    #[schemars(schema_with = "written::schema")]
    pub length: Option<Box<Matcher>>,
    /// Anything but this, and not `null`. Of a value of another type, or one that this cannot be asked of, nothing is known.
    #[serde(default)]
    #[schemars(schema_with = "written::schema")]
    pub not: Option<Box<Matcher>>,
    /// So many places, whatever stands there: a number, or `{min, max}`.
    #[serde(default, deserialize_with = "written::count")]
    #[schemars(schema_with = "written::schema")]
    pub count: Option<Box<Matcher>>,
    /// What the values at all places come to together, each a number or a quantity: `{max: 16Gi}`. Of no place, and of a value that is
    /// no quantity, nothing is known. An item in which the path leads nowhere is no place: demand its `count` too.
    pub sum: Option<Within>,
    /// At least one of the places is so. Of no place at all nothing is known.
    #[serde(default)]
    #[schemars(schema_with = "written::schema")]
    pub any: Option<Box<Matcher>>,
    /// None of the places is so. Of no place at all, and of a value that this cannot be asked of, nothing is known.
    #[serde(default)]
    #[schemars(schema_with = "written::schema")]
    pub none: Option<Box<Matcher>>,
    /// The same value as at this other path.
    pub same_as: Option<Place>,
    /// Another value than at this other path.
    pub differs_from: Option<Place>,
    /// Whether of `null`, where it is not named, nothing is known.
    #[serde(skip)]
    pub null_is_open: bool,
}

impl Matcher {
    /// Whether each value that is there is asked for something.
    pub(super) fn is_on_each(&self) -> bool {
        self.is_on_value() || self.exists.is_some()
    }

    pub(super) fn is_on_value(&self) -> bool {
        let compares = self.equals.is_some() || self.one_of.is_some() || self.matches.is_some() || self.not.is_some();
        let bounds = self.min.is_some() || self.max.is_some() || self.number || self.age.is_some() || self.ahead.is_some();
        let holds = self.contains.is_some() || self.contains_all.is_some() || self.only.is_some() || self.unique;
        compares || bounds || holds || self.version.is_some() || self.length.is_some() || self.amounts().next().is_some()
    }

    fn is_on_places(&self) -> bool {
        self.count.is_some() || self.sum.is_some() || self.any.is_some() || self.none.is_some() || self.others().next().is_some()
    }

    /// The other places that values are compared with.
    pub(super) fn others(&self) -> impl Iterator<Item = &Place> {
        self.same_as.iter().chain(&self.differs_from)
    }

    /// The bounds of a value that has a unit.
    pub(super) fn amounts(&self) -> impl Iterator<Item = (&'static str, Unit, &Within)> {
        let all =
            [("size", Unit::Size, &self.size), ("duration", Unit::Duration, &self.duration), ("quantity", Unit::Quantity, &self.quantity)];
        all.into_iter().filter_map(|(key, unit, within)| Some((key, unit, within.as_ref()?)))
    }

    pub(super) fn check(self) -> Result<Self, String> {
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
        if [&self.contains_all, &self.only].into_iter().flatten().any(Vec::is_empty) {
            return Err("`contains-all` and `only` take a list with something in it".into());
        }
        let amounts = self.amounts().chain(self.sum.as_ref().map(|sum| ("sum", Unit::Quantity, sum)));
        if let Some(why) = amounts.filter_map(|(key, unit, within)| within.contradiction(key, unit)).next() {
            return Err(why);
        }
        if self.contains.iter().chain(self.contains_all.iter().flatten()).any(|part| part.as_str() == Some("")) {
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
                return Err(format!(
                    "`count`, `sum`, `any`, `none`, `same-as` and `differs-from` are about all places: they do not go into `{key}`"
                ));
            }
        }
        if self.count.as_ref().is_some_and(|count| count.max.is_none() && count.equals.is_none() && count.takes_count(0)) {
            return Err("`count` takes every number of places: give a `min` over 0, a `max`, or a number".into());
        }
        for (key, number) in [("length", &self.length), ("count", &self.count)] {
            if number.as_ref().is_some_and(|number| !number.is_count()) {
                return Err(format!("`{key}` takes a whole number or `{{min: …, max: …}}`"));
            }
        }
        Ok(self)
    }

    /// Whether it can be asked of a count: a whole number or bounds of one.
    pub(super) fn is_count(&self) -> bool {
        let others = Self { equals: None, min: None, max: None, ..self.clone() };
        self.equals.as_ref().is_none_or(Value::is_u64) && !others.is_on_each() && !others.is_on_places()
    }

    /// The same of values that are all texts: what is compared with is its text, and bounds read the number in a text.
    pub(super) fn of_texts(self) -> Self {
        let text = |value: Value| match value {
            Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
            other => other,
        };
        let deep = |inner: Option<Box<Self>>| inner.map(|inner| Box::new(inner.of_texts()));
        Self {
            equals: self.equals.map(text),
            one_of: self.one_of.map(|all| all.into_iter().map(text).collect()),
            contains: self.contains.map(text),
            contains_all: self.contains_all.map(|all| all.into_iter().map(text).collect()),
            only: self.only.map(|all| all.into_iter().map(text).collect()),
            number: self.number || self.min.is_some() || self.max.is_some(),
            not: deep(self.not),
            any: deep(self.any),
            none: deep(self.none),
            ..self
        }
    }

    /// Exactly `value`.
    pub(super) fn exactly(value: Value) -> Self {
        Self { equals: Some(value), ..Self::default() }
    }

    /// A value that is as demanded, where one is easily made.
    pub(super) fn witness(&self) -> Value {
        let first = |list: &Option<Vec<Value>>| list.as_ref()?.first().cloned();
        let given = self.equals.clone().or_else(|| first(&self.one_of)).or_else(|| self.contains.clone());
        let list = || self.only.clone().or_else(|| self.contains_all.clone()).map(Value::from);
        let amount = || self.amounts().find_map(|(.., within)| within.min.clone().or_else(|| within.max.clone()));
        let bound = || self.min.clone().or_else(|| self.max.clone()).map(Value::Number);
        given.or_else(list).or_else(amount).or_else(bound).unwrap_or(Value::Null)
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
        said.extend((self.number && self.min.is_none() && self.max.is_none()).then(|| "a number".to_owned()));
        said.extend(self.age.map(|age| format!("a time {age} ago")));
        said.extend(self.ahead.map(|ahead| format!("a time {ahead} ahead")));
        said.extend(self.version.as_ref().map(Range::to_string));
        said.extend(self.contains.as_ref().map(|part| format!("{} in it", quote(&part.to_string()))));
        let listed = |all: &Vec<Value>| quote(&all.iter().map(Value::to_string).collect::<Vec<_>>().join(", "));
        said.extend(self.contains_all.as_ref().map(|all| format!("all of {} in it", listed(all))));
        said.extend(self.only.as_ref().map(|all| format!("only {} in it", listed(all))));
        said.extend(self.unique.then(|| "no item twice".to_owned()));
        said.extend(self.amounts().map(|(key, _, within)| format!("a {key} {within}")));
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
        said.extend(self.sum.as_ref().map(|sum| format!("a sum {sum}")));
        said.extend(self.any.as_ref().map(|any| format!("at least one that is {any}")));
        said.extend(self.none.as_ref().map(|none| format!("none that is {none}")));
        said.extend(self.same_as.as_ref().map(|place| format!("the same as at {}", quote(place.written()))));
        said.extend(self.differs_from.as_ref().map(|place| format!("another than at {}", quote(place.written()))));
        match self.exists {
            Some(false) => said.push("nothing there".into()),
            Some(true) if said.is_empty() => said.push("something there".into()),
            Some(true) | None => {}
        }
        f.write_str(&said.join(" and "))
    }
}
