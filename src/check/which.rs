//! Which of the addresses of a name are looked at.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::Deserialize;

/// Which addresses of the name are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
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
    pub fn among(self, mut all: Vec<SocketAddr>) -> Vec<SocketAddr> {
        match self {
            Self::All => {}
            Self::First => all.truncate(1),
            Self::Ipv4 => all.retain(SocketAddr::is_ipv4),
            Self::Ipv6 => all.retain(SocketAddr::is_ipv6),
        }
        all
    }
}
