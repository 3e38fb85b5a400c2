//! Sending a message by SMTP: over TLS, to a server that proves who it is.

use std::{error::Error as _, fmt, io, path::Path, str::FromStr, time::Duration};

use jiff::Timestamp;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox as Named,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
    },
};
use url::{Host, Url};

use super::tls::{TlsError, root_certificates};
use crate::model::{ProcessEnv, Secret, from_text, one_line, spelled};

/// A mail server, and when it begins to speak TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    host: String,
    port: u16,
    /// At once; else when it is asked to.
    at_once: bool,
}

from_text!(Server, { "type": "string", "minLength": 1, "description": "`smtps://HOST[:PORT]` or `smtp://HOST[:PORT]`" });

impl FromStr for Server {
    type Err = String;

    /// The message never quotes the text: it may hold a password.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "the server is written `smtps://mail.example.com` or `smtp://mail.example.com`".to_owned();
        let url = Url::parse(text.trim()).map_err(|_| wrong())?;
        let at_once = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(wrong()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the account does not stand in the address: write `user` and `password`".into());
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong());
        }
        // Of a scheme that it does not know the parser leaves a host as it is written.
        let host = url.host_str().filter(|host| !host.is_empty()).and_then(|host| Host::parse(host).ok()).ok_or_else(wrong)?;
        let host = host.to_string().trim_matches(['[', ']']).to_owned();
        Ok(Self { host, port: url.port().unwrap_or(if at_once { 465 } else { 587 }), at_once })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        write!(f, "{}://{host}:{}", if self.at_once { "smtps" } else { "smtp" }, self.port)
    }
}

/// The address of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox(Address);

from_text!(Mailbox, { "type": "string", "minLength": 3, "description": "an address: `releases@example.com`" });

impl FromStr for Mailbox {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.trim().parse().map(Self).map_err(|_| "this is no address of a mailbox: write it like `releases@example.com`".into())
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a server is reached.
pub struct Way<'a> {
    /// The server.
    pub server: &'a Server,
    /// The account with its password.
    pub login: Option<(&'a str, &'a Secret)>,
    /// A PEM file of certificates to trust.
    pub ca_file: Option<&'a Path>,
    /// The process environment, which may name roots to trust.
    pub env: &'a ProcessEnv,
}

/// A message of plain text.
pub struct Letter<'a> {
    /// Who sends it.
    pub from: &'a Mailbox,
    /// Who gets it.
    pub to: &'a Mailbox,
    /// One line.
    pub subject: &'a str,
    /// The text.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// Sends a message within `patience`.
///
/// # Errors
/// A sentence that quotes nothing of what the server says but its code.
pub async fn send(way: &Way<'_>, letter: Letter<'_>, patience: Duration) -> Result<(), String> {
    let Server { host, port, at_once } = way.server;
    let parameters = parameters(way).map_err(|error| error.to_string())?;
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.as_str())
        .port(*port)
        .timeout(Some(patience))
        .tls(if *at_once { Tls::Wrapper(parameters) } else { Tls::Required(parameters) });
    if let Some((user, password)) = way.login {
        transport = transport.credentials(Credentials::new(user.to_owned(), password.expose().to_owned()));
    }
    let message = letter.message().map_err(|_| "the message cannot be written".to_owned())?;
    let sent = tokio::time::timeout(patience, transport.build().send(message)).await;
    match sent {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(format!("the mail server {host} {}", said(&error))),
        Err(_) => Err(format!("the mail server {host} does not answer in time")),
    }
}

fn parameters(way: &Way<'_>) -> Result<TlsParameters, TlsError> {
    let roots = root_certificates(way.env, way.ca_file)?;
    let store = if roots.is_empty() { CertificateStore::WebpkiRoots } else { CertificateStore::None };
    let known = roots.into_iter().filter_map(|root| Certificate::from_der(root.to_vec()).ok());
    let parameters = TlsParameters::builder(way.server.host.clone()).certificate_store(store);
    let parameters = known.fold(parameters, lettre::transport::smtp::client::TlsParametersBuilder::add_root_certificate);
    parameters.build_rustls().map_err(|error| TlsError::CaFile(way.server.host.clone(), spelled(&error)))
}

impl Letter<'_> {
    fn message(self) -> Result<Message, lettre::error::Error> {
        let Mailbox(from) = self.from;
        let id = format!("<{}.{}@{}>", self.at.as_nanosecond(), crate::model::Digest::of(self.text.as_bytes()), from.domain());
        // RFC 3834: no machine answers this one.
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
        Message::builder()
            .from(Named::new(None, from.clone()))
            .to(Named::new(None, self.to.0.clone()))
            .subject(one_line(self.subject).into_owned())
            .date(self.at.into())
            .message_id(Some(id))
            .raw_header(automatic)
            .header(ContentType::TEXT_PLAIN)
            .body(self.text)
    }
}

/// What went wrong, as a clause after the server's name.
fn said(error: &lettre::transport::smtp::Error) -> String {
    let mut source = error.source();
    while let Some(cause) = source {
        let tls = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref).and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if let Some(tls) = tls {
            return format!("cannot be trusted: {}", spelled(tls));
        }
        source = cause.source();
    }
    match error.status() {
        Some(code) if code.to_string().starts_with("53") => format!("refuses the login ({code})"),
        Some(code) => format!("refuses the message ({code})"),
        None if error.is_timeout() => "does not answer in time".into(),
        None if error.is_client() => "offers no way to log in, or no STARTTLS".into(),
        None if error.is_response() => "does not speak SMTP".into(),
        None => "cannot be reached".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_an_address_without_an_account() {
        let shown = |text: &str| text.parse::<Server>().map(|server| server.to_string());
        assert_eq!(shown("smtps://Mail.example.com"), Ok("smtps://mail.example.com:465".into()));
        assert_eq!(shown("smtp://mail.example.com:2525/"), Ok("smtp://mail.example.com:2525".into()));
        assert_eq!(shown("smtp://[::1]:25").as_deref(), Ok("smtp://[::1]:25"));
        for wrong in [
            "mail.example.com",
            "https://mail.example.com",
            "smtp://",
            "smtp://a/b",
            "smtp://a?tls=none",
            "smtp://u:hunter2@a",
            "smtp://a b",
        ] {
            assert!(shown(wrong).is_err_and(|why| !why.contains("hunter2")), "{wrong}");
        }
    }

    /// Nothing that stands in a subject or a text becomes a header.
    #[test]
    fn a_header_is_one_line() {
        let address: Mailbox = "a@example.com".parse().expect("an address");
        let subject = "shop\r\nBcc: evil@example.com\r\n\r\nx\u{2028}y";
        let letter = Letter { from: &address, to: &address, subject, text: "Bcc: evil@example.com\n".into(), at: Timestamp::UNIX_EPOCH };
        let bytes = letter.message().expect("a message").formatted();
        let text = String::from_utf8(bytes).expect("text");
        let (head, _) = text.split_once("\r\n\r\n").expect("headers");
        assert!(!head.contains("\r\nBcc") && head.lines().count() == 8, "{head}");
        for wrong in ["a@example.com\r\nBcc: b@example.com", "a", "A <a@example.com>", "a@b@c"] {
            assert!(wrong.parse::<Mailbox>().is_err(), "{wrong}");
        }
    }
}
