//! Certificates that were made for development and have no place in production.

use super::{
    across::{Verdict, across, each, label},
    seen::{Certificate, Seen},
};
use crate::model::Expectation;

/// What betrays them: a part of the subject's or the issuer's text, lower-case, and what makes such certificates.
/// Sources: the tools' own defaults, and the hosts of badssl.com whose keys are public.
const MARKS: [(&str, &str); 28] = [
    ("snake oil", "Apache's example"),
    ("snakeoil", "Debian's ssl-cert"),
    ("kubernetes ingress controller fake certificate", "ingress-nginx, which has no certificate for this name"),
    ("traefik default cert", "Traefik, which has no certificate for this name"),
    ("o=acme co", "Go's generate_cert example"),
    ("internet widgits pty ltd", "OpenSSL's default answers"),
    ("default company ltd", "OpenSSL's default answers"),
    ("o=someorganization", "mod_ssl's example"),
    ("(staging)", "Let's Encrypt's staging environment"),
    ("fake le ", "Let's Encrypt's staging environment"),
    ("cn=pebble ", "Pebble, an ACME test server"),
    ("mkcert ", "mkcert"),
    ("minica root ca", "minica"),
    ("caddy local authority", "Caddy's local authority"),
    ("cn=localhost.localdomain", "a distribution's example"),
    ("asp.net core https development", ".NET's dev-certs"),
    ("iis express development", "IIS Express"),
    ("webpack-dev-server", "webpack-dev-server, whose key is public"),
    ("preact-cli", "preact-cli, whose key is public"),
    ("superfish", "Superfish, whose key is public"),
    ("edellroot", "eDellRoot, whose key is public"),
    ("dsdtestprovider", "DSDTestProvider, whose key is public"),
    ("mitmproxy", "mitmproxy, which reads along"),
    ("charles proxy", "Charles, which reads along"),
    ("portswigger ca", "Burp, which reads along"),
    ("o=example corp", "an example"),
    ("o=my company", "an example"),
    ("cn=example.com,o=example", "an example"),
];

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
    MARKS.iter().find(|(mark, _)| texts.iter().any(|text| text.contains(mark))).map(|(_, maker)| *maker)
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
