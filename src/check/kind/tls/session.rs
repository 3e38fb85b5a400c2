//! TLS itself: a session on every address, and the old versions refused.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    across::{Verdict, together},
    seen::{Endpoint, Handshake, Old, Seen},
};
use crate::{model::Expectation, net::tls::Version};

/// The oldest protocol version that the server may still speak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum MinVersion {
    /// Nothing is demanded.
    #[serde(rename = "tls1.0")]
    Tls10,
    /// TLS 1.0 is refused.
    #[serde(rename = "tls1.1")]
    Tls11,
    /// TLS 1.0 and 1.1 are refused.
    #[default]
    #[serde(rename = "tls1.2")]
    Tls12,
    /// TLS 1.2 is refused too.
    #[serde(rename = "tls1.3")]
    Tls13,
}

impl MinVersion {
    /// The versions that the server must refuse.
    pub(super) fn refused(self) -> &'static [Version] {
        const ALL: [Version; 3] = [Version::Tls10, Version::Tls11, Version::Tls12];
        &ALL[..self as usize]
    }
}

/// A handshake succeeds on every address.
pub(super) fn handshake(seen: &Seen, min: MinVersion) -> Expectation {
    let newest = if min == MinVersion::Tls13 { "TLS 1.3" } else { "TLS 1.2 or 1.3" };
    let expectation = Expectation::new("handshake", "TLS handshake").wanted(format!("{newest} on every address"));
    let verdict = |endpoint: &Endpoint| {
        let address = endpoint.label();
        match &endpoint.handshake {
            Handshake::Done { protocol, .. } if min == MinVersion::Tls13 && protocol != "TLS 1.3" => {
                Verdict::Unmet(format!("{address} speaks {protocol}"))
            }
            Handshake::Done { protocol, asks_client, .. } => {
                let asks = if *asks_client { ", which asks for a client certificate" } else { "" };
                Verdict::Met(format!("{protocol} on {address}{asks}"))
            }
            // Who refuses such a client shows it no wrong certificate.
            Handshake::Refused(_) if endpoint.may_refuse() => Verdict::Met(format!("none on {address}")),
            Handshake::Refused(why) => Verdict::Unmet(format!("{address} {why}")),
            Handshake::Unseen(why) => Verdict::Open(format!("{address} {why}")),
        }
    };
    let beyond = (seen.not_looked_at > 0).then(|| {
        Verdict::Open(format!("{} more addresses were not looked at: give `address` and `server-name` for each", seen.not_looked_at))
    });
    together(expectation, seen.endpoints.iter().map(verdict).chain(beyond), "no address was looked at")
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
    let verdict = |endpoint: &Endpoint| {
        let address = &endpoint.address;
        Some(match endpoint.old.get(key).filter(|_| endpoint.sni)? {
            Old::Accepted(cipher) => Verdict::Unmet(format!("accepted by {address} with cipher suite {cipher}")),
            Old::Refused(how) => Verdict::Met(format!("refused by {address}: {how}")),
            Old::NotUsable(how) => Verdict::Met(format!("not usable on {address}: {how} (it may still be switched on)")),
            Old::Unknown(why) => Verdict::Open(format!("{address}: {why}")),
        })
    };
    let nothing = "it was not offered: there was no TLS handshake";
    together(expectation, seen.endpoints.iter().filter_map(verdict), nothing)
}
