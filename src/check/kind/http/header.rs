//! What a header of the answer must be.

use std::fmt;

use schemars::{JsonSchema, json_schema};
use serde::{
    Deserialize,
    de::{Error, MapAccess},
};
use serde_json::Value;

use super::seen::Answer;
use crate::{
    check::OneOrMore,
    check::demand::Pattern,
    model::{Expectation, from_forms, looks_secret, quote, schema},
    net::http::HeaderName,
};

/// Headers by name, each with its demand; never empty.
#[derive(Debug, Clone)]
pub struct HeaderDemands(Vec<(String, HeaderDemand)>);

impl HeaderDemands {
    /// Every demand with its header's lower-case name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &HeaderDemand)> {
        self.0.iter().map(|(name, demand)| (name.as_str(), demand))
    }

    fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut all: Vec<(String, HeaderDemand)> = Vec::new();
        while let Some(written) = map.next_key::<String>()? {
            let name = HeaderName::try_from(&written)
                .map_err(|_| A::Error::custom(format!("`{written}` is not a header name")))?
                .as_str()
                .to_owned();
            if all.iter().any(|(have, _)| *have == name) {
                return Err(A::Error::custom(format!("`{name}` stands here twice; the case of its letters does not matter")));
            }
            let demand = map.next_value::<ValueOrDemand>()?.0;
            if demand.present.is_none() && name != "set-cookie" && looks_secret(&name) {
                let why = format!("the value of `{name}` looks like a secret and is not kept: demand `{{present: true}}`");
                return Err(A::Error::custom(why));
            }
            all.push((name, demand));
        }
        if all.is_empty() { Err(A::Error::custom("an empty map demands nothing: name at least one header")) } else { Ok(Self(all)) }
    }
}

/// What a header must be. A value is compared as a whole. A header that comes twice is not met by any demand on its
/// value: a browser or proxy may take either one. `set-cookie` is the exception: every cookie must be as demanded.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct HeaderDemand {
    /// Exactly this.
    pub equals: Option<String>,
    /// One of these.
    pub one_of: Option<OneOrMore<String>>,
    /// All of it matches this expression.
    pub matches: Option<Pattern>,
    /// `false`: it must not be there. `true`: it must be there, whatever its value, also twice.
    pub present: Option<bool>,
}

impl HeaderDemand {
    fn check(self) -> Result<Self, String> {
        let demands = [self.equals.is_some(), self.one_of.is_some(), self.matches.is_some(), self.present.is_some()];
        match demands.into_iter().filter(|given| *given).count() {
            1 => Ok(self),
            0 => Err("this demands nothing: give a value, `matches`, `one-of` or `present`".into()),
            _ => Err("one demand a header: a value, `matches`, `one-of` or `present`".into()),
        }
    }

    fn takes(&self, value: &str) -> bool {
        match self {
            Self { equals: Some(wanted), .. } => value == wanted,
            Self { one_of: Some(wanted), .. } => wanted.iter().any(|one| value == one),
            Self { matches: Some(pattern), .. } => pattern.is_whole(value),
            Self { present, .. } => *present == Some(true),
        }
    }

    /// Judged on what came under `name`.
    pub(super) fn judge(&self, name: &str, seen: &Answer) -> Expectation {
        let values = seen.headers.get(name).map(Vec::as_slice).unwrap_or_default();
        let demand = Expectation::new(format!("header:{name}"), format!("header `{name}`")).wanted(self.to_string());
        let got = match values {
            [] => "no such header".to_owned(),
            [one] => quote(one),
            many => format!("{} of them: {}", many.len(), many.iter().map(|value| quote(value)).collect::<Vec<_>>().join(", ")),
        };
        let cut = seen.headers_cut.iter().any(|cut| cut == name);
        match (values, self.present) {
            ([], present) => demand.got(got).met(present == Some(false)),
            (_, Some(present)) => demand.got(got).met(present),
            ([_, _, ..], None) if name != "set-cookie" => demand.got(got).met(false),
            (_, None) if cut => demand.undetermined("it is too long to be compared"),
            (values, None) => demand.got(got).met(values.iter().all(|value| self.takes(value))),
        }
    }

    /// Values that may break it.
    pub(super) fn counterexample(&self) -> Vec<String> {
        if self.present == Some(false) { vec!["there".into()] } else { Vec::new() }
    }
}

impl fmt::Display for HeaderDemand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { equals: Some(wanted), .. } => f.write_str(&quote(wanted)),
            Self { one_of: Some(wanted), .. } => write!(f, "one of {wanted}"),
            Self { matches: Some(pattern), .. } => write!(f, "all of it to match {pattern}"),
            Self { present: Some(false), .. } => f.write_str("no such header"),
            Self { .. } => f.write_str("the header to be there"),
        }
    }
}

from_forms!(map HeaderDemands, "headers by name", HeaderDemands::read);

schema!(HeaderDemands, |generator| {
    let demand = generator.subschema_for::<HeaderDemand>();
    json_schema!({ "type": "object", "minProperties": 1, "additionalProperties": { "anyOf": [{ "type": ["string", "number", "boolean"] }, demand] } })
});

/// A value to equal, or a map of demands.
struct ValueOrDemand(HeaderDemand);

from_forms!(
    ValueOrDemand,
    "the header's value, or one of `{matches: …}`, `{one-of: […]}`, `{present: true}`, `{present: false}`",
    scalar |value: Value| {
        let equals = Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        Ok(ValueOrDemand(HeaderDemand { equals, ..HeaderDemand::default() }))
    },
    map |demand: HeaderDemand| demand.check().map(ValueOrDemand),
);
