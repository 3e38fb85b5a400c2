//! Why no answer came, as a sentence a person can act on. Addresses in it are shown without credentials.

use std::{io, time::Duration};

use jiff::Timestamp;
use rustls::{CertificateError, pki_types::UnixTime};

use super::address::Address;
use crate::{
    model::{excerpt, plain, spelled},
    net::trouble::{EXHAUSTED, Trouble, causes_of, exhausted},
};

/// The time ran out before there were headers.
pub(super) fn timed_out(address: &Address, after: Duration) -> Trouble {
    let why = format!(
        "{} did not answer within {}: it hangs, is slower than the check's `timeout`, or a firewall drops the packets",
        address.target(),
        seconds(after)
    );
    Trouble::Unreachable(why)
}

/// What reqwest's chain of errors means.
pub(super) fn explain(address: &Address, error: &reqwest::Error) -> Trouble {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable, TimedOut, UnexpectedEof,
    };
    let causes = Causes::of(error);
    let target = address.target();
    if error.is_connect() && exhausted(error) {
        return Trouble::Unreachable(format!("{target} {EXHAUSTED}"));
    }
    if let Some(tls) = causes.tls {
        return Trouble::Unknown(tls_sentence(address, tls));
    }
    if causes.texts.iter().any(|text| text.contains("dns error")) {
        let why = format!("no address is found for {}: {}; check the name and this machine's DNS", address.host(), causes.last());
        return Trouble::Unreachable(why);
    }
    if let Some(hyper) = causes.hyper.filter(|hyper| hyper.is_parse()) {
        return Trouble::Unknown(format!("{target} answered with something that is not HTTP: {}", quoted(&hyper.to_string())));
    }
    let closed = "closed the connection before it answered".to_owned();
    let how = match causes.io {
        Some(ConnectionRefused) => "refused the connection: nothing listens there, or a firewall rejects it".to_owned(),
        Some(ConnectionReset | ConnectionAborted | BrokenPipe) => "reset the connection before it answered".to_owned(),
        Some(TimedOut) => "could not be connected to: the connection timed out".to_owned(),
        Some(NetworkUnreachable | HostUnreachable) => return Trouble::Unreachable(format!("there is no route to {target} from here")),
        Some(UnexpectedEof) => closed,
        _ if causes.hyper.is_some_and(hyper::Error::is_incomplete_message) => closed,
        _ => format!("gave no answer: {}", causes.last()),
    };
    Trouble::Unreachable(format!("{target} {how}"))
}

/// Why a body broke off.
pub(super) fn broke_off(error: &reqwest::Error) -> String {
    let causes = Causes::of(error);
    match causes.io {
        Some(io::ErrorKind::ConnectionReset) => "the connection was reset in its midst".into(),
        Some(io::ErrorKind::UnexpectedEof) => "the connection was closed in its midst".into(),
        _ if causes.hyper.is_some_and(hyper::Error::is_incomplete_message) => "the connection was closed in its midst".into(),
        _ => causes.last(),
    }
}

/// A stretch of time for a sentence, to a tenth of a second.
pub(super) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// What stands in a chain of errors.
#[derive(Default)]
struct Causes<'a> {
    texts: Vec<String>,
    io: Option<io::ErrorKind>,
    tls: Option<&'a rustls::Error>,
    hyper: Option<&'a hyper::Error>,
}

impl<'a> Causes<'a> {
    /// The outermost error is reqwest's own, which quotes the address: it is left out.
    fn of(error: &'a reqwest::Error) -> Self {
        let mut causes = Self::default();
        for cause in causes_of(error) {
            causes.texts.push(cause.to_string());
            causes.hyper = causes.hyper.or(cause.downcast_ref());
            causes.tls = causes.tls.or(cause.downcast_ref());
            causes.io = cause.downcast_ref().map(io::Error::kind).or(causes.io);
        }
        causes
    }

    fn last(&self) -> String {
        quoted(self.texts.last().map_or("no cause is given", String::as_str))
    }
}

fn quoted(text: &str) -> String {
    excerpt(&plain(text), 200)
}

fn tls_sentence(address: &Address, error: &rustls::Error) -> String {
    let target = address.target();
    match error {
        rustls::Error::InvalidCertificate(cause) => format!("the certificate of {target} is not accepted: {}", certificate(cause)),
        rustls::Error::InvalidMessage(_) => format!("{target} does not speak TLS: is `https` right for this port?"),
        rustls::Error::AlertReceived(alert) => format!("{target} refused the TLS handshake: {}", spelled(alert)),
        rustls::Error::NoCertificatesPresented => format!("{target} presented no certificate"),
        rustls::Error::General(why) => format!("TLS with {target} failed: {}", quoted(why)),
        other => format!("TLS with {target} failed: {}", spelled(other)),
    }
}

fn certificate(cause: &CertificateError) -> String {
    match cause {
        CertificateError::Expired => "it has expired".into(),
        CertificateError::ExpiredContext { not_after, .. } => format!("it expired on {}", day(*not_after)),
        CertificateError::NotValidYet => "it is not valid yet".into(),
        CertificateError::NotValidYetContext { not_before, .. } => format!("it is valid only from {}", day(*not_before)),
        CertificateError::NotValidForName => "it is for another name".into(),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let names: Vec<String> = presented.iter().take(5).map(|name| short_name(name)).collect();
            format!("it is for {}, not for {}", if names.is_empty() { "no name".into() } else { names.join(", ") }, expected.to_str())
        }
        CertificateError::UnknownIssuer => {
            "its issuer is not trusted here; the server may leave out an intermediate certificate, or its CA is a private one: name it with `ca-file`".into()
        }
        CertificateError::Revoked => "it is revoked".into(),
        CertificateError::BadEncoding => "it cannot be read".into(),
        CertificateError::BadSignature => "its signature is not its issuer's".into(),
        CertificateError::UnhandledCriticalExtension => "it has an extension that must be understood and is not".into(),
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "it, or one above it, is signed in a way that is not accepted: SHA-1, MD5, a curve that is rarely used, or a short RSA key".into()
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "it is not meant for servers (extended key usage)".into()
        }
        other => match spelled(other).as_str() {
            "ca used as end entity" => "it is that of a CA, which is no server's".into(),
            "end entity used as ca" => "one above it is that of a server, which is no CA's".into(),
            words => quoted(words),
        },
    }
}

/// rustls gives names as `DnsName("a.example")`.
fn short_name(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    quoted(inner.trim_matches('"'))
}

fn day(instant: UnixTime) -> String {
    let seconds = i64::try_from(instant.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or_else(|_| "a day out of range".into(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}
