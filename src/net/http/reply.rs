//! What came back, and where it leads.

use std::time::Duration;

use reqwest::{
    Version,
    header::{self, HeaderMap},
};
use serde::{Deserialize, Serialize};

use super::{address::Address, body::Body};

/// A redirect that was followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Which address answered with the redirect.
    pub from: String,
    /// With which status.
    pub status: u16,
    /// Where to.
    pub to: String,
}

/// An answer, as it came.
#[derive(Debug)]
pub struct Reply {
    /// Which address gave it.
    pub address: Address,
    /// The redirects that led there.
    pub hops: Vec<Hop>,
    /// It is a redirect that was not followed although redirects are: why.
    pub stopped: Option<String>,
    /// The status.
    pub status: u16,
    /// `HTTP/1.1`, `HTTP/2`.
    pub version: &'static str,
    /// Every header; one that came twice is there twice.
    pub headers: HeaderMap,
    /// What was read of the body.
    pub body: Body,
    /// From sending to the last header, redirects included.
    pub to_headers: Duration,
    /// From sending to the end of what was read.
    pub total: Duration,
}

/// Whether this status is a redirect that says where to (RFC 9110, 15.4).
pub fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

impl Reply {
    /// Its one `Location`; two that differ lead nowhere.
    pub fn location(&self) -> Option<String> {
        let mut values = self.headers.get_all(header::LOCATION).iter();
        let first = values.next()?;
        values.all(|other| other == first).then(|| String::from_utf8_lossy(first.as_bytes()).into_owned())
    }

    /// Where it leads, if it is a redirect.
    pub fn leads_to(&self) -> Option<Address> {
        self.address.join(&self.location().filter(|_| is_redirect(self.status))?).ok()
    }
}

pub(super) fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_11 => "HTTP/1.1",
        Version::HTTP_2 => "HTTP/2",
        _ => "HTTP/3",
    }
}
