//! HTTP servers that misbehave, each on a free port of 127.0.0.1, gone when dropped.

use std::{
    future::Future,
    io::Write as _,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A connection, plain or TLS.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

type Told = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What it knows of its visitors.
#[derive(Clone, Default)]
pub(crate) struct Log {
    heads: Arc<Mutex<Vec<String>>>,
    bytes: Arc<AtomicU64>,
    connections: Arc<AtomicU64>,
}

/// A server that follows a script for each request.
pub(crate) struct Hostile {
    addr: SocketAddr,
    pub(crate) log: Log,
    task: JoinHandle<()>,
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One request that came, and the way back.
pub(crate) struct Visit<'a> {
    /// Its head, as sent.
    pub(crate) head: String,
    /// How many came before it.
    pub(crate) nth: usize,
    wire: &'a mut dyn Wire,
    log: Log,
}

impl Visit<'_> {
    /// The path asked for.
    pub(crate) fn path(&self) -> &str {
        self.head.split_whitespace().nth(1).unwrap_or_default()
    }

    /// Sends these bytes; `false` when the visitor is gone.
    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let bytes = bytes.as_ref();
        self.log.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.wire.write_all(bytes).await.is_ok() && self.wire.flush().await.is_ok()
    }

    /// A well-formed answer with these header lines.
    pub(crate) async fn answer(&mut self, status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> bool {
        let mut head = format!("HTTP/1.1 {status} Whatever\r\nContent-Length: {}\r\n", body.as_ref().len());
        for line in headers {
            head.push_str(line);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        self.say([head.as_bytes(), body.as_ref()].concat()).await
    }
}

impl Hostile {
    /// Follows `script` for each request; a connection is kept until the script or the visitor ends it.
    pub(crate) async fn new<S>(script: S) -> Self
    where
        S: for<'a> Fn(Visit<'a>) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> + Send + Sync + 'static,
    {
        Self::over(script, |stream| Box::pin(async move { Some(Box::new(stream) as Box<dyn Wire>) })).await
    }

    /// The same over TLS.
    pub(crate) async fn tls<S>(acceptor: tokio_rustls::TlsAcceptor, script: S) -> Self
    where
        S: for<'a> Fn(Visit<'a>) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> + Send + Sync + 'static,
    {
        Self::over(script, move |stream| {
            let acceptor = acceptor.clone();
            Box::pin(async move { acceptor.accept(stream).await.ok().map(|stream| Box::new(stream) as Box<dyn Wire>) })
        })
        .await
    }

    async fn over<S, W>(script: S, wrap: W) -> Self
    where
        S: for<'a> Fn(Visit<'a>) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> + Send + Sync + 'static,
        W: Fn(TcpStream) -> Pin<Box<dyn Future<Output = Option<Box<dyn Wire>>> + Send>> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let log = Log::default();
        let (script, wrap, kept) = (Arc::new(script), Arc::new(wrap), log.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, wrap, log) = (script.clone(), wrap.clone(), kept.clone());
                let told: Told = Box::pin(async move {
                    log.connections.fetch_add(1, Ordering::Relaxed);
                    let Some(mut wire) = wrap(stream).await else { return };
                    while let Some(head) = read_head(&mut *wire).await {
                        let nth = {
                            let mut heads = log.heads.lock().expect("no panic");
                            heads.push(head.clone());
                            heads.len() - 1
                        };
                        if !script(Visit { head, nth, wire: &mut *wire, log: log.clone() }).await {
                            let _ = wire.shutdown().await;
                            return;
                        }
                    }
                });
                tokio::spawn(told);
            }
        });
        Self { addr, log, task }
    }

    /// Always this answer.
    pub(crate) async fn answering(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Self {
        let headers: Vec<String> = headers.iter().map(|line| (*line).to_owned()).collect();
        let (headers, body) = (Arc::new(headers), Arc::new(body.as_ref().to_vec()));
        Self::new(move |mut visit| {
            let (headers, body) = (headers.clone(), body.clone());
            Box::pin(async move {
                let lines: Vec<&str> = headers.iter().map(String::as_str).collect();
                visit.answer(status, &lines, &*body).await
            })
        })
        .await
    }

    /// These bytes, whatever they are, then the end of the connection.
    pub(crate) async fn blurting(bytes: impl AsRef<[u8]>) -> Self {
        let bytes = Arc::new(bytes.as_ref().to_vec());
        Self::new(move |mut visit| {
            let bytes = bytes.clone();
            Box::pin(async move {
                visit.say(&*bytes).await;
                false
            })
        })
        .await
    }

    /// Accepts, reads, and never answers.
    pub(crate) async fn silent() -> Self {
        Self::new(|_| {
            Box::pin(async {
                tokio::time::sleep(Duration::from_secs(60)).await;
                false
            })
        })
        .await
    }

    /// Headers at once, then a byte of its long body now and then.
    pub(crate) async fn dripping() -> Self {
        Self::new(|mut visit| {
            Box::pin(async move {
                visit.say("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").await;
                while visit.say("x").await {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                false
            })
        })
        .await
    }

    /// A gigabyte, as fast as it is taken.
    pub(crate) async fn endless() -> Self {
        Self::new(|mut visit| {
            Box::pin(async move {
                visit.say("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n").await;
                let chunk = vec![b'x'; 64 << 10];
                for _ in 0..(1 << 14) {
                    if !visit.say(&chunk).await {
                        break;
                    }
                }
                false
            })
        })
        .await
    }

    /// Thirty mebibytes in thirty kibibytes.
    pub(crate) async fn gzip_bomb() -> Self {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let chunk = vec![0_u8; 1 << 20];
        for _ in 0..30 {
            encoder.write_all(&chunk).expect("memory");
        }
        Self::answering(200, &["Content-Encoding: gzip"], encoder.finish().expect("memory")).await
    }

    /// Speaks first, as a mail server does.
    pub(crate) async fn greeting(text: &'static str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.write_all(text.as_bytes()).await;
                let _ = stream.read_u8().await;
            }
        });
        Self { addr, log: Log::default(), task }
    }

    /// Resets the connection once it has read the request.
    pub(crate) async fn resetting() -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let addr = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("a socket");
        let listener = TcpListener::from_std(listener).expect("a socket");
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut some = [0; 1];
                let _ = stream.read_exact(&mut some).await;
                // Unread bytes in the receive buffer turn the close into a reset.
                drop(stream);
            }
        });
        Self { addr, log: Log::default(), task }
    }

    /// `http://127.0.0.1:port` and `path`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The requests that came.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.log.heads.lock().expect("no panic").clone()
    }

    /// How many connections came.
    pub(crate) fn connections(&self) -> u64 {
        self.log.connections.load(Ordering::Relaxed)
    }

    /// How many bytes it got rid of.
    pub(crate) fn bytes(&self) -> u64 {
        self.log.bytes.load(Ordering::Relaxed)
    }
}

async fn read_head(wire: &mut dyn Wire) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > 64 << 10 {
            return None;
        }
        head.push(wire.read_u8().await.ok()?);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let length = text.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse::<usize>()));
    let mut content = vec![0; length.and_then(Result::ok).unwrap_or_default()];
    wire.read_exact(&mut content).await.ok()?;
    Some(text + &String::from_utf8_lossy(&content))
}
