//! Opening the way to a server: every address of its name in turn, TLS where the URL wants it.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    net::{TcpStream, UnixStream, lookup_host},
    time::timeout_at,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    target::{Place, Target},
    trouble::Trouble,
    wire::Wire,
};
use crate::net::{
    Reach,
    tls::{self, Identity, TlsError, TlsFiles, Verify},
    watched::Duplex,
};

/// A connection that nothing has been sent over yet.
pub(super) async fn open(target: &Target, reach: &Reach, who: &str, until: Instant) -> Result<Wire, Trouble> {
    let (host, port) = match &target.place {
        Place::Socket(path) => {
            let opened = within(until, who, "did not accept the connection", UnixStream::connect(path)).await?;
            let stream = opened.map_err(|error| Trouble::of_io(who, &error))?;
            return Ok(Wire::new(Box::new(stream)));
        }
        Place::Tcp(host, port) => (host, *port),
    };
    let config = target.tls.then(|| config(&target.files, reach)).transpose();
    let config = config.map_err(|error| Trouble::Unknown(format!("{who}: {error}")))?;
    let addresses = addresses(host, port, reach, who, until).await?;
    let mut last = Trouble::Unreachable(format!("{who}: the name leads to no address"));
    for (i, address) in addresses.iter().enumerate() {
        // Each address gets its share of what time is left, so that a dead one does not eat up all of it.
        let shares = u32::try_from(addresses.len() - i).unwrap_or(1);
        let until = Instant::now() + left(until) / shares;
        let opened = within(until, who, "did not accept the connection", TcpStream::connect(address)).await;
        let stream = match opened.and_then(|opened| opened.map_err(|error| Trouble::of_io(who, &error))) {
            Ok(stream) => stream,
            Err(trouble) => {
                last = trouble;
                continue;
            }
        };
        // What follows fails for this server, not for this address.
        let stream: Box<dyn Duplex> = match config {
            None => Box::new(stream),
            Some(config) => {
                let handshake = handshake(config, host, stream, who);
                Box::new(
                    within(until, who, "accepted the connection but did not answer in TLS (does it speak TLS on that port?)", handshake)
                        .await??,
                )
            }
        };
        return Ok(Wire::new(stream));
    }
    Err(last)
}

async fn addresses(host: &str, port: u16, reach: &Reach, who: &str, until: Instant) -> Result<Vec<SocketAddr>, Trouble> {
    if let Some(pin) = reach.pins().get(host) {
        return Ok(vec![pin.socket(port)]);
    }
    match within(until, who, "could not be found: DNS did not answer", lookup_host((host, port))).await? {
        Ok(addresses) => Ok(addresses.collect()),
        Err(error) => Err(Trouble::unresolved(who, &error)),
    }
}

/// What `doing` comes to, if it does by `until`; `who` and `failed` make the sentence if not.
pub(super) async fn within<T>(until: Instant, who: &str, failed: &str, doing: impl Future<Output = T>) -> Result<T, Trouble> {
    let time = left(until);
    timeout_at(until.into(), doing).await.map_err(|_| Trouble::timed_out(who, failed, time))
}

fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}

/// How to speak TLS to one target.
fn config(files: &TlsFiles, reach: &Reach) -> Result<ClientConfig, TlsError> {
    let roots = match &files.ca {
        Some(file) => reach.file_roots(file)?,
        None => reach.roots().clone(),
    };
    let identity = files.identity.as_ref().map(|(certificate, key)| Identity::read(certificate, key)).transpose()?;
    // The server's own certificate may be the trusted one, marked as a CA's: `openssl req -x509` makes it so.
    let verify = if files.ca.is_some() { Verify::FullOrListed } else { Verify::Full };
    tls::client_config(roots, verify, reach.at(), identity)
}

/// The handshake, with `host` as the name that the certificate must bear.
async fn handshake(config: ClientConfig, host: &str, stream: TcpStream, who: &str) -> Result<TlsStream<TcpStream>, Trouble> {
    let name =
        ServerName::try_from(host.to_owned()).map_err(|_| Trouble::Unknown(format!("{who}: `{host}` cannot be in a certificate")))?;
    let connector = TlsConnector::from(std::sync::Arc::new(config));
    connector.connect(name, stream).await.map_err(|error| Trouble::of_io(who, &error))
}
