//! The desk: the records of all projects in one ledger, by the policy of one organisation.

pub(crate) mod board;
mod gate;
mod law;
mod log;
mod release;
mod rollout;
mod row;
mod signing;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{ActError, Caller, EnvironmentRecord, kept_plan::KeptPlans, record::read};
use crate::{
    ledger::{self, Postgres, Store, newest_look},
    model::Period,
};

pub(crate) use board::{Board, keep};
pub(crate) use gate::{GateAsked, GateSaid};
pub(crate) use law::{Law, LawFile};
pub(crate) use release::{OpenQuestion, ReleaseShown, SignAs};
pub(crate) use row::{Row, Word};
pub(crate) use signing::Wish;

/// So many records are read at once: each holds a whole chain in memory.
const AT_ONCE: usize = 4;
/// How long the sessions with a database are used.
const SESSIONS: Period = Period::seconds(15 * 60);

/// What a desk is opened with.
#[derive(Debug, Clone)]
pub(crate) struct DeskRequest {
    /// The organisation's policy.
    pub(crate) policy: PathBuf,
    /// The ledger: a URL, or a path from here.
    pub(crate) ledger: String,
}

/// How a desk is reached.
#[derive(Debug, Clone, Default)]
pub(crate) struct DoorRequest {
    /// `HOST:PORT`.
    pub(crate) listen: String,
    /// The policy's, said again.
    pub(crate) origin: Option<String>,
    /// The header in which a proxy says whose request it is.
    pub(crate) behind_proxy: Option<String>,
    /// Whether whoever is not signed in sees the verdicts.
    pub(crate) public_board: bool,
    /// The files of the certificate and its key.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    /// The file of the key of sessions.
    pub(crate) session_key: Option<PathBuf>,
    /// The file of the tokens of controllers.
    pub(crate) gate_token: Option<PathBuf>,
}

/// An open desk.
pub(crate) struct Desk {
    /// Whose word counts.
    pub(crate) law: LawFile,
    /// Where every project stands.
    pub(crate) board: Board,
    place: String,
    /// The database, since when: its sessions are shared.
    database: Mutex<Option<(Timestamp, Postgres)>>,
    reading: Semaphore,
    edge: Caller,
}

/// A record as the desk shows it.
pub(crate) struct DeskRecord<'d> {
    pub(crate) record: EnvironmentRecord,
    /// The roles are those of the plan of its own runs, because the desk's policy knows others.
    pub(crate) own_roles: bool,
    _reading: SemaphorePermit<'d>,
}

impl Desk {
    /// Reads the policy, and names the ledger; nothing is asked of that yet.
    pub(crate) async fn open(caller: &Caller, request: &DeskRequest) -> Result<Self, ActError> {
        let law = LawFile::open(caller, &request.policy).await?;
        let place = request.ledger.clone();
        // What is wrong with the address is told at once.
        ledger::place::database(&place, "".as_ref(), &caller.env, caller.now)?;
        let (edge, reading) = (caller.clone(), Semaphore::new(AT_ONCE));
        Ok(Self { law, board: Board::default(), place, database: Mutex::default(), reading, edge })
    }

    /// Whoever asks now.
    pub(crate) fn caller(&self) -> Caller {
        Caller { now: self.now(), ..self.edge.clone() }
    }

    /// The moment.
    pub(crate) fn now(&self) -> Timestamp {
        (self.edge.clock)()
    }

    /// Where people find it, as the policy says.
    pub(crate) async fn origin(&self, caller: &Caller) -> Result<String, ActError> {
        let lacks =
            "the policy names no desk: write `signoff: { desk: { origin: https://desk.example.com, registrars: [ann@example.com] } }`";
        let law = self.law.for_all(caller).await?;
        law.signoff.desk.as_ref().map(|desk| desk.origin.clone()).ok_or_else(|| ActError::Usage(lacks.into()))
    }

    /// The ledger.
    pub(crate) fn store(&self) -> Result<Box<dyn Store>, ActError> {
        Ok(match self.database()? {
            Some(database) => Box::new(database),
            None => ledger::place::open(&self.place, "".as_ref(), &self.edge.env, self.now(), false)?,
        })
    }

    /// The database, where it is in one.
    fn database(&self) -> Result<Option<Postgres>, ActError> {
        let (now, mut database) = (self.now(), self.database.lock().unwrap_or_else(PoisonError::into_inner));
        // A server's certificate is judged at the moment that its address was read.
        if database.as_ref().is_none_or(|(since, _)| now < *since || SESSIONS.after(*since) <= now) {
            *database = ledger::place::database(&self.place, "".as_ref(), &self.edge.env, now)?.map(|database| (now, database));
        }
        Ok(database.as_ref().map(|(_, database)| database.clone()))
    }

    /// Waits until another record may be read.
    async fn reading(&self) -> Result<SemaphorePermit<'_>, ActError> {
        // It is never closed.
        self.reading.acquire().await.map_err(|_| ActError::Output("the desk is ending".into()))
    }

    /// The record of one environment of a project by the desk's policy, with the plan kept with its newest full run;
    /// `None` where nothing was ever run there.
    pub(crate) async fn record(&self, project: &str, environment: &str) -> Result<Option<DeskRecord<'_>>, ActError> {
        let reading = self.reading().await?;
        let (caller, store) = (self.caller(), self.store()?);
        let law = self.law.of(&caller, environment).await?;
        let mut by_law = law.policy.clone();
        let read = read(store.as_ref(), project, &mut by_law, caller.now).await?;
        let Some((entry, run)) = newest_look(&read.0, (project, environment))? else { return Ok(None) };
        let plan = KeptPlans::default().of_run(store.as_ref(), entry, run).await?;
        let (policy, own_roles) = law.for_plan(&by_law, &plan);
        let record = EnvironmentRecord::read_as(Arc::clone(&plan), policy, store, read);
        Ok(Some(DeskRecord { record, own_roles, _reading: reading }))
    }
}
