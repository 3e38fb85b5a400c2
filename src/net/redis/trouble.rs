//! Why a Redis server could not be looked at, as sentences a person can act on. No password is ever in one.

use std::io;

use rustls::{AlertDescription, CertificateError};

use crate::model::{excerpt, plain};

pub use crate::net::trouble::Trouble;

impl Trouble {
    /// What the operating system or TLS says about a connection.
    pub(super) fn of_io(who: &str, error: &io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, NotFound, PermissionDenied, UnexpectedEof};
        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Self::Unknown(format!("{who}: {}", of_tls(tls)));
        }
        let why = match error.kind() {
            ConnectionRefused => "refused the connection: is it running, and does it listen there?".to_owned(),
            NotFound => "has no socket there: is it running?".to_owned(),
            PermissionDenied => return Self::Unknown(format!("{who}: this user may not open it: {error}")),
            UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe => {
                "closed the connection without an answer (its `maxclients` reached? only TLS, or no TLS, on that port?)".to_owned()
            }
            _ => format!("could not be reached: {}", outside(&error.to_string())),
        };
        Self::Unreachable(format!("{who} {why}"))
    }
}

fn of_tls(error: &rustls::Error) -> String {
    use rustls::Error::{AlertReceived, InvalidCertificate, InvalidMessage};
    match error {
        InvalidCertificate(wrong) => format!("its certificate is not accepted: {}", of_certificate(wrong)),
        AlertReceived(AlertDescription::CertificateRequired | AlertDescription::BadCertificate | AlertDescription::UnknownCA) => {
            format!("the server does not accept our client certificate ({error}): give `cert-file` and `key-file`")
        }
        AlertReceived(AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure) => {
            format!("no common TLS version or cipher ({error}); TLS 1.2 is the least")
        }
        InvalidMessage(_) => "what answers there does not speak TLS: is `rediss://` right?".into(),
        _ => format!("the TLS handshake failed: {}", outside(&error.to_string())),
    }
}

fn of_certificate(wrong: &CertificateError) -> String {
    let said = outside(&wrong.to_string());
    match wrong {
        CertificateError::UnknownIssuer => "its issuer is not trusted; name the CA's certificate in `ca-file`".into(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => format!("it is for another host ({said})"),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => format!("it has expired ({said})"),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => format!("it is not valid yet ({said})"),
        _ => said,
    }
}

/// Text from the server, short and harmless.
pub(super) fn outside(text: &str) -> String {
    excerpt(&plain(text).replace(['\n', '\t'], " "), 200)
}
