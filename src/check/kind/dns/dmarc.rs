//! DMARC (RFC 7489): what receivers do with mail that fails.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

use super::policies::Texts;
use crate::{
    check::OneOrMore,
    model::{Expectation, quote},
};

/// What is demanded of DMARC.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dmarc {
    /// What must become of mail that only pretends: `none`, `quarantine` or `reject`, or a list of them.
    pub policy: OneOrMore<Policy>,
}

/// What becomes of mail that only pretends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Policy {
    /// Nothing.
    None,
    /// It is set aside.
    Quarantine,
    /// It is refused.
    Reject,
}

impl Policy {
    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Dmarc {
    /// `texts` are those of the name and of the names above it, up to the first that has any.
    pub(super) fn judge(&self, name: &str, texts: &[(String, Texts)]) -> Expectation {
        let expectation = Expectation::new("dmarc", format!("DMARC of {name}")).wanted(format!("one record with policy {}", self.policy));
        let Some((at, last)) = texts.last() else { return expectation.undetermined("it was not asked for") };
        if let Some(why) = &last.unknown {
            return expectation.got("not known").undetermined(why);
        }
        match last.found.as_slice() {
            [] => expectation.got("no record").met(false),
            [one] => self.of_record(expectation, one, at == name, at),
            more => expectation.got(format!("{} records at `_dmarc.{at}`, of which none counts", more.len())).met(false),
        }
    }

    fn of_record(&self, expectation: Expectation, text: &str, own: bool, at: &str) -> Expectation {
        let tag = |wanted: &str| {
            let mut tags = text.split(';').filter_map(|tag| tag.split_once('='));
            tags.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim().to_ascii_lowercase())
        };
        let said = tag("sp").filter(|_| !own).or_else(|| tag("p"));
        let shown = format!("{} at `_dmarc.{at}`", quote(text));
        let known = [Policy::None, Policy::Quarantine, Policy::Reject].into_iter().find(|policy| said.as_deref() == Some(policy.word()));
        let whole = tag("pct").is_none_or(|share| share == "100") && tag("t").is_none_or(|test| test == "n");
        match known {
            None => expectation.got(format!("no policy that receivers know: {shown}")).met(false),
            Some(policy) if policy != Policy::None && !whole => expectation.got(format!("a policy for a part only: {shown}")).met(false),
            Some(policy) => expectation.got(format!("{policy}: {shown}")).met(self.policy.contains(&policy)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_that_counts_is_found() {
        let dmarc = Dmarc { policy: vec![Policy::Quarantine, Policy::Reject].into() };
        let found = |texts: &[&str]| Texts { found: texts.iter().map(|text| (*text).to_owned()).collect(), unknown: None };
        for (texts, met) in [
            (vec![("a.b", found(&["v=DMARC1; p=reject; rua=mailto:x@a.b"]))], Some(true)),
            (vec![("a.b", found(&["v=DMARC1;p=none"]))], Some(false)),
            (vec![("a.b", found(&["v=DMARC1; p=reject; pct=10"]))], Some(false)),
            (vec![("a.b", found(&["v=DMARC1; p=reject; t=y"]))], Some(false)),
            (vec![("a.b", found(&["v=DMARC1; p=rejekt"]))], Some(false)),
            (vec![("a.b", found(&["v=DMARC1; rua=mailto:x@a.b"]))], Some(false)),
            (vec![("a.b", found(&["v=DMARC1; p=reject", "v=DMARC1; p=reject"]))], Some(false)),
            (vec![("a.b", found(&[])), ("b", found(&["v=DMARC1; p=reject"]))], Some(true)),
            (vec![("a.b", found(&[])), ("b", found(&["v=DMARC1; p=reject; sp=none"]))], Some(false)),
            (vec![("a.b", found(&[])), ("b", found(&[]))], Some(false)),
            (vec![("a.b", Texts { unknown: Some("SERVFAIL".into()), ..Texts::default() })], None),
            (vec![], None),
        ] {
            let texts: Vec<(String, Texts)> = texts.into_iter().map(|(name, texts)| (name.to_owned(), texts)).collect();
            assert_eq!(dmarc.judge("a.b", &texts).met, met, "{texts:?}");
        }
    }
}
