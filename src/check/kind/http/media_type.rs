//! The media type an answer must be of.

use super::seen::Answer;
use crate::{
    check::http::essence,
    model::{Expectation, from_text, quote},
};

/// A media type without parameters, in lower case.
#[derive(Debug, Clone)]
pub struct MediaType(String);

impl MediaType {
    /// Judged on the `Content-Type` header; its parameters (`charset`) do not matter, but it must come once.
    pub(super) fn judge(&self, seen: &Answer) -> Expectation {
        let demand = Expectation::new("content-type", "content type").wanted(format!("`{}`", self.0));
        match seen.headers.get("content-type").map(Vec::as_slice).unwrap_or_default() {
            [] => demand.got("none given").met(false),
            [one] => demand.got(quote(one)).met(essence(one) == self.0),
            many => demand.got(format!("{} content types", many.len())).met(false),
        }
    }
}

from_text!(MediaType, { "type": "string", "pattern": "^[^/;\\s]+/[^/;\\s]+$" }, read);

fn read(text: String) -> Result<MediaType, String> {
    let token = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
    match text.split_once('/') {
        Some((kind, subtype)) if token(kind) && token(subtype) => Ok(MediaType(text.to_ascii_lowercase())),
        _ => Err(format!(
            "`{text}` is not a media type: write `application/json`; parameters are demanded with `headers: {{content-type: …}}`"
        )),
    }
}
