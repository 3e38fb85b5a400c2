//! What came back.

use std::time::Duration;

use reqwest::{Version, header::HeaderMap};

use super::{Address, Body, Hop};

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

pub(super) fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_11 => "HTTP/1.1",
        Version::HTTP_2 => "HTTP/2",
        _ => "HTTP/3",
    }
}
