//! CAA (RFC 8659): who may issue certificates.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{policies::Texts, wanted::Domain};
use crate::{
    check::OneOrMore,
    model::{Expectation, quote},
};

/// What is demanded of CAA.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Caa {
    /// The authorities that may issue, by the name that each gives for it: `letsencrypt.org`, or a list of them.
    pub issuers: OneOrMore<Domain>,
}

/// Properties that are known here; one that is marked critical and is not known lets nobody issue.
const KNOWN: [&str; 7] = ["issue", "issuewild", "iodef", "contactemail", "contactphone", "issuemail", "issuevmc"];

impl Caa {
    /// `texts` are those of the name and of the names above it, up to the first that has any.
    pub(super) fn judge(&self, name: &str, texts: &[(String, Texts)]) -> Expectation {
        let expectation = Expectation::new("caa", format!("who may issue certificates for {name}")).wanted(self.issuers.to_string());
        let Some((at, last)) = texts.last() else { return expectation.undetermined("it was not asked for") };
        if let Some(why) = &last.unknown {
            return expectation.got("not known").undetermined(why);
        }
        if last.found.is_empty() {
            return expectation.got("everybody: there is no CAA record").met(false);
        }
        let records: Vec<(u8, &str, &str)> = last.found.iter().filter_map(|text| parts(text)).collect();
        if let Some((_, tag, _)) = records.iter().find(|(flags, tag, _)| flags & 128 != 0 && !KNOWN.contains(tag)) {
            return expectation.got(format!("nobody: the property {} is critical and not known", quote(tag))).met(false);
        }
        let of = |wanted: &str| -> Option<BTreeSet<String>> {
            let own: Vec<&str> = records.iter().filter(|(_, tag, _)| *tag == wanted).map(|(_, _, value)| *value).collect();
            (!own.is_empty()).then(|| own.into_iter().filter_map(issuer).collect())
        };
        let Some(issue) = of("issue") else {
            return expectation.got(format!("everybody: the CAA records at {at} have no `issue`")).met(false);
        };
        let wanted: BTreeSet<String> = self.issuers.iter().map(ToString::to_string).collect();
        let wild = of("issuewild").unwrap_or_default();
        let other = issue.union(&wild).find(|issuer| !wanted.contains(*issuer));
        match (other, wanted.difference(&issue).next()) {
            (Some(other), _) => expectation.got(format!("also {}, by the records at {at}", quote(other))).met(false),
            (None, Some(missing)) => expectation.got(format!("not {missing}, by the records at {at}")).met(false),
            (None, None) => expectation.got(format!("these, by the records at {at}")).met(true),
        }
    }
}

/// Flags, property and value of a record.
fn parts(text: &str) -> Option<(u8, &str, &str)> {
    let (flags, rest) = text.split_once(' ')?;
    let (tag, value) = rest.split_once(' ')?;
    Some((flags.parse().ok()?, tag, value))
}

/// The issuer's name before its parameters; nobody where it is empty or no name.
fn issuer(value: &str) -> Option<String> {
    let name = value.split(';').next().unwrap_or_default().trim().trim_end_matches('.').to_ascii_lowercase();
    let is_name = name.split('.').all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_may_issue() {
        let caa = Caa { issuers: vec!["letsencrypt.org".parse().expect("a name")].into() };
        for (records, met) in [
            (&["0 issue letsencrypt.org"][..], Some(true)),
            (&["0 issue LetsEncrypt.org; accounturi=https://x/1", "0 iodef mailto:a@b.c"], Some(true)),
            (&["0 issue letsencrypt.org", "0 issue evil.example"], Some(false)),
            (&["0 issue letsencrypt.org", "0 issuewild evil.example"], Some(false)),
            (&["0 issue letsencrypt.org", "0 issuewild ;"], Some(true)),
            (&["0 issue ;"], Some(false)),
            (&["0 issuewild letsencrypt.org"], Some(false)),
            (&["0 iodef mailto:a@b.c"], Some(false)),
            (&["0 issue letsencrypt.org", "128 tbs unknown"], Some(false)),
            (&["0 issue letsencrypt.org", "0 tbs unknown"], Some(true)),
            (&[], Some(false)),
        ] {
            let texts = Texts { found: records.iter().map(|text| (*text).to_owned()).collect(), unknown: None };
            assert_eq!(caa.judge("a.b", &[("a.b".into(), texts)]).met, met, "{records:?}");
        }
        let texts = Texts { unknown: Some("SERVFAIL".into()), ..Texts::default() };
        assert_eq!(caa.judge("a.b", &[("a.b".into(), texts)]).met, None);
    }
}
