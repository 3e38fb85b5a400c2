//! The questions to one address, one connection after the other: some servers take one at a time.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use rustls::pki_types::{CertificateDer, ServerName};

use crate::net::tls::{Answer, Door, Shown, TlsError, Trouble, Version, handshake, offer};

/// The longest that is waited for one answer; a healthy server takes a hundredth of it.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// What one address showed.
pub(super) struct Probed {
    pub(super) address: SocketAddr,
    pub(super) shown: Shown,
    /// To a client that names no server; asked only where that is wanted.
    pub(super) without_sni: Option<Shown>,
    pub(super) old: Vec<(Version, Answer)>,
}

/// The questions to every address.
pub(super) struct Probe<'a> {
    /// The old versions to offer.
    pub(super) versions: &'a [Version],
    pub(super) name: &'a ServerName<'static>,
    /// Whether to look once more without naming the server.
    pub(super) without_sni: bool,
    pub(super) deadline: Instant,
}

impl Probe<'_> {
    /// Asks them all, unless the address cannot be reached.
    pub(super) async fn look(&self, door: Door) -> Result<Probed, TlsError> {
        let mut steps = 1 + self.versions.len() + usize::from(self.without_sni);
        let shown = handshake(door, self.name, true, self.share(steps)).await?;
        let mut probed = Probed { address: door.address, shown, without_sni: None, old: Vec::new() };
        if matches!(probed.shown.end, Err(Trouble::Unreachable(_))) {
            return Ok(probed);
        }
        for version in self.versions {
            steps -= 1;
            probed.old.push((*version, offer(door, *version, Some(self.name), self.share(steps)).await));
        }
        if probed.shown.chain.is_empty() {
            probed.shown.chain = self.chain_in_clear(door, &probed.old).await;
        }
        if self.without_sni {
            probed.without_sni = Some(handshake(door, self.name, false, self.share(1)).await?);
        }
        Ok(probed)
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

    /// How long the next of so many steps may take: what is left is for all of them.
    fn share(&self, steps: usize) -> Duration {
        let left = self.deadline.saturating_duration_since(Instant::now());
        PATIENCE.min(left / u32::try_from(steps.max(1)).unwrap_or(1))
    }
}
