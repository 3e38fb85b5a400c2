//! Stapled OCSP responses.

use std::time::Duration;

use der::{
    Decode, Encode as _,
    asn1::{BitString, GeneralizedTime, Null, OctetString},
};
use rcgen::{CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, KeyPair, SerialNumber, SigningKey as _};
use rustls::pki_types::CertificateDer;
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspResponse, OcspResponseStatus, ResponderId, ResponseBytes, ResponseData,
    RevokedInfo, SingleResponse, Version,
};

use super::{
    Case,
    authority::{Authority, DAY, NOW, key, leaf, valid},
    line, names,
    server::Server,
};

const SERIAL: [u8; 9] = [0x4d; 9];

/// A response about `serial`, true from and until so many seconds after the instant, signed by `key`, with the certificate
/// of who that is.
fn response(key: &KeyPair, responder: Option<&CertificateDer<'_>>, serial: &[u8], revoked: bool, from: i64, until: i64) -> Vec<u8> {
    let at = |seconds: i64| {
        let since = Duration::from_secs(u64::try_from(NOW + seconds).expect("after 1970"));
        OcspGeneralizedTime(GeneralizedTime::from_unix_duration(since).expect("a time"))
    };
    // SHA-256 with ECDSA, and SHA-1 for the hashes, as AlgorithmIdentifiers.
    let signature_algorithm = Decode::from_der(&[0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]).expect("an algorithm");
    let hash_algorithm = Decode::from_der(&[0x30, 7, 6, 5, 0x2b, 14, 3, 2, 26]).expect("an algorithm");
    let hash = || OctetString::new([7; 20]).expect("a hash");
    let single = SingleResponse {
        cert_id: CertId {
            hash_algorithm,
            issuer_name_hash: hash(),
            issuer_key_hash: hash(),
            serial_number: Decode::from_der(&[&[2, u8::try_from(serial.len()).expect("short")], serial].concat()).expect("a serial number"),
        },
        cert_status: if revoked {
            CertStatus::Revoked(RevokedInfo { revocation_time: at(from), revocation_reason: None })
        } else {
            CertStatus::Good(Null)
        },
        this_update: at(from),
        next_update: Some(at(until)),
        single_extensions: None,
    };
    let tbs_response_data = ResponseData {
        version: Version::V1,
        responder_id: ResponderId::ByKey(hash()),
        produced_at: at(from),
        responses: vec![single],
        response_extensions: None,
    };
    let signature = key.sign(&tbs_response_data.to_der().expect("DER")).expect("a signature");
    let basic = BasicOcspResponse {
        tbs_response_data,
        signature_algorithm,
        signature: BitString::from_bytes(&signature).expect("bits"),
        certs: responder.map(|der| vec![Decode::from_der(der).expect("a certificate")]),
    };
    let bytes = ResponseBytes {
        response_type: "1.3.6.1.5.5.7.48.1.1".parse().expect("id-pkix-ocsp-basic"),
        response: OctetString::new(basic.to_der().expect("DER")).expect("DER"),
    };
    OcspResponse { response_status: OcspResponseStatus::Successful, response_bytes: Some(bytes) }.to_der().expect("DER")
}

fn numbered(leaf: &mut CertificateParams) {
    leaf.serial_number = Some(SerialNumber::from_slice(&SERIAL));
}

fn demanding(leaf: &mut CertificateParams) {
    numbered(leaf);
    leaf.custom_extensions.push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 24], vec![0x30, 3, 2, 1, 5]));
}

#[tokio::test]
async fn what_a_staple_says() {
    let authority = Authority::new();
    let response = |serial: &[u8], revoked, from, until| response(authority.issuing.key(), None, serial, revoked, from, until);
    for (staple, plain, demanded) in [
        (response(&SERIAL, false, -DAY, DAY), "", ""),
        (response(&SERIAL, true, -DAY, DAY), "revocation", "revocation"),
        (forged(|_| {}), "revocation", "must-staple"),
        (response(&SERIAL, false, -9 * DAY, -2 * DAY), "revocation", "must-staple"),
        (response(&SERIAL, false, DAY, 2 * DAY), "revocation", "must-staple"),
        (response(&[0x11; 9], false, -DAY, DAY), "revocation", "must-staple"),
        (b"garbage".to_vec(), "revocation", "must-staple"),
        (Vec::new(), "", "must-staple"),
    ] {
        for (wanted, change) in [(plain, numbered as fn(&mut CertificateParams)), (demanded, demanding)] {
            let mut identity = authority.leaf(change);
            identity.staple = staple.clone();
            let red = Case::trusting(authority.root.der()).red_for(&identity).await;
            assert_eq!(red.join(" "), wanted, "a staple of {} bytes", staple.len());
        }
    }
}

#[tokio::test]
async fn a_stale_one_says_since_when() {
    let authority = Authority::new();
    let mut identity = authority.leaf(numbered);
    identity.staple = response(authority.issuing.key(), None, &SERIAL, false, -9 * DAY, -2 * DAY);
    let server = Server::tls(&identity).await;
    let seen = Case::trusting(authority.root.der()).at_port(server.port()).seen().await;
    assert_eq!(names(&seen, Some(false)), ["revocation"]);
    let said = line(&seen, "revocation");
    assert!(said.contains("one that is out of date since 2026-11-18T12:00:00Z, 2 d ago"), "{said}");
}

/// A good response by a stranger, with a certificate from another authority of the same name.
fn forged(change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
    delegated(&Authority::new(), change)
}

/// A good response by a responder that `authority` made for this.
fn delegated(authority: &Authority, change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
    let mut params = leaf();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
    change(&mut params);
    let own = key();
    let responder = params.signed_by(&own, &authority.issuing).expect("a responder");
    response(&own, Some(responder.der()), &SERIAL, false, -DAY, DAY)
}

#[tokio::test]
async fn a_responder_must_be_of_the_issuer_and_for_this() {
    let authority = Authority::new();
    let for_servers = |params: &mut CertificateParams| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let past = |params: &mut CertificateParams| valid(params, -30 * DAY, -DAY);
    for (staple, wanted) in [
        (delegated(&authority, |_| {}), ""),
        (delegated(&authority, for_servers), "must-staple"),
        (delegated(&authority, past), "must-staple"),
        (forged(|_| {}), "must-staple"),
    ] {
        let mut identity = authority.leaf(demanding);
        identity.staple = staple;
        let red = Case::trusting(authority.root.der()).red_for(&identity).await;
        assert_eq!(red.join(" "), wanted);
    }
}

#[tokio::test]
async fn who_only_bears_the_issuers_name_proves_nothing() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let mut identity = authority.leaf(demanding);
    identity.chain.push(stranger.issuing.der().clone());
    identity.staple = response(stranger.issuing.key(), None, &SERIAL, false, -DAY, DAY);
    assert_eq!(Case::trusting(authority.root.der()).with("order", "any").red_for(&identity).await, ["must-staple"]);
}
