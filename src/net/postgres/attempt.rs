//! One attempt to log in: at one address, in one way of talking.

use std::time::Instant;

use rustls::ClientConfig;
use secrecy::ExposeSecret as _;
use tokio::time::timeout_at;
use tokio_postgres::{
    Config,
    error::{DbError, Error, SqlState},
};

use super::{
    host::{Host, Password, Place},
    session::{Secured, Session},
    target::Target,
    tls::Wiring,
    trouble::{self, Trouble},
    wire::{Endpoint, Wire},
};

/// Told to the server at login, so that a session is harmless from its first moment. The transaction that every query
/// runs in says it again, for a pooler may drop this, and limits the time: a limit told here would hide the one of the login.
const GUARD: &str = "-c default_transaction_read_only=on";

/// The same for a session that keeps a record: it may write, but never wait for long.
const RECORDING: &str = "-c statement_timeout=60000 -c lock_timeout=10000";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To look: nothing can be changed.
    Look,
    /// To add to a ledger.
    Record,
}

pub(super) struct Attempt<'a> {
    pub(super) target: &'a Target,
    pub(super) purpose: Purpose,
    pub(super) tls: Option<&'a ClientConfig>,
    pub(super) host: &'a Host,
    pub(super) endpoint: &'a Endpoint,
    /// The server as people know it.
    pub(super) who: &'a str,
    pub(super) wiring: Wiring,
    pub(super) until: Instant,
}

pub(super) struct Failed {
    pub(super) trouble: Trouble,
    pub(super) then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// The next address or host.
    Elsewhere,
    /// The same without our startup options.
    WithoutGuard,
    /// The same with TLS instead of without, or the other way round.
    OtherWiring,
    /// Nothing: the answer would be the same.
    Stop,
}

impl Failed {
    pub(super) fn elsewhere(trouble: Trouble) -> Self {
        Self { trouble, then: Then::Elsewhere }
    }

    fn stop(why: String) -> Self {
        Self { trouble: Trouble::Unknown(why), then: Then::Stop }
    }
}

impl Attempt<'_> {
    /// Logs in, without our startup options where a pooler refuses them.
    pub(super) async fn run(&self) -> Result<Session, Failed> {
        let guarded = self.purpose == Purpose::Record || !self.target.attrs.asks_default();
        match self.once(guarded).await {
            Err(failed) if failed.then == Then::WithoutGuard => self.once(false).await,
            result => result,
        }
    }

    async fn once(&self, guarded: bool) -> Result<Session, Failed> {
        let (who, started) = (self.who, Instant::now());
        let mut connected = false;
        let attempt = async {
            let mut wire = Wire::open(self.endpoint).await.map_err(|error| Failed::elsewhere(trouble::of_io(who, &error)))?;
            connected = true;
            let secured = self.agree_on_tls(&mut wire).await?;
            let tls = secured.is_some();
            if !tls {
                wire.expect_login();
            }
            let mut config = self.config(guarded);
            let session = Session::start(wire, &mut config, secured, self.target.tls.direct, self.endpoint.clone(), who.to_owned());
            session.await.map_err(|error| self.failed(tls, guarded, &error))
        };
        match timeout_at(self.until.into(), attempt).await {
            Ok(result) => result,
            Err(_) => {
                let doing = if connected { "accepted the connection but did not log us in" } else { "did not accept the connection" };
                Err(Failed::elsewhere(Trouble::timed_out(who, doing, started.elapsed())))
            }
        }
    }

    /// Asks the server for TLS as far as wanted; the answer is not authenticated, so anything but the one letter is refused.
    async fn agree_on_tls(&self, wire: &mut Wire) -> Result<Option<Secured>, Failed> {
        let (who, optional) = (self.who, self.wiring == Wiring::TlsIfOffered);
        let (Some(config), true) = (self.tls, self.wiring != Wiring::Plain) else { return Ok(None) };
        let Place::Tcp(name) = &self.host.place else { return Ok(None) };
        let secured = Secured { config: config.clone(), name: name.clone() };
        if self.target.tls.direct {
            return Ok(Some(secured));
        }
        match wire.ask_for_tls().await.map_err(|error| Failed::elsewhere(trouble::of_io(who, &error)))? {
            b'S' => Ok(Some(secured)),
            b'N' if optional => Ok(None),
            b'N' => Err(Failed::stop(format!("{who} offers no TLS, and `sslmode` demands it"))),
            b'E' => {
                let trouble = Trouble::Unreachable(format!("{who} answers the request for TLS with an error"));
                Err(Failed { trouble, then: if optional { Then::OtherWiring } else { Then::Elsewhere } })
            }
            _ => Err(Failed::stop(trouble::not_postgres(who))),
        }
    }

    fn config(&self, guarded: bool) -> Config {
        let mut config = Config::new();
        config.user(&self.target.user).dbname(&self.target.database).application_name("gonogo");
        config.channel_binding(self.target.channel_binding);
        if let Password::Known(password) = &self.host.password {
            config.password(password.expose_secret());
        }
        let guard = guarded.then_some(match self.purpose {
            Purpose::Look => GUARD,
            Purpose::Record => RECORDING,
        });
        let options: Vec<&str> = self.target.options.as_deref().into_iter().chain(guard).collect();
        if !options.is_empty() {
            config.options(options.join(" "));
        }
        config
    }

    fn failed(&self, tls: bool, guarded: bool, error: &Error) -> Failed {
        let db = error.as_db_error();
        if guarded && db.is_some_and(refuses_options) {
            return Failed { trouble: Trouble::of(self.who, error), then: Then::WithoutGuard };
        }
        if let (Password::Absent(why), None) = (&self.host.password, db)
            && trouble::lacks_password(error)
        {
            return Failed::stop(format!("{} asks `{}` for a password: {why}", self.who, self.target.user));
        }
        let trouble = Trouble::of(self.who, error);
        let then = match (db.map(DbError::code), &trouble) {
            (Some(code), _) if *code == SqlState::CANNOT_CONNECT_NOW || *code == SqlState::TOO_MANY_CONNECTIONS => Then::Elsewhere,
            // pg_hba.conf tells logins with TLS from those without.
            (Some(code), _) if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION && self.wiring != Wiring::Tls => Then::OtherWiring,
            (Some(_), _) => Then::Stop,
            (None, _) if tls && self.wiring == Wiring::TlsIfOffered => Then::OtherWiring,
            (None, Trouble::Unreachable(_)) => Then::Elsewhere,
            (None, Trouble::Unknown(_)) => Then::Stop,
        };
        Failed { trouble, then }
    }
}

/// PgBouncer refuses startup options it does not know (08P01), other poolers all of them (0A000).
fn refuses_options(error: &DbError) -> bool {
    let code = error.code();
    (*code == SqlState::PROTOCOL_VIOLATION || *code == SqlState::FEATURE_NOT_SUPPORTED)
        && (error.message().contains("startup parameter") || error.message().contains("options"))
}
