//! A path on a host that is named elsewhere.

use crate::model::from_text;

/// A path on the same host, with its query if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPath(String);

impl HostPath {
    /// As the plan writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

from_text!(HostPath, { "type": "string", "pattern": "^/([^/]|$)", "description": "a path: `/api/no-such-page`" }, |text| {
    // Two slashes, or a backslash after the first one, would lead to another host.
    let here = text.starts_with('/') && !text.starts_with("//") && !text.contains(['\\', '#', '\t', '\n', '\r']);
    if here { Ok(HostPath(text)) } else { Err("not a path on the same host: write one like `/api/no-such-page`") }
});

impl std::fmt::Display for HostPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
