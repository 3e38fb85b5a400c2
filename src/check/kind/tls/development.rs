//! Certificates that were made for development and have no place in production, by the marks in `development.tsv`.

use super::{
    across::{Verdict, across, each, label},
    seen::{Certificate, Seen},
};
use crate::{check::table::pairs, model::Expectation};

pub(super) fn judge(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("development", "Made for").wanted("production");
    let asks_localhost = seen.name.as_deref().is_some_and(is_local);
    across(expectation, seen, |chain| {
        let trusted = chain.trust.refused.is_none();
        let verdict = each(chain, "nothing says development", |at, certificate| {
            mark(certificate).map(|maker| format!("{} is made by {maker}", label(at, certificate))).or_else(|| {
                let local = at == 0 && !asks_localhost && is_for_local(certificate);
                local.then(|| format!("{} is for localhost", label(at, certificate)))
            })
        });
        match (verdict, chain.certificates.first()) {
            // One that `ca-file` trusts by itself is meant to be so.
            (Verdict::Met(_) | Verdict::Open(_), Some(leaf)) if leaf.self_signed && !trusted => {
                Verdict::Unmet(format!("{} is self-signed", label(0, leaf)))
            }
            (verdict, _) => verdict,
        }
    })
}

fn mark(certificate: &Certificate) -> Option<&'static str> {
    let texts = [&certificate.subject, &certificate.issuer].map(|text| text.to_ascii_lowercase().replace(", ", ","));
    pairs(include_str!("development.tsv")).find(|(mark, _)| texts.iter().any(|text| text.contains(mark))).map(|(_, maker)| maker)
}

/// By its common name, or by all of its names: many a real one has `localhost` beside them.
fn is_for_local(certificate: &Certificate) -> bool {
    let common = certificate.subject.split(", ").find_map(|part| part.strip_prefix("CN="));
    common.is_some_and(is_local) || (!certificate.names.is_empty() && certificate.names.iter().all(|name| is_local(name)))
}

fn is_local(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || matches!(name.parse::<std::net::IpAddr>(), Ok(ip) if ip.is_loopback())
}
