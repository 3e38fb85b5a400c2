//! SPF (RFC 7208): what a record ends in, and how many look-ups it takes.

use std::{collections::BTreeMap, fmt, net::IpAddr};

use schemars::JsonSchema;
use serde::Deserialize;

use super::policies::Texts;
use crate::{
    check::OneOrMore,
    model::{Expectation, quote},
};

/// Beyond this no receiver goes (RFC 7208, 4.6.4).
const MOST_LOOKUPS: usize = 10;

/// What is demanded of SPF.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spf {
    /// What becomes of mail from everybody else: `fail`, `softfail` or `neutral`, or a list of them.
    pub all: OneOrMore<All>,
}

/// What becomes of mail from everybody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum All {
    /// `-all`: it is refused.
    Fail,
    /// `~all`: it is suspect.
    Softfail,
    /// `?all`: nothing is said.
    Neutral,
    /// `+all`: everybody may send.
    #[serde(skip)]
    Pass,
}

impl fmt::Display for All {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fail => "-all",
            Self::Softfail => "~all",
            Self::Neutral => "?all",
            Self::Pass => "+all",
        })
    }
}

/// Why a record is none, or is not known.
enum Wrong {
    Red(String),
    Open(String),
}

impl Spf {
    pub(super) fn judge(&self, name: &str, texts: &BTreeMap<String, Texts>) -> Expectation {
        let expectation = Expectation::new("spf", format!("SPF of {name}")).wanted(format!("one record that ends in {}", self.all));
        let mut lookups = 0;
        match read(name, texts, &mut lookups) {
            Ok(Some(all)) => expectation.got(format!("{all}, with {lookups} look-ups")).met(self.all.contains(&all)),
            Ok(None) => expectation.got("a record without `all`, which says nothing of others").met(false),
            Err(Wrong::Red(why)) => expectation.got(why).met(false),
            Err(Wrong::Open(why)) => expectation.got("not known").undetermined(why),
        }
    }
}

/// The part of a term that names something, and the name.
fn split(term: &str) -> (char, String, Option<&str>) {
    let (sign, bare) = match term.chars().next() {
        Some(sign @ ('+' | '-' | '~' | '?')) => (sign, &term[1..]),
        _ => ('+', term),
    };
    let end = bare.find([':', '=', '/']).unwrap_or(bare.len());
    (sign, bare[..end].to_ascii_lowercase(), bare[end..].strip_prefix([':', '=']))
}

/// The names whose records count too.
pub(super) fn leads_to(text: &str) -> Vec<String> {
    let terms = text.split(' ').skip(1).map(split).filter(|(_, name, _)| name == "include" || name == "redirect");
    terms.filter_map(|(_, _, to)| to).filter(|to| !to.contains('%')).map(plain).collect()
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// What the record of `name` ends in; `lookups` grows by those it takes.
fn read(name: &str, texts: &BTreeMap<String, Texts>, lookups: &mut usize) -> Result<Option<All>, Wrong> {
    let own = match texts.get(name) {
        None | Some(Texts { unknown: None, .. }) if *lookups > MOST_LOOKUPS => return Err(too_many()),
        None => return Err(Wrong::Open(format!("the record of {} was not fetched", quote(name)))),
        Some(Texts { unknown: Some(why), .. }) => return Err(Wrong::Open(format!("the record of {} is not known: {why}", quote(name)))),
        Some(own) => own,
    };
    let text = match own.found.as_slice() {
        [] => return Err(Wrong::Red(format!("no SPF record at {}", quote(name)))),
        [one] => one,
        more => return Err(Wrong::Red(format!("{} SPF records at {}, of which none counts", more.len(), quote(name)))),
    };
    let mut redirect = None;
    for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
        let (sign, mechanism, about) = split(term);
        let broken = || Wrong::Red(format!("a term that receivers do not know at {}: {}", quote(name), quote(term)));
        match (mechanism.as_str(), about) {
            ("all", None) => {
                return Ok(Some(match sign {
                    '-' => All::Fail,
                    '~' => All::Softfail,
                    '?' => All::Neutral,
                    _ => All::Pass,
                }));
            }
            ("include", Some(to)) => {
                count(lookups)?;
                follow(to, texts, lookups)?;
            }
            ("a" | "mx" | "ptr", _) | ("exists", Some(_)) => count(lookups)?,
            ("ip4" | "ip6", Some(range)) => {
                let address = range.split('/').next().and_then(|ip| ip.parse::<IpAddr>().ok());
                if address.is_none_or(|ip| ip.is_ipv4() != (mechanism == "ip4")) {
                    return Err(broken());
                }
            }
            ("redirect", Some(to)) if term.contains('=') => redirect = Some(to),
            // Other modifiers are passed over (RFC 7208, 6).
            (_, Some(_)) if term[..term.len() - about.map_or(0, str::len)].ends_with('=') => {}
            _ => return Err(broken()),
        }
    }
    match redirect {
        None => Ok(None),
        Some(to) => {
            count(lookups)?;
            follow(to, texts, lookups)
        }
    }
}

fn follow(to: &str, texts: &BTreeMap<String, Texts>, lookups: &mut usize) -> Result<Option<All>, Wrong> {
    if to.contains('%') {
        return Err(Wrong::Open(format!("{} differs from mail to mail: how many look-ups it takes is not known", quote(to))));
    }
    read(&plain(to), texts, lookups)
}

fn count(lookups: &mut usize) -> Result<(), Wrong> {
    *lookups += 1;
    if *lookups > MOST_LOOKUPS { Err(too_many()) } else { Ok(()) }
}

fn too_many() -> Wrong {
    Wrong::Red(format!("more than {MOST_LOOKUPS} look-ups, at which receivers give up"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(records: &[(&str, &[&str])]) -> (Option<bool>, String) {
        let texts = records.iter().map(|(name, found)| {
            let texts = Texts { found: found.iter().map(|text| (*text).to_owned()).collect(), unknown: None };
            ((*name).to_owned(), texts)
        });
        let spf = Spf { all: vec![All::Fail].into() };
        let one = spf.judge("a.example", &texts.collect());
        (one.met, one.line())
    }

    #[test]
    fn the_end_counts_and_where_it_leads() {
        for (records, met, said) in [
            (&[("a.example", &["v=spf1 mx -all"][..])][..], Some(true), "-all, with 1 look-ups"),
            (&[("a.example", &["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -ALL"])], Some(true), "with 0 look-ups"),
            (&[("a.example", &["v=spf1 mx ~all"])], Some(false), "~all"),
            (&[("a.example", &["v=spf1 mx all -all"])], Some(false), "+all"),
            (&[("a.example", &["v=spf1 mx"])], Some(false), "without `all`"),
            (&[("a.example", &[])], Some(false), "no SPF record"),
            (&[("a.example", &["v=spf1 -all", "v=spf1 mx -all"])], Some(false), "2 SPF records"),
            (&[("a.example", &["v=spf1 ip:192.0.2.1 -all"])], Some(false), "do not know"),
            (&[("a.example", &["v=spf1 ip4:2001:db8::1 -all"])], Some(false), "do not know"),
            (&[("a.example", &["v=spf1 exp=x.example unknown=1 -all"])], Some(true), "-all"),
            (&[("a.example", &["v=spf1 redirect=B.example."]), ("b.example", &["v=spf1 -all"])], Some(true), "with 1 look-ups"),
            (&[("a.example", &["v=spf1 include:b.example -all"]), ("b.example", &[])], Some(false), "no SPF record at `b.example`"),
            (&[("a.example", &["v=spf1 include:a.example -all"])], Some(false), "more than 10"),
            (&[("a.example", &["v=spf1 a a a a a a a a a a a -all"])], Some(false), "more than 10"),
            (&[("a.example", &["v=spf1 include:%{i}.example -all"])], None, "differs from mail to mail"),
            (&[("a.example", &["v=spf1 include:b.example -all"])], None, "was not fetched"),
        ] {
            let (is, line) = judged(records);
            assert!(is == met && line.contains(said), "{records:?}: {line}");
        }
    }
}
