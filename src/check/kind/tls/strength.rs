//! Keys and signatures are strong enough.

use super::{
    across::{Verdict, across, label, whole},
    algorithm,
    seen::{Certificate, Chain, Key, Seen},
};
use crate::model::Expectation;

/// No key can be broken: RSA of 2048 bits and more, the NIST curves, Ed25519 and Ed448.
pub(super) fn key(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("key-strength", "Public keys").wanted("RSA of at least 2048 bits, P-256 or stronger, or EdDSA");
    across(expectation, seen, |chain| {
        judge(chain, |_, certificate| match &certificate.key {
            weak if is_weak(weak) => (Some(false), text(weak)),
            Key { kind, bits, .. } if kind == "RSA" && *bits > 0 => (Some(true), text(&certificate.key)),
            Key { kind, .. } if ["P-256", "P-384", "P-521", "Ed25519", "Ed448"].contains(&kind.as_str()) => {
                (Some(true), text(&certificate.key))
            }
            other => (None, text(other)),
        })
    })
}

/// No certificate that counts is signed with a broken hash. The signature of a root on itself proves nothing and is not
/// looked at.
pub(super) fn signature(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("signature-strength", "Signatures on certificates").wanted("SHA-256 or stronger, or EdDSA");
    across(expectation, seen, |chain| {
        judge(chain, |at, certificate| {
            let signature = &certificate.signature;
            let strong = (at > 0 && certificate.self_signed) || !is_broken(signature);
            (algorithm::is_known(signature).then_some(strong), signature.clone())
        })
    })
}

/// Whether this key can be broken.
pub(super) fn is_weak(key: &Key) -> bool {
    key.kind == "DSA" || key.kind == "RSA" && (1..2048).contains(&key.bits)
}

/// Whether the hash of this signature is broken.
pub(super) fn is_broken(signature: &str) -> bool {
    ["MD2", "MD4", "MD5", "SHA-1 "].iter().any(|hash| signature.starts_with(hash))
}

/// The key in words; a curve's name says its length.
pub(super) fn text(key: &Key) -> String {
    let named = key.bits == 0 || key.kind.starts_with("P-") || key.kind.starts_with("Ed");
    if named { key.kind.clone() } else { format!("{} of {} bits", key.kind, key.bits) }
}

/// Each certificate's verdict, `None` for what is not known here, with what it has.
fn judge(chain: &Chain, strong: impl Fn(usize, &Certificate) -> (Option<bool>, String)) -> Verdict {
    let (mut fine, mut weak, mut unknown): (Vec<String>, _, _) = (Vec::new(), Vec::new(), Vec::new());
    for (at, certificate) in chain.certificates.iter().enumerate() {
        match strong(at, certificate) {
            (Some(true), has) if fine.contains(&has) => {}
            (Some(true), has) => fine.push(has),
            (Some(false), has) => weak.push(format!("{} has {has}", label(at, certificate))),
            (None, has) => unknown.push(format!("{} has {has}, which is not known here", label(at, certificate))),
        }
    }
    if !weak.is_empty() {
        Verdict::Unmet(weak.join("; "))
    } else if !unknown.is_empty() {
        Verdict::Open(unknown.join("; "))
    } else {
        whole(chain, fine.join(", "))
    }
}
