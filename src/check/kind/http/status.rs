//! The status an answer must have: codes and classes.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

use super::seen::Seen;
use crate::{
    check::OneOrMore,
    model::{Expectation, counted},
    net::http::is_redirect,
};

/// One status code, or a class of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// `200`.
    Code(u16),
    /// `2xx`: its first digit.
    Class(u16),
    /// A redirect that names where to: 301, 302, 303, 307, 308.
    Redirect,
}

impl Status {
    fn takes(self, status: u16) -> bool {
        match self {
            Self::Code(code) => code == status,
            Self::Class(digit) => status / 100 == digit,
            Self::Redirect => is_redirect(status),
        }
    }

    /// Whether an answer it takes can be a redirect.
    pub(super) fn takes_redirects(self) -> bool {
        [301, 302, 303, 307, 308].into_iter().any(|status| self.takes(status))
    }
}

/// Whether `status` is one of `wanted`.
pub(super) fn is_wanted(wanted: &OneOrMore<Status>, status: u16) -> bool {
    wanted.iter().any(|one| one.takes(status))
}

/// A status that is not wanted, if there is one.
pub(super) fn unwanted(wanted: &OneOrMore<Status>) -> Option<u16> {
    [500, 404].into_iter().chain(100..600).find(|status| !is_wanted(wanted, *status))
}

pub(super) fn judge(wanted: &OneOrMore<Status>, seen: &Seen) -> Expectation {
    let mut got = seen.status.to_string();
    if let Some(to) = &seen.leads_to {
        got.push_str(&format!(" to {to}"));
    }
    if let Some(why) = &seen.stopped {
        got.push_str(&format!(" ({why})"));
    }
    if let Some(from) = seen.hops.first() {
        got.push_str(&format!(" after {} from {}", counted(seen.hops.len() as u64, "redirect"), from.from));
    }
    Expectation::new("status", "HTTP status").wanted(wanted.to_string()).got(got).met(is_wanted(wanted, seen.status))
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => code.fmt(f),
            Self::Class(digit) => write!(f, "{digit}xx"),
            Self::Redirect => f.write_str("a redirect"),
        }
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StatusVisitor)
    }
}

struct StatusVisitor;

impl Visitor<'_> for StatusVisitor {
    type Value = Status;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a status code from 100 to 599 or a class like `2xx`")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Status, E> {
        match u16::try_from(value) {
            Ok(code @ 100..600) => Ok(Status::Code(code)),
            _ => Err(E::custom(format!("{value} is not a status code: write one from 100 to 599 or a class like `2xx`"))),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Status, E> {
        self.visit_u64(u64::try_from(value).unwrap_or_default())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Status, E> {
        match value.as_bytes() {
            [digit @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] => Ok(Status::Class(u16::from(digit - b'0'))),
            [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => value.parse().map(Status::Code).map_err(E::custom),
            _ => Err(E::custom(format!("`{value}` is not a status code: write one from 100 to 599 or a class like `2xx`"))),
        }
    }
}

impl JsonSchema for Status {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Status".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": 100, "maximum": 599 }, { "type": "string", "pattern": "^[1-5](xx|[0-9]{2})$" }] })
    }
}
