//! The questions to one address, one connection after the other: some servers take one at a time.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use rustls::pki_types::ServerName;

use super::{Tls, seen::How};
use crate::net::tls::{Answer, Client, Door, Keys, Shown, TlsError, Trouble, Version, handshake, offer};

/// The longest that is waited for one answer; a healthy server takes a hundredth of it.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// What one address showed.
pub(super) struct Probed {
    pub(super) address: SocketAddr,
    /// On each connection; the first is that of a usual client.
    pub(super) shown: Vec<(How, Shown)>,
    pub(super) old: Vec<(Version, Answer)>,
}

/// The questions to every address.
pub(super) struct Probe<'a> {
    pub(super) check: &'a Tls,
    pub(super) name: &'a ServerName<'static>,
    pub(super) deadline: Instant,
}

impl Probe<'_> {
    /// Asks them all, unless the address cannot be reached.
    pub(super) async fn look(&self, door: Door) -> Result<Probed, TlsError> {
        // Behind one address may be several servers.
        let again = (2..=self.check.connections.into()).map(How::Again);
        let usual = std::iter::once(How::Usual).chain(again).chain([How::Elliptic, How::Rsa]);
        let hows: Vec<How> = usual.chain(self.check.without_sni.then_some(How::WithoutSni)).collect();
        let versions = self.check.min_version.refused();
        let mut steps = hows.len() + versions.len();
        let mut probed = Probed { address: door.address, shown: Vec::new(), old: Vec::new() };
        for how in hows {
            let keys = match how {
                How::Elliptic => Keys::Elliptic,
                How::Rsa => Keys::Rsa,
                How::Usual | How::Again(_) | How::WithoutSni => Keys::Any,
            };
            let client = Client { name: self.name, sni: how != How::WithoutSni, keys };
            let shown = handshake(door, client, self.share(steps)).await?;
            steps -= 1;
            let unreachable = match shown.end {
                Err(Trouble::Unreachable(_)) => true,
                Err(Trouble::Closed(_)) => keys == Keys::Any,
                _ => false,
            };
            // Without a certificate of that kind it refuses, or shows nothing.
            if keys == Keys::Any || unreachable || !shown.chain.is_empty() {
                probed.shown.push((how, shown));
            }
            if unreachable {
                return Ok(probed);
            }
        }
        for version in versions {
            probed.old.push((*version, offer(door, *version, Some(self.name), self.share(steps)).await));
            steps -= 1;
        }
        if probed.shown.iter().all(|(_, shown)| shown.chain.is_empty()) {
            self.in_clear(door, &mut probed).await;
        }
        Ok(probed)
    }

    /// A server that speaks nothing we have in common shows its certificates in clear to an older hello. Where that is one
    /// of TLS 1.2, it speaks what other clients speak too.
    async fn in_clear(&self, door: Door, probed: &mut Probed) {
        let asked = probed.old.iter().any(|(version, _)| *version == Version::Tls12);
        let new = if asked { None } else { Some((Version::Tls12, offer(door, Version::Tls12, Some(self.name), self.share(1)).await)) };
        let accepted = new.iter().chain(probed.old.iter().rev()).find_map(|(version, answer)| match answer {
            Answer::Accepted { cipher, chain } => Some((*version, *cipher, chain.clone())),
            _ => None,
        });
        let (Some((version, cipher, chain)), Some((_, first))) = (accepted, probed.shown.first_mut()) else { return };
        first.chain = chain;
        if version == Version::Tls12 {
            // No other connection says more.
            first.end = Err(Trouble::Foreign(format!(
                "speaks TLS 1.2 with cipher suite 0x{cipher:04x}, but with no suite, curve and signature that are spoken here"
            )));
            probed.shown.truncate(1);
        }
    }

    /// How long the next of so many steps may take: what is left is for all of them.
    fn share(&self, steps: usize) -> Duration {
        let left = self.deadline.saturating_duration_since(Instant::now());
        PATIENCE.min(left / u32::try_from(steps.max(1)).unwrap_or(1))
    }
}
