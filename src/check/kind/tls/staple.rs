//! Reads a stapled OCSP response (RFC 6960). Its signature is not verified: it is asked whether clients that insist on
//! one get it, and whether it says that the certificate is revoked.

use std::time::Duration;

use der::Decode as _;
use jiff::Timestamp;
use x509_ocsp::{BasicOcspResponse, CertStatus, OcspGeneralizedTime, OcspResponse, OcspResponseStatus};

use super::{certificate::short, seen::Staple};
use crate::model::spelled;

/// What `bytes` say about the certificate of serial number `leaf`.
pub(super) fn read(bytes: &[u8], leaf: &[u8]) -> Staple {
    response(bytes, leaf).unwrap_or_else(Staple::Useless)
}

fn response(bytes: &[u8], leaf: &[u8]) -> Result<Staple, String> {
    let unreadable = |error: der::Error| format!("it cannot be read: {}", short(&error.to_string(), 100));
    let outer = OcspResponse::from_der(bytes).map_err(unreadable)?;
    if outer.response_status != OcspResponseStatus::Successful {
        return Err(format!("the responder answered: {}", spelled(&outer.response_status)));
    }
    let inner = outer.response_bytes.ok_or("it is empty")?;
    let basic = BasicOcspResponse::from_der(inner.response.as_bytes()).map_err(unreadable)?;
    let bare = |serial: &[u8]| serial.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
    let about_leaf = basic.tbs_response_data.responses.iter().find(|single| bare(single.cert_id.serial_number.as_bytes()) == bare(leaf));
    let single = about_leaf.ok_or("it speaks of another certificate")?;
    Ok(Staple::Response {
        status: match single.cert_status {
            CertStatus::Good(_) => "good",
            CertStatus::Revoked(_) => "revoked",
            CertStatus::Unknown(_) => "unknown",
        }
        .into(),
        this_update: instant(&single.this_update),
        next_update: single.next_update.as_ref().map(instant),
    })
}

fn instant(time: &OcspGeneralizedTime) -> Timestamp {
    let since: Duration = time.0.to_unix_duration();
    i64::try_from(since.as_secs()).ok().and_then(|second| Timestamp::from_second(second).ok()).unwrap_or(Timestamp::MAX)
}
