//! HTTP as evidence: one request, what came back within bounds, and every redirect on the way.
//!
//! A target is hostile: headers, body, redirects and time are bounded, and what was cut says so. Nothing here is
//! decided behind the caller's back: no cookies but in a jar that is handed in, no proxy, no referer, no retry, no
//! redirect that is not recorded.

mod address;
mod body;
mod clients;
mod error;
mod jar;
mod redirect;
mod reply;
mod request;

pub use address::{Address, shown_location};
pub use body::{Body, Bounds, End};
pub use clients::Clients;
pub use jar::Jar;
pub use reply::{Hop, Reply, is_redirect};
pub use request::{Request, send};
pub use reqwest::{
    Method,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
