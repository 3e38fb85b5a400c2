//! Looks: opens each address, or the file.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rustls::pki_types::{CertificateDer, ServerName};
use url::Host;

use super::{
    Tls, certificate, chain,
    probe::{PATIENCE, Probe, Probed},
    roots::Roots,
    seen::{Endpoint, Handshake, Old, Seen},
    session, staple,
    target::Service,
};
use crate::{
    check::{Context, Unseen},
    net::tls::{Answer, Door, Shown, Trouble, addresses, pem_certificates},
};

/// The most addresses that are looked at.
const MOST_ADDRESSES: usize = 16;

/// Kept back of the time for the check, so that a server that hangs is reported, and not the check cut off.
const RESERVE: Duration = Duration::from_millis(400);

/// The name as rustls takes it.
pub(super) fn server_name(host: &Host) -> Result<ServerName<'static>, String> {
    match host {
        Host::Domain(name) => ServerName::try_from(name.clone()).map_err(|error| format!("`{name}` is not a host name: {error}")),
        Host::Ipv4(ip) => Ok(ServerName::from(std::net::IpAddr::V4(*ip))),
        Host::Ipv6(ip) => Ok(ServerName::from(std::net::IpAddr::V6(*ip))),
    }
}

/// Looks at the certificates of a file.
pub(super) fn at_file(check: &Tls, cx: &Context, file: &std::path::Path) -> Result<Seen, Unseen> {
    let roots = Roots::of(check.ca_file.as_deref(), cx)?;
    let sent = pem_certificates(&cx.path(file)).map_err(Unseen::Unknown)?;
    let name = check.server_name.as_ref().map(|name| &name.0);
    Ok(Seen { name: name.map(Host::to_string), chains: vec![chain::look(&sent, name, &roots, cx.at())], ..Seen::default() })
}

/// Looks at every address of the services, which stand for one name.
pub(super) async fn at_services(check: &Tls, cx: &Context, services: &[&Service]) -> Result<Seen, Unseen> {
    let roots = Roots::of(check.ca_file.as_deref(), cx)?;
    let host = check.server_name.as_ref().map(|name| &name.0).or_else(|| services.first().map(|service| &service.host));
    let host = host.ok_or_else(|| Unseen::Unknown("it is not said where to look".into()))?;
    let name = server_name(host).map_err(Unseen::Unknown)?;
    let (doors, not_looked_at) = doors(check, cx, services).await?;
    let deadline = cx.deadline().checked_sub(RESERVE).unwrap_or_else(Instant::now);
    let probe = Probe { versions: check.min_version.refused(), name: &name, without_sni: check.without_sni, deadline };
    let probed = join_all(doors.into_iter().map(|door| probe.look(door))).await.into_iter().collect::<Result<Vec<Probed>, _>>();
    let probed = probed.map_err(|error| Unseen::Unknown(error.to_string()))?;
    let seen = gather(&probed, host, &roots, cx);
    unreachable(&seen).map_or(Ok(Seen { not_looked_at, ..seen }), |why| Err(Unseen::Unreachable(why)))
}

/// Every way in, and how many more there are.
async fn doors(check: &Tls, cx: &Context, services: &[&Service]) -> Result<(Vec<Door>, usize), Unseen> {
    let mut all = Vec::new();
    for service in services {
        let host = service.lookup();
        let found = tokio::time::timeout(PATIENCE, addresses(cx.reach().pins(), &host, service.port)).await;
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
        for (shown, sni) in std::iter::once((&one.shown, true)).chain(one.without_sni.iter().map(|shown| (shown, false))) {
            let chain = (!shown.chain.is_empty()).then(|| place(&mut different, &shown.chain));
            endpoints.push(Endpoint { sni, ..endpoint(one, shown, chain) });
        }
    }
    let chains = different.into_iter().map(|sent| chain::look(sent, Some(host), roots, cx.at())).collect();
    Seen { name: Some(host.to_string()), endpoints, not_looked_at: 0, chains }
}

/// The position of a chain among the different ones; it is added if it is new.
fn place<'a>(different: &mut Vec<&'a [CertificateDer<'static>]>, chain: &'a [CertificateDer<'static>]) -> usize {
    different.iter().position(|known| *known == chain).unwrap_or_else(|| {
        different.push(chain);
        different.len() - 1
    })
}

fn endpoint(one: &Probed, shown: &Shown, chain: Option<usize>) -> Endpoint {
    let leaf = shown.chain.first().and_then(|leaf| certificate::read(leaf).ok());
    let staple = (!shown.staple.is_empty()).then(|| staple::read(&shown.staple, leaf.map_or(&[], |leaf| leaf.raw_serial())));
    Endpoint {
        address: one.address.to_string(),
        sni: true,
        handshake: match &shown.end {
            Ok(session) => {
                Handshake::Done { protocol: session.protocol.clone(), cipher: session.cipher.clone(), asks_client: session.asks_client }
            }
            Err(Trouble::Refused(why)) => Handshake::Refused(why.clone()),
            Err(Trouble::Unreachable(why)) => Handshake::Unseen(why.clone()),
        },
        chain,
        staple,
        old: one.old.iter().map(|(version, answer)| (session::key(*version).to_owned(), old(answer))).collect(),
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
