//! A value that a step takes from its answer, for the steps after it.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::seen::{Answer, Found};
use crate::{
    check::{
        charset,
        demand::{Pattern, Place, json_text},
    },
    model::{Expectation, Size, beginning, counted, excerpt, from_text, looks_secret, quote, without_contradiction},
    net::http::{End, HeaderName, Reply, header},
};

/// The largest value that is handed on.
const LARGEST: Size = Size(8 << 10);

/// Bytes of one that is no secret, as evidence.
const SHOWN: usize = 200;

/// Where in the answer a value is. Exactly one must be there, and not empty; a text, a number or a boolean of at most 8 KiB.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Capture {
    /// In a JSON body: the JSONPath (RFC 9535) to it.
    json: Option<Place>,
    /// In a header that comes once: its name.
    header: Option<Named>,
    /// A regular expression: its first group is taken, without a group all that it matches. It is held against the value at
    /// `json` or in `header`; alone against the body.
    matches: Option<Pattern>,
    /// Whether it is hidden wherever it comes up. Default: if its name looks secret, like `token`.
    secret: Option<bool>,
}

without_contradiction!(Capture);

impl Capture {
    fn contradiction(&self) -> Option<&'static str> {
        match (&self.json, &self.header, &self.matches) {
            (Some(_), Some(_), _) => Some("`json` and `header` are two places: name one"),
            (None, None, None) => Some("it is not said where the value is: give `json`, `header` or `matches`"),
            _ => None,
        }
    }

    pub(super) fn is_secret(&self, name: &str) -> bool {
        self.secret.unwrap_or_else(|| looks_secret(name))
    }

    /// Whether the whole body is needed.
    pub(super) fn on_body(&self) -> bool {
        self.header.is_none()
    }

    /// The value, or what is there instead. What is too large is handed back as well: it may be a secret.
    pub(super) fn look(&self, reply: &Reply) -> Result<String, (String, Option<String>)> {
        let nothing = |what: String| (what, None);
        let whole = match (&self.json, &self.header) {
            (Some(place), _) => in_json(place, reply).map_err(nothing)?,
            (None, Some(Named(name))) => in_header(name, reply).map_err(nothing)?,
            (None, None) => {
                let content_type = reply.headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
                charset::decode(content_type.as_deref(), &reply.body.bytes, reply.body.end == End::Whole).0.into_owned()
            }
        };
        let found = match &self.matches {
            None => whole,
            Some(pattern) => pattern.capture(&whole).ok_or_else(|| nothing("no match".into()))?.to_owned(),
        };
        match found.len() as u64 {
            0 => Err(nothing("an empty value".into())),
            size if size > LARGEST.0 => {
                let begun = beginning(&found, usize::try_from(LARGEST.0).unwrap_or_default()).to_owned();
                Err((format!("a value of {}, and at most {LARGEST} are handed on", Size(size)), Some(begun)))
            }
            _ => Ok(found),
        }
    }

    /// As evidence.
    pub(super) fn found(&self, name: &str, looked: &Result<String, (String, Option<String>)>) -> Found {
        match looked {
            Err((what, _)) => Found::Nothing(what.clone()),
            Ok(_) if self.is_secret(name) => Found::Secret,
            Ok(value) => Found::Value(excerpt(value, SHOWN)),
        }
    }

    /// Judged on what was found under `name`.
    pub(super) fn judge(&self, name: &str, found: Option<&Found>, answer: &Answer) -> Expectation {
        let demand = Expectation::new(format!("capture:{name}"), format!("capture `{name}`")).wanted(self.to_string());
        match (found, answer.body.readable()) {
            (None, _) => demand.undetermined("it was not looked for"),
            // What is missing in a part may be in the rest.
            (Some(Found::Nothing(_)), Err(why)) if self.on_body() => demand.undetermined(why),
            (Some(Found::Nothing(what)), _) => demand.got(what.clone()).met(false),
            (Some(Found::Secret), _) => demand.got("a value, which is not shown").met(true),
            (Some(Found::Value(value)), _) => demand.got(quote(value)).met(true),
        }
    }
}

fn in_json(place: &Place, reply: &Reply) -> Result<String, String> {
    let document = json_text::parse(&reply.body.bytes).map_err(|why| format!("no JSON ({})", quote(&why)))?;
    match place.values(&document).as_slice() {
        [] => Err("nothing there".into()),
        [Value::String(text)] => Ok(text.clone()),
        [value @ (Value::Number(_) | Value::Bool(_))] => Ok(value.to_string()),
        [Value::Null] => Err("`null`".into()),
        [Value::Array(_)] => Err("a list".into()),
        [Value::Object(_)] => Err("an object".into()),
        many => Err(counted(many.len(), "value")),
    }
}

fn in_header(name: &HeaderName, reply: &Reply) -> Result<String, String> {
    match reply.headers.get_all(name).iter().collect::<Vec<_>>().as_slice() {
        [] => Err("no such header".into()),
        [one] => std::str::from_utf8(one.as_bytes()).map(str::to_owned).map_err(|_| "a header that is no UTF-8".into()),
        many => Err(format!("{} of them", many.len())),
    }
}

impl fmt::Display for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.json, &self.header) {
            (Some(place), _) => write!(f, "one value at `{}`", place.written())?,
            (None, Some(Named(name))) => write!(f, "the header `{name}`")?,
            (None, None) => f.write_str("something in the body")?,
        }
        self.matches.as_ref().map_or(Ok(()), |pattern| write!(f, " that matches {pattern}"))
    }
}

/// The name of a header.
#[derive(Debug, Clone)]
struct Named(HeaderName);

from_text!(Named, { "type": "string", "minLength": 1 }, |text| {
    HeaderName::try_from(&text).map(Named).map_err(|_| format!("`{text}` is not a header name"))
});
