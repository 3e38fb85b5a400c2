//! The HTTP clients of a run: one for each set of roots, shared by all checks with its connections.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use reqwest::{Client, redirect::Policy};
use rustls::RootCertStore;

use super::{HttpError, Trouble};
use crate::net::{Pins, tls};

/// What we say we are.
const USER_AGENT: &str = concat!("gonogo/", env!("CARGO_PKG_VERSION"));

/// Connections wait this long for their next request: long enough for the checks of one run.
const IDLE: Duration = Duration::from_secs(30);

/// Of one answer over HTTP/2; over HTTP/1 hyper allows 100 headers and about 400 KiB.
const MAX_HEADERS_H2: u32 = 64 << 10;

/// Clients, made when first asked for.
#[derive(Default)]
pub struct Clients {
    host_roots: OnceLock<Client>,
    by_file: Mutex<HashMap<PathBuf, Client>>,
}

impl Clients {
    /// The client that trusts `ca_file`, or the host's roots.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub(crate) fn client(&self, ca_file: Option<&Path>, roots: impl FnOnce() -> RootCertStore, pins: &Pins) -> Result<Client, HttpError> {
        let Some(file) = ca_file else {
            if let Some(client) = self.host_roots.get() {
                return Ok(client.clone());
            }
            let client = build(roots(), pins)?;
            return Ok(self.host_roots.get_or_init(|| client).clone());
        };
        let mut by_file = self.by_file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = by_file.get(file) {
            return Ok(client.clone());
        }
        let roots = tls::file_roots(file).map_err(|error| HttpError::new(Trouble::Unusable, error.to_string()))?;
        let client = build(roots, pins)?;
        by_file.insert(file.to_owned(), client.clone());
        Ok(client)
    }
}

fn build(roots: RootCertStore, pins: &Pins) -> Result<Client, HttpError> {
    let setup = |error: &dyn std::fmt::Display| HttpError::new(Trouble::Unusable, format!("the HTTP client cannot be set up: {error}"));
    let mut tls = tls::client_config(roots, tls::Verify::Full).map_err(|error| setup(&error))?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .tcp_nodelay(true)
        .pool_idle_timeout(IDLE)
        .http2_max_header_list_size(MAX_HEADERS_H2);
    for (host, pin) in pins.iter() {
        // Port 0 stands for the port asked for; see `Request` for a port given on both sides.
        builder = builder.resolve(host, pin.socket(0));
    }
    builder.build().map_err(|error| setup(&error))
}
