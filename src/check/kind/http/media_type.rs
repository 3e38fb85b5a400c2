//! The media type an answer must be of.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};

use super::seen::Seen;
use crate::{check::http::essence, model::Expectation, model::quote};

/// A media type without parameters, in lower case.
#[derive(Debug, Clone)]
pub struct MediaType(String);

impl MediaType {
    /// Judged on the `Content-Type` header; its parameters (`charset`) do not matter, but it must come once.
    pub(super) fn judge(&self, seen: &Seen) -> Expectation {
        let demand = Expectation::new("content-type", "content type").wanted(format!("`{}`", self.0));
        match seen.headers.get("content-type").map(Vec::as_slice).unwrap_or_default() {
            [] => demand.got("none given").met(false),
            [one] => demand.got(quote(one)).met(essence(one) == self.0),
            many => demand.got(format!("{} content types", many.len())).met(false),
        }
    }
}

impl<'de> Deserialize<'de> for MediaType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let token = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
        match text.split_once('/') {
            Some((kind, subtype)) if token(kind) && token(subtype) => Ok(Self(text.to_ascii_lowercase())),
            _ => Err(D::Error::custom(format!(
                "`{text}` is not a media type: write `application/json`; parameters are demanded with `headers: {{content-type: …}}`"
            ))),
        }
    }
}

impl JsonSchema for MediaType {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MediaType".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[^/;\\s]+/[^/;\\s]+$" })
    }
}
