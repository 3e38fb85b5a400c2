//! Looks: opens each address, or the file.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, ServerName},
};
use url::Host;

use super::{
    Tls, certificate, chain,
    seen::{Endpoint, Handshake, Old, Seen},
    settings::Which,
    staple,
    target::Service,
};
use crate::{
    check::{Context, Unseen},
    net::tls::{self, Answer, Door, Shown, Trouble, Version, addresses, handshake, offer, pem_certificates},
};

/// The most addresses of one name that are looked at.
const MOST_ADDRESSES: usize = 16;

/// The longest that is waited for one answer; a healthy server takes a hundredth of it.
const PATIENCE: Duration = Duration::from_secs(5);

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
    let roots = roots(check, cx)?;
    let sent = pem_certificates(&cx.path(file)).map_err(Unseen::Unknown)?;
    let name = check.server_name.as_ref().map(|name| &name.0);
    Ok(Seen { name: name.map(Host::to_string), chains: vec![chain::look(&sent, name, &roots, cx.at())], ..Seen::default() })
}

/// Looks at every address of a service.
pub(super) async fn at_service(check: &Tls, cx: &Context, service: &Service) -> Result<Seen, Unseen> {
    let roots = roots(check, cx)?;
    let host = check.server_name.as_ref().map_or(&service.host, |name| &name.0);
    let name = server_name(host).map_err(Unseen::Unknown)?;
    let (all, not_looked_at) = choose(check.addresses, find(cx, service).await?);
    if all.is_empty() {
        return Err(Unseen::Unknown(format!("{} has no address of the wanted family (`addresses`)", service.lookup())));
    }
    let starttls = check.starttls.or(service.starttls);
    let deadline = cx.deadline().checked_sub(RESERVE).unwrap_or_else(Instant::now);
    let probe = Probe { versions: check.min_version.refused(), name: &name, deadline };
    let probes = all.iter().map(|address| probe.look(Door { address: *address, starttls }));
    let probed = join_all(probes).await.into_iter().collect::<Result<Vec<Probed>, _>>();
    let probed = probed.map_err(|error| Unseen::Unknown(error.to_string()))?;
    let seen = gather(&probed, host, &roots, cx);
    unreachable(&seen).map_or(Ok(Seen { not_looked_at, ..seen }), |why| Err(Unseen::Unreachable(why)))
}

fn roots(check: &Tls, cx: &Context) -> Result<RootCertStore, Unseen> {
    match &check.ca_file {
        Some(file) => tls::file_roots(&cx.path(file)).map_err(|error| Unseen::Unknown(error.to_string())),
        None => Ok(cx.reach().roots().clone()),
    }
}

async fn find(cx: &Context, service: &Service) -> Result<Vec<SocketAddr>, Unseen> {
    let host = service.lookup();
    let found = tokio::time::timeout(PATIENCE, addresses(cx.reach().pins(), &host, service.port)).await;
    found.unwrap_or_else(|_| Err(format!("the name {host} could not be looked up in time"))).map_err(Unseen::Unreachable)
}

fn choose(which: Which, mut all: Vec<SocketAddr>) -> (Vec<SocketAddr>, usize) {
    match which {
        Which::All => {}
        Which::First => all.truncate(1),
        Which::Ipv4 => all.retain(SocketAddr::is_ipv4),
        Which::Ipv6 => all.retain(SocketAddr::is_ipv6),
    }
    let beyond = all.len().saturating_sub(MOST_ADDRESSES);
    all.truncate(MOST_ADDRESSES);
    (all, beyond)
}

/// Why nothing at all was seen, if so.
fn unreachable(seen: &Seen) -> Option<String> {
    let why = |endpoint: &Endpoint| match &endpoint.handshake {
        Handshake::Unseen(why) if endpoint.chain.is_none() => Some(format!("{} {why}", endpoint.address)),
        _ => None,
    };
    seen.endpoints.iter().map(why).collect::<Option<Vec<String>>>().map(|all| all.join("; "))
}

/// What one address showed.
struct Probed {
    address: SocketAddr,
    shown: Shown,
    old: Vec<(Version, Answer)>,
}

/// The questions to every address.
struct Probe<'a> {
    versions: &'a [Version],
    name: &'a ServerName<'static>,
    deadline: Instant,
}

impl Probe<'_> {
    /// One connection after the other: some servers take one at a time.
    async fn look(&self, door: Door) -> Result<Probed, tls::TlsError> {
        let steps = self.versions.len() + 1;
        let mut shown = handshake(door, self.name, true, self.share(steps)).await?;
        let mut old = Vec::new();
        if !matches!(shown.end, Err(Trouble::Unreachable(_))) {
            for (done, version) in self.versions.iter().enumerate() {
                old.push((*version, offer(door, *version, Some(self.name), self.share(steps - 1 - done)).await));
            }
            if shown.chain.is_empty() {
                shown.chain = self.chain_in_clear(door, &old).await;
            }
        }
        Ok(Probed { address: door.address, shown, old })
    }

    /// A server that speaks nothing we have in common shows its certificates in clear to an older hello.
    async fn chain_in_clear(&self, door: Door, old: &[(Version, Answer)]) -> Vec<CertificateDer<'static>> {
        let shown = |answer: &Answer| match answer {
            Answer::Accepted { chain, .. } => Some(chain.clone()),
            _ => None,
        };
        match old.iter().find_map(|(_, answer)| shown(answer)) {
            Some(chain) => chain,
            None => shown(&offer(door, Version::Tls12, Some(self.name), self.share(1)).await).unwrap_or_default(),
        }
    }

    /// How long the next of so many steps may take.
    fn share(&self, steps: usize) -> Duration {
        let left = self.deadline.saturating_duration_since(Instant::now());
        PATIENCE.min(left / u32::try_from(steps.max(1)).unwrap_or(1))
    }
}

fn gather(probed: &[Probed], host: &Host, roots: &RootCertStore, cx: &Context) -> Seen {
    let mut different: Vec<&[CertificateDer<'_>]> = Vec::new();
    let mut endpoints = Vec::new();
    for one in probed {
        let chain = (!one.shown.chain.is_empty()).then(|| {
            different.iter().position(|known| *known == one.shown.chain.as_slice()).unwrap_or_else(|| {
                different.push(&one.shown.chain);
                different.len() - 1
            })
        });
        endpoints.push(endpoint(one, chain));
    }
    let chains = different.into_iter().map(|sent| chain::look(sent, Some(host), roots, cx.at())).collect();
    Seen { name: Some(host.to_string()), endpoints, not_looked_at: 0, chains }
}

fn endpoint(one: &Probed, chain: Option<usize>) -> Endpoint {
    let leaf = one.shown.chain.first().and_then(|leaf| certificate::read(leaf).ok());
    let staple = (!one.shown.staple.is_empty()).then(|| staple::read(&one.shown.staple, leaf.map_or(&[], |leaf| leaf.raw_serial())));
    Endpoint {
        address: one.address.to_string(),
        handshake: match &one.shown.end {
            Ok(session) => {
                Handshake::Done { protocol: session.protocol.clone(), cipher: session.cipher.clone(), asks_client: session.asks_client }
            }
            Err(Trouble::Refused(why)) => Handshake::Refused(why.clone()),
            Err(Trouble::Unreachable(why)) => Handshake::Unseen(why.clone()),
        },
        chain,
        staple,
        old: one.old.iter().map(|(version, answer)| (super::session::key(*version).to_owned(), old(answer))).collect(),
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
