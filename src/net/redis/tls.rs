//! TLS to a Redis server: always verified, name included.

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{target::Files, trouble::Trouble};
use crate::net::{
    Reach,
    tls::{self, Identity, TlsError, Verify},
};

/// How to speak TLS to one target.
pub(super) fn config(files: &Files, reach: &Reach) -> Result<ClientConfig, TlsError> {
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
pub(super) async fn handshake(config: ClientConfig, host: &str, stream: TcpStream, who: &str) -> Result<TlsStream<TcpStream>, Trouble> {
    let name =
        ServerName::try_from(host.to_owned()).map_err(|_| Trouble::Unknown(format!("{who}: `{host}` cannot be in a certificate")))?;
    let connector = TlsConnector::from(std::sync::Arc::new(config));
    connector.connect(name, stream).await.map_err(|error| Trouble::of_io(who, &error))
}
