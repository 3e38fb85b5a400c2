//! What is asked: every origin in every way that matters.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Cors,
    hostile::{self, NULL, STRANGER},
};
use crate::check::http::Method;

/// Stands for a request without `Origin`.
pub(super) const NO_ORIGIN: &str = "(none)";

/// In which way something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Way {
    Get,
    /// OPTIONS of the address, as browsers ask beforehand.
    Options,
    /// GET where an error is answered.
    Error,
    /// GET under a key of its own, so that a cache on the way may keep the answer and no visitor gets it.
    Cached,
}

impl Way {
    pub(super) const ALL: [Self; 3] = [Self::Get, Self::Options, Self::Error];

    /// "GET, OPTIONS and errors".
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Options => "OPTIONS",
            Self::Error => "errors",
            Self::Cached => "GET through a cache",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ask {
    pub(super) way: Way,
    /// The method that is asked for, where it is OPTIONS.
    pub(super) method: Option<String>,
    /// What `Origin` says; [`NO_ORIGIN`] where there is none.
    pub(super) origin: String,
}

impl Ask {
    pub(super) fn new(way: Way, origin: &str) -> Self {
        Self { way, method: None, origin: origin.to_owned() }
    }

    pub(super) fn preflight(method: Method, origin: &str) -> Self {
        Self { way: Way::Options, method: Some(method.to_string()), origin: origin.to_owned() }
    }

    /// "GET from `https://app.example.com`", "OPTIONS without `Origin`".
    pub(super) fn told(&self) -> String {
        let way = match self.way {
            Way::Get => "GET",
            Way::Options => "OPTIONS",
            Way::Error => "the error answered to GET",
            Way::Cached => "GET under a new key",
        };
        if self.origin == NO_ORIGIN { format!("{way} without `Origin`") } else { format!("{way} from `{}`", self.origin) }
    }
}

impl Cors {
    /// Every question once; the first is the one without which nothing can be said.
    pub(super) fn asks(&self, seed: Option<&str>) -> Vec<Ask> {
        let mut asks = Vec::new();
        for wanted in self.wanted() {
            asks.push(Ask::new(Way::Get, wanted));
            asks.push(Ask::new(Way::Error, wanted));
            asks.extend(self.preflighted().into_iter().map(|method| Ask::preflight(method, wanted)));
        }
        asks.push(Ask::new(Way::Get, NO_ORIGIN));
        asks.push(Ask::new(Way::Error, NO_ORIGIN));
        if self.public {
            asks.push(Ask::new(Way::Get, NULL));
        }
        for member in hostile::matrix(self, seed).into_iter().flat_map(|(_, members)| members).filter(|_| !self.public) {
            asks.extend(member.ways.iter().map(|way| self.hostile(*way, &member.origin)));
        }
        let wanted = self.wanted().into_iter().take(1);
        let cached = [NO_ORIGIN].into_iter().chain(wanted).map(|origin| Ask::new(Way::Cached, origin));
        asks.extend(cached.filter(|_| self.vary && seed.is_some()));
        let mut known = BTreeSet::new();
        asks.retain(|ask| known.insert(ask.clone()));
        asks
    }

    /// The origins that must be allowed; where every website is, any.
    pub(super) fn wanted(&self) -> Vec<&str> {
        if self.public { vec![STRANGER] } else { self.origins().map(|origin| origin.text.as_str()).collect() }
    }

    /// A question from an origin that must be refused.
    pub(super) fn hostile(&self, way: Way, origin: &str) -> Ask {
        match way {
            // The method is one that the wanted ones ask for too, so that nothing but the origin differs.
            Way::Options => Ask::preflight(self.preflighted().first().copied().unwrap_or(Method::Get), origin),
            Way::Get | Way::Error | Way::Cached => Ask::new(way, origin),
        }
    }

    /// The methods that browsers ask about beforehand: the others only where headers need it (Fetch standard,
    /// CORS-safelisted method).
    pub(super) fn preflighted(&self) -> Vec<Method> {
        let asked = |method: &Method| !self.headers().is_empty() || !is_safelisted(*method);
        self.methods().into_iter().filter(asked).collect()
    }
}

/// Whether browsers send it without asking (Fetch standard, CORS-safelisted method).
pub(super) fn is_safelisted(method: Method) -> bool {
    matches!(method, Method::Get | Method::Head | Method::Post)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cors(settings: serde_json::Value) -> Cors {
        serde_json::from_value(settings).expect("settings")
    }

    #[test]
    fn the_number_of_requests_is_bounded_and_none_is_made_twice() {
        let url = "https://api.example.com/";
        let numbers = [1, 2, 20].map(|count| {
            let origins: Vec<String> = (0..count).map(|nth| format!("https://site-{nth}.example.com")).collect();
            let cors = cors(json!({ "url": url, "origins": origins, "methods": ["GET", "PUT"], "headers": ["Authorization"] }));
            let seeds = (0..20).map(|nth| cors.asks(Some(&format!("shop 1.{nth}"))).len()).collect::<BTreeSet<_>>();
            assert_eq!(seeds.len(), 1, "how many does not depend on the seed");
            (cors.asks(None).len(), seeds.into_iter().sum::<usize>())
        });
        // At most 60 more with all addresses and the question afterwards.
        assert_eq!(numbers, [(87, 135), (124, 172), (790, 838)]);
        assert_eq!(cors(json!({ "url": url, "public": true })).asks(Some("")).len(), 7);
    }

    #[test]
    fn browsers_ask_only_where_they_must() {
        let methods = |settings: serde_json::Value| {
            let mut settings = settings;
            settings["url"] = json!("https://api.example.com/");
            settings["origins"] = json!("https://app.example.com");
            cors(settings).preflighted().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(methods(json!({ "methods": ["GET", "POST"] })), "");
        assert_eq!(methods(json!({ "methods": ["GET", "POST", "PUT", "DELETE"] })), "PUT DELETE");
        assert_eq!(methods(json!({ "methods": ["GET", "POST"], "headers": "Content-Type" })), "GET POST");
    }
}
