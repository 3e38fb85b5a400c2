//! A redirect demanded or forbidden.

use super::seen::Answer;
use crate::{
    model::{Expectation, from_text},
    net::http::{Address, is_redirect},
};

/// What is demanded of redirects.
#[derive(Debug, Clone)]
pub enum Redirect {
    /// There is none.
    None,
    /// The first one leads to `https` on the same host.
    Https,
    /// The first one leads exactly there.
    To(Address),
}

impl Redirect {
    /// The demand, judged on the first redirect, followed or not.
    pub(super) fn judge(&self, seen: &Answer) -> Expectation {
        let first = first(seen);
        let got = match &first {
            None => format!("no redirect (status {})", seen.status),
            Some((_, None)) => "a redirect that leads nowhere".into(),
            Some((_, Some(to))) => format!("a redirect to {to}"),
        };
        let met = match (self, &first) {
            (Self::None, first) => first.is_none(),
            (_, None | Some((_, None))) => false,
            (Self::Https, Some((from, Some(to)))) => match (from.parse::<Address>(), to.parse::<Address>()) {
                (Ok(from), Ok(to)) => to.is_https() && from.host() == to.host(),
                _ => false,
            },
            (Self::To(wanted), Some((_, Some(to)))) => *to == wanted.to_string(),
        };
        Expectation::new("redirect", "redirect").wanted(self.wanted()).got(got).met(met)
    }

    fn wanted(&self) -> String {
        match self {
            Self::None => "no redirect".into(),
            Self::Https => "a redirect to https on the same host".into(),
            Self::To(address) => format!("a redirect to {address}"),
        }
    }
}

/// From where the first redirect leads, and where to.
fn first(seen: &Answer) -> Option<(String, Option<String>)> {
    match seen.hops.first() {
        Some(hop) => Some((hop.from.clone(), Some(hop.to.clone()))),
        None if is_redirect(seen.status) => Some((seen.url.clone(), seen.leads_to.clone())),
        None => None,
    }
}

from_text!(Redirect, { "type": "string", "pattern": "^(none|https|https?://.+)$" }, |text| match text.as_str() {
    "none" => Ok(Redirect::None),
    "https" => Ok(Redirect::Https),
    text => text.parse().map(Redirect::To).map_err(|error| format!("write `none`, `https` or the address it must lead to; this is {error}")),
});
