//! The words that the keys take.

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::model::{Digest, from_text};

/// How a page leads to the next one.
#[derive(Debug, Clone)]
pub enum Next {
    /// By the header `Link` (RFC 8288).
    Link,
    /// By an address that stands there in it.
    Path(Items),
}

/// A place in each page.
#[derive(Debug, Clone)]
pub struct Items {
    written: String,
    path: JsonPath,
}

/// What stands between two fields of CSV.
#[derive(Debug, Clone, Copy)]
pub struct Separator(pub(super) u8);

/// A SHA-256 as `sha256sum` prints it.
#[derive(Debug, Clone)]
pub struct Fingerprint(pub(super) Digest);

impl Items {
    /// Where it leads in `page`, as a JSON pointer (RFC 6901); `None` for nowhere.
    pub(super) fn pointer(&self, page: &Value) -> Result<Option<String>, String> {
        let places: Vec<String> = self.path.query_located(page).locations().map(|place| place.to_json_pointer()).collect();
        match places.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only.clone())),
            several => Err(format!("`{}` leads to {} places", self.written, several.len())),
        }
    }

    pub(super) fn written(&self) -> &str {
        &self.written
    }

    fn parse(written: String) -> Result<Self, String> {
        match JsonPath::parse(&written) {
            Ok(path) => Ok(Self { written, path }),
            Err(error) => Err(format!("`{written}` is not a JSONPath (RFC 9535), they begin with `$`: {error}")),
        }
    }
}

from_text!(Items, { "type": "string", "pattern": "^\\$" }, Items::parse);

from_text!(Next, { "type": "string", "pattern": "^(link$|\\$)" }, |text| match text.as_str() {
    "link" => Ok(Next::Link),
    _ if text.starts_with('$') => Items::parse(text).map(Next::Path),
    _ => Err(format!("`{text}` does not say where the next page is: write `link`, or a JSONPath like `$.next`")),
});

from_text!(Separator, { "type": "string", "minLength": 1, "maxLength": 2 }, |text| match (text.as_str(), text.as_bytes()) {
    ("\\t", _) => Ok(Separator(b'\t')),
    (_, [one]) if one.is_ascii_punctuation() && !matches!(one, b'"' | b'\'') || *one == b'\t' || *one == b' ' => Ok(Separator(*one)),
    _ => Err(format!("{text:?} separates no fields: write one character like `;`, or \"\\t\"")),
});

from_text!(Fingerprint, { "type": "string", "pattern": "^(sha256:)?[0-9a-f]{64}$" }, |text| {
    let digits = text.strip_prefix("sha256:").unwrap_or(&text);
    Digest::parse(digits).map(Fingerprint).ok_or("a SHA-256 is 64 lower-case hexadecimal digits, as `sha256sum` prints it")
});
