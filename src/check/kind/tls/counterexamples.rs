//! A healthy server or file, and every way in which it can be broken: one for each expectation.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    Tls,
    seen::{Certificate, Chain, Endpoint, Handshake, How, Key, KeyFile, Old, Refusal, Root, Seen, Staple, Trust},
    session,
};
use crate::net::tls::Version;

type Break = fn(&mut Seen, Timestamp);

/// What can be wrong with certificates, wherever they are.
const CERTIFICATES: [Break; 14] = [
    |seen, _| leaf(seen).names = vec!["other.example.net".into()],
    |seen, _| chain(seen).named_by = None,
    |seen, at| leaf(seen).not_after = at - SignedDuration::from_hours(1),
    |seen, at| chain(seen).certificates[1].not_after = at - SignedDuration::from_hours(1),
    |seen, at| leaf(seen).not_before = at + SignedDuration::from_hours(24),
    |seen, _| leaf(seen).issuer = "O=mkcert development CA".into(),
    |seen, _| leaf(seen).key = Key { kind: "RSA".into(), bits: 1024, exponent: Some(65_537) },
    |seen, _| leaf(seen).signature = "SHA-1 with RSA".into(),
    |seen, _| leaf(seen).purposes = Some(vec!["client".into()]),
    |seen, _| leaf(seen).ca = true,
    |seen, _| chain(seen).beyond_constraints = vec!["api.example.com by `CN=Issuing CA`".into()],
    |seen, _| chain(seen).trust.refused = Some(Refusal::UnknownIssuer),
    |seen, _| chain(seen).path = vec![0],
    |seen, _| {
        let (mut another, chain) = (chain(seen).certificates[1].clone(), chain(seen));
        another.path_length = Some(0);
        chain.certificates.push(another);
        (chain.sent, chain.path) = (3, vec![0, 1, 2]);
    },
];

/// What can be wrong with public certificates.
const PUBLIC: [Break; 3] = [
    |seen, at| leaf(seen).not_after = at + SignedDuration::from_hours(24 * 500),
    |seen, _| leaf(seen).key = Key { kind: "Ed25519".into(), bits: 256, exponent: None },
    |seen, _| chain(seen).profile_flaws = vec!["its name db is internal".into()],
];

/// What can be wrong with a file.
const FILE: [Break; 1] = [|seen, _| seen.key_file = Some(KeyFile::Foreign)];

/// What can be wrong with a server.
const SERVER: [Break; 6] = [
    |seen, _| leaf(seen).fingerprint = "that of an older one".into(),
    |seen, _| seen.endpoints[0].handshake = Handshake::Refused("ends the handshake with alert 40".into()),
    |seen, _| leaf(seen).must_staple = true,
    |seen, at| seen.endpoints[0].staple = Some(response("revoked", at)),
    |seen, _| {
        for answer in seen.endpoints[0].old.values_mut() {
            *answer = Old::Accepted("0xc013".into());
        }
    },
    |seen, at| seen.endpoints[0].staple = Some(response("good", at - SignedDuration::from_hours(24 * 30))),
];

/// Every counterexample to these settings.
pub(super) fn counterexamples(check: &Tls, at: Timestamp) -> Vec<Seen> {
    let public = if check.public { PUBLIC.as_slice() } else { &[] };
    let server = if check.file.is_none() { SERVER.as_slice() } else { FILE.as_slice() };
    let broken = |breaks: &Break| {
        let mut seen = healthy(check, at);
        breaks(&mut seen, at);
        seen
    };
    CERTIFICATES.iter().chain(public).chain(server).map(broken).collect()
}

fn chain(seen: &mut Seen) -> &mut Chain {
    &mut seen.chains[0]
}

fn leaf(seen: &mut Seen) -> &mut Certificate {
    &mut seen.chains[0].certificates[0]
}

fn healthy(check: &Tls, at: Timestamp) -> Seen {
    let host = check.server_name.as_ref().map(ToString::to_string);
    let host = host.or_else(|| check.services().first().map(|service| service.host.to_string()));
    // Long enough for whatever `min-remaining` demands.
    let long =
        check.min_remaining.map_or(SignedDuration::ZERO, |period| period.signed()).saturating_add(SignedDuration::from_hours(24 * 100));
    let not_after = at.checked_add(long).unwrap_or(Timestamp::MAX);
    let certificate = |subject: &str, issuer: &str, ca: bool| Certificate {
        subject: format!("CN={subject}"),
        issuer: format!("CN={issuer}"),
        serial: "4d:1f".into(),
        fingerprint: subject.into(),
        not_before: at - SignedDuration::from_hours(24 * 50),
        not_after,
        names: if ca { Vec::new() } else { vec![subject.into()] },
        names_in_all: usize::from(!ca),
        key: Key { kind: "P-256".into(), bits: 256, exponent: None },
        signature: "SHA-256 with ECDSA".into(),
        ca,
        signs_certificates: Some(ca),
        purposes: Some(vec!["server".into()]),
        ..Certificate::default()
    };
    let subject = host.clone().unwrap_or_else(|| "api.example.com".into());
    let chain = Chain {
        certificates: vec![certificate(&subject, "Issuing CA", false), certificate("Issuing CA", "Root CA", true)],
        sent: 2,
        path: vec![0, 1],
        root: Some(Root { subject: "CN=Root CA".into(), issued: 1, key: None, validity: None, flaw: None }),
        trust: Trust { at, refused: None, apart_from_dates: None },
        named_by: host.clone(),
        ..Chain::default()
    };
    let endpoints = if check.file.is_none() { vec![endpoint(check.min_version.refused())] } else { Vec::new() };
    let (meant, key_file) = (check.serves.as_ref().map(|_| chain.certificates[0].clone()), check.file.as_ref().map(|_| KeyFile::Belongs));
    Seen { name: host, endpoints, not_looked_at: 0, chains: vec![chain], meant, key_file }
}

fn endpoint(versions: &[Version]) -> Endpoint {
    let refused = |version: &Version| (session::key(*version).to_owned(), Old::Refused("alert 70 protocol_version".into()));
    Endpoint {
        address: "192.0.2.7:443".into(),
        sni: true,
        how: How::Usual,
        handshake: Handshake::Done { protocol: "TLS 1.3".into(), cipher: Some("TLS13_AES_256_GCM_SHA384".into()), asks_client: false },
        chain: Some(0),
        staple: None,
        old: versions.iter().map(refused).collect::<BTreeMap<_, _>>(),
    }
}

fn response(status: &str, this_update: Timestamp) -> Staple {
    Staple::Response {
        status: status.into(),
        this_update,
        next_update: Some(this_update + SignedDuration::from_hours(24 * 7)),
        unproven: None,
    }
}
