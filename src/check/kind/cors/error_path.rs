//! Where an error is answered.

use crate::model::from_text;

/// A path on the same host, with its query if it has one.
#[derive(Debug, Clone)]
pub struct ErrorPath(String);

impl ErrorPath {
    /// As the plan writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

from_text!(ErrorPath, { "type": "string", "pattern": "^/([^/]|$)", "description": "a path: `/api/no-such-page`" }, |text| {
    // Two slashes, or a backslash after the first one, would lead to another host.
    let here = text.starts_with('/') && !text.starts_with("//") && !text.contains(['\\', '#', '\t', '\n', '\r']);
    if here { Ok(ErrorPath(text)) } else { Err("not a path on the same host: write one like `/api/no-such-page`") }
});
