//! The chain leads to a trusted root.

use jiff::Timestamp;

use super::{
    across::{Verdict, across_all, label},
    seen::{Certificate, Chain, Refusal, Seen},
};
use crate::model::Expectation;

/// webpki's verdict, from the served certificates alone, put into words.
pub(super) fn chain(seen: &Seen, at: Timestamp) -> Expectation {
    let wanted = "a way from the leaf to a trusted root, with the served certificates alone";
    across_all(Expectation::new("chain", "Chain of trust").wanted(wanted), seen, |chain| match refusal(chain, at) {
        Some(refusal) => Verdict::Unmet(chain.unreadable.clone().unwrap_or_else(|| said(refusal, chain))),
        None => Verdict::Met(match &chain.root {
            Some(root) => format!("leads to the trusted root `{}`", root.subject),
            None => "leads to a trusted root".into(),
        }),
    })
}

/// What webpki has against the chain. Dates have expectations of their own; they count here only if those are content.
fn refusal(chain: &Chain, at: Timestamp) -> Option<&Refusal> {
    let refused = chain.trust.refused.as_ref()?;
    if !refused.is_about_dates() {
        return Some(refused);
    }
    let in_time = |certificate: &Certificate| (certificate.not_before..=certificate.not_after).contains(&at);
    chain.trust.apart_from_dates.as_ref().or_else(|| chain.certificates.iter().all(in_time).then_some(refused))
}

fn said(refusal: &Refusal, chain: &Chain) -> String {
    match refusal {
        Refusal::UnknownIssuer => unknown_issuer(chain),
        Refusal::Expired => "a certificate on the way has expired".into(),
        Refusal::NotValidYet => "a certificate on the way is not valid yet".into(),
        Refusal::BadSignature => bad_signature(chain),
        Refusal::CaAsLeaf => "the leaf is a CA certificate, which no server may use".into(),
        Refusal::LeafAsIssuer => "a certificate that is no CA issued another".into(),
        Refusal::WrongPurpose => "a certificate on the way is not for servers".into(),
        Refusal::NameConstraint => "an issuer's name constraints exclude a name of the leaf".into(),
        Refusal::PathLength => "there are more issuers in a row than one of them allows".into(),
        Refusal::Algorithm => "a signature or key on the way is too weak or too exotic to be verified".into(),
        Refusal::CriticalExtension => "a certificate has a critical extension that clients do not know".into(),
        Refusal::Other(why) => why.clone(),
    }
}

fn bad_signature(chain: &Chain) -> String {
    match &chain.root {
        Some(root) => {
            format!("a root named `{}` is trusted, but another of that name signed, or a certificate was tampered with", root.subject)
        }
        None => "a certificate does not bear the signature of the issuer it names".into(),
    }
}

fn unknown_issuer(chain: &Chain) -> String {
    let Some((at, last)) = chain.path.last().and_then(|at| chain.certificates.get(*at).map(|last| (*at, last))) else {
        return "no way to a trusted root".into();
    };
    if last.self_signed && at == 0 {
        return format!("{} is self-signed and no trusted root", label(0, last));
    }
    if last.self_signed {
        return format!("it ends in `{}`, which is no trusted root here (a private one is named by `ca-file`)", last.subject);
    }
    match &chain.root {
        Some(root) => format!("no certificate of it is really signed by the trusted root `{}` that it names", root.subject),
        None => format!(
            "the certificate of the issuer `{}` is missing: it is neither served nor a trusted root, so only clients that fetch it (browsers) \
             would connect",
            last.issuer
        ),
    }
}
