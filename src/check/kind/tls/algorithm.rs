//! Keys and signature algorithms by the names people know.

use x509_parser::{
    der_parser::Oid,
    oid_registry::{
        OID_EC_P256, OID_KEY_TYPE_DSA, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
        OID_PKCS1_RSASSAPSS, OID_SIG_ED448, OID_SIG_ED25519,
    },
    public_key::{PublicKey, RSAPublicKey},
    signature_algorithm::RsaSsaPssParams,
    x509::{AlgorithmIdentifier, SubjectPublicKeyInfo},
};

use super::seen::Key;
use crate::check::table::rows;

/// `SHA-256 with RSA`; an unknown algorithm by its object identifier.
pub(super) fn signature(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let oid = algorithm.algorithm.to_id_string();
    match named("signatures", &oid) {
        Some("RSASSA-PSS") => format!("{} with RSASSA-PSS", pss_hash(algorithm)),
        Some(name) => name.into(),
        None => super::certificate::short(&oid, 64),
    }
}

/// Whether the name is one that this module gives.
pub(super) fn is_known(signature: &str) -> bool {
    list("signatures").any(|(_, name)| name == signature) || signature.ends_with(" with RSASSA-PSS")
}

/// Whether ring verifies such signatures.
pub(super) fn is_verified(signature: &str) -> bool {
    list("verified").any(|(name, _)| name == signature)
}

/// Of the table of algorithms, the object identifiers and names under a heading.
fn list(of: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    rows(include_str!("algorithms.tsv")).filter(move |(heading, _)| heading.name == of).filter_map(|(_, line)| line.split_once('\t'))
}

fn named(of: &str, oid: &str) -> Option<&'static str> {
    list(of).find(|(known, _)| *known == oid).map(|(_, name)| name)
}

/// Without parameters the hash is SHA-1 (RFC 4055, section 3.1).
fn pss_hash(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let parameters = algorithm.parameters.as_ref().and_then(|any| RsaSsaPssParams::try_from(any).ok());
    let oid = parameters.map_or_else(|| "1.3.14.3.2.26".into(), |parameters| parameters.hash_algorithm_oid().to_id_string());
    named("hashes", &oid).map_or_else(|| oid.clone(), Into::into)
}

/// The key's kind and length.
pub(super) fn key(info: &SubjectPublicKeyInfo<'_>) -> Key {
    let key = |kind: &str, bits| Key { kind: kind.into(), bits, exponent: None };
    let kind = &info.algorithm.algorithm;
    if *kind == OID_PKCS1_RSAENCRYPTION || *kind == OID_PKCS1_RSASSAPSS {
        return rsa(info).unwrap_or_else(|| key("RSA", 0));
    }
    if *kind == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let curve = info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
        return curve.map_or_else(|| key("EC without a named curve", 0), |curve| curve_key(&curve));
    }
    let length = u32::try_from(info.subject_public_key.data.len()).unwrap_or(u32::MAX).saturating_mul(8);
    match kind {
        kind if *kind == OID_SIG_ED25519 => key("Ed25519", 256),
        kind if *kind == OID_SIG_ED448 => key("Ed448", 456),
        kind if *kind == OID_KEY_TYPE_DSA => key("DSA", length),
        other => key(&super::certificate::short(&other.to_id_string(), 64), length),
    }
}

fn curve_key(curve: &Oid<'_>) -> Key {
    let (kind, bits) = match curve {
        curve if *curve == OID_EC_P256 => ("P-256".into(), 256),
        curve if *curve == OID_NIST_EC_P384 => ("P-384".into(), 384),
        curve if *curve == OID_NIST_EC_P521 => ("P-521".into(), 521),
        other => (format!("curve {}", super::certificate::short(&other.to_id_string(), 64)), 0),
    };
    Key { kind, bits, exponent: None }
}

/// x509-parser counts bytes, and one too few where the modulus has no leading zero: the bits are counted here.
fn rsa(info: &SubjectPublicKeyInfo<'_>) -> Option<Key> {
    use x509_parser::prelude::FromDer as _;
    let parsed = match info.parsed() {
        Ok(PublicKey::RSA(key)) => key,
        _ => RSAPublicKey::from_der(&info.subject_public_key.data).ok()?.1,
    };
    let modulus = &parsed.modulus[parsed.modulus.iter().position(|byte| *byte != 0)?..];
    let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
    let exponent = &parsed.exponent[parsed.exponent.iter().position(|byte| *byte != 0)?..];
    let exponent = (exponent.len() <= 8).then(|| exponent.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)));
    Some(Key { kind: "RSA".into(), bits: u32::try_from(bits).ok()?, exponent })
}
