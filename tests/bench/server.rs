//! The HTTP server under test, a process of its own: answers at once or after a while, keeps connections.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    runtime::Runtime,
};
use tokio_rustls::TlsAcceptor;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 29\r\ncache-control: no-store\r\n\
    server: bench\r\naccess-control-allow-origin: https://app.example.com\r\n\r\n{\"status\":\"ok\",\"depends\":[1]}";

/// What is said of a page that is not there.
const MISSING: &[u8] = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\naccess-control-allow-origin: https://app.example.com\r\n\r\n";

/// Requests answered so far.
static ANSWERED: AtomicUsize = AtomicUsize::new(0);

/// A running server; it ends with this, or when this process does.
pub(crate) struct Server {
    pub(crate) ports: Vec<u16>,
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Server {
    /// On so many ports; with TLS where certificate and key are given.
    pub(crate) fn start(ports: usize, latency: u64, tls: Option<(PathBuf, PathBuf)>) -> anyhow::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["serve", &ports.to_string(), &latency.to_string()]);
        command.args(tls.into_iter().flat_map(|(certificate, key)| [certificate, key]));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut output = BufReader::new(process.stdout.take().context("no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let ports = line.split_whitespace().map(str::parse).collect::<Result<Vec<u16>, _>>()?;
        ensure!(!ports.is_empty(), "the server does not start");
        Ok(Self { ports, process, output })
    }

    /// How many requests it answered.
    pub(crate) fn answered(&mut self) -> anyhow::Result<usize> {
        writeln!(self.process.stdin.as_mut().context("no input")?)?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim().parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The process itself: `PORTS LATENCY-MS [CERTIFICATE KEY]`. Says its ports, ends when its input does.
pub(crate) fn serve(settings: &[&str]) -> anyhow::Result<()> {
    let [ports, latency, tls @ ..] = settings else { bail!("number of ports, latency, perhaps certificate and key") };
    let latency = Duration::from_millis(latency.parse()?);
    let tls = match tls {
        [certificate, key] => Some(acceptor(certificate, key)?),
        _ => None,
    };
    let runtime = Runtime::new()?;
    let mut bound = Vec::new();
    for _ in 0..ports.parse()? {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        bound.push(listener.local_addr()?.port().to_string());
        runtime.spawn(accept(listener, latency, tls.clone()));
    }
    println!("{}", bound.join(" "));
    for line in std::io::stdin().lines() {
        line?;
        println!("{}", ANSWERED.load(Ordering::Relaxed));
    }
    runtime.shutdown_background();
    Ok(())
}

fn acceptor(certificate: &str, key: &str) -> anyhow::Result<TlsAcceptor> {
    let config = ServerConfig::builder_with_provider(gonogo::net::tls::provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from_pem_file(certificate)?], PrivateKeyDer::from_pem_file(key)?)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn accept(listener: TcpListener, latency: Duration, tls: Option<TlsAcceptor>) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let tls = tls.clone();
        tokio::spawn(async move {
            match tls {
                None => answer(stream, latency).await,
                Some(tls) => answer(tls.accept(stream).await?, latency).await,
            }
        });
    }
}

/// Answers each request of a connection; none has content.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, latency: Duration) -> std::io::Result<()> {
    let (mut asked, mut chunk) = (Vec::new(), [0; 2048]);
    loop {
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Ok(());
        }
        asked.extend_from_slice(&chunk[..read]);
        if asked.ends_with(b"\r\n\r\n") {
            let said = if asked.windows(12).any(|part| part == b"no-such-page") { MISSING } else { ANSWER };
            asked.clear();
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            ANSWERED.fetch_add(1, Ordering::Relaxed);
            stream.write_all(said).await?;
        }
    }
}
