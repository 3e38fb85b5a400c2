//! One value of an answer: in its JSON, in a header, in its text.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    check::{
        charset,
        demand::{Pattern, Place, json_text},
    },
    model::{Size, beginning, counted, from_text, quote, without_contradiction},
    net::http::{End, HeaderName, Reply, header},
};

/// The largest value that is handed on.
const LARGEST: Size = Size(8 << 10);

/// Where in an answer a value is. Exactly one must be there, and not empty.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Picked {
    /// In a JSON body: the JSONPath (RFC 9535) to it.
    json: Option<Place>,
    /// In a header that comes once: its name.
    header: Option<Named>,
    /// A regular expression: its first group is taken, without a group all that it matches. It is held against the value at
    /// `json` or in `header`; alone against the body.
    matches: Option<Pattern>,
}

without_contradiction!(Picked);

impl Picked {
    fn contradiction(&self) -> Option<&'static str> {
        match (&self.json, &self.header, &self.matches) {
            (Some(_), Some(_), _) => Some("`json` and `header` are two places: name one"),
            (None, None, None) => Some("it is not said where the value is: give `json`, `header` or `matches`"),
            _ => None,
        }
    }

    /// The value, or what is there instead.
    pub(crate) fn look(&self, reply: &Reply) -> Result<String, String> {
        let picks = Picks { json: self.json.as_ref(), header: self.header.as_ref(), matches: self.matches.as_ref() };
        if self.header.is_none() && reply.body.end != End::Whole {
            return Err("a body that did not come whole".into());
        }
        picks.look(reply).map_err(|(what, _)| what)
    }
}

/// The parts of such a place, as far as they are given.
pub(crate) struct Picks<'a> {
    pub(crate) json: Option<&'a Place>,
    pub(crate) header: Option<&'a Named>,
    pub(crate) matches: Option<&'a Pattern>,
}

impl Picks<'_> {
    /// The value, or what is there instead. What is too large is handed back as well: it may be a secret.
    pub(crate) fn look(&self, reply: &Reply) -> Result<String, (String, Option<String>)> {
        let nothing = |what: String| (what, None);
        let whole = match (self.json, self.header) {
            (Some(place), _) => in_json(place, reply).map_err(nothing)?,
            (None, Some(Named(name))) => in_header(name, reply).map_err(nothing)?,
            (None, None) => {
                let content_type = reply.headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
                charset::decode(content_type.as_deref(), &reply.body.bytes, reply.body.end == End::Whole).0.into_owned()
            }
        };
        let found = match self.matches {
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

impl fmt::Display for Picks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.json, self.header) {
            (Some(place), _) => write!(f, "one value at `{}`", place.written())?,
            (None, Some(Named(name))) => write!(f, "the header `{name}`")?,
            (None, None) => f.write_str("something in the body")?,
        }
        self.matches.map_or(Ok(()), |pattern| write!(f, " that matches {pattern}"))
    }
}

/// The name of a header.
#[derive(Debug, Clone)]
pub struct Named(pub(crate) HeaderName);

from_text!(Named, { "type": "string", "minLength": 1 }, |text| {
    HeaderName::try_from(&text).map(Named).map_err(|_| format!("`{text}` is not a header name"))
});
