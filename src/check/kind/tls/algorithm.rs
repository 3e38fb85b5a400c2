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

/// Signature algorithms by object identifier (RFC 3279, 4055, 5758, 8410).
const SIGNATURES: [(&str, &str); 19] = [
    ("1.2.840.113549.1.1.2", "MD2 with RSA"),
    ("1.2.840.113549.1.1.3", "MD4 with RSA"),
    ("1.2.840.113549.1.1.4", "MD5 with RSA"),
    ("1.2.840.113549.1.1.5", "SHA-1 with RSA"),
    ("1.3.14.3.2.29", "SHA-1 with RSA"),
    ("1.2.840.113549.1.1.14", "SHA-224 with RSA"),
    ("1.2.840.113549.1.1.11", "SHA-256 with RSA"),
    ("1.2.840.113549.1.1.12", "SHA-384 with RSA"),
    ("1.2.840.113549.1.1.13", "SHA-512 with RSA"),
    ("1.2.840.10045.4.1", "SHA-1 with ECDSA"),
    ("1.2.840.10045.4.3.1", "SHA-224 with ECDSA"),
    ("1.2.840.10045.4.3.2", "SHA-256 with ECDSA"),
    ("1.2.840.10045.4.3.3", "SHA-384 with ECDSA"),
    ("1.2.840.10045.4.3.4", "SHA-512 with ECDSA"),
    ("1.2.840.10040.4.3", "SHA-1 with DSA"),
    ("2.16.840.1.101.3.4.3.2", "SHA-256 with DSA"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
];

/// Hashes that RSASSA-PSS may use.
const HASHES: [(&str, &str); 4] = [
    ("1.3.14.3.2.26", "SHA-1"),
    ("2.16.840.1.101.3.4.2.1", "SHA-256"),
    ("2.16.840.1.101.3.4.2.2", "SHA-384"),
    ("2.16.840.1.101.3.4.2.3", "SHA-512"),
];

/// `SHA-256 with RSA`; an unknown algorithm by its object identifier.
pub(super) fn signature(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let oid = algorithm.algorithm.to_id_string();
    match SIGNATURES.iter().find(|(known, _)| *known == oid) {
        Some((_, "RSASSA-PSS")) => format!("{} with RSASSA-PSS", pss_hash(algorithm)),
        Some((_, name)) => (*name).into(),
        None => super::certificate::short(&oid, 64),
    }
}

/// Whether the name is one that this module gives.
pub(super) fn is_known(signature: &str) -> bool {
    SIGNATURES.iter().any(|(_, name)| *name == signature) || signature.ends_with(" with RSASSA-PSS")
}

/// Without parameters the hash is SHA-1 (RFC 4055, section 3.1).
fn pss_hash(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let parameters = algorithm.parameters.as_ref().and_then(|any| RsaSsaPssParams::try_from(any).ok());
    let oid = parameters.map_or_else(|| "1.3.14.3.2.26".into(), |parameters| parameters.hash_algorithm_oid().to_id_string());
    HASHES.iter().find(|(known, _)| *known == oid).map_or(oid, |(_, name)| (*name).into())
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
