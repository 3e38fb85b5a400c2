//! A TLS server, or a PEM file, has certificates that clients accept, and for long enough.

mod across;
mod algorithm;
mod certificate;
mod chain;
mod constraints;
mod counterexamples;
mod dates;
mod development;
mod files;
mod issuers;
mod judge;
mod named;
mod observe;
mod probe;
mod public;
mod revocation;
mod roots;
mod seen;
mod session;
mod staple;
mod strength;
mod target;
mod trusted;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use self::{
    issuers::Order,
    session::MinVersion,
    target::{HostPort, Name, Service, ServiceUrl},
};
use crate::{
    check::{Check, OneOrMore, Touch, Which},
    model::{Period, ProcessEnv, without_contradiction},
    net::tls::StartTls,
};

/// The certificates of a TLS server, or of a PEM file, are what clients accept, and will be for a while: a chain to a
/// trusted root from what is served alone, the right name, dates, keys, signatures and uses, no development certificate,
/// no old protocol version. Exactly one of `url`, `address` and `file` says where they are. Nothing is sent but TLS hellos,
/// and before them what `starttls` needs.
///
/// Tried is each address, four times as a usual client, then once for RSA and once for elliptic keys, since a server may hold
/// a certificate of each. Unknown is what cannot be spoken or verified here and may be in order all the same: a key on P-521,
/// Ed448, a server with the CBC cipher suites of TLS 1.2 alone.
///
/// Not seen: whether a certificate was revoked, but for what the server staples; the dates and the form of the host's own
/// roots; the forms that RFC 5280 demands of CAs and that clients pass over, like key identifiers in intermediates or which
/// extensions are marked critical. A start of validity less than five minutes ahead counts as past: clocks differ.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tls {
    /// The service: `https://host/`, or `postgres://`, `rediss://`, `amqps://`, `mqtts://`, `ldaps://`, `smtps://`,
    /// `imaps://`, … with the port of the scheme unless it has its own; `smtp://`, `imap://`, `pop3://`, `ldap://` and
    /// `mysql://` turn to TLS when asked, as `postgres://` does. Only scheme, host and port are used.
    url: Option<ServiceUrl>,
    /// The service as `host:port`, or a list of them that serve one name, like the machines behind a load balancer.
    address: Option<OneOrMore<HostPort>>,
    /// A PEM file with the leaf first, relative to the plan's folder: it is judged as if a server served it. A key in it must be
    /// that of the leaf.
    file: Option<PathBuf>,
    /// The PEM file with the private key of the leaf in `file`. Nothing of it is shown.
    key: Option<PathBuf>,
    /// A PEM file whose first certificate the server must serve: that what was laid there was loaded too. A server with
    /// certificates for several kinds of key must serve it for its own kind.
    serves: Option<PathBuf>,
    /// The name to ask for (SNI) and that the certificate must stand for. Default: the host of `url` or `address`; for a
    /// `file` no name is demanded.
    server_name: Option<Name>,
    /// A PEM file of roots to trust instead of the host's, relative to the plan's folder.
    ca_file: Option<PathBuf>,
    /// What comes before TLS: `postgres`, `mysql`, `ldap`, `smtp`, `imap`, `pop3` or `ftp`. Default: that of the URL's scheme,
    /// else nothing.
    starttls: Option<StartTls>,
    /// How long every served certificate must still be valid: `21d`. Default: 14 d, or 15 % of its lifetime where that is
    /// less, so that a certificate of 47 or of 6 days is not refused from the start.
    min_remaining: Option<Period>,
    /// Also demand what the CA/Browser Forum demands of certificates that browsers trust: the longest lifetime (398, 200,
    /// 100 or 47 d, by its start), RSA or NIST curves, public names. Default: false.
    #[serde(default)]
    public: bool,
    /// Accept a certificate made for development (self-signed, mkcert, staging, …), in an environment for that; its chain
    /// must be trusted all the same. Default: false.
    #[serde(default)]
    development: bool,
    /// The oldest protocol version the server may speak: `tls1.0`, `tls1.1`, `tls1.2` or `tls1.3`. Default: `tls1.2`, so that
    /// TLS 1.0 and 1.1 are offered to it and must be refused.
    #[serde(default)]
    min_version: MinVersion,
    /// Also look at each address as a client that names no server (without SNI): what that is shown must be in order too, or
    /// refused; on a shared address it is often another site's certificate. Default: false.
    #[serde(default)]
    without_sni: bool,
    /// How often each address is connected to as a usual client, 1 to 16: behind it may be several servers, each with a
    /// certificate of its own. It is asked twice more, for RSA keys and for elliptic keys. Default: 4.
    #[serde(default = "connections")]
    connections: u8,
    /// Which addresses of the name are looked at: `all`, `first`, `ipv4` or `ipv6`. Default: `all`; one that cannot be
    /// reached leaves the check undetermined.
    #[serde(default)]
    addresses: Which,
    /// `strict`: each certificate is followed by that of its issuer and nothing else is sent, as TLS 1.2 demands. `any`: extra
    /// and disordered certificates are accepted, as TLS 1.3 clients do. Default: `strict`.
    #[serde(default)]
    order: Order,
}

fn connections() -> u8 {
    4
}

without_contradiction!(Tls);

impl Tls {
    /// Keys that cannot stand together.
    fn contradiction(&self) -> Option<&'static str> {
        let given = [self.url.is_some(), self.address.is_some(), self.file.is_some()].into_iter().filter(|given| *given).count();
        let about_service = self.starttls.is_some()
            || self.serves.is_some()
            || self.without_sni
            || self.addresses != Which::All
            || self.connections != connections()
            || self.min_version != MinVersion::Tls12;
        let mut hosts = self.address.iter().flat_map(|all| all.iter()).map(|address| &address.0.host);
        let first = hosts.next();
        if !(1..=16).contains(&self.connections) {
            return Some("`connections` is a number from 1 to 16");
        }
        match (given, &self.file) {
            (1, None) if self.key.is_some() => Some("a `key` belongs to a `file`: a server proves its key in the handshake"),
            (0, _) => Some("it is not said where to look: give one of `url`, `address` and `file`"),
            (1, Some(_)) if about_service => {
                Some("a `file` has no `starttls`, `serves`, `without-sni`, `addresses`, `connections` or `min-version`")
            }
            (1, None) if self.server_name.is_none() && hosts.any(|host| Some(host) != first) => {
                Some("the addresses have different hosts: `server-name` must say which name they serve")
            }
            (1, _) => None,
            _ => Some("`url`, `address` and `file` exclude each other: give one"),
        }
    }

    /// Where to look; nowhere where there is a `file`.
    fn services(&self) -> Vec<&Service> {
        let addresses = self.address.iter().flat_map(|all| all.iter()).map(|address| &address.0);
        self.url.iter().map(|url| &url.0).chain(addresses).collect()
    }
}

impl Check for Tls {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let handshakes = self.connections + 2 + u8::from(self.without_sni);
        let old = self.min_version.refused().iter().map(|version| version.text()).collect::<Vec<_>>().join(", ");
        let old = if old.is_empty() { String::new() } else { format!("; offers of {old}") };
        let services = self.services().into_iter().map(|service| Touch::new(&service.shown, format!("{handshakes} TLS handshakes{old}")));
        let files = [&self.file, &self.key, &self.serves, &self.ca_file].into_iter().flatten();
        services.chain(files.map(|file| Touch::new(format!("file {}", file.display()), "reads"))).collect()
    }
}
