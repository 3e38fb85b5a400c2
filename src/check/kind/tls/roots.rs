//! The roots that are trusted: the host's, or those of a file, of which the dates are known too.

use std::{borrow::Cow, path::Path};

use rustls::RootCertStore;

use super::{
    certificate::{instant, read},
    seen::Validity,
};
use crate::{
    check::{Context, Unseen},
    net::tls::pem_certificates,
};

/// Trusted roots.
pub(super) struct Roots<'a> {
    pub(super) store: Cow<'a, RootCertStore>,
    /// Of each root of a file: its name as encoded, and its dates. webpki asks no root for its dates, other clients do.
    dates: Vec<(Vec<u8>, Validity)>,
}

impl<'a> Roots<'a> {
    /// Those of `ca_file`, else the host's.
    pub(super) fn of(ca_file: Option<&Path>, cx: &'a Context) -> Result<Self, Unseen> {
        let Some(file) = ca_file else { return Ok(Self { store: Cow::Borrowed(cx.reach().roots()), dates: Vec::new() }) };
        let file = cx.path(file);
        let certificates = pem_certificates(&file).map_err(|why| Unseen::Unknown(format!("the CA file {why}")))?;
        let store = cx.reach().file_roots(&file).map_err(|error| Unseen::Unknown(error.to_string()))?;
        let dates = certificates.iter().filter_map(|der| {
            let x509 = read(der).ok()?;
            let validity = Validity { not_before: instant(x509.validity().not_before), not_after: instant(x509.validity().not_after) };
            Some((x509.subject().as_raw().to_vec(), validity))
        });
        Ok(Self { store: Cow::Owned(store), dates: dates.collect() })
    }

    /// The dates of the root of this name, as encoded; of several, those of the one that lasts longest.
    pub(super) fn validity(&self, name: &[u8]) -> Option<Validity> {
        self.dates.iter().filter(|(known, _)| known == name).map(|(_, validity)| *validity).max_by_key(|validity| validity.not_after)
    }
}
