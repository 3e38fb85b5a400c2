//! A place in a document, by JSONPath (RFC 9535).

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json_path::JsonPath;

/// A path as it is written, and as it is followed.
#[derive(Debug, Clone)]
pub(super) struct Place {
    written: String,
    pub(super) path: JsonPath,
}

impl Place {
    /// As the plan writes it.
    pub(super) fn written(&self) -> &str {
        &self.written
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        let wrong = |error| D::Error::custom(format!("`{written}` is not a JSONPath (RFC 9535), they begin with `$`: {error}"));
        JsonPath::parse(&written).map_err(wrong).map(|path| Self { path, written: written.clone() })
    }
}

impl JsonSchema for Place {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Place".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^\\$" })
    }
}
