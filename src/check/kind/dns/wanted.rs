//! The words of the plan: names, servers, types and records.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use schemars::{JsonSchema, json_schema};
use serde::Deserialize;

use crate::{
    check::{OneOrMore, demand::Text},
    model::{from_forms, from_text, quote, schema},
    net::dns::{Name, PORT, RecordType, written},
};

/// A name in the DNS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain(pub Name);

impl Domain {
    /// The names above it, the nearest first, without the root.
    pub(super) fn and_above(&self) -> impl Iterator<Item = Name> {
        std::iter::successors(Some(self.0.clone()), |name| Some(name.base_name())).take_while(|name| !name.is_root())
    }
}

impl FromStr for Domain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("{} is not a name in the DNS{why}: write it like `www.example.com`", quote(text));
        if text.contains(['/', ':', '@', ' ']) {
            return Err(wrong(""));
        }
        let mut name = Name::from_str(text).map_err(|error| wrong(&format!(" ({error})")))?;
        name.set_fqdn(true);
        if name.is_root() { Err(wrong("")) } else { Ok(Self(name)) }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(&self.0))
    }
}

from_text!(Domain, { "type": "string", "description": "a name in the DNS: `www.example.com`" });

/// A name server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Server(pub SocketAddr);

impl FromStr for Server {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        let alone = || bare.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, PORT));
        let wrong = || format!("{} is not the address of a name server: write `10.0.0.53` or `10.0.0.53:5353`", quote(text));
        text.parse().or_else(|_| alone()).map(Self).map_err(|_| wrong())
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

from_text!(Server, { "type": "string", "description": "an IP address, with or without a port: `10.0.0.53:5353`" });

/// A type of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline)]
pub enum Type {
    A,
    Aaaa,
    Cname,
    Mx,
    Ns,
    Txt,
    Caa,
    Srv,
    Tlsa,
    Soa,
}

impl Type {
    pub(super) fn word(self) -> &'static str {
        self.about().0
    }

    pub(super) fn record(self) -> RecordType {
        self.about().1
    }

    /// Its name, its number, how many words it has at least, and one of its kind.
    fn about(self) -> (&'static str, RecordType, usize, &'static str) {
        match self {
            Self::A => ("A", RecordType::A, 1, "192.0.2.7"),
            Self::Aaaa => ("AAAA", RecordType::AAAA, 1, "2001:db8::7"),
            Self::Cname => ("CNAME", RecordType::CNAME, 1, "www.example.com"),
            Self::Mx => ("MX", RecordType::MX, 2, "10 mx.example.com"),
            Self::Ns => ("NS", RecordType::NS, 1, "ns1.example.com"),
            Self::Txt => ("TXT", RecordType::TXT, 0, "v=spf1 -all"),
            Self::Caa => ("CAA", RecordType::CAA, 3, "0 issue letsencrypt.org"),
            Self::Srv => ("SRV", RecordType::SRV, 4, "0 5 5060 sip.example.com"),
            Self::Tlsa => ("TLSA", RecordType::TLSA, 4, "3 1 1 8d02…"),
            Self::Soa => ("SOA", RecordType::SOA, 7, "ns1.example.com admin.example.com 2026112001 7200 900 1209600 300"),
        }
    }

    /// A record as the plan writes it, in the one form in which it is compared.
    pub(super) fn normal(self, text: &str) -> Result<String, String> {
        let (name, _, words, example) = self.about();
        let wrong = || format!("{} is no {name} record: one reads `{example}`", quote(text));
        let mut parts: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        match self {
            Self::Txt => return Ok(text.to_owned()),
            Self::A => return text.trim().parse::<Ipv4Addr>().map(|ip| ip.to_string()).map_err(|_| wrong()),
            Self::Aaaa => return text.trim().parse::<Ipv6Addr>().map(|ip| ip.to_string()).map_err(|_| wrong()),
            // The value of a property may have letters that count, and blanks.
            Self::Caa if parts.len() >= words => {
                let value = parts.split_off(2).join(" ");
                return Ok(format!("{} {} {}", parts[0], parts[1].to_ascii_lowercase(), value.trim_matches('"')));
            }
            // Long data stand in several words.
            Self::Tlsa if parts.len() > words => {
                let data = parts.split_off(words - 1).concat();
                parts.push(data);
            }
            _ => {}
        }
        if parts.len() != words {
            return Err(wrong());
        }
        let plain = |part: String| if part == "." { part } else { part.trim_end_matches('.').to_ascii_lowercase() };
        Ok(parts.into_iter().map(plain).collect::<Vec<_>>().join(" "))
    }
}

/// The records that are wanted.
#[derive(Debug, Clone)]
pub enum Records {
    /// These and no others.
    Exactly(OneOrMore<Text>),
    /// These among others.
    Contains(OneOrMore<Text>),
}

impl Records {
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let (Self::Exactly(texts) | Self::Contains(texts)) = self;
        texts.iter().map(Text::as_str)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contains {
    contains: OneOrMore<Text>,
}

fn texts(all: Vec<String>) -> Result<OneOrMore<Text>, String> {
    serde_json::from_value(all.into()).map_err(|error| error.to_string())
}

from_forms!(
    Records,
    "a record, a list of records, or `{contains: […]}`",
    text |text: &str| texts(vec![text.to_owned()]).map(Records::Exactly),
    list |all: Vec<String>| texts(all).map(Records::Exactly),
    map |some: Contains| Ok::<_, String>(Records::Contains(some.contains)),
);

schema!(inline Records, |generator| {
    let texts = generator.subschema_for::<OneOrMore<Text>>();
    json_schema!({ "anyOf": [texts.clone(), {
        "type": "object", "properties": { "contains": texts }, "required": ["contains"], "additionalProperties": false
    }] })
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_compared_in_one_form() {
        for (kind, text, normal) in [
            (Type::Mx, "10 MX.Example.com.", "10 mx.example.com"),
            (Type::Mx, "0 .", "0 ."),
            (Type::Aaaa, "2001:DB8:0::7", "2001:db8::7"),
            (Type::Caa, "0 Issue \"letsencrypt.org; accounturi=https://x/Y\"", "0 issue letsencrypt.org; accounturi=https://x/Y"),
            (Type::Tlsa, "3 1 1 8D02 AB", "3 1 1 8d02ab"),
            (Type::Txt, "v=spf1  -all", "v=spf1  -all"),
        ] {
            assert_eq!(kind.normal(text).as_deref(), Ok(normal));
        }
        for (kind, text) in
            [(Type::A, "2001:db8::7"), (Type::A, "www"), (Type::Mx, "mx.example.com"), (Type::Ns, "a b"), (Type::Caa, "0 issue")]
        {
            assert!(kind.normal(text).is_err_and(|why| why.contains("one reads")), "{text}");
        }
    }

    #[test]
    fn names_and_servers_are_read_or_refused() {
        assert_eq!("WWW.Bücher.example.".parse::<Domain>().expect("a name").to_string(), "www.xn--bcher-kva.example");
        assert_eq!("_443._tcp.a.example".parse::<Domain>().expect("a name").to_string(), "_443._tcp.a.example");
        let above: Vec<_> = "a.b.c".parse::<Domain>().expect("a name").and_above().map(|name| written(&name)).collect();
        assert_eq!(above, ["a.b.c", "b.c", "c"]);
        for text in ["", ".", "https://a.example", "a.example:53", "a b", "u@a"] {
            assert!(text.parse::<Domain>().is_err(), "{text}");
        }
        for (text, server) in [("10.0.0.53", "10.0.0.53:53"), ("[::1]", "[::1]:53"), ("::1", "[::1]:53"), ("[::1]:5353", "[::1]:5353")] {
            assert_eq!(text.parse::<Server>().expect(text).to_string(), server);
        }
        assert!("ns1.example.com".parse::<Server>().is_err());
    }
}
