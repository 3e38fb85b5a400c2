//! An origin as browsers send it, and a domain.

use std::{fmt, net::Ipv4Addr, str::FromStr};

use url::{Host, Url};

use crate::model::{from_text, quote};

/// An origin exactly as browsers send it: scheme, host and, unless it is the scheme's own, port; nothing after that
/// (HTML standard, serialization of an origin).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// As it is sent.
    pub(super) text: String,
    pub(super) scheme: String,
    pub(super) host: String,
    /// Where it is not the scheme's own.
    pub(super) port: Option<u16>,
}

impl Origin {
    /// Whether it belongs to the web, not to an application's own scheme like `capacitor`.
    pub fn is_web(&self) -> bool {
        matches!(self.scheme.as_str(), "http" | "https")
    }

    /// Whether its host is a name, not an address.
    pub fn is_named(&self) -> bool {
        !self.host.starts_with('[') && self.host.parse::<Ipv4Addr>().is_err()
    }

    /// The host and the domains above it that have two labels or more; of a single label itself only.
    pub fn domains(&self) -> Vec<&str> {
        let above = self.host.match_indices('.').map(|(dot, _)| &self.host[dot + 1..]).filter(|domain| domain.contains('.'));
        std::iter::once(self.host.as_str()).chain(above).take(4).collect()
    }

    fn web(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("{} is not an origin: {error}", quote(text)))?;
        let serialized = url.origin().ascii_serialization();
        if serialized != text {
            return Err(format!("{} is not what browsers send: write `{serialized}`", quote(text)));
        }
        Ok(Self {
            text: serialized,
            scheme: url.scheme().to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port(),
        })
    }

    /// Of an application's own scheme: `capacitor://localhost`.
    fn other(text: &str, scheme: &str, rest: &str) -> Result<Self, String> {
        let fits =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-._".contains(&b));
        let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
        let port = port.map(str::parse::<u16>).transpose();
        match port {
            Ok(port) if fits(scheme) && fits(host) => {
                Ok(Self { text: text.to_owned(), scheme: scheme.to_owned(), host: host.to_owned(), port })
            }
            _ => Err(format!("{} is not an origin: write scheme and host, like `https://app.example.com`", quote(text))),
        }
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "*" => return Err("`*` is no origin: name the websites, or write `public: true` if every website may use the API".into()),
            "null" => return Err("`null` is the origin of every sandboxed page and local file: it must not be allowed".into()),
            _ if text.contains('*') => {
                return Err(format!("{}: an origin has no wildcard: name each one; `subdomains-of` lets more be allowed", quote(text)));
            }
            _ => {}
        }
        match text.split_once("://") {
            None => Err(format!("{} is not an origin: write its scheme too, like `https://app.example.com`", quote(text))),
            Some(("file", _)) => Err("`file://` is the origin of every local file in some applications: it must not be allowed".into()),
            Some((scheme, _)) if matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") => Self::web(text),
            Some((scheme, rest)) => Self::other(text, scheme, rest),
        }
    }
}

/// In backticks.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quote(&self.text))
    }
}

from_text!(Origin, { "type": "string", "pattern": "^[a-z][a-z0-9+.-]*://[^/?#*@ ]+$", "description": "an origin: `https://app.example.com`" });

/// A domain name of two labels or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain(String);

impl Domain {
    /// Whether `host` is a subdomain of it.
    pub fn is_above(&self, host: &str) -> bool {
        host.strip_suffix(&self.0).is_some_and(|before| before.len() > 1 && before.ends_with('.'))
    }
}

impl FromStr for Domain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Host::parse(text) {
            Ok(Host::Domain(domain)) if domain == text && !text.starts_with(['.', '*']) && text.trim_end_matches('.').contains('.') => {
                Ok(Self(domain))
            }
            _ => Err(format!("{} is not a domain: write one like `example.com`, in lower case", quote(text))),
        }
    }
}

/// In backticks.
impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quote(&self.0))
    }
}

from_text!(Domain, { "type": "string", "pattern": r"^[a-z0-9_-]+(\.[a-z0-9_-]+)+$", "description": "a domain: `example.com`" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_browsers_send() {
        for text in [
            "https://app.example.com",
            "https://app.example.com:8443",
            "http://localhost:3000",
            "http://[::1]:5173",
            "https://xn--mnchen-3ya.example",
            "capacitor://localhost",
            "chrome-extension://abcdefghijklmnop",
        ] {
            assert_eq!(text.parse::<Origin>().expect(text).text, text);
        }
    }

    #[test]
    fn says_what_to_write_instead() {
        for (text, said) in [
            ("https://App.example.com", "write `https://app.example.com`"),
            ("https://app.example.com/", "write `https://app.example.com`"),
            ("https://app.example.com:443", "write `https://app.example.com`"),
            ("https://app.example.com/login", "write `https://app.example.com`"),
            ("https://user@app.example.com", "write `https://app.example.com`"),
            ("https://münchen.example", "write `https://xn--mnchen-3ya.example`"),
            ("app.example.com", "write its scheme too"),
            ("*", "public: true"),
            ("null", "sandboxed"),
            ("https://*.example.com", "`subdomains-of`"),
            ("file://", "every local file"),
            ("capacitor://", "scheme and host"),
            ("", "scheme"),
        ] {
            let error = text.parse::<Origin>().expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn knows_the_domains_above() {
        let domains = |text: &str| text.parse::<Origin>().expect(text).domains().join(" ");
        assert_eq!(domains("https://app.eu.example.com"), "app.eu.example.com eu.example.com example.com");
        assert_eq!(domains("https://example.com"), "example.com");
        assert_eq!(domains("http://localhost:3000"), "localhost");
    }

    #[test]
    fn a_domain_is_above_its_subdomains_only() {
        let domain: Domain = "example.com".parse().expect("a domain");
        assert!(domain.is_above("a.example.com") && domain.is_above("a.b.example.com"));
        for host in ["example.com", ".example.com", "evilexample.com", "example.com.evil.example", "com"] {
            assert!(!domain.is_above(host), "{host}");
        }
        for text in ["com", "*.example.com", ".example.com", "https://example.com", "Example.com", "10.0.0.1", "example.com/x", ""] {
            assert!(text.parse::<Domain>().is_err(), "{text}");
        }
    }
}
