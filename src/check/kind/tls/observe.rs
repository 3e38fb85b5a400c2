//! Looks: opens each address, or the file.

use std::{collections::BTreeMap, net::SocketAddr};

use futures_util::future::join_all;
use rustls::pki_types::{CertificateDer, ServerName};
use url::Host;

use super::{
    Tls, certificate, chain,
    probe::{PATIENCE, Probe, Probed},
    roots::Roots,
    seen::{Certificate, Endpoint, Handshake, How, KeyFile, Old, Seen},
    session, staple,
    target::Service,
};
use crate::{
    check::{Context, Unseen},
    net::tls::{Answer, Door, Shown, Trouble, addresses, is_key_of, pem_certificates},
};

/// The most addresses that are looked at.
const MOST_ADDRESSES: usize = 16;

/// The name as rustls takes it.
pub(super) fn server_name(host: &Host) -> Result<ServerName<'static>, String> {
    match host {
        Host::Domain(name) => ServerName::try_from(name.clone()).map_err(|error| format!("`{name}` is not a host name: {error}")),
        Host::Ipv4(ip) => Ok(ServerName::from(std::net::IpAddr::V4(*ip))),
        Host::Ipv6(ip) => Ok(ServerName::from(std::net::IpAddr::V6(*ip))),
    }
}

/// What the services show, or what the file holds.
pub(super) async fn observe(check: &Tls, cx: &Context) -> Result<Seen, Unseen> {
    match &check.file {
        Some(file) => at_file(check, cx, file),
        None => at_services(check, cx, &check.services()).await,
    }
}

/// Looks at the certificates of a file.
fn at_file(check: &Tls, cx: &Context, file: &std::path::Path) -> Result<Seen, Unseen> {
    let roots = Roots::of(check.ca_file.as_deref(), cx)?;
    let sent = pem_certificates(&cx.path(file)).map_err(Unseen::Unknown)?;
    let name = check.server_name.as_ref().map(|name| &name.0);
    // Where `key` names none, one that stands beside the certificates is looked at.
    let key = is_key_of(&cx.path(check.key.as_deref().unwrap_or(file)), &sent[0]);
    let key_file = match key {
        Ok(Some(true)) => Some(KeyFile::Belongs),
        Ok(Some(false)) => Some(KeyFile::Foreign),
        Ok(None) => check.key.as_ref().map(|file| KeyFile::Unknown(format!("{} holds no PEM key", file.display()))),
        Err(why) => Some(KeyFile::Unknown(why)),
    };
    Ok(Seen { name: name.map(Host::to_string), chains: vec![chain::look(&sent, name, &roots, cx.shared.at)], key_file, ..Seen::default() })
}

/// Looks at every address of the services, which stand for one name.
async fn at_services(check: &Tls, cx: &Context, services: &[&Service]) -> Result<Seen, Unseen> {
    let roots = Roots::of(check.ca_file.as_deref(), cx)?;
    let host = check.server_name.as_ref().map(|name| &name.0).or_else(|| services.first().map(|service| &service.host));
    let host = host.ok_or_else(|| Unseen::Unknown("it is not said where to look".into()))?;
    let name = server_name(host).map_err(Unseen::Unknown)?;
    let meant = check.serves.as_ref().map(|file| leaf_of(&cx.path(file))).transpose().map_err(Unseen::Unknown)?;
    let (doors, not_looked_at) = doors(check, cx, services).await?;
    let probe = Probe { check, name: &name, deadline: cx.until() };
    let probed = join_all(doors.into_iter().map(|door| probe.look(door))).await.into_iter().collect::<Result<Vec<Probed>, _>>();
    let probed = probed.map_err(|error| Unseen::Unknown(error.to_string()))?;
    let seen = gather(&probed, host, &roots, cx);
    unreachable(&seen).map_or(Ok(Seen { not_looked_at, meant, ..seen }), |why| Err(Unseen::Unreachable(why)))
}

/// The first certificate of a file.
fn leaf_of(file: &std::path::Path) -> Result<Certificate, String> {
    let sent = pem_certificates(file)?;
    let leaf = certificate::read(&sent[0]).map_err(|why| format!("the first certificate of {} is unreadable: {why}", file.display()))?;
    Ok(certificate::shown(&sent[0], &leaf))
}

/// Every way in, and how many more there are.
async fn doors(check: &Tls, cx: &Context, services: &[&Service]) -> Result<(Vec<Door>, usize), Unseen> {
    let mut all = Vec::new();
    for service in services {
        let host = service.lookup();
        let found = tokio::time::timeout(PATIENCE, addresses(cx.shared.reach.pins(), &host, service.port)).await;
        let found =
            found.unwrap_or_else(|_| Err(format!("the name {host} could not be looked up in time"))).map_err(Unseen::Unreachable)?;
        let chosen = check.addresses.among(found);
        if chosen.is_empty() {
            return Err(Unseen::Unknown(format!("{host} has no address of the family that `addresses` names")));
        }
        all.extend(chosen.into_iter().map(|address| Door { address, starttls: check.starttls.or(service.starttls) }));
    }
    let beyond = all.len().saturating_sub(MOST_ADDRESSES);
    all.truncate(MOST_ADDRESSES);
    Ok((all, beyond))
}

/// Why nothing at all was seen, if so.
fn unreachable(seen: &Seen) -> Option<String> {
    let why = |endpoint: &Endpoint| match &endpoint.handshake {
        Handshake::Unseen(why) if endpoint.chain.is_none() => Some(format!("{} {why}", endpoint.address)),
        _ => None,
    };
    seen.endpoints.iter().map(why).collect::<Option<Vec<String>>>().map(|all| all.join("; "))
}

fn gather(probed: &[Probed], host: &Host, roots: &Roots<'_>, cx: &Context) -> Seen {
    let mut different: Vec<&[CertificateDer<'static>]> = Vec::new();
    let mut endpoints = Vec::new();
    for one in probed {
        let mut of_address: Vec<Endpoint> = Vec::new();
        for (how, shown) in &one.shown {
            let chain = (!shown.chain.is_empty()).then(|| place(&mut different, &shown.chain));
            let endpoint = Endpoint { how: *how, sni: *how != How::WithoutSni, ..endpoint(one.address, shown, chain, roots, cx) };
            // What shows the same again is not listed again.
            let again = |other: &Endpoint| match how {
                How::Usual | How::WithoutSni => false,
                How::Again(_) => *other == Endpoint { how: other.how, ..endpoint.clone() },
                How::Elliptic | How::Rsa => other.chain == endpoint.chain && other.staple == endpoint.staple,
            };
            if !of_address.iter().any(again) {
                of_address.push(endpoint);
            }
        }
        if let Some(first) = of_address.first_mut() {
            first.old = one.old.iter().map(|(version, answer)| (session::key(*version).to_owned(), old(answer))).collect();
        }
        endpoints.append(&mut of_address);
    }
    let chains = different.into_iter().map(|sent| chain::look(sent, Some(host), roots, cx.shared.at)).collect();
    Seen { name: Some(host.to_string()), endpoints, chains, ..Seen::default() }
}

/// The position of a chain among the different ones; it is added if it is new.
fn place<'a>(different: &mut Vec<&'a [CertificateDer<'static>]>, chain: &'a [CertificateDer<'static>]) -> usize {
    different.iter().position(|known| *known == chain).unwrap_or_else(|| {
        different.push(chain);
        different.len() - 1
    })
}

fn endpoint(address: SocketAddr, shown: &Shown, chain: Option<usize>, roots: &Roots<'_>, cx: &Context) -> Endpoint {
    Endpoint {
        address: address.to_string(),
        sni: true,
        how: How::Usual,
        handshake: match &shown.end {
            Ok(session) => {
                Handshake::Done { protocol: session.protocol.clone(), cipher: session.cipher.clone(), asks_client: session.asks_client }
            }
            Err(Trouble::Refused(why)) => Handshake::Refused(why.clone()),
            Err(Trouble::Unreachable(why) | Trouble::Closed(why) | Trouble::Foreign(why)) => Handshake::Unseen(why.clone()),
        },
        chain,
        staple: (!shown.staple.is_empty()).then(|| staple::read(&shown.staple, &shown.chain, roots, cx.shared.at)),
        old: BTreeMap::new(),
    }
}

fn old(answer: &Answer) -> Old {
    match answer {
        Answer::Accepted { cipher, .. } => Old::Accepted(format!("0x{cipher:04x}")),
        Answer::Refused(how) => Old::Refused(how.clone()),
        Answer::NotUsable(how) => Old::NotUsable(how.clone()),
        Answer::Unknown(why) => Old::Unknown(why.clone()),
    }
}
