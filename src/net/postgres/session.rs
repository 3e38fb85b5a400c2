//! One session on a server, and how it is ended when nobody waits for its answer any more.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rustls::ClientConfig;
use tokio::{
    sync::Notify,
    task::JoinHandle,
    time::{timeout, timeout_at},
};
use tokio_postgres::{
    AsyncMessage, CancelToken, Client, Config, NoTls,
    config::{SslMode, SslNegotiation},
    tls::{MakeTlsConnect, TlsConnect},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    trouble::{Refused, Trouble},
    wire::{Endpoint, Wire},
};

/// What a server may send to one loan.
const LOAN_CAP: u64 = 64 << 20;

/// How long the ending of a session may take.
const ENDING: Duration = Duration::from_secs(3);

pub(super) struct Session {
    pub(super) client: Client,
    pub(super) who: String,
    allowance: Arc<AtomicU64>,
    driver: JoinHandle<()>,
    /// The server has notified of something, or the session has ended.
    heard: Arc<Notify>,
    /// For cancelling: where the server is, and how it is talked to.
    endpoint: Endpoint,
    secured: Option<Secured>,
    direct: bool,
}

/// TLS with a named peer.
#[derive(Clone)]
pub(super) struct Secured {
    pub(super) config: ClientConfig,
    /// The name the certificate is checked against.
    pub(super) name: String,
}

impl Secured {
    fn connector(self) -> <MakeRustlsConnect as MakeTlsConnect<Wire>>::TlsConnect {
        let mut maker = MakeRustlsConnect::new(self.config);
        match <MakeRustlsConnect as MakeTlsConnect<Wire>>::make_tls_connect(&mut maker, &self.name) {
            Ok(connector) => connector,
            Err(never) => match never {},
        }
    }
}

impl Session {
    /// Logs in over `wire`, on which TLS has been agreed if `secured`.
    pub(super) async fn start(
        wire: Wire,
        config: &mut Config,
        secured: Option<Secured>,
        direct: bool,
        endpoint: Endpoint,
        who: String,
    ) -> Result<Self, tokio_postgres::Error> {
        let allowance = wire.allowance();
        let (client, driver, heard) = match secured.clone() {
            // The request for TLS was made and answered already, so the handshake follows directly.
            Some(secured) => {
                config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
                log_in(wire, config, secured.connector()).await?
            }
            None => log_in(wire, config.ssl_mode(SslMode::Disable), NoTls).await?,
        };
        Ok(Self { client, who, allowance, driver, heard, endpoint, secured, direct })
    }

    /// Lets the server send its share for one loan.
    pub(super) fn replenish(&self) {
        self.allow(LOAN_CAP);
    }

    /// Lets the server send so many bytes from now on.
    pub(super) fn allow(&self, bytes: u64) {
        self.allowance.store(bytes, Ordering::Relaxed);
    }

    /// Whether it can be lent once more.
    pub(super) async fn is_alive(&self, until: Instant) -> bool {
        self.replenish();
        let alive = timeout_at(until.into(), self.client.check_connection()).await;
        !self.client.is_closed() && matches!(alive, Ok(Ok(())))
    }

    /// What comes of a question by `until`.
    pub(super) async fn answer<T>(
        &self,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
        until: Instant,
    ) -> Result<T, Refused> {
        let started = Instant::now();
        let late = || Trouble::timed_out(&self.who, "did not answer a query", started.elapsed());
        let answer = timeout_at(until.into(), asked).await.map_err(|_| Refused { trouble: late(), code: None, said: String::new() })?;
        answer.map_err(|error| Refused::of(&self.who, &error))
    }

    /// Waits until the server notifies of something, or the session ends.
    pub(super) async fn hear(&self) {
        self.heard.notified().await;
    }

    /// Ends it in good order.
    pub(super) async fn close(self) {
        let Self { client, mut driver, .. } = self;
        drop(client);
        if timeout(ENDING, &mut driver).await.is_err() {
            driver.abort();
        }
    }

    /// Ends it while a query may be running: the server is told to cancel that.
    pub(super) async fn cancel(self) {
        let token = self.client.cancel_token();
        let asked = timeout(ENDING, tell(&token, &self.endpoint, self.secured.clone(), self.direct)).await;
        if asked.is_err() {
            self.driver.abort();
        }
        self.close().await;
    }
}

async fn log_in<T>(wire: Wire, config: &Config, tls: T) -> Result<(Client, JoinHandle<()>, Arc<Notify>), tokio_postgres::Error>
where
    T: TlsConnect<Wire>,
    T::Stream: Send + 'static,
{
    let (client, mut connection) = config.connect_raw(wire, tls).await?;
    let heard = Arc::<Notify>::default();
    let hears = heard.clone();
    // The client's next call reports how the connection ended.
    let driver = tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if matches!(message, AsyncMessage::Notification(_)) {
                hears.notify_one();
            }
        }
        hears.notify_one();
    });
    Ok((client, driver, heard))
}

/// Sends the request to cancel; whether it helped cannot be known.
async fn tell(token: &CancelToken, endpoint: &Endpoint, secured: Option<Secured>, direct: bool) {
    let Ok(mut wire) = Wire::open(endpoint).await else { return };
    let sent = match secured {
        Some(secured) => {
            if !direct && !matches!(wire.ask_for_tls().await, Ok(b'S')) {
                return;
            }
            token.cancel_query_raw(wire, secured.connector()).await
        }
        None => token.cancel_query_raw(wire, NoTls).await,
    };
    drop(sent);
}
