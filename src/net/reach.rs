//! Everything a run reaches targets with, made once and shared by its checks.

use std::{sync::OnceLock, time::Instant};

use jiff::Timestamp;
use rustls::RootCertStore;

use super::{
    Pins, http,
    postgres::{Lender, Loan, Target, Trouble},
    tls,
};
use crate::model::ProcessEnv;

/// The shared ways to targets. Nothing is opened before a check asks for it.
pub struct Reach {
    env: ProcessEnv,
    pins: Pins,
    at: Timestamp,
    roots: OnceLock<RootCertStore>,
    http: http::Clients,
    postgres: Lender,
}

impl Reach {
    /// Ways to targets from this process environment, with these names pinned; certificates are judged as of `at`.
    pub fn new(env: ProcessEnv, pins: Pins, at: Timestamp) -> Self {
        Self { env, pins, at, roots: OnceLock::new(), http: http::Clients::default(), postgres: Lender::default() }
    }

    /// The process environment.
    pub fn env(&self) -> &ProcessEnv {
        &self.env
    }

    /// Names pinned to addresses.
    pub fn pins(&self) -> &Pins {
        &self.pins
    }

    /// The instant certificates are judged at.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The HTTP clients, one for each setting.
    pub fn http(&self) -> &http::Clients {
        &self.http
    }

    /// The host's trusted roots, loaded at first use.
    pub fn roots(&self) -> &RootCertStore {
        self.roots.get_or_init(|| tls::system_roots(&self.env))
    }

    /// A session on a PostgreSQL database, lent until it is dropped.
    ///
    /// # Errors
    /// Why there is none by `until`.
    pub async fn postgres(&self, target: &Target, until: Instant) -> Result<Loan, Trouble> {
        self.postgres.lend(target, self, until).await
    }

    /// Ends what is still open, within a few seconds: to be called when a run ends, before the process does.
    pub async fn close(&self) {
        self.postgres.close().await;
    }
}
