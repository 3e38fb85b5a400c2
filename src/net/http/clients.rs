//! The HTTP clients of a run: one for each setting, shared by all checks with its connections.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use reqwest::{Client, redirect::Policy};
use rustls::RootCertStore;

use super::address::Address;
use crate::net::{
    Reach, Trouble,
    tls::{self, Identity, TlsError, TlsFiles},
};

/// What we say we are.
const USER_AGENT: &str = concat!("gonogo/", env!("CARGO_PKG_VERSION"));

/// Connections wait this long for their next request. Less than servers do (gunicorn 2 s, Node.js and uvicorn 5 s), so
/// that none is used in the very moment its server closes it.
const IDLE: Duration = Duration::from_secs(1);

/// Of one answer over HTTP/2; over HTTP/1 hyper allows 100 headers and about 400 KiB.
const MAX_HEADERS_H2: u32 = 64 << 10;

/// Clients, made when first asked for.
#[derive(Default)]
pub struct Clients(Mutex<HashMap<Setting, Client>>);

/// What tells one client from another.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Setting {
    files: TlsFiles,
    fresh: bool,
    /// Over plain HTTP nobody is trusted, and no root is read.
    tls: bool,
    at: Option<(String, SocketAddr)>,
}

impl Clients {
    /// The client with these files; a `fresh` one makes a connection for each request. It
    /// reaches the host of `address` at the one address that this names, if it does.
    pub(super) fn client(&self, reach: &Reach, files: &TlsFiles, fresh: bool, address: &Address) -> Result<Client, Trouble> {
        let at = address.at().map(|at| (address.host().to_owned(), at));
        let setting = Setting { files: files.clone(), fresh, tls: address.is_https(), at };
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&setting) {
            return Ok(client.clone());
        }
        let unusable = |error: TlsError| Trouble::Unknown(error.to_string());
        let roots = match &files.ca {
            _ if !setting.tls => RootCertStore::empty(),
            None => reach.roots().clone(),
            Some(file) => reach.file_roots(file).map_err(unusable)?,
        };
        let identity = files
            .identity
            .as_ref()
            .filter(|_| setting.tls)
            .map(|(certificate, key)| Identity::read(certificate, key))
            .transpose()
            .map_err(unusable)?;
        let client = build(roots, identity, reach, &setting)?;
        clients.insert(setting, client.clone());
        Ok(client)
    }
}

fn build(roots: RootCertStore, identity: Option<Identity>, reach: &Reach, setting: &Setting) -> Result<Client, Trouble> {
    let setup = |error: &dyn std::fmt::Display| Trouble::Unknown(format!("the HTTP client cannot be set up: {error}"));
    let mut tls = tls::client_config(roots, tls::Verify::Full, reach.at(), identity).map_err(|error| setup(&error))?;
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
    if setting.fresh {
        builder = builder.pool_max_idle_per_host(0);
    }
    for (host, pin) in reach.pins().iter() {
        // Port 0 stands for the port asked for; see `Request` for a port given on both sides.
        builder = builder.resolve(host, pin.socket(0));
    }
    if let Some((host, at)) = &setting.at {
        builder = builder.resolve(host, *at);
    }
    builder.build().map_err(|error| setup(&error))
}
