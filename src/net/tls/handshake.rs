//! One TLS handshake with rustls, for what it shows. Nothing is sent over the connection it makes.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{
    AlertDescription, ClientConfig, Error,
    client::Resumption,
    pki_types::{CertificateDer, ServerName},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

use super::{
    Door, TlsError, Trouble,
    capped::Capped,
    provider,
    recorder::{Keys, Recorder},
};
use crate::{
    model::{excerpt, plain, spelled},
    net::watched::Watched,
};

/// The most a server may send before the handshake is done; a chain of ten certificates is a tenth of it.
const MOST: usize = 256 * 1024;

/// What a handshake showed.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The certificates as sent, the leaf first; empty if none came.
    pub chain: Vec<CertificateDer<'static>>,
    /// The stapled OCSP response; empty if there was none.
    pub staple: Vec<u8>,
    /// The session, or what came instead. A bad chain is no reason: it is not verified here.
    pub end: Result<Session, Trouble>,
}

/// What was agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// `TLS 1.3`, `TLS 1.2`.
    pub protocol: String,
    /// The cipher suite by its IANA name; `None` when the server ended the handshake for want of a client certificate.
    pub cipher: Option<String>,
    /// Whether a client certificate was asked for. None is ever sent.
    pub asks_client: bool,
}

/// How a client comes to the server.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// The name that is meant.
    pub name: &'a ServerName<'static>,
    /// Whether the server is told it.
    pub sni: bool,
    /// The kinds of key that it understands.
    pub keys: Keys,
}

/// Shakes hands with the server behind `door`, within `limit`.
///
/// # Errors
/// When rustls cannot be set up; what the server does wrong stands in [`Shown::end`].
pub async fn handshake(door: Door, client: Client<'_>, limit: Duration) -> Result<Shown, TlsError> {
    let recorder = Arc::new(Recorder::new(client.keys));
    let config = config(&recorder, client.sni)?;
    let start = Instant::now();
    let end = match door.open(limit).await {
        Err(trouble) => Err(trouble),
        Ok(stream) => match timeout(limit.saturating_sub(start.elapsed()), shake(stream, config, client.name.clone())).await {
            Err(_) => Err(Trouble::silence(limit)),
            Ok(end) => end,
        },
    };
    let record = recorder.take();
    let asks_client = recorder.was_asked();
    let end = match (end, record.unverified) {
        (Ok(_), Some(how)) => Err(Trouble::Foreign(format!("proves its key with {how}, which cannot be verified here"))),
        (Ok(session), None) => Ok(Session { asks_client, ..session }),
        // In TLS 1.2 a server that insists on a client certificate ends the handshake after having shown its own.
        (Err(_), None) if asks_client => Ok(Session { protocol: "TLS 1.2".into(), cipher: None, asks_client }),
        (Err(trouble), _) => Err(trouble),
    };
    Ok(Shown { chain: record.chain, staple: record.staple, end })
}

fn config(recorder: &Arc<Recorder>, send_name: bool) -> Result<ClientConfig, TlsError> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Setup(error.to_string()))?;
    let verified = builder.dangerous().with_custom_certificate_verifier(recorder.clone());
    let mut config = verified.with_client_cert_resolver(recorder.clone());
    config.resumption = Resumption::disabled();
    config.enable_sni = send_name;
    Ok(config)
}

async fn shake(stream: TcpStream, config: ClientConfig, name: ServerName<'static>) -> Result<Session, Trouble> {
    let connect = TlsConnector::from(Arc::new(config)).connect(name, Watched { stream: Box::new(stream), watch: Capped::new(MOST) });
    match connect.into_fallible().await {
        Ok(stream) => {
            let (_, session) = stream.get_ref();
            Ok(Session {
                protocol: match session.protocol_version() {
                    Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3".into(),
                    _ => "TLS 1.2".into(),
                },
                cipher: session.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).map(str::to_owned),
                asks_client: false,
            })
        }
        Err((error, stream)) => Err(trouble(&error, &stream.watch)),
    }
}

fn trouble(error: &io::Error, answer: &Capped) -> Trouble {
    if answer.is_spent {
        return Trouble::Refused(format!("sends more than {} KiB and never ends the handshake", MOST / 1024));
    }
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        None if error.kind() == io::ErrorKind::UnexpectedEof && !answer.first.is_empty() => not_tls(&answer.first),
        None => Trouble::connection(error),
        Some(Error::AlertReceived(alert)) => Trouble::Refused(refusal(*alert)),
        Some(Error::InvalidMessage(_)) => not_tls(&answer.first),
        Some(Error::PeerIncompatible(why)) => Trouble::Refused(format!("has no TLS 1.2 or 1.3 in common with us: {}", spelled(why))),
        Some(Error::InvalidCertificate(why)) => {
            Trouble::Refused(format!("proves its key with a signature that cannot be verified: {}", spelled(why)))
        }
        Some(other) => Trouble::Refused(format!("breaks the TLS protocol: {}", excerpt(&plain(&other.to_string()), 160))),
    }
}

fn refusal(alert: AlertDescription) -> String {
    let code = u8::from(alert);
    let means = match alert {
        AlertDescription::ProtocolVersion => "it speaks neither TLS 1.2 nor TLS 1.3",
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => "no cipher suite in common",
        AlertDescription::UnrecognisedName => "it does not know the name that was asked for",
        AlertDescription::InternalError => "it is misconfigured",
        _ => "refused",
    };
    format!("ends the handshake with alert {code} {alert:?}: {means}")
}

/// `first` is how the answer began; a TLS record begins with 20 to 23 and 3.
fn not_tls(first: &[u8]) -> Trouble {
    if matches!(first, [20..=23, 3, ..]) {
        return Trouble::Refused("answers with TLS records that make no sense, or breaks off in the middle".into());
    }
    let text = String::from_utf8_lossy(first);
    let line = text.lines().next().unwrap_or_default();
    Trouble::Refused(format!("answers with something that is not TLS: `{}`", excerpt(&plain(line), 48)))
}
