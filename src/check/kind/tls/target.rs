//! Where the certificate is: the service behind a URL, or a host and port.

use std::{fmt, str::FromStr};

use serde::{Deserialize as _, de::value::StrDeserializer};
use url::{Host, Url};

use crate::{
    check::{host_port, table::pairs},
    model::from_text,
    net::tls::StartTls,
};

/// A host and a port that speak TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Service {
    /// For people: `https://api.example.com:443`; never a login.
    pub(super) shown: String,
    pub(super) host: Host,
    pub(super) port: u16,
    pub(super) starttls: Option<StartTls>,
}

impl Service {
    /// The host as the resolver takes it: without the brackets of an IPv6 address.
    pub(super) fn lookup(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        }
    }
}

/// The `url` of a service. Only its scheme, host and port are used; a login in it is dropped here.
#[derive(Debug, Clone)]
pub(super) struct ServiceUrl(pub(super) Service);

impl FromStr for ServiceUrl {
    type Err = String;

    // The text may hold a password: no message quotes more of it than the scheme.
    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("not a URL ({error}): write `https://host/` or use `address: host:port`"))?;
        let scheme = url.scheme();
        let Some((_, about)) = pairs(include_str!("schemes.tsv")).find(|(known, _)| *known == scheme) else {
            return Err(match scheme {
                "http" | "ws" | "redis" | "amqp" | "mqtt" => format!("`{scheme}://` speaks no TLS: write `{scheme}s://`"),
                _ => format!("`{scheme}` is not a scheme known here: use `address: host:port`"),
            });
        };
        let host = host(url.host_str().unwrap_or_default())?;
        let (default, starttls) = about.split_once(' ').map_or((about, None), |(port, before)| (port, Some(before)));
        let default = || default.parse().ok().filter(|port| *port != 0);
        let port = url.port().or_else(default).ok_or("no port: write `tls://host:port`")?;
        let starttls = starttls.and_then(|name| StartTls::deserialize(StrDeserializer::<serde::de::value::Error>::new(name)).ok());
        Ok(Self(Service { shown: format!("{scheme}://{host}:{port}"), host, port, starttls }))
    }
}

/// The `address` of a service: `host:port`, `10.0.0.7:443`, `[::1]:443`.
#[derive(Debug, Clone)]
pub(super) struct HostPort(pub(super) Service);

impl FromStr for HostPort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let host_port::HostPort { host, port } = text.parse()?;
        let host = self::host(&host.to_string())?;
        Ok(Self(Service { shown: format!("tls://{host}:{port}"), host, port, starttls: None }))
    }
}

/// The `server-name`: a host name or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(pub(super) Host);

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains('*') {
            return Err(format!("`{text}` is a pattern: write one name that clients use"));
        }
        text.parse::<std::net::Ipv6Addr>().map_or_else(|_| host(text), |ip| Ok(Host::Ipv6(ip))).map(Self)
    }
}

/// International names become their ASCII form, a trailing dot is dropped: certificates have neither.
fn host(text: &str) -> Result<Host, String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let host = Host::parse(text).map_err(|error| format!("`{text}` is not a host: {error}"))?;
    match &host {
        Host::Domain(name) if rustls::pki_types::ServerName::try_from(name.as_str()).is_err() => {
            Err(format!("`{text}` is not a host name that a certificate can stand for"))
        }
        _ => Ok(host),
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.host, self.0.port)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

from_text!(ServiceUrl, { "type": "string", "description": "a URL: `https://host/`, `postgres://host/`" });
from_text!(HostPort, { "type": "string", "description": "`host:port`" });
from_text!(Name, { "type": "string", "description": "a host name or address" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_gives_host_port_and_protocol() {
        for (text, shown, postgres) in [
            ("https://API.example.com/x", "https://api.example.com:443", false),
            ("postgres://app:s3cr3t-pw@db.example.com/app", "postgres://db.example.com:5432", true),
            ("rediss://[::1]:7000", "rediss://[::1]:7000", false),
            ("https://bücher.example.", "https://xn--bcher-kva.example:443", false),
        ] {
            let ServiceUrl(service) = text.parse().expect(text);
            assert_eq!((service.shown.as_str(), service.starttls.is_some()), (shown, postgres));
        }
    }

    #[test]
    fn a_refused_url_never_shows_its_password() {
        for text in
            ["http://u:s3cr3t-pw@h/", "odd://u:s3cr3t-pw@h/", "https://u:s3cr3t-pw@h:99999/", "postgres://u:s3cr3t-pw@/db", "tls://h"]
        {
            let error = text.parse::<ServiceUrl>().expect_err(text);
            assert!(!error.contains("s3cr3t"), "{error}");
        }
    }

    #[test]
    fn an_address_has_a_port() {
        for text in ["db.example.com:5432", "10.0.0.7:443", "[::1]:443"] {
            assert_eq!(text.parse::<HostPort>().expect(text).0.shown, format!("tls://{text}"));
        }
        for text in ["db.example.com", "::1:443", ":443", "h:0", "h:x", "https://h:443", "u@h:443", "a b:443"] {
            assert!(text.parse::<HostPort>().is_err(), "{text}");
        }
    }
}
