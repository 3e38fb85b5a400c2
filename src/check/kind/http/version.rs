//! Which version of HTTP is spoken, and which is on offer.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

use super::seen::Answer;
use crate::model::{Expectation, quote};

/// The header in which other ways to reach a service are offered (RFC 7838).
pub(super) const ALT_SVC: &str = "alt-svc";

/// The version of HTTP that must be spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Spoken {
    /// Over TLS only: to a plain address it is not offered.
    #[serde(rename = "HTTP/2")]
    Two,
    /// The older one.
    #[serde(rename = "HTTP/1.1")]
    One,
}

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Two { "HTTP/2" } else { "HTTP/1.1" })
    }
}

impl Spoken {
    /// Another one.
    pub(super) fn other(self) -> Self {
        if self == Self::Two { Self::One } else { Self::Two }
    }

    pub(super) fn judge(self, seen: &Answer) -> Expectation {
        let demand = Expectation::new("version", "version of HTTP").wanted(self.to_string());
        if seen.http.is_empty() {
            return demand.undetermined("it is not recorded which one was spoken");
        }
        demand.got(quote(&seen.http)).met(seen.http == self.to_string())
    }
}

/// What is demanded of HTTP/3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Http3 {
    /// The answer offers it.
    Offered,
}

impl Http3 {
    pub(super) fn judge(self, seen: &Answer) -> Expectation {
        let demand = Expectation::new("http3", "HTTP/3").wanted("offered by `alt-svc`");
        let values = seen.headers.get(ALT_SVC).map(Vec::as_slice).unwrap_or_default();
        let offers = values.iter().flat_map(|value| value.split(',')).any(offers);
        match values {
            [] => demand.got("no such header").met(false),
            _ if !offers && seen.headers_cut.iter().any(|cut| cut == ALT_SVC) => demand.undetermined("`alt-svc` is too long to be read"),
            [one] => demand.got(quote(one)).met(offers),
            many => demand.got(format!("{} of them", many.len())).met(offers),
        }
    }
}

/// Whether one offer is of HTTP/3, and for longer than this moment: `h3=":443"; ma=86400`.
fn offers(offer: &str) -> bool {
    let mut parts = offer.split(';').map(str::trim);
    let named = parts.next().and_then(|first| first.split_once('=')).is_some_and(|(name, place)| name == "h3" && place.contains(':'));
    named && !parts.any(|part| part.split_once('=').is_some_and(|(key, age)| key == "ma" && age.trim_matches(['"', '0']).is_empty()))
}

#[cfg(test)]
mod tests {
    use super::offers;

    #[test]
    fn http3_is_on_offer() {
        let among = |header: &str| header.split(',').any(offers);
        for header in ["h3=\":443\"; ma=86400", "h3-29=\":443\", h3=\":443\"", "h2=\":443\"; ma=1,h3=\"alt.example:8443\";persist=1"] {
            assert!(among(header), "{header}");
        }
        for header in ["clear", "h3-29=\":443\"", "h2=\":443\"", "h3=\":443\"; ma=0", "h3", "h3=", "quic=\":443\"; v=\"46,43\"", ""] {
            assert!(!among(header), "{header}");
        }
    }
}
