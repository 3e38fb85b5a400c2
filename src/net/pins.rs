//! Host names pinned to addresses by the plan's `resolve`, like curl's `--resolve`.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

/// Where a pinned name leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// The address.
    pub ip: IpAddr,
    /// The port, where it replaces the one asked for.
    pub port: Option<u16>,
}

impl Pin {
    /// Where to connect for a connection to `port`.
    pub fn socket(self, port: u16) -> SocketAddr {
        SocketAddr::new(self.ip, self.port.unwrap_or(port))
    }
}

impl FromStr for Pin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(socket) = text.parse::<SocketAddr>() {
            return Ok(Self { ip: socket.ip(), port: Some(socket.port()) });
        }
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        let ip = bare.parse().map_err(|_| format!("`{text}` is not an address: write `10.0.0.7` or `10.0.0.7:443`"))?;
        Ok(Self { ip, port: None })
    }
}

impl std::fmt::Display for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.port {
            Some(port) => SocketAddr::new(self.ip, port).fmt(f),
            None => self.ip.fmt(f),
        }
    }
}

/// Every pinned name, lower-case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins(BTreeMap<String, Pin>);

impl Pins {
    /// Where `host` is pinned to, whatever its case.
    pub fn get(&self, host: &str) -> Option<Pin> {
        self.0.get(&host.to_ascii_lowercase()).copied()
    }

    /// Every pin by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Pin)> {
        self.0.iter().map(|(host, pin)| (host.as_str(), *pin))
    }
}

impl FromIterator<(String, Pin)> for Pins {
    fn from_iter<I: IntoIterator<Item = (String, Pin)>>(pins: I) -> Self {
        Self(pins.into_iter().map(|(host, pin)| (host.to_ascii_lowercase(), pin)).collect())
    }
}
