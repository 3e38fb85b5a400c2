//! What the keys of the kind may say.

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
