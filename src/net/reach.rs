//! Everything a run reaches targets with, made once and shared by its checks.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Mutex, OnceLock, PoisonError},
    time::Instant,
};

use jiff::Timestamp;
use rustls::RootCertStore;

use super::{
    Pins, Strain, http,
    postgres::{Lender, Loan, Target, Trouble},
    proxies,
    tls::{self, Roots, TlsError},
};
use crate::model::{Ambient, Period, ProcessEnv, TrustedRoots};

/// The shared ways to targets. Nothing is opened before a check asks for it.
pub struct Reach {
    env: ProcessEnv,
    pins: Pins,
    at: Timestamp,
    made: Instant,
    roots: OnceLock<Roots>,
    ca_files: Mutex<BTreeSet<TrustedRoots>>,
    http: http::Clients,
    postgres: Lender,
    strain: Strain,
}

impl Reach {
    /// Ways to targets from this process environment, with these names pinned; certificates are judged as of `at`.
    pub fn new(env: ProcessEnv, pins: Pins, at: Timestamp) -> Self {
        Self {
            env,
            pins,
            at,
            made: Instant::now(),
            roots: OnceLock::new(),
            ca_files: Mutex::default(),
            http: http::Clients::default(),
            postgres: Lender::default(),
            strain: Strain::default(),
        }
    }

    /// Names pinned to addresses.
    pub fn pins(&self) -> &Pins {
        &self.pins
    }

    /// The instant certificates are judged at.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// What our clock says now: the run's instant and what has passed since, by a clock that never jumps.
    pub fn now(&self) -> Timestamp {
        Period::from(self.made.elapsed()).after(self.at)
    }

    /// The HTTP clients, one for each setting.
    pub fn http(&self) -> &http::Clients {
        &self.http
    }

    /// Which targets are asked too much.
    pub fn strain(&self) -> &Strain {
        &self.strain
    }

    /// The host's trusted roots, loaded at first use.
    pub fn roots(&self) -> &RootCertStore {
        &self.host_roots().store
    }

    fn host_roots(&self) -> &Roots {
        self.roots.get_or_init(|| tls::host_roots(&self.env))
    }

    /// The roots of a PEM file, and no others. That they were trusted stands in the report.
    pub fn file_roots(&self, file: &Path) -> Result<RootCertStore, TlsError> {
        let Roots { store, said } = tls::file_roots(file)?;
        self.ca_files.lock().unwrap_or_else(PoisonError::into_inner).insert(said);
        Ok(store)
    }

    /// What of the machine decided what was seen so far; files within `folder` as seen from there.
    pub fn ambient(&self, folder: &Path) -> Ambient {
        let ca_files = self.ca_files.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let within = |from: String| Path::new(&from).strip_prefix(folder).map_or(from.clone(), |file| file.display().to_string());
        Ambient {
            roots: if tls::names_roots(&self.env) { self.host_roots().said.clone() } else { TrustedRoots::default() },
            ca_files: ca_files.into_iter().map(|roots| TrustedRoots { from: within(roots.from), ..roots }).collect(),
            proxies: proxies::proxies(&self.env),
        }
    }

    /// A session on a PostgreSQL database, lent until it is dropped.
    pub async fn postgres(&self, target: &Target, until: Instant) -> Result<Loan, Trouble> {
        self.postgres.lend(target, self, until).await
    }

    /// Ends what is still open, within a few seconds: to be called when a run ends, before the process does.
    pub async fn close(&self) {
        self.postgres.close().await;
    }
}
