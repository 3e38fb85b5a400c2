//! The chain leads to a trusted root.

use jiff::Timestamp;

use super::{
    across::{Verdict, across_all, label},
    algorithm,
    seen::{Certificate, Chain, Refusal, Root, Seen},
    strength,
};
use crate::model::Expectation;

/// webpki's verdict, from the served certificates alone, put into words.
pub(super) fn chain(seen: &Seen, at: Timestamp) -> Expectation {
    let wanted = "a way from the leaf to a trusted root, with the served certificates alone";
    across_all(Expectation::new("chain", "Chain of trust").wanted(wanted), seen, |chain| {
        match (refusal(chain, at), weak(chain), exotic(chain)) {
            (Some(Refusal::Algorithm | Refusal::BadSignature), Some(weak), _) => Verdict::Unmet(weak),
            (Some(Refusal::Algorithm), None, Some(exotic)) => Verdict::Open(exotic),
            (Some(refusal), ..) => Verdict::Unmet(chain.unreadable.clone().unwrap_or_else(|| said(refusal, chain))),
            (None, ..) => match &chain.root {
                Some(Root { subject, flaw: Some(flaw), .. }) => {
                    Verdict::Unmet(format!("the root `{subject}` of the CA file {flaw}: OpenSSL refuses it"))
                }
                Some(root) => Verdict::Met(format!("leads to the trusted root `{}`", root.subject)),
                None => Verdict::Met("leads to a trusted root".into()),
            },
        }
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
        Refusal::BadSignature | Refusal::Algorithm => bad_signature(chain),
        Refusal::CaAsLeaf => "the leaf is a CA certificate, which no server may use".into(),
        Refusal::LeafAsIssuer => "a certificate that is no CA issued another".into(),
        Refusal::WrongPurpose => "a certificate on the way is not for servers".into(),
        Refusal::NameConstraint => "an issuer's name constraints exclude a name of the leaf".into(),
        Refusal::PathLength => "there are more issuers in a row than one of them allows".into(),
        Refusal::CriticalExtension => "a certificate has a critical extension that clients do not know".into(),
        Refusal::Other(why) => why.clone(),
    }
}

/// What on the way is too weak: webpki verifies no signature with it, or says that it is wrong. The signature of a root on
/// itself proves nothing.
fn weak(chain: &Chain) -> Option<String> {
    let served = chain.path.iter().filter_map(|at| Some((*at, chain.certificates.get(*at)?)));
    let mut weak =
        served.filter(|(at, one)| strength::is_weak(&one.key) || strength::is_broken(&one.signature) && !(*at > 0 && one.self_signed));
    let served = weak.next().map(|(at, one)| label(at, one));
    let root = chain.root.as_ref().filter(|root| root.key.as_ref().is_some_and(strength::is_weak));
    let root = root.map(|root| format!("the trusted root `{}`", root.subject));
    served.or(root).map(|which| format!("the key or the signature of {which} is too weak for clients"))
}

/// What on the way ring does not verify, though it is strong.
fn exotic(chain: &Chain) -> Option<String> {
    let on_way = || chain.path.iter().filter_map(|at| chain.certificates.get(*at));
    let signature = on_way().map(|one| one.signature.as_str()).find(|one| !algorithm::is_verified(one));
    let root = chain.root.as_ref().and_then(|root| root.key.as_ref());
    let key =
        on_way().skip(1).map(|one| &one.key).chain(root).find(|key| !["RSA", "P-256", "P-384", "Ed25519"].contains(&key.kind.as_str()));
    let has = [signature.map(str::to_owned), key.map(|key| format!("by a key on {}", strength::text(key)))];
    let has = has.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!has.is_empty()).then(|| format!("a signature on the way cannot be verified here: {has}"))
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
