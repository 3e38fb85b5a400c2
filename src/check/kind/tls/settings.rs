//! What the keys of the kind may say.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::net::tls::Version;

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

/// Which addresses of the name are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::check::kind) enum Which {
    /// Every one.
    #[default]
    All,
    /// The first that the resolver gives.
    First,
    /// Every IPv4 address.
    Ipv4,
    /// Every IPv6 address.
    Ipv6,
}

impl Which {
    /// Those of `all` that are meant.
    pub(in crate::check::kind) fn among(self, mut all: Vec<SocketAddr>) -> Vec<SocketAddr> {
        match self {
            Self::All => {}
            Self::First => all.truncate(1),
            Self::Ipv4 => all.retain(SocketAddr::is_ipv4),
            Self::Ipv6 => all.retain(SocketAddr::is_ipv6),
        }
        all
    }
}

/// In which order the certificates must be served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Order {
    /// Each certificate is followed by that of its issuer, and nothing else is sent; the root may be.
    #[default]
    Strict,
    /// Only the leaf must be first.
    Any,
}
