//! A certificate authority made with rcgen, around the instant at which checks look.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SanType,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// The instant of `Look`, as Unix seconds: 2026-11-20T12:00:00Z.
pub(crate) const NOW: i64 = 1_795_176_000;

pub(crate) const DAY: i64 = 86_400;

pub(crate) type Issuer = CertifiedIssuer<'static, KeyPair>;

/// A chain to serve, the leaf first, with the leaf's key.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
    pub(crate) staple: Vec<u8>,
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self { chain: self.chain.clone(), key: self.key.clone_key(), staple: self.staple.clone() }
    }
}

/// A root and an issuing CA below it.
pub(crate) struct Authority {
    pub(crate) root: Issuer,
    pub(crate) issuing: Issuer,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// With an issuing CA changed by `change`.
    pub(crate) fn with(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let root = CertifiedIssuer::self_signed(ca("Test Root"), key()).expect("a root");
        let mut params = ca("Test Issuing CA");
        change(&mut params);
        let issuing = CertifiedIssuer::signed_by(params, key(), &root).expect("an issuing CA");
        Self { root, issuing }
    }

    /// A good leaf for api.example.com, 127.0.0.1 and ::1, changed by `change`, with its full chain.
    pub(crate) fn leaf(&self, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let mut params = leaf();
        change(&mut params);
        let key = key();
        let leaf = params.signed_by(&key, &self.issuing).expect("a leaf");
        identity(vec![leaf.der().clone(), self.issuing.der().clone()], &key)
    }
}

pub(crate) fn identity(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Identity {
    Identity { chain, key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())), staple: Vec::new() }
}

/// A leaf that is good for 60 of its 90 days.
pub(crate) fn leaf() -> CertificateParams {
    let mut params = CertificateParams::new(vec!["api.example.com".into()]).expect("parameters");
    params.subject_alt_names.extend(["127.0.0.1", "::1"].map(|ip| SanType::IpAddress(ip.parse().expect("an address"))));
    name(&mut params, "api.example.com");
    valid(&mut params, -30 * DAY, 60 * DAY);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params
}

pub(crate) fn ca(common: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    name(&mut params, common);
    valid(&mut params, -400 * DAY, 2000 * DAY);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

pub(crate) fn name(params: &mut CertificateParams, common: &str) {
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common);
}

/// Valid from and until so many seconds after the instant.
pub(crate) fn valid(params: &mut CertificateParams, from: i64, until: i64) {
    let zero = rcgen::date_time_ymd(1970, 1, 1);
    let at = |seconds: i64| zero + std::time::Duration::from_secs(u64::try_from(NOW + seconds).expect("after 1970"));
    (params.not_before, params.not_after) = (at(from), at(until));
}

pub(crate) fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}
