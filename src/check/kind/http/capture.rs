//! A value that a step takes from its answer, for the steps after it.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

use super::seen::{Answer, Found};
use crate::{
    check::{
        demand::{Pattern, Place},
        http::{Named, Picks},
    },
    model::{Expectation, excerpt, looks_secret, quote, without_contradiction},
    net::http::Reply,
};

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
        self.picks().look(reply)
    }

    fn picks(&self) -> Picks<'_> {
        Picks { json: self.json.as_ref(), header: self.header.as_ref(), matches: self.matches.as_ref() }
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

impl fmt::Display for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.picks().fmt(f)
    }
}
