//! The observation: what the server or the file showed. Text in it came from outside: escaped, and cut where it is long.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What was seen of a server, or in a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Seen {
    /// The name that was asked for and that the certificate must stand for; none for a file without `server-name`.
    pub name: Option<String>,
    /// The addresses that were looked at; none for a file.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// How many more addresses the name has.
    #[serde(default)]
    pub not_looked_at: usize,
    pub chains: Vec<Chain>,
    /// The certificate that must be served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meant: Option<Certificate>,
    /// Whose key lies beside the certificate of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_file: Option<KeyFile>,
}

/// Whose key it is that lies in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyFile {
    Belongs,
    Foreign,
    Unknown(String),
}

/// One address of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    pub address: String,
    /// Whether the server was told the name that is meant.
    #[serde(default = "crate::check::yes")]
    pub sni: bool,
    /// What was unusual about the client that was shown this.
    #[serde(default)]
    pub how: How,
    pub handshake: Handshake,
    /// Which of the chains it showed.
    pub chain: Option<usize>,
    pub staple: Option<Staple>,
    /// What it says to old protocol versions: `tls1.0`, `tls1.1`, `tls1.2`.
    #[serde(default)]
    pub old: BTreeMap<String, Old>,
}

impl Endpoint {
    /// How it is called in sentences.
    pub(super) fn label(&self) -> String {
        let address = &self.address;
        match self.how {
            How::Usual if self.sni => address.clone(),
            How::Again(number) => format!("{address} on connection {number}"),
            How::Elliptic => format!("{address} asked for an elliptic key"),
            How::Rsa => format!("{address} asked for an RSA key"),
            How::Usual | How::WithoutSni => format!("{address} without SNI"),
        }
    }

    /// Whether the server may refuse such a client: one that names no server, or understands only one kind of key.
    pub(super) fn may_refuse(&self) -> bool {
        !self.sni || matches!(self.how, How::Elliptic | How::Rsa)
    }
}

/// How a client differs from a usual one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    #[default]
    Usual,
    /// It is another of them, on the connection of this number, and was shown something else.
    Again(usize),
    /// It understands keys on elliptic curves only.
    Elliptic,
    /// It understands RSA keys only.
    Rsa,
    /// It names no server.
    WithoutSni,
}

/// What came of a TLS handshake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handshake {
    Done {
        /// `TLS 1.3`, `TLS 1.2`.
        protocol: String,
        cipher: Option<String>,
        /// Whether a client certificate was asked for.
        asks_client: bool,
    },
    /// There is no TLS to be had.
    Refused(String),
    /// It could not be looked at.
    Unseen(String),
}

/// What a server says to the offer of an old protocol version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Old {
    /// It speaks it; the IANA number of the cipher suite it chose.
    Accepted(String),
    /// It does not speak it.
    Refused(String),
    /// It did not take this offer; the version may be on.
    NotUsable(String),
    Unknown(String),
}

/// Certificates as they were sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Chain {
    /// The certificates, the leaf first; at most ten, and none from the first unreadable one on.
    pub certificates: Vec<Certificate>,
    pub sent: usize,
    /// Why a certificate could not be read.
    pub unreadable: Option<String>,
    /// From the leaf upwards, each certified by the next: positions in `certificates`.
    pub path: Vec<usize>,
    /// The first trusted root on that way.
    pub root: Option<Root>,
    /// What webpki says.
    pub trust: Trust,
    /// Which alternative name stands for the name asked for, if any does.
    pub named_by: Option<String>,
    /// Names of the leaf that an issuer's name constraints exclude.
    #[serde(default)]
    pub beyond_constraints: Vec<String>,
    /// Where the leaf departs from what public certificates must be.
    #[serde(default)]
    pub profile_flaws: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Root {
    pub subject: String,
    /// The position of the certificate it issued.
    pub issued: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Its dates, where they are known: of a root in the `ca-file`.
    pub validity: Option<Validity>,
    /// Why other clients refuse it, where it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaw: Option<String>,
}

/// From when until when a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// Its first second.
    pub not_before: Timestamp,
    /// Its last second.
    pub not_after: Timestamp,
}

/// webpki's verdict on a chain.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Trust {
    pub at: Timestamp,
    pub refused: Option<Refusal>,
    /// Where it is refused for its dates: why it would be refused at a time when they are right.
    pub apart_from_dates: Option<Refusal>,
}

/// Why webpki refuses a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    Expired,
    NotValidYet,
    /// No way to a trusted root.
    UnknownIssuer,
    BadSignature,
    CaAsLeaf,
    LeafAsIssuer,
    /// A certificate is not for servers.
    WrongPurpose,
    /// A name is excluded by an issuer.
    NameConstraint,
    /// More issuers in a row than one of them allows.
    PathLength,
    /// A signature algorithm or key that is not supported, for being weak or exotic.
    Algorithm,
    /// A critical extension that is not understood.
    CriticalExtension,
    Other(String),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub subject: String,
    pub issuer: String,
    /// The serial number, in hexadecimal.
    pub serial: String,
    /// SHA-256 of the certificate, in hexadecimal.
    pub fingerprint: String,
    /// Its first second.
    pub not_before: Timestamp,
    /// Its last second.
    pub not_after: Timestamp,
    /// Its alternative names; at most a hundred of a leaf, five of an issuer.
    #[serde(default)]
    pub names: Vec<String>,
    #[serde(default)]
    pub names_in_all: usize,
    pub key: Key,
    pub signature: String,
    #[serde(default)]
    pub self_signed: bool,
    #[serde(default)]
    pub ca: bool,
    /// How many further CA certificates may follow below it.
    pub path_length: Option<u32>,
    /// Whether its key may sign certificates, where it says what its key may do.
    pub signs_certificates: Option<bool>,
    /// What it may be used for, where it says so.
    pub purposes: Option<Vec<String>>,
    /// Whether it demands a stapled OCSP response (RFC 7633).
    #[serde(default)]
    pub must_staple: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// `RSA`, `P-256`, `Ed25519`, …
    pub kind: String,
    pub bits: u32,
    /// The public exponent of an RSA key, where it is small enough to be a number.
    pub exponent: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Staple {
    /// It speaks of the leaf.
    Response {
        /// `good`, `revoked`, `unknown`.
        status: String,
        /// Since when it is true.
        this_update: Timestamp,
        /// Until when it may be used.
        next_update: Option<Timestamp>,
        /// Why it is not known whether the issuer stands behind it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unproven: Option<String>,
    },
    Useless(String),
}
