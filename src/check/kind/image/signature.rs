//! Signatures as `cosign sign --key` stores them: a tag beside the image, whose small blobs are what was signed.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::Value;

use super::{registry::Registry, seen::Signature};
use crate::{
    check::Unseen,
    model::{excerpt, plain},
};

/// The most signatures of one image that are tried.
const MOST: usize = 20;

/// What a P-256 public key begins with (RFC 5480), before its point.
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
    0x07, 0x03, 0x42, 0x00,
];

/// The point of the public key in a PEM file.
pub(super) fn key(pem: &str) -> Result<Vec<u8>, String> {
    let body = pem.split("-----BEGIN PUBLIC KEY-----").nth(1).and_then(|rest| rest.split("-----END PUBLIC KEY-----").next());
    let body: String = body.ok_or("holds no `PUBLIC KEY` in PEM form")?.split_whitespace().collect();
    let der = STANDARD.decode(body).map_err(|_| "holds a key that is no base64")?;
    der.strip_prefix(&P256)
        .filter(|point| point.len() == 65)
        .map(<[u8]>::to_vec)
        .ok_or_else(|| "is no ECDSA P-256 key, the one kind that is read".into())
}

/// Whether the key signed this digest.
pub(super) async fn look(registry: &mut Registry<'_>, digest: &str, point: &[u8]) -> Result<Signature, Unseen> {
    let tag = format!("{}.sig", digest.replace(':', "-"));
    let Some(manifest) = registry.manifest(&tag).await? else {
        return Ok(Signature::Wrong(format!("there is no tag `{tag}`, where cosign stores them; those stored as referrers are not read")));
    };
    let layers = manifest.value["layers"].as_array().cloned().unwrap_or_default();
    let mut why = "the tag of its signatures holds none".to_owned();
    for layer in layers.iter().take(MOST) {
        let signature = layer["annotations"]["dev.cosignproject.cosign/signature"].as_str().and_then(|text| STANDARD.decode(text).ok());
        let (Some(signature), Some(blob), Some(..65_536)) = (signature, layer["digest"].as_str(), layer["size"].as_u64()) else { continue };
        let Some(payload) = registry.blob(blob).await? else { continue };
        if UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(&payload.bytes, &signature).is_err() {
            why = "none of its signatures is by this key".into();
            continue;
        }
        match signed(&payload.value) {
            Some(signed) if signed == digest => return Ok(Signature::Valid),
            Some(other) => why = format!("the key signed another digest, {}", excerpt(&plain(other), 80)),
            None => why = "what the key signed names no digest".into(),
        }
    }
    if layers.len() > MOST {
        return Ok(Signature::Unknown(format!("it has more than {MOST} signatures")));
    }
    Ok(Signature::Wrong(why))
}

fn signed(payload: &Value) -> Option<&str> {
    payload["critical"]["image"]["docker-manifest-digest"]
        .as_str()
        .filter(|_| payload["critical"]["type"] == "cosign container image signature")
}
