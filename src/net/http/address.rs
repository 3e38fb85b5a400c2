//! An `http` or `https` address, with what may be shown of it kept apart from its credentials.

use std::{fmt, net::SocketAddr, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::model::{from_text, looks_secret, percent_decoded};

/// An absolute `http` or `https` address. A login in it is taken out and sent as Basic authorization; a fragment is
/// dropped. Displayed, it shows neither the login nor the value of a query key that looks secret.
#[derive(Clone)]
pub struct Address {
    url: Url,
    login: Option<(String, SecretString)>,
    at: Option<SocketAddr>,
}

impl Address {
    /// The address without login and fragment, to connect with; its query may hold a secret.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Where it is: `https://api.example.com:443`.
    pub fn target(&self) -> String {
        format!("{}://{}:{}", self.url.scheme(), self.host(), self.port())
    }

    /// What is asked there: the path, and the query with its secrets hidden.
    pub fn path(&self) -> String {
        match self.url.query() {
            None => self.url.path().to_owned(),
            Some(query) => format!("{}?{}", self.url.path(), shown_query(query)),
        }
    }

    /// The host as it stands in the address; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The port, given or the scheme's own.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// The same, to be reached at this one of the addresses of its host. A redirect leads on without it.
    pub fn reached_at(&self, at: Option<SocketAddr>) -> Self {
        Self { at, ..self.clone() }
    }

    /// The one address it is to be reached at.
    pub fn at(&self) -> Option<SocketAddr> {
        self.at
    }

    /// Whether it is `https`.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether `other` is the same scheme, host and port, so that what is secret may be sent there too.
    pub fn same_origin(&self, other: &Self) -> bool {
        self.url.origin() == other.url.origin()
    }

    /// Secret parts by name: the login's password, and query values whose key looks secret.
    pub fn secrets(&self) -> Vec<(String, String)> {
        let password = self.login.iter().map(|(_, password)| ("url password".to_owned(), password.expose_secret().to_owned()));
        let query = self.url.query_pairs().filter(|(key, _)| looks_secret(key)).map(|(key, value)| (key.into_owned(), value.into_owned()));
        password.chain(query).filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The login as an `Authorization` header.
    pub fn authorization(&self) -> Option<HeaderValue> {
        let (user, password) = self.login.as_ref()?;
        let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose_secret())))).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Where a `Location` leads from here (RFC 9110, 10.2.2). A login in it is dropped: the target does not choose
    /// who we are. The login here stays only within its origin.
    pub fn join(&self, location: &str) -> Result<Self, String> {
        let url = self.url.join(location).map_err(|error| format!("it is not an address: {error}"))?;
        let mut next = Self::of(url)?;
        next.login = self.login.clone().filter(|_| self.same_origin(&next));
        Ok(next)
    }

    fn of(mut url: Url) -> Result<Self, String> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("`{}:` is neither `http:` nor `https:`", url.scheme()));
        }
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (user, password) => Some((percent_decoded(user), SecretString::from(percent_decoded(password.unwrap_or_default())))),
        };
        // These setters fail only for addresses that cannot have a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_fragment(None);
        Ok(Self { url, login, at: None })
    }
}

impl FromStr for Address {
    type Err = String;

    /// The message never quotes the text: it may hold a password.
    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text.trim()).map_err(|error| match error {
            url::ParseError::RelativeUrlWithoutBase => "not an address: write it whole, like `https://api.example.com/health`".to_owned(),
            other => format!("not an address: {other}"),
        })?;
        Self::of(url)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.url.scheme(), self.host())?;
        if let Some(port) = self.url.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.path())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

from_text!(Address, { "type": "string", "pattern": "^https?://", "description": "an address: `https://api.example.com/health`" });

/// A `Location` as it came, with the secrets of its query hidden.
pub fn shown_location(location: &str) -> String {
    match location.split_once('?') {
        None => location.to_owned(),
        Some((before, query)) => format!("{before}?{}", shown_query(query)),
    }
}

fn shown_query(query: &str) -> String {
    let shown = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, _)) if looks_secret(&percent_decoded(key)) => format!("{key}=***"),
        _ => pair.to_owned(),
    });
    shown.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().expect(text)
    }

    #[test]
    fn shows_no_credentials() {
        let it = address("https://app:s3cr%40t@API.example.com/health?api_key=abcdef&page=2#top");
        assert_eq!(it.to_string(), "https://api.example.com/health?api_key=***&page=2");
        assert_eq!((it.target(), it.path()), ("https://api.example.com:443".into(), "/health?api_key=***&page=2".into()));
        assert!(!format!("{it:?}").contains("s3cr"));
        assert_eq!(it.authorization().expect("a login"), "Basic YXBwOnMzY3JAdA==");
        assert_eq!(it.secrets(), [("url password".into(), "s3cr@t".into()), ("api_key".into(), "abcdef".into())]);
    }

    #[test]
    fn the_target_does_not_choose_who_we_are() {
        let it = address("https://app:pw@a.example/x");
        assert!(it.join("/y").expect("same").authorization().is_some());
        assert!(it.join("https://b.example/").expect("other").authorization().is_none());
        assert!(it.join("https://evil:evil@b.example/").expect("other").authorization().is_none());
        assert!(it.join("javascript:alert(1)").is_err());
    }

    #[test]
    fn a_wrong_one_is_refused_without_being_quoted() {
        for text in ["api.example.com/x", "ftp://u:hunter2@x/", "https://u:hunter2@[::1/", "", "https://"] {
            let error = text.parse::<Address>().expect_err(text);
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
