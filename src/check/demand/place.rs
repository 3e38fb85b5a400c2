//! A place in a document, by JSONPath (RFC 9535) or by the name of a field that each of its rows has.

use serde_json_path::JsonPath;

use crate::model::from_text;

/// A path as it is written, and as it is followed.
#[derive(Debug, Clone)]
pub(super) struct Place {
    written: String,
    pub(super) path: JsonPath,
    /// Whether it is a field of every row.
    pub(super) is_field: bool,
}

impl Place {
    /// As the plan writes it.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// The field `name` of every row of a list of objects.
    pub(super) fn field(name: &str) -> Result<Self, String> {
        let quoted = name.replace('\\', "\\\\").replace('\'', "\\'");
        let path = JsonPath::parse(&format!("$[*]['{quoted}']")).map_err(|error| format!("`{name}` is no name of a field: {error}"))?;
        Ok(Self { written: name.to_owned(), path, is_field: true })
    }
}

from_text!(Place, { "type": "string", "pattern": "^\\$" }, |written| match JsonPath::parse(&written) {
    Ok(path) => Ok(Place { path, written, is_field: false }),
    Err(error) => Err(format!("`{written}` is not a JSONPath (RFC 9535), they begin with `$`: {error}")),
});
