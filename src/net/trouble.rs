//! Why a server could not be looked at: a sentence a person can act on. No password is ever in one.

use std::{error, fs::File, io, time::Duration};

use rustix::io::Errno;
use rustls::{AlertDescription, CertificateError, Error};

use crate::model::{excerpt, plain};

/// Why a server could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It could not be reached or did not answer in time; trying again may help.
    #[error("{0}")]
    Unreachable(String),
    /// Trying again would not help.
    #[error("{0}")]
    Unknown(String),
}

impl Trouble {
    /// Why the name of a server led nowhere; `who` is the server as people know it.
    pub(super) fn unresolved(who: &str, error: &io::Error) -> Self {
        Self::Unreachable(if exhausted(error) {
            format!("{who} {EXHAUSTED}")
        } else {
            format!("{who}: the name cannot be resolved: {error}")
        })
    }

    /// `who` is the server as people know it: `PostgreSQL at db:5432`.
    pub(super) fn timed_out(who: &str, doing: &str, after: Duration) -> Self {
        Self::Unreachable(format!("{who} {doing} within {} ms", after.as_millis()))
    }
}

/// Where a kind of server differs in what is said of its TLS.
pub(super) struct TlsHints {
    /// The settings that name a certificate of ours.
    pub(super) identity: &'static str,
    /// What to name for a CA that is not trusted.
    pub(super) issuer: &'static str,
    /// What follows on a certificate for another host.
    pub(super) name: &'static str,
    /// How much of a foreign text is shown.
    pub(super) longest: usize,
}

impl TlsHints {
    /// What TLS says about a connection.
    pub(super) fn of_tls(&self, error: &Error) -> String {
        use AlertDescription::{BadCertificate, CertificateRequired, HandshakeFailure, ProtocolVersion, UnknownCA};
        match error {
            Error::InvalidCertificate(wrong) => format!("its certificate is not accepted: {}", self.of_certificate(wrong)),
            Error::AlertReceived(CertificateRequired | BadCertificate | UnknownCA) => {
                format!("the server does not accept our client certificate ({error}): give {}", self.identity)
            }
            Error::AlertReceived(ProtocolVersion | HandshakeFailure) => {
                format!("no common TLS version or cipher ({error}); TLS 1.2 is the least")
            }
            _ => format!("the TLS handshake failed: {}", self.outside(&error.to_string())),
        }
    }

    fn of_certificate(&self, wrong: &CertificateError) -> String {
        use CertificateError::{
            Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext, UnknownIssuer,
        };
        let said = self.outside(&wrong.to_string());
        match wrong {
            UnknownIssuer => format!("its issuer is not trusted; name {}", self.issuer),
            NotValidForName | NotValidForNameContext { .. } => format!("it is for another host ({said}){}", self.name),
            Expired | ExpiredContext { .. } => format!("it has expired ({said})"),
            NotValidYet | NotValidYetContext { .. } => format!("it is not valid yet ({said})"),
            _ => said,
        }
    }

    /// Text from the server, short and harmless.
    pub(super) fn outside(&self, text: &str) -> String {
        excerpt(&plain(text).replace(['\n', '\t'], " "), self.longest)
    }
}

/// Whether `error` is this machine's own: it has no more descriptors or memory for a connection.
pub(super) fn exhausted(error: &(dyn error::Error + 'static)) -> bool {
    let own = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM].map(Errno::raw_os_error);
    let of = |error: &(dyn error::Error + 'static)| error.downcast_ref::<io::Error>()?.raw_os_error();
    let said = std::iter::once(error).chain(causes_of(error)).find_map(of);
    // A name that cannot be looked up for want of a file is told like one that does not exist.
    said.is_some_and(|code| own.contains(&code)) || said.is_none() && no_file_can_be_opened()
}

fn no_file_can_be_opened() -> bool {
    File::open("/dev/null").is_err_and(|error| error.raw_os_error().is_some_and(|code| code == Errno::MFILE.raw_os_error()))
}

/// What is said of a server when there is nothing left to reach it with; another attempt may find something.
pub(super) const EXHAUSTED: &str =
    "was not asked: this machine has no file descriptor or memory left for a connection; raise `ulimit -n`, or lower `--jobs`";

/// What stands behind an error, one cause after the other.
pub(super) fn causes_of<'e>(error: &'e (dyn error::Error + 'static)) -> impl Iterator<Item = &'e (dyn error::Error + 'static)> {
    let behind = |error: &'e (dyn error::Error + 'static)| {
        // `source` of an I/O error skips the error it was made of.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        inner.map(|inner| inner as &(dyn error::Error + 'static)).or_else(|| error.source())
    };
    std::iter::successors(behind(error), move |error| behind(*error))
}
