//! The status an answer must have: codes and classes.

use std::fmt;

use schemars::json_schema;

use super::seen::Answer;
use crate::{
    check::OneOrMore,
    model::{Expectation, counted, from_forms, schema},
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

pub(super) fn judge(wanted: &OneOrMore<Status>, seen: &Answer) -> Expectation {
    let mut got = seen.status.to_string();
    if let Some(to) = &seen.leads_to {
        got.push_str(&format!(" to {to}"));
    }
    if let Some(why) = &seen.stopped {
        got.push_str(&format!(" ({why})"));
    }
    if let Some(from) = seen.hops.first() {
        got.push_str(&format!(" after {} from {}", counted(seen.hops.len(), "redirect"), from.from));
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

from_forms!(Status, "a status code from 100 to 599 or a class like `2xx`", whole of_number, text of_text);

schema!(inline Status, |_| {
    json_schema!({ "anyOf": [{ "type": "integer", "minimum": 100, "maximum": 599 }, { "type": "string", "pattern": "^[1-5](xx|[0-9]{2})$" }] })
});

fn of_number(number: u64) -> Result<Status, String> {
    match u16::try_from(number) {
        Ok(code @ 100..600) => Ok(Status::Code(code)),
        _ => Err(format!("{number} is not a status code: write one from 100 to 599 or a class like `2xx`")),
    }
}

fn of_text(text: &str) -> Result<Status, String> {
    match text.as_bytes() {
        [digit @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] => Ok(Status::Class(u16::from(digit - b'0'))),
        [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => text.parse().map(Status::Code).map_err(|error| format!("{error}")),
        _ => Err(format!("`{text}` is not a status code: write one from 100 to 599 or a class like `2xx`")),
    }
}
