//! A place in a document, by JSONPath (RFC 9535).

use serde_json_path::JsonPath;

use crate::model::from_text;

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

from_text!(Place, { "type": "string", "pattern": "^\\$" }, |written| match JsonPath::parse(&written) {
    Ok(path) => Ok(Place { path, written }),
    Err(error) => Err(format!("`{written}` is not a JSONPath (RFC 9535), they begin with `$`: {error}")),
});
