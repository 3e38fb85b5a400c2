//! Opening a session: every host, address and way of talking that the target allows, in libpq's order.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use rustls::ClientConfig;
use secrecy::ExposeSecret as _;
use tokio::time::timeout_at;
use tokio_postgres::{Config, error::SqlState};

use super::{
    attrs::SessionAttrs,
    session::{Secured, Session},
    target::{Host, Password, Place, Target},
    tls::Wiring,
    trouble::{self, Trouble},
    wire::{Endpoint, Wire},
};
use crate::net::Pins;

/// Told to the server at login, so that a session is harmless from its first moment. The transaction that every query
/// runs in says it again: a pooler may drop these.
const GUARD: &str = "-c default_transaction_read_only=on -c statement_timeout=60000 -c lock_timeout=10000";

/// Opens sessions to one target.
pub(super) struct Dialer {
    pub(super) target: Target,
    pub(super) pins: Pins,
    pub(super) tls: Option<ClientConfig>,
}

/// Why one attempt failed, and what may be tried instead.
struct Failed {
    trouble: Trouble,
    then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// The next address or host.
    Elsewhere,
    /// The same without our startup options.
    WithoutGuard,
    /// The same with TLS instead of without, or the other way round.
    OtherWiring,
    /// Nothing: the answer would be the same.
    Stop,
}

impl Dialer {
    /// The first session that will do.
    pub(super) async fn open(&self, until: Instant) -> Result<Session, Trouble> {
        let mut last = None;
        for attrs in self.target.attrs.rounds() {
            for (i, host) in self.target.hosts.iter().enumerate() {
                // Each host gets its share of what time is left, so that a dead one does not eat up all of it.
                let shares = u32::try_from(self.target.hosts.len() - i).unwrap_or(1);
                let until = Instant::now() + until.saturating_duration_since(Instant::now()) / shares;
                match self.open_host(host, *attrs, until).await {
                    Ok(session) => return Ok(session),
                    Err(failed) if failed.then == Then::Elsewhere => last = Some(failed.trouble),
                    Err(failed) => return Err(failed.trouble),
                }
            }
        }
        let last = last.unwrap_or_else(|| Trouble::Unknown("no host to connect to".into()));
        Err(if self.target.hosts.len() == 1 { last } else { none_of(self.target.hosts.len(), last) })
    }

    async fn open_host(&self, host: &Host, attrs: SessionAttrs, until: Instant) -> Result<Session, Failed> {
        let who = format!("PostgreSQL at {}", host.shown());
        let endpoints = self.endpoints(host, &who, until).await?;
        let mut last = None;
        for (i, endpoint) in endpoints.iter().enumerate() {
            let shares = u32::try_from(endpoints.len() - i).unwrap_or(1);
            let left = until.saturating_duration_since(Instant::now()) / shares;
            let left = self.target.connect_timeout.map_or(left, |limit| limit.min(left));
            match self.open_endpoint(host, endpoint, &who, Instant::now() + left).await {
                Ok(session) => return self.checked(session, attrs, until).await,
                Err(failed) if failed.then == Then::Elsewhere => last = Some(failed),
                Err(failed) => return Err(failed),
            }
        }
        Err(last.unwrap_or_else(|| elsewhere(Trouble::Unreachable(format!("{who}: the name leads to no address")))))
    }

    async fn endpoints(&self, host: &Host, who: &str, until: Instant) -> Result<Vec<Endpoint>, Failed> {
        let name = match &host.place {
            Place::Socket(folder) => return Ok(vec![Endpoint::Socket(folder.join(format!(".s.PGSQL.{}", host.port)))]),
            Place::Tcp(name) => name,
        };
        if let Some(pin) = self.pins.get(name) {
            return Ok(vec![Endpoint::Tcp(pin.socket(host.port))]);
        }
        if let Some(address) = host.address {
            return Ok(vec![Endpoint::Tcp(SocketAddr::new(address, host.port))]);
        }
        let started = Instant::now();
        let found = timeout_at(until.into(), tokio::net::lookup_host((name.as_str(), host.port))).await;
        match found {
            Ok(Ok(addresses)) => Ok(addresses.map(Endpoint::Tcp).collect()),
            Ok(Err(error)) => Err(elsewhere(Trouble::Unreachable(format!("{who}: the name cannot be resolved: {error}")))),
            Err(_) => Err(elsewhere(Trouble::timed_out(who, "could not be found: DNS did not answer", started.elapsed()))),
        }
    }

    async fn open_endpoint(&self, host: &Host, endpoint: &Endpoint, who: &str, until: Instant) -> Result<Session, Failed> {
        let wirings = if matches!(endpoint, Endpoint::Socket(_)) { &[Wiring::Plain] } else { self.target.tls.wirings() };
        let mut first = None;
        for wiring in wirings {
            match self.open_wired(host, endpoint, who, *wiring, until).await {
                Ok(session) => return Ok(session),
                Err(failed) if failed.then == Then::OtherWiring => first = first.or(Some(failed)),
                Err(failed) => return Err(first.filter(|_| failed.then == Then::Stop).unwrap_or(failed)),
            }
        }
        Err(first.unwrap_or_else(|| elsewhere(Trouble::Unreachable(format!("{who} could not be reached")))))
    }

    async fn open_wired(&self, host: &Host, at: &Endpoint, who: &str, wiring: Wiring, until: Instant) -> Result<Session, Failed> {
        let guarded = !self.target.attrs.asks_default();
        match self.attempt(host, at, who, wiring, guarded, until).await {
            Err(failed) if failed.then == Then::WithoutGuard => self.attempt(host, at, who, wiring, false, until).await,
            result => result,
        }
    }

    async fn attempt(
        &self,
        host: &Host,
        endpoint: &Endpoint,
        who: &str,
        wiring: Wiring,
        guarded: bool,
        until: Instant,
    ) -> Result<Session, Failed> {
        let started = Instant::now();
        let mut connected = false;
        let attempt = async {
            let mut wire = Wire::open(endpoint).await.map_err(|error| elsewhere(trouble::of_io(who, &error)))?;
            connected = true;
            let secured = self.agree_on_tls(&mut wire, host, wiring, who).await?;
            if secured.is_none() {
                wire.expect_login();
            }
            let mut config = self.config(host, guarded);
            let tls = secured.is_some();
            let started = Session::start(wire, &mut config, secured, self.target.tls.direct, endpoint.clone(), who.to_owned());
            started.await.map_err(|error| self.failed(host, who, wiring, tls, guarded, &error))
        };
        match timeout_at(until.into(), attempt).await {
            Ok(result) => result,
            Err(_) => {
                let doing = if connected { "accepted the connection but did not log us in" } else { "did not accept the connection" };
                Err(elsewhere(Trouble::timed_out(who, doing, started.elapsed())))
            }
        }
    }

    /// Asks the server for TLS as far as wanted; the answer is not authenticated, so anything but the one letter is refused.
    async fn agree_on_tls(&self, wire: &mut Wire, host: &Host, wiring: Wiring, who: &str) -> Result<Option<Secured>, Failed> {
        let (Some(config), true) = (&self.tls, wiring != Wiring::Plain) else { return Ok(None) };
        let Place::Tcp(name) = &host.place else { return Ok(None) };
        let secured = Secured { config: config.clone(), name: name.clone() };
        if self.target.tls.direct {
            return Ok(Some(secured));
        }
        match wire.ask_for_tls().await.map_err(|error| elsewhere(trouble::of_io(who, &error)))? {
            b'S' => Ok(Some(secured)),
            b'N' if wiring == Wiring::TlsIfOffered => Ok(None),
            b'N' => Err(stop(format!("{who} offers no TLS, and `sslmode` demands it"))),
            b'E' => Err(Failed {
                trouble: Trouble::Unreachable(format!("{who} answers the request for TLS with an error")),
                then: if wiring == Wiring::TlsIfOffered { Then::OtherWiring } else { Then::Elsewhere },
            }),
            _ => Err(stop(trouble::not_postgres(who))),
        }
    }

    fn config(&self, host: &Host, guarded: bool) -> Config {
        let mut config = Config::new();
        config.user(&self.target.user).dbname(&self.target.database).application_name("gonogo");
        config.channel_binding(self.target.channel_binding);
        if let Password::Known(password) = &host.password {
            config.password(password.expose_secret());
        }
        let guard = guarded.then_some(GUARD);
        let options: Vec<&str> = self.target.options.as_deref().into_iter().chain(guard).collect();
        if !options.is_empty() {
            config.options(options.join(" "));
        }
        config
    }

    fn failed(&self, host: &Host, who: &str, wiring: Wiring, tls: bool, guarded: bool, error: &tokio_postgres::Error) -> Failed {
        let db = error.as_db_error();
        let code = db.map(tokio_postgres::error::DbError::code);
        if guarded && db.is_some_and(|db| refuses_options(db.code(), db.message())) {
            return Failed { trouble: Trouble::of(who, error), then: Then::WithoutGuard };
        }
        if let (Password::Absent(why), None) = (&host.password, code)
            && format!("{error:?}").contains("password missing")
        {
            return stop(format!("{who} asks `{}` for a password: {why}", self.target.user));
        }
        let trouble = Trouble::of(who, error);
        let again = [SqlState::CANNOT_CONNECT_NOW, SqlState::TOO_MANY_CONNECTIONS];
        let then = match (code, &trouble) {
            (Some(code), _) if again.contains(code) => Then::Elsewhere,
            (Some(code), _) if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION && wiring != Wiring::Tls => Then::OtherWiring,
            (Some(_), _) => Then::Stop,
            (None, _) if tls && wiring == Wiring::TlsIfOffered => Then::OtherWiring,
            (None, Trouble::Unreachable(_)) => Then::Elsewhere,
            (None, Trouble::Unknown(_)) => Then::Stop,
        };
        Failed { trouble, then }
    }

    /// The session, if the server behind it is of the kind that `target_session_attrs` demands.
    async fn checked(&self, session: Session, attrs: SessionAttrs, until: Instant) -> Result<Session, Failed> {
        if attrs == SessionAttrs::Any {
            return Ok(session);
        }
        session.replenish();
        let started = Instant::now();
        let asked =
            session.client.query_typed_one("SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on'", &[]);
        let row = match timeout_at(until.into(), asked).await {
            Ok(row) => row.map_err(|error| elsewhere(session.trouble(&error)))?,
            Err(_) => return Err(elsewhere(Trouble::timed_out(&session.who, "did not say what it is", started.elapsed()))),
        };
        let (in_recovery, read_only) = (row.try_get(0).unwrap_or(true), row.try_get(1).unwrap_or(true));
        match attrs.refuses(in_recovery, read_only) {
            None => Ok(session),
            Some(why) => {
                let trouble = Trouble::Unreachable(format!("{} {why}", session.who));
                session.close().await;
                Err(elsewhere(trouble))
            }
        }
    }
}

fn elsewhere(trouble: Trouble) -> Failed {
    Failed { trouble, then: Then::Elsewhere }
}

fn stop(why: String) -> Failed {
    Failed { trouble: Trouble::Unknown(why), then: Then::Stop }
}

fn none_of(count: usize, last: Trouble) -> Trouble {
    let said = |why: String| format!("none of {count} hosts will do; the last: {why}");
    match last {
        Trouble::Unreachable(why) => Trouble::Unreachable(said(why)),
        Trouble::Unknown(why) => Trouble::Unknown(said(why)),
    }
}

/// PgBouncer refuses startup options it does not know (08P01), other poolers all of them (0A000).
fn refuses_options(code: &SqlState, message: &str) -> bool {
    (*code == SqlState::PROTOCOL_VIOLATION || *code == SqlState::FEATURE_NOT_SUPPORTED)
        && (message.contains("startup parameter") || message.contains("options"))
}

/// Shortest and longest time a server is given for a statement.
pub(super) fn bounded(limit: Duration) -> u128 {
    limit.as_millis().clamp(1, 3_600_000)
}
