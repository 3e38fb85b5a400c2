//! One demand on every chain that was shown: red if one breaks it, naming where.

use super::seen::{Certificate, Chain, Endpoint, Seen};
use crate::model::{Expectation, first_of};

/// What one chain comes to under a demand; the text is what was got.
pub(super) enum Verdict {
    Met(String),
    Unmet(String),
    /// It cannot be told, because.
    Open(String),
}

/// Judges every chain with a readable leaf. Addresses that showed none are the handshake's matter.
pub(super) fn across(expectation: Expectation, seen: &Seen, judge: impl Fn(&Chain) -> Verdict) -> Expectation {
    across_all(expectation, seen, |chain| if chain.certificates.is_empty() { Verdict::Open(unread(chain)) } else { judge(chain) })
}

/// Judges every chain, also one whose leaf cannot be read.
pub(super) fn across_all(expectation: Expectation, seen: &Seen, judge: impl Fn(&Chain) -> Verdict) -> Expectation {
    let said = |(index, chain)| {
        let at = |text: String| if seen.chains.len() > 1 { format!("on {}: {text}", shown_by(seen, index)) } else { text };
        match judge(chain) {
            Verdict::Met(text) => Verdict::Met(at(text)),
            Verdict::Unmet(text) => Verdict::Unmet(at(text)),
            Verdict::Open(text) => Verdict::Open(at(text)),
        }
    };
    together(expectation, seen.chains.iter().enumerate().map(said), "no certificate was shown")
}

/// Red if one is unmet, else open if one is, or for `nothing` where there is none.
pub(super) fn together(expectation: Expectation, all: impl Iterator<Item = Verdict>, nothing: &str) -> Expectation {
    let (mut met, mut unmet, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for verdict in all {
        match verdict {
            Verdict::Met(text) => met.push(text),
            Verdict::Unmet(text) => unmet.push(text),
            Verdict::Open(text) => open.push(text),
        }
    }
    if !unmet.is_empty() {
        expectation.got(unmet.join("; ")).met(false)
    } else if !open.is_empty() {
        expectation.got(met.join("; ")).undetermined(open.join("; "))
    } else if met.is_empty() {
        expectation.undetermined(nothing)
    } else {
        expectation.got(met.join("; ")).met(true)
    }
}

/// Judges every certificate by itself: `flaw` says what is wrong with one, `fine` what to say when nothing is.
pub(super) fn each(chain: &Chain, fine: &str, flaw: impl Fn(usize, &Certificate) -> Option<String>) -> Verdict {
    let flaws: Vec<String> = chain.certificates.iter().enumerate().filter_map(|(at, certificate)| flaw(at, certificate)).collect();
    if !flaws.is_empty() { Verdict::Unmet(flaws.join("; ")) } else { whole(chain, fine.to_owned()) }
}

/// Met, if every certificate was looked at.
pub(super) fn whole(chain: &Chain, fine: String) -> Verdict {
    if chain.unreadable.is_some() || chain.certificates.len() < chain.sent { Verdict::Open(unread(chain)) } else { Verdict::Met(fine) }
}

fn unread(chain: &Chain) -> String {
    let few = || format!("only the first {} of {} certificates were looked at", chain.certificates.len(), chain.sent);
    chain.unreadable.clone().unwrap_or_else(few)
}

/// The addresses that showed a chain, at most three by name.
fn shown_by(seen: &Seen, index: usize) -> String {
    let all: Vec<String> = seen.endpoints.iter().filter(|endpoint| endpoint.chain == Some(index)).map(Endpoint::label).collect();
    first_of(&all, 3, all.len(), ", ")
}

/// How a certificate is called: leaf `CN=api.example.com`, certificate 2 `CN=R10`.
pub(super) fn label(at: usize, certificate: &Certificate) -> String {
    let called = match (certificate.subject.as_str(), certificate.names.first()) {
        ("", Some(name)) => name,
        ("", None) => certificate.serial.as_str(),
        (subject, _) => subject,
    };
    if at == 0 { format!("leaf `{called}`") } else { format!("certificate {} `{called}`", at + 1) }
}
