//! Connections: so many at once, each with an end, whoever is at the other side.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{Web, guard::Peer, routes};

/// Connections at once; others wait for one of them to end.
const MOST: usize = 1_000;
/// The most that is read of a request's line and headers.
const LARGEST_HEAD: usize = 16 << 10;
/// How long a handshake, and the head of a request, may take; so long a connection stays open unused.
const HEAD: Duration = Duration::from_secs(10);
/// A connection from its beginning to its end.
const LONGEST: Duration = Duration::from_secs(300);
/// How long what was begun is waited for when the program ends.
const ENDING: Duration = Duration::from_secs(10);

/// Serves until `stop` says why it is to end.
pub(super) async fn serve(listener: TcpListener, web: Arc<Web>, mut stop: watch::Receiver<Option<String>>) {
    let (room, app) = (Arc::new(Semaphore::new(MOST)), routes::of(web.clone()));
    let (ending, ended) = watch::channel(false);
    loop {
        let accepted = async {
            // It is never closed.
            let permit = room.clone().acquire_owned().await.ok()?;
            Some((permit, listener.accept().await))
        };
        match tokio::select! { accepted = accepted => accepted, () = async { _ = stop.wait_for(Option::is_some).await } => None } {
            None => break,
            Some((permit, Ok((stream, peer)))) => {
                tokio::spawn(connection(web.clone(), app.clone(), (stream, peer), ended.clone(), permit));
            }
            // Too many files are open: it passes when some of them close.
            Some((_, Err(_))) => sleep(Duration::from_millis(50)).await,
        }
    }
    drop((listener, ended));
    // Nobody listens any more where nothing is open.
    let _ = ending.send(true);
    let _ = timeout(ENDING, ending.closed()).await;
}

async fn connection(
    web: Arc<Web>,
    app: Router,
    (stream, peer): (TcpStream, SocketAddr),
    ended: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
) {
    // Small answers are not held back.
    let _ = stream.set_nodelay(true);
    match &web.door.tls {
        None => talk(app, stream, peer, ended).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HEAD, TlsAcceptor::from(tls.config(Instant::now())).accept(stream)).await {
                talk(app, stream, peer, ended).await;
            }
        }
    }
}

async fn talk(
    app: Router,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    mut ended: watch::Receiver<bool>,
) {
    let app = app.layer(axum::Extension(Peer(peer.ip())));
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(LARGEST_HEAD).max_headers(64);
    let mut served = std::pin::pin!(server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app)));
    let talked = async {
        tokio::select! {
            _ = served.as_mut() => {}
            () = async { _ = ended.wait_for(|ended| *ended).await } => {
                served.as_mut().graceful_shutdown();
                let _ = served.await;
            }
        }
    };
    // Who goes away, or sends what is no request, gets no more than that.
    let _ = timeout(LONGEST, talked).await;
}
