//! The method of a request.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::net::http;

/// The method of a request (RFC 9110, 9.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Fetch.
    Get,
    /// Fetch the headers only.
    Head,
    /// Ask what is possible.
    Options,
    /// May change something.
    Post,
    /// May change something.
    Put,
    /// May change something.
    Patch,
    /// May change something.
    Delete,
}

impl Method {
    /// Whether it changes nothing (RFC 9110, 9.2.1).
    pub fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Options)
    }

    pub(crate) fn wire(self) -> http::Method {
        match self {
            Self::Get => http::Method::GET,
            Self::Head => http::Method::HEAD,
            Self::Options => http::Method::OPTIONS,
            Self::Post => http::Method::POST,
            Self::Put => http::Method::PUT,
            Self::Patch => http::Method::PATCH,
            Self::Delete => http::Method::DELETE,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wire().as_str())
    }
}
