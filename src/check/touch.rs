//! What a check would reach, for `gonogo plan`, for the report's `target` and for the limit per target.

use super::http;
use crate::net::http::Address;

/// One thing a check reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touch {
    /// Where, without credentials: `https://api.example.com:443`, `postgres://db:5432/app`, `file deploy/prod.env`.
    pub target: String,
    /// What is sent or read there: `GET /health`, `SELECT … FROM pg_index`, `reads`.
    pub action: String,
    /// The names of the credentials used, as the plan writes them: `${DATABASE_URL}`, `~/.pgpass`; never a value.
    pub credentials: Vec<String>,
    /// The least rights it needs there, as statements an administrator can run; `{role}` stands for the login.
    pub grants: Vec<String>,
}

impl Touch {
    /// A touch without credentials or grants.
    pub fn new(target: impl Into<String>, action: impl Into<String>) -> Self {
        Self { target: target.into(), action: action.into(), ..Self::default() }
    }

    /// One over HTTP, with the credentials that go along.
    pub(crate) fn over_http(url: &Address, headers: &http::SentHeaders, action: String) -> Self {
        Self { credentials: headers.credentials(url), ..Self::new(url.target(), action) }
    }
}
