//! The exit code that is demanded.

use std::fmt;

use schemars::json_schema;

use super::seen::Seen;
use crate::{
    check::OneOrMore,
    model::{Expectation, from_forms, quote, schema},
};

/// Which exit codes are met.
#[derive(Debug, Clone)]
pub enum Exit {
    /// One of these.
    Codes(OneOrMore<u8>),
    /// What monitoring plugins mean by theirs (Monitoring Plugins Development Guidelines, "Plugin Return Codes").
    Nagios,
}

impl Default for Exit {
    fn default() -> Self {
        Self::Codes(vec![0].into())
    }
}

impl Exit {
    /// Whether `code` meets it; `None` where it says that the program could not tell.
    fn takes(&self, code: i32) -> Option<bool> {
        match (self, code) {
            (Self::Codes(codes), code) => Some(codes.iter().any(|one| i32::from(*one) == code)),
            (Self::Nagios, 0) => Some(true),
            (Self::Nagios, 1 | 2) => Some(false),
            (Self::Nagios, _) => None,
        }
    }

    pub(super) fn judge(&self, seen: &Seen) -> Expectation {
        let demand = Expectation::new("exit", "exit code").wanted(self.to_string());
        let word = match (self, seen.code) {
            (Self::Nagios, 1) => " (warning)",
            (Self::Nagios, 2) => " (critical)",
            _ => "",
        };
        let said = if self.takes(seen.code) == Some(true) { None } else { seen.first_line() };
        let got = format!("{}{word}{}", seen.code, said.map(|said| format!(": {}", quote(said))).unwrap_or_default());
        match self.takes(seen.code) {
            Some(met) => demand.got(got).met(met),
            None => demand.undetermined(format!("the plugin could not tell, exit code {got}")),
        }
    }

    /// A code that is not met.
    pub(super) fn unwanted(&self) -> Option<i32> {
        (0..256).rev().chain([1]).find(|code| self.takes(*code) == Some(false))
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Codes(codes) => codes.fmt(f),
            Self::Nagios => f.write_str("0 (OK)"),
        }
    }
}

from_forms!(
    Exit,
    "an exit code from 0 to 255, a list of them, or `nagios`",
    whole |number| code(number).map(|one| Exit::Codes(vec![one].into())),
    text |text: &str| match text {
        "nagios" => Ok(Exit::Nagios),
        _ => Err(format!("`{text}` is no exit code: write a number, a list of numbers, or `nagios`")),
    },
    list |codes: OneOrMore<u8>| match codes.len() {
        256 => Err("every exit code is taken, so nothing is demanded".into()),
        _ => Ok(Exit::Codes(codes)),
    },
);

schema!(inline Exit, |_| {
    let code = json_schema!({ "type": "integer", "minimum": 0, "maximum": 255 });
    json_schema!({ "anyOf": [code.clone(), { "type": "array", "items": code, "minItems": 1, "uniqueItems": true }, { "const": "nagios" }] })
});

fn code(number: u64) -> Result<u8, String> {
    u8::try_from(number).map_err(|_| format!("{number} is no exit code: they go from 0 to 255"))
}
