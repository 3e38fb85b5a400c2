//! A query as the plan writes it, with what it is about.

use std::{fmt, str::FromStr};

use crate::{
    model::{from_text, quote},
    net::prometheus::promql,
};

/// Bytes of a query: it goes into an address.
const LONGEST: usize = 4 << 10;

/// A query in PromQL.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    text: String,
    read: promql::Query,
}

impl Query {
    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it is about.
    pub fn read(&self) -> &promql::Query {
        &self.read
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quote(&self.text))
    }
}

impl FromStr for Query {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("the query has {} bytes, more than {LONGEST}: make it a recording rule", text.len()));
        }
        promql::read(text).map(|read| Self { text: text.to_owned(), read })
    }
}

from_text!(Query, { "type": "string", "minLength": 1, "description": "a query in PromQL" });
