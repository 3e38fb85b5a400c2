//! A bare TLS client: full handshakes, one after the other with each server.

use std::{fs, sync::Arc};

use anyhow::{Context as _, bail};
use rustls::{
    ClientConfig, RootCertStore,
    client::Resumption,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::{net::TcpStream, sync::Semaphore, task::JoinSet};
use tokio_rustls::TlsConnector;

/// `ADDRESSES-FILE AT-ONCE CA-FILE HANDSHAKES`.
pub(crate) fn run(settings: &[&str]) -> anyhow::Result<()> {
    let [addresses, at_once, ca, handshakes] = settings else { bail!("addresses, number at once, a CA, handshakes with each") };
    let (addresses, at_once, handshakes) = (fs::read_to_string(addresses)?, at_once.parse()?, handshakes.parse()?);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca)?)?;
    let mut config = ClientConfig::builder_with_provider(gonogo::net::tls::provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // What is resumed is no full handshake.
    config.resumption = Resumption::disabled();
    let connector = TlsConnector::from(Arc::new(config));
    tokio::runtime::Runtime::new()?.block_on(async {
        let places = Arc::new(Semaphore::new(at_once));
        let mut servers = JoinSet::new();
        for address in addresses.lines().map(str::to_owned) {
            let (connector, places) = (connector.clone(), Arc::clone(&places));
            servers.spawn(async move {
                let _place = places.acquire().await?;
                shake(&connector, &address, handshakes).await
            });
        }
        servers.join_all().await.into_iter().collect()
    })
}

async fn shake(connector: &TlsConnector, address: &str, handshakes: usize) -> anyhow::Result<()> {
    let host = address.rsplit_once(':').context("a port")?.0.to_owned();
    for _ in 0..handshakes {
        connector.connect(ServerName::try_from(host.clone())?, TcpStream::connect(address).await?).await?;
    }
    Ok(())
}
