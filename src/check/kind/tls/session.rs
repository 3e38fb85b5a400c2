//! TLS itself: a session on every address, and the old versions refused.

use super::{
    seen::{Endpoint, Handshake, Old, Seen},
    settings::MinVersion,
};
use crate::{model::Expectation, net::tls::Version};

/// A handshake succeeds on every address.
pub(super) fn handshake(seen: &Seen, min: MinVersion) -> Expectation {
    let newest = if min == MinVersion::Tls13 { "TLS 1.3" } else { "TLS 1.2 or 1.3" };
    let expectation = Expectation::new("handshake", "TLS handshake").wanted(format!("{newest} on every address"));
    let (mut done, mut refused, mut unseen) = (Vec::new(), Vec::new(), Vec::new());
    for endpoint in &seen.endpoints {
        let address = endpoint.label();
        match &endpoint.handshake {
            Handshake::Done { protocol, .. } if min == MinVersion::Tls13 && protocol != "TLS 1.3" => {
                refused.push(format!("{address} speaks {protocol}"));
            }
            Handshake::Done { protocol, asks_client, .. } => {
                let asks = if *asks_client { ", which asks for a client certificate" } else { "" };
                done.push(format!("{protocol} on {address}{asks}"));
            }
            // Who refuses such a client shows it no wrong certificate.
            Handshake::Refused(_) if endpoint.may_refuse() => done.push(format!("none on {address}")),
            Handshake::Refused(why) => refused.push(format!("{address} {why}")),
            Handshake::Unseen(why) => unseen.push(format!("{address} {why}")),
        }
    }
    if seen.not_looked_at > 0 {
        unseen.push(format!("{} more addresses were not looked at: give `address` and `server-name` for each", seen.not_looked_at));
    }
    if !refused.is_empty() {
        expectation.got(refused.join("; ")).met(false)
    } else if !unseen.is_empty() {
        expectation.got(done.join("; ")).undetermined(unseen.join("; "))
    } else if done.is_empty() {
        expectation.undetermined("no address was looked at")
    } else {
        expectation.got(done.join("; ")).met(true)
    }
}

/// How a version is called in expectations and observations.
pub(super) fn key(version: Version) -> &'static str {
    match version {
        Version::Tls10 => "tls1.0",
        Version::Tls11 => "tls1.1",
        Version::Tls12 => "tls1.2",
    }
}

/// An old version is refused wherever it was offered. That it was accepted needs a ServerHello of that very version.
pub(super) fn refuses(seen: &Seen, version: Version) -> Expectation {
    let key = key(version);
    let expectation = Expectation::new(format!("{}-refused", key.replace('.', "-")), version.text()).wanted("refused");
    let (mut refused, mut accepted, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for (endpoint, answer) in
        seen.endpoints.iter().filter(|endpoint| endpoint.sni).filter_map(|endpoint| endpoint.old.get(key).map(|answer| (endpoint, answer)))
    {
        let Endpoint { address, .. } = endpoint;
        match answer {
            Old::Accepted(cipher) => accepted.push(format!("accepted by {address} with cipher suite {cipher}")),
            Old::Refused(how) => refused.push(format!("refused by {address}: {how}")),
            Old::NotUsable(how) => refused.push(format!("not usable on {address}: {how} (it may still be switched on)")),
            Old::Unknown(why) => unknown.push(format!("{address}: {why}")),
        }
    }
    if !accepted.is_empty() {
        expectation.got(accepted.join("; ")).met(false)
    } else if !unknown.is_empty() {
        expectation.got(refused.join("; ")).undetermined(unknown.join("; "))
    } else if refused.is_empty() {
        expectation.undetermined("it was not offered: there was no TLS handshake")
    } else {
        expectation.got(refused.join("; ")).met(true)
    }
}
