//! Reads a stapled OCSP response (RFC 6960), and whether the issuer of the certificate stands behind it.

use std::time::Duration;

use der::{Decode as _, Encode as _};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_ocsp::{BasicOcspResponse, CertStatus, OcspGeneralizedTime, OcspResponse, OcspResponseStatus};
use x509_parser::{
    asn1_rs::BitString,
    certificate::X509Certificate,
    error::X509Error,
    prelude::FromDer as _,
    verify::verify_signature,
    x509::{AlgorithmIdentifier, SubjectPublicKeyInfo},
};

use super::{
    certificate::{self, short},
    roots::Roots,
    seen::Staple,
};
use crate::model::spelled;

/// What `bytes` say about the leaf of the chain that came with them, as of `at`.
pub(super) fn read(bytes: &[u8], chain: &[CertificateDer<'_>], roots: &Roots<'_>, at: Timestamp) -> Staple {
    let served: Vec<X509Certificate<'_>> = chain.iter().map_while(|der| certificate::read(der).ok()).collect();
    let Some(leaf) = served.first() else { return Staple::Useless("the certificate it belongs to cannot be read".into()) };
    response(bytes, leaf, &served, roots, at).unwrap_or_else(Staple::Useless)
}

fn response(
    bytes: &[u8],
    leaf: &X509Certificate<'_>,
    served: &[X509Certificate<'_>],
    roots: &Roots<'_>,
    at: Timestamp,
) -> Result<Staple, String> {
    let unreadable = |error: der::Error| format!("it cannot be read: {}", short(&error.to_string(), 100));
    let outer = OcspResponse::from_der(bytes).map_err(unreadable)?;
    if outer.response_status != OcspResponseStatus::Successful {
        return Err(format!("the responder answered: {}", spelled(&outer.response_status)));
    }
    let inner = outer.response_bytes.ok_or("it is empty")?;
    let basic = BasicOcspResponse::from_der(inner.response.as_bytes()).map_err(unreadable)?;
    let bare = |serial: &[u8]| serial.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
    let serial = bare(leaf.raw_serial());
    let about_leaf = basic.tbs_response_data.responses.iter().find(|single| bare(single.cert_id.serial_number.as_bytes()) == serial);
    let single = about_leaf.ok_or("it speaks of another certificate")?;
    let issuers = served.iter().filter(|other| other.subject().as_raw() == leaf.issuer().as_raw());
    let mut keys: Vec<Vec<u8>> = issuers.map(|issuer| issuer.public_key().raw.to_vec()).chain(roots.keys(leaf.issuer())).collect();
    // Anybody can bear the issuer's name: it is whoever signed the leaf.
    keys.retain(|key| {
        let key = SubjectPublicKeyInfo::from_der(key).ok();
        key.is_some_and(|(_, key)| proven(leaf.verify_signature(Some(&key))) != Some(false))
    });
    let signed = signed(&basic, leaf, &keys, at).map_err(unreadable)?;
    Ok(Staple::Response {
        status: match single.cert_status {
            CertStatus::Good(_) => "good",
            CertStatus::Revoked(_) => "revoked",
            CertStatus::Unknown(_) => "unknown",
        }
        .into(),
        this_update: instant(&single.this_update),
        next_update: single.next_update.as_ref().map(instant),
        unproven: match signed {
            Some(true) => None,
            Some(false) => return Err("neither the issuer of the certificate nor a responder of its signed it".into()),
            None => Some("its signature is of a kind that cannot be verified here".into()),
        },
    })
}

/// Whether one of the issuer's `keys` signed, or that of a responder whose certificate one of them signed for this purpose
/// (RFC 6960, 4.2.2.2); `None` where that cannot be verified here.
fn signed(basic: &BasicOcspResponse, leaf: &X509Certificate<'_>, keys: &[Vec<u8>], at: Timestamp) -> Result<Option<bool>, der::Error> {
    let (said, algorithm) = (basic.tbs_response_data.to_der()?, basic.signature_algorithm.to_der()?);
    let verify = |key: &[u8]| {
        let (Ok((_, key)), Ok((_, algorithm))) = (SubjectPublicKeyInfo::from_der(key), AlgorithmIdentifier::from_der(&algorithm)) else {
            return None;
        };
        proven(verify_signature(&key, &algorithm, &BitString::new(0, basic.signature.raw_bytes()), &said))
    };
    let mut verdicts: Vec<Option<bool>> = keys.iter().map(|key| verify(key)).collect();
    for responder in basic.certs.iter().flatten() {
        let der = responder.to_der()?;
        let Ok((_, responder)) = X509Certificate::from_der(&der) else { continue };
        let may = responder.extended_key_usage().ok().flatten().is_some_and(|usage| usage.value.ocsp_signing);
        let [from, until] = [responder.validity().not_before, responder.validity().not_after].map(certificate::instant);
        if may && (from..=until).contains(&at) && responder.issuer().as_raw() == leaf.issuer().as_raw() {
            verdicts.extend(keys.iter().map(|key| {
                let (_, key) = SubjectPublicKeyInfo::from_der(key).ok()?;
                // Both signatures must hold; where one is wrong, nothing of the other matters.
                match (proven(responder.verify_signature(Some(&key))), verify(responder.public_key().raw)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (by_issuer, by_responder) => by_issuer.and(by_responder),
                }
            }));
        }
    }
    let holds = verdicts.contains(&Some(true));
    Ok(if !holds && verdicts.contains(&None) { None } else { Some(holds) })
}

fn proven(verdict: Result<(), X509Error>) -> Option<bool> {
    match verdict {
        Ok(()) => Some(true),
        Err(X509Error::SignatureVerificationError) => Some(false),
        Err(_) => None,
    }
}

fn instant(time: &OcspGeneralizedTime) -> Timestamp {
    let since: Duration = time.0.to_unix_duration();
    i64::try_from(since.as_secs()).ok().and_then(|second| Timestamp::from_second(second).ok()).unwrap_or(Timestamp::MAX)
}
