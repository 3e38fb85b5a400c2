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
        client::{Certificate, CertificateStore, Tls, TlsParameters, TlsParametersBuilder},
    },
};
use url::{Host, Url};

use super::tls::{TlsError, root_certificates};
use crate::model::{Digest, ProcessEnv, Secret, from_text, one_line, spelled};

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
        let url = Url::parse(text.trim()).ok().filter(|url| ["smtps", "smtp"].contains(&url.scheme())).ok_or_else(wrong)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the account does not stand in the address: write `user` and `password`".into());
        }
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        // Of a scheme that it does not know the parser leaves a host as it is written.
        let host = url.host_str().filter(|host| bare && !host.is_empty()).and_then(|host| Host::parse(host).ok()).ok_or_else(wrong)?;
        let (host, at_once) = (host.to_string().trim_matches(['[', ']']).to_owned(), url.scheme() == "smtps");
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

/// A message of plain text, and how it goes out.
pub struct Letter<'a> {
    /// The server.
    pub server: &'a Server,
    /// The account with its password.
    pub login: Option<(&'a str, &'a Secret)>,
    /// A PEM file of certificates to trust instead of the host's.
    pub ca_file: Option<&'a Path>,
    /// The process environment, which may name roots to trust.
    pub env: &'a ProcessEnv,
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

impl Letter<'_> {
    /// Sends it within `patience`.
    ///
    /// # Errors
    /// A sentence that quotes nothing of what the server says but its code.
    pub async fn send(self, patience: Duration) -> Result<(), String> {
        let Server { host, port, at_once } = self.server;
        let parameters = self.parameters().map_err(|error| error.to_string())?;
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.as_str())
            .port(*port)
            .timeout(Some(patience))
            .tls(if *at_once { Tls::Wrapper(parameters) } else { Tls::Required(parameters) });
        if let Some((user, password)) = self.login {
            transport = transport.credentials(Credentials::new(user.to_owned(), password.expose().to_owned()));
        }
        let message = self.message().map_err(|_| "the message cannot be written".to_owned())?;
        let sent = tokio::time::timeout(patience, transport.build().send(message)).await;
        let why = sent.map_or_else(|_| Some(SILENT.into()), |sent| sent.err().map(|error| said(&error)));
        why.map_or(Ok(()), |why| Err(format!("the mail server {host} {why}")))
    }

    fn parameters(&self) -> Result<TlsParameters, TlsError> {
        let (host, roots) = (&self.server.host, root_certificates(self.env, self.ca_file)?);
        let store = if roots.is_empty() { CertificateStore::WebpkiRoots } else { CertificateStore::None };
        let known = roots.into_iter().filter_map(|root| Certificate::from_der(root.to_vec()).ok());
        let none = TlsParameters::builder(host.clone()).certificate_store(store);
        let all = known.fold(none, TlsParametersBuilder::add_root_certificate);
        all.build_rustls().map_err(|error| TlsError::CaFile(host.clone(), spelled(&error)))
    }

    fn message(self) -> Result<Message, lettre::error::Error> {
        let id = format!("<{}.{}@{}>", self.at.as_nanosecond(), Digest::of(self.text.as_bytes()), self.from.0.domain());
        // RFC 3834: no machine answers this one.
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
        Message::builder()
            .from(Named::new(None, self.from.0.clone()))
            .to(Named::new(None, self.to.0.clone()))
            .subject(one_line(self.subject).into_owned())
            .date(self.at.into())
            .message_id(Some(id))
            .raw_header(automatic)
            .header(ContentType::TEXT_PLAIN)
            .body(self.text)
    }
}

/// Nothing came back.
const SILENT: &str = "does not answer in time";

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
        None if error.is_timeout() => SILENT.into(),
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
        let (server, env) = ("smtp://a".parse().expect("a server"), ProcessEnv::default());
        let (from, to, text, at) = (&address, &address, "Bcc: evil@example.com\n".to_owned(), Timestamp::UNIX_EPOCH);
        let letter = Letter { server: &server, login: None, ca_file: None, env: &env, from, to, subject, text, at };
        let bytes = letter.message().expect("a message").formatted();
        let text = String::from_utf8(bytes).expect("text");
        let (head, _) = text.split_once("\r\n\r\n").expect("headers");
        assert!(!head.contains("\r\nBcc") && head.lines().count() == 8, "{head}");
        for wrong in ["a@example.com\r\nBcc: b@example.com", "a", "A <a@example.com>", "a@b@c"] {
            assert!(wrong.parse::<Mailbox>().is_err(), "{wrong}");
        }
    }
}
