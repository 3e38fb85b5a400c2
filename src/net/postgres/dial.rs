//! Opening a session: every host, address and way of talking that the target allows, in libpq's order.

use std::{net::SocketAddr, time::Instant};

use rustls::ClientConfig;
use tokio::time::timeout_at;

use super::{
    attempt::{Attempt, Failed, Purpose, Then},
    attrs::SessionAttrs,
    host::{Host, Place},
    session::Session,
    target::Target,
    tls::Wiring,
    trouble::Trouble,
    wire::Endpoint,
};
use crate::net::{Pins, Reach};

pub(super) struct Dialer {
    pub(super) target: Target,
    pub(super) purpose: Purpose,
    pub(super) pins: Pins,
    pub(super) tls: Option<ClientConfig>,
}

impl Dialer {
    /// Reads the files that TLS needs; connects to nothing yet.
    pub(super) fn new(target: &Target, purpose: Purpose, reach: &Reach) -> Result<Self, Trouble> {
        let tls = target.tls.config(reach).map_err(|error| Trouble::Unknown(format!("{}: {error}", target.shown())))?;
        Ok(Self { target: target.clone(), purpose, pins: reach.pins().clone(), tls })
    }

    /// The first session that will do.
    pub(super) async fn open(&self, until: Instant) -> Result<Session, Trouble> {
        let mut last = None;
        for attrs in self.target.attrs.rounds() {
            for (i, host) in self.target.hosts.iter().enumerate() {
                // Each host gets its share of what time is left, so that a dead one does not eat up all of it.
                let shares = u32::try_from(self.target.hosts.len() - i).unwrap_or(1);
                let until = Instant::now() + until.saturating_duration_since(Instant::now()) / shares;
                match self.open_host(host, attrs, until).await {
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
        Err(last.unwrap_or_else(|| Failed::elsewhere(Trouble::Unreachable(format!("{who}: the name leads to no address")))))
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
            Ok(Err(error)) => Err(Failed::elsewhere(Trouble::unresolved(who, &error))),
            Err(_) => Err(Failed::elsewhere(Trouble::timed_out(who, "could not be found: DNS did not answer", started.elapsed()))),
        }
    }

    async fn open_endpoint(&self, host: &Host, endpoint: &Endpoint, who: &str, until: Instant) -> Result<Session, Failed> {
        let wirings = if matches!(endpoint, Endpoint::Socket(_)) { &[Wiring::Plain] } else { self.target.tls.wirings() };
        let mut first = None;
        for wiring in wirings {
            let attempt = Attempt {
                target: &self.target,
                purpose: self.purpose,
                tls: self.tls.as_ref(),
                host,
                endpoint,
                who,
                wiring: *wiring,
                until,
            };
            match attempt.run().await {
                Ok(session) => return Ok(session),
                Err(failed) if failed.then == Then::OtherWiring => first = first.or(Some(failed)),
                Err(failed) => return Err(first.filter(|_| failed.then == Then::Stop).unwrap_or(failed)),
            }
        }
        Err(first.unwrap_or_else(|| Failed::elsewhere(Trouble::Unreachable(format!("{who} could not be reached")))))
    }

    /// The session, if the server behind it is of the kind that `target_session_attrs` demands.
    async fn checked(&self, session: Session, attrs: SessionAttrs, until: Instant) -> Result<Session, Failed> {
        if attrs == SessionAttrs::Any {
            return Ok(session);
        }
        session.replenish();
        let asked =
            session.client.query_typed_one("SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on'", &[]);
        let row = session.answer(asked, until).await.map_err(|refused| Failed::elsewhere(refused.trouble))?;
        let (in_recovery, read_only) = (row.try_get(0).unwrap_or(true), row.try_get(1).unwrap_or(true));
        match attrs.refuses(in_recovery, read_only) {
            None => Ok(session),
            Some(why) => {
                let trouble = Trouble::Unreachable(format!("{} {why}", session.who));
                session.close().await;
                Err(Failed::elsewhere(trouble))
            }
        }
    }
}

fn none_of(count: usize, last: Trouble) -> Trouble {
    let said = |why: String| format!("none of {count} hosts will do; the last: {why}");
    match last {
        Trouble::Unreachable(why) => Trouble::Unreachable(said(why)),
        Trouble::Unknown(why) => Trouble::Unknown(said(why)),
    }
}
