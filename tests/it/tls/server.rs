//! Servers on a free port of 127.0.0.1, stopped when dropped: TLS ones by rustls, and hostile ones by hand.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rustls::{ServerConfig, SupportedProtocolVersion, server::WebPkiClientVerifier, sign::CertifiedKey};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use super::authority::Identity;

pub(crate) struct Server {
    pub(crate) at: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Calls `serve` for each connection, one after the other and all at once.
    pub(crate) async fn new<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::on("127.0.0.1:0", serve).await
    }

    pub(crate) async fn on<F>(address: &str, serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.expect("a free port");
        let at = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Self { at, task }
    }

    /// TLS 1.2 and 1.3.
    pub(crate) async fn tls(identity: &Identity) -> Self {
        Self::speaking(identity, rustls::ALL_VERSIONS).await
    }

    pub(crate) async fn tls_on(address: &str, identity: &Identity) -> Self {
        let config = builder(rustls::ALL_VERSIONS).with_no_client_auth().with_cert_resolver(resolver(identity));
        Self::with_config_on(address, config, false).await
    }

    pub(crate) async fn speaking(identity: &Identity, versions: &[&'static SupportedProtocolVersion]) -> Self {
        let config = builder(versions).with_no_client_auth().with_cert_resolver(resolver(identity));
        Self::with_config(config, false).await
    }

    /// Demands a client certificate.
    pub(crate) async fn mutual(identity: &Identity, versions: &[&'static SupportedProtocolVersion]) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(identity.chain.last().expect("an issuer").clone()).expect("a root");
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), gonogo::net::tls::provider()).build();
        let config = builder(versions).with_client_cert_verifier(clients.expect("a verifier")).with_cert_resolver(resolver(identity));
        Self::with_config(config, false).await
    }

    /// Serves `named` to clients that ask for api.example.com, and `other` to the rest; or nothing.
    pub(crate) async fn by_name(named: &Identity, other: Option<&Identity>) -> Self {
        let resolver = ByName(certified(named), other.map(certified));
        let config = builder(rustls::ALL_VERSIONS).with_no_client_auth().with_cert_resolver(Arc::new(resolver));
        Self::with_config(config, false).await
    }

    /// Serves the identities in turn, as several servers behind one address do.
    pub(crate) async fn in_turn(identities: &[&Identity]) -> Self {
        let resolver = InTurn(identities.iter().map(|identity| certified(identity)).collect(), AtomicUsize::new(0));
        let config = builder(rustls::ALL_VERSIONS).with_no_client_auth().with_cert_resolver(Arc::new(resolver));
        Self::with_config(config, false).await
    }

    /// Speaks PostgreSQL until TLS begins.
    pub(crate) async fn postgres(identity: &Identity) -> Self {
        let config = builder(rustls::ALL_VERSIONS).with_no_client_auth().with_cert_resolver(resolver(identity));
        Self::with_config(config, true).await
    }

    async fn with_config(config: ServerConfig, postgres: bool) -> Self {
        Self::with_config_on("127.0.0.1:0", config, postgres).await
    }

    async fn with_config_on(address: &str, config: ServerConfig, postgres: bool) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::on(address, move |mut stream| {
            let acceptor = acceptor.clone();
            async move {
                if postgres && !grants_tls(&mut stream).await {
                    return;
                }
                if let Ok(mut session) = acceptor.accept(stream).await {
                    let _ = session.read(&mut [0; 16]).await;
                }
            }
        })
        .await
    }

    pub(crate) fn port(&self) -> u16 {
        self.at.port()
    }
}

/// As PostgreSQL does: `S` to an SSLRequest.
async fn grants_tls(stream: &mut TcpStream) -> bool {
    let mut request = [0; 8];
    stream.read_exact(&mut request).await.is_ok() && request == [0, 0, 0, 8, 4, 210, 22, 47] && stream.write_all(b"S").await.is_ok()
}

fn builder(versions: &[&'static SupportedProtocolVersion]) -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    ServerConfig::builder_with_provider(gonogo::net::tls::provider()).with_protocol_versions(versions).expect("versions")
}

/// Serves the identity whatever is asked, also a chain that makes no sense.
fn resolver(identity: &Identity) -> Arc<dyn rustls::server::ResolvesServerCert> {
    Arc::new(Always(certified(identity)))
}

fn certified(identity: &Identity) -> Arc<CertifiedKey> {
    let key = gonogo::net::tls::provider().key_provider.load_private_key(identity.key.clone_key()).expect("a key");
    let mut certified = CertifiedKey::new(identity.chain.clone(), key);
    certified.ocsp = (!identity.staple.is_empty()).then(|| identity.staple.clone());
    Arc::new(certified)
}

#[derive(Debug)]
struct ByName(Arc<CertifiedKey>, Option<Arc<CertifiedKey>>);

impl rustls::server::ResolvesServerCert for ByName {
    fn resolve(&self, hello: rustls::server::ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if hello.server_name() == Some("api.example.com") { Some(self.0.clone()) } else { self.1.clone() }
    }
}

#[derive(Debug)]
struct InTurn(Vec<Arc<CertifiedKey>>, AtomicUsize);

impl rustls::server::ResolvesServerCert for InTurn {
    fn resolve(&self, _: rustls::server::ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.get(self.1.fetch_add(1, Ordering::Relaxed) % self.0.len()).cloned()
    }
}

#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl rustls::server::ResolvesServerCert for Always {
    fn resolve(&self, _: rustls::server::ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}
