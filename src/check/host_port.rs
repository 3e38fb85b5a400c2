//! An address as plans write it: `host:port`.

use std::{fmt, str::FromStr};

use url::Host;

use crate::model::from_text;

/// A host and a port: `db.example.com:5432`, `10.0.0.7:443`, `[::1]:443`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// International names in their ASCII form, without a trailing dot.
    pub host: Host,
    /// Never 0.
    pub port: u16,
}

impl HostPort {
    /// The host as the resolver takes it: without the brackets of an IPv6 address.
    pub fn lookup(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        }
    }
}

impl FromStr for HostPort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // With an `@` it may be a URL with a password: it is not quoted then.
        let shown = if text.contains(['@', '/']) { "this".into() } else { format!("`{text}`") };
        let wrong = || format!("{shown} is not an address: write `host:port`, like `db.example.com:5432` or `[::1]:443`");
        let (name, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let port: u16 = port.parse().map_err(|_| wrong())?;
        if port == 0 || name.is_empty() || name.contains(['/', '@', '?', '#']) || (name.contains(':') && !name.starts_with('[')) {
            return Err(wrong());
        }
        let name = name.strip_suffix('.').unwrap_or(name);
        let host = Host::parse(name).map_err(|error| format!("`{name}` is not a host: {error}"))?;
        Ok(Self { host, port })
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

from_text!(HostPort, { "type": "string", "description": "`host:port`" });

#[cfg(test)]
mod tests {
    use super::HostPort;

    #[test]
    fn an_address_has_a_port() {
        for text in ["db.example.com:5432", "10.0.0.7:443", "[::1]:443", "my_db:5432"] {
            assert_eq!(text.parse::<HostPort>().expect(text).to_string(), text);
        }
        for text in ["db.example.com", "::1:443", ":443", "h:0", "h:x", "https://h:443", "u@h:443", "a b:443"] {
            assert!(text.parse::<HostPort>().is_err(), "{text}");
        }
    }
}
