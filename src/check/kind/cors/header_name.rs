//! Names of headers that browsers ask about, and of those that scripts read.

use std::fmt;

use crate::{
    model::{from_text, quote},
    net::http::HeaderName,
};

/// A header's name, but for `*`.
const NAME: &str = "^[A-Za-z0-9!#$%&'+.^_`|~-]+$";

/// Headers that scripts may always set, so that browsers never ask (Fetch standard, CORS-safelisted request-header).
/// `Content-Type` is not among them: with JSON it is asked for.
const NEVER_ASKED: [&str; 3] = ["accept", "accept-language", "content-language"];

/// Headers that scripts cannot set (Fetch standard, forbidden request-header), as far as people list them.
const NOT_SCRIPTS: [&str; 9] =
    ["cookie", "host", "origin", "referer", "connection", "content-length", "accept-encoding", "date", "set-cookie"];

/// A request header that scripts set and browsers ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHeader(String);

impl RequestHeader {
    /// In lower case, as browsers ask for it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn read(text: String) -> Result<Self, String> {
        let name = name(&text)?;
        if NEVER_ASKED.contains(&name.as_str()) {
            return Err(format!("`{name}` may always be sent, browsers never ask about it: leave it out"));
        }
        if NOT_SCRIPTS.contains(&name.as_str()) || name.starts_with("sec-") || name.starts_with("access-control-") {
            return Err(format!("`{name}` is the browser's own, scripts cannot set it: leave it out"));
        }
        Ok(Self(name))
    }
}

/// A header of the answer that scripts read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposedHeader(String);

impl ExposedHeader {
    /// In lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn name(text: &str) -> Result<String, String> {
    if text == "*" {
        return Err("`*` names no header: list those that scripts use".into());
    }
    HeaderName::try_from(text).map(|name| name.as_str().to_owned()).map_err(|_| format!("{} is not a header name", quote(text)))
}

from_text!(RequestHeader, { "type": "string", "pattern": NAME, "description": "the name of a header" }, RequestHeader::read);
from_text!(ExposedHeader, { "type": "string", "pattern": NAME, "description": "the name of a header" }, |text| name(&text).map(ExposedHeader));

/// In backticks.
impl fmt::Display for RequestHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

/// In backticks.
impl fmt::Display for ExposedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}
