//! A query as the plan writes it, with what it is about.

use std::fmt;

use crate::{
    model::{from_text, quote},
    net::prometheus::promql,
};

/// Bytes of a query: it goes into an address.
const LONGEST: usize = 4 << 10;

/// A query in PromQL.
#[derive(Debug, Clone)]
pub struct Query {
    text: String,
    read: promql::Query,
}

impl Query {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn read(&self) -> &promql::Query {
        &self.read
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quote(&self.text))
    }
}

from_text!(Query, { "type": "string", "minLength": 1, "description": "a query in PromQL" }, |text| {
    if text.len() > LONGEST {
        return Err(format!("the query has {} bytes, more than {LONGEST}: make it a recording rule", text.len()));
    }
    promql::read(&text).map(|read| Query { text, read })
});
