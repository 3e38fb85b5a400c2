//! Where an error is answered.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};

/// A path on the same host, with its query if it has one.
#[derive(Debug, Clone)]
pub struct ErrorPath(String);

impl ErrorPath {
    /// As the plan writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for ErrorPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Two slashes, or a backslash after the first one, would lead to another host.
        if text.starts_with('/') && !text.starts_with("//") && !text.contains(['\\', '#', '\t', '\n', '\r']) {
            Ok(Self(text))
        } else {
            Err(D::Error::custom("not a path on the same host: write one like `/api/no-such-page`"))
        }
    }
}

impl JsonSchema for ErrorPath {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ErrorPath".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^/([^/]|$)", "description": "a path: `/api/no-such-page`" })
    }
}
