//! A ledger in a PostgreSQL database, for teams.
//!
//! Appends to one chain are serialised by an advisory lock that ends with its transaction. The role needs to read and to
//! add, no more.

mod schema;
mod session;
mod trouble;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::{sync::Mutex, time::sleep};

use super::{
    Candidate, Entry, LedgerError, NumberedSample, Row, Store,
    admission::{Admitted, Layout},
    tables::{Session as _, Tables},
};
use crate::{
    model::Digest,
    net::{
        Reach,
        postgres::{Recorder, Target},
    },
};
use session::ServerSession;

pub use schema::schema_sql;

/// How long logging in may take.
const LOGIN: Duration = Duration::from_secs(15);
/// How long one statement may take, the sending of large bytes included; the server's own limits are shorter.
const STATEMENT: Duration = Duration::from_secs(120);
/// How long a session that was left may take to answer.
const SHORT: Duration = Duration::from_secs(5);
/// How long a server that went away in the midst of a commit is waited for.
const RETURN: Duration = Duration::from_secs(20);

/// Tells whoever listens; what is told need not be on disk.
const TELL: &str = "BEGIN; SET LOCAL synchronous_commit = off; SELECT pg_notify('gonogo_ledger', ''); COMMIT";
const LISTEN: &str = "LISTEN gonogo_ledger";

/// Begins the one transaction of an append. `synchronous_commit` off would say "done" of what a crash can still undo.
const BEGIN: &str = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL statement_timeout = 60000; \
    SET LOCAL lock_timeout = 10000; SET LOCAL idle_in_transaction_session_timeout = 60000; SET LOCAL search_path = pg_catalog; \
    SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'";

/// Sessions that are kept for the next question.
const IDLE: usize = 4;

/// A ledger in a database. Nothing is asked of it before its first use. Copies share their sessions.
#[derive(Clone)]
pub struct Postgres {
    place: String,
    target: Target,
    reach: Arc<Reach>,
    /// Sessions with no transaction open; taken out while they are used, so that one left in the midst of work is never
    /// used again.
    idle: Arc<Mutex<Vec<Recorder>>>,
}

impl Postgres {
    /// The ledger in the database `target`, its certificate judged as `reach` says.
    pub fn new(target: Target, reach: Reach) -> Self {
        Self { place: target.shown(), target, reach: Arc::new(reach), idle: Arc::default() }
    }

    /// Makes the tables, as [`schema_sql`] says, and closes the chain that all projects share, so that each goes on with one
    /// of its own; `true` where that had entries and was closed now. After
    /// an error all is as it was.
    pub async fn apply(&self, role: Option<&str>, now: Timestamp) -> Result<bool, LedgerError> {
        let recorder = self.recorder("added to").await?;
        let tables = self.tables(&recorder, "added to");
        let done = applied(&tables, role, now).await;
        let ended = tables.0.run(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).await;
        recorder.close().await;
        let closed = done?;
        ended.map(|()| closed)
    }

    fn tables<'t>(&'t self, recorder: &'t Recorder, doing: &'static str) -> Tables<ServerSession<'t>> {
        Tables(ServerSession { place: &self.place, recorder, doing })
    }

    async fn recorder(&self, doing: &'static str) -> Result<Recorder, LedgerError> {
        // The lock is not held while the server is asked.
        let idle = self.idle.lock().await.pop();
        match idle {
            Some(idle) if idle.is_alive(Instant::now() + SHORT).await => Ok(idle),
            _ => self.log_in(doing).await,
        }
    }

    async fn log_in(&self, doing: &'static str) -> Result<Recorder, LedgerError> {
        let logged_in = Recorder::log_in(&self.target, &self.reach, Instant::now() + LOGIN).await;
        logged_in.map_err(|trouble| LedgerError::unavailable(&self.place, doing, trouble.to_string()))
    }

    async fn put_back(&self, recorder: Recorder) {
        let mut idle = self.idle.lock().await;
        if idle.len() < IDLE {
            idle.push(recorder);
        }
    }

    /// Asks `ask` of the tables.
    async fn read<T>(&self, ask: impl AsyncFnOnce(&Tables<ServerSession<'_>>) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        let recorder = self.recorder("read").await?;
        let answer = ask(&self.tables(&recorder, "read")).await?;
        self.put_back(recorder).await;
        Ok(answer)
    }

    /// One transaction around the decision.
    async fn append(&self, candidate: &Candidate) -> Result<Entry, LedgerError> {
        let added = async |tables: &Tables<ServerSession<'_>>| {
            let Admitted { added, entry } = tables.add(candidate).await?;
            Ok((entry, !added.is_empty()))
        };
        let (entry, lost) = self.write(added).await?;
        if let Some(lost) = lost {
            self.look_again(&entry, &lost).await?;
        }
        self.tell().await;
        Ok(entry)
    }

    /// Tells whoever listens that something was added. In the transaction that added it, all who add would wait for each other:
    /// PostgreSQL notifies under one lock, which is held until the disk has the commit. Who misses it asks by and by.
    async fn tell(&self) {
        if let Ok(recorder) = self.recorder("added to").await
            && recorder.run(TELL, Instant::now() + SHORT).await.is_ok()
        {
            self.put_back(recorder).await;
        }
    }

    /// Calls `heard` whenever somebody has added something, until the session ends or where none can be had.
    pub async fn listen(&self, heard: impl Fn() + Send) {
        let Ok(recorder) = self.log_in("read").await else { return };
        if recorder.run(LISTEN, Instant::now() + SHORT).await.is_err() {
            return;
        }
        while recorder.is_alive(Instant::now() + SHORT).await {
            heard();
            recorder.hear().await;
        }
    }

    /// One transaction around `work`, which says whether anything was added; beside its answer why none came to the commit.
    async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&Tables<ServerSession<'_>>) -> Result<(T, bool), LedgerError>,
    ) -> Result<(T, Option<String>), LedgerError> {
        let recorder = self.recorder("added to").await?;
        let tables = self.tables(&recorder, "added to");
        let begun = async {
            tables.0.run(BEGIN).await?;
            tables.0.refuse_newer_format().await
        };
        let done = match begun.await {
            Ok(()) => work(&tables).await,
            Err(error) => Err(error),
        };
        let (done, new) = match done {
            Ok(done) => done,
            Err(error) => {
                // It is rolled back, here or by the server when the session ends.
                if recorder.run("ROLLBACK", Instant::now() + SHORT).await.is_ok() {
                    self.put_back(recorder).await;
                }
                return Err(error);
            }
        };
        match recorder.run(if new { "COMMIT" } else { "ROLLBACK" }, Instant::now() + STATEMENT).await {
            Ok(()) => self.put_back(recorder).await,
            Err(_) if !new => {}
            Err(refused) if refused.is_lost() => return Ok((done, Some(refused.to_string()))),
            Err(refused) => return Err(trouble::failed(&self.place, "added to", &refused)),
        }
        Ok((done, None))
    }

    /// Adds samples. Where the answer to the commit never came they are given again: those that are there are left as they are.
    async fn keep_samples(&self, run: &Digest, first: u64, samples: &[Vec<u8>]) -> Result<(), LedgerError> {
        let added = || async |tables: &Tables<ServerSession<'_>>| Ok(((), tables.add_samples(run, first, samples).await?));
        let ((), mut lost) = self.write(added()).await?;
        let until = Instant::now() + RETURN;
        while let Some(why) = lost {
            if Instant::now() >= until {
                let why = format!("{why}; whether the samples were added is not known, and giving them again does no harm");
                return Err(LedgerError::unavailable(&self.place, "added to", why));
            }
            sleep(Duration::from_millis(250)).await;
            lost = match self.write(added()).await {
                Err(LedgerError::Unavailable { why, .. }) => Some(why),
                again => again?.1,
            };
        }
        Ok(())
    }

    /// Whether the entry is there, although the answer to its commit never came. The transaction of the lost session
    /// holds the lock until it has ended one way or the other, so under the lock the answer is final.
    async fn look_again(&self, entry: &Entry, why: &str) -> Result<(), LedgerError> {
        let until = Instant::now() + RETURN;
        let there = loop {
            let looked = self.is_there(entry).await;
            if looked.is_ok() || Instant::now() >= until {
                break looked;
            }
            sleep(Duration::from_millis(250)).await;
        };
        let why = match there {
            Ok(true) => return Ok(()),
            Ok(false) => format!("{why}; nothing was added"),
            Err(again) => {
                format!("{why}, and then: {again}; whether the entry was added is not known: look with `gonogo log` before trying again")
            }
        };
        Err(LedgerError::unavailable(&self.place, "added to", why))
    }

    async fn is_there(&self, entry: &Entry) -> Result<bool, LedgerError> {
        let recorder = self.log_in("read").await?;
        let tables = self.tables(&recorder, "read");
        tables.0.run(BEGIN).await?;
        // The first entry of a ledger is added under the lock of the shared chain.
        tables.0.lock("").await?;
        tables.0.lock(&entry.chain).await?;
        let there = tables.has_entry(entry).await?;
        tables.0.run("ROLLBACK").await?;
        self.put_back(recorder).await;
        Ok(there)
    }
}

impl Store for Postgres {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn add(&self, candidate: Candidate) -> BoxFuture<'_, Result<Entry, LedgerError>> {
        Box::pin(async move { self.append(&candidate).await })
    }

    fn rows<'a>(&'a self, chain: &'a str) -> BoxFuture<'a, Result<Vec<Row>, LedgerError>> {
        Box::pin(self.read(async |tables| tables.rows(chain).await))
    }

    fn chains(&self) -> BoxFuture<'_, Result<BTreeMap<String, Digest>, LedgerError>> {
        Box::pin(self.read(async |tables| tables.heads().await))
    }

    fn stored<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>> {
        Box::pin(self.read(async |tables| tables.blob(digest).await))
    }

    fn add_samples<'a>(&'a self, run: &'a Digest, first: u64, samples: Vec<Vec<u8>>) -> BoxFuture<'a, Result<(), LedgerError>> {
        Box::pin(async move { self.keep_samples(run, first, &samples).await })
    }

    fn samples<'a>(&'a self, run: &'a Digest, from: u64) -> BoxFuture<'a, Result<Vec<Vec<u8>>, LedgerError>> {
        Box::pin(self.read(async move |tables| tables.samples(run, from).await))
    }

    fn mark_told<'a>(&'a self, day: &'a str, marks: Vec<Digest>) -> BoxFuture<'a, Result<Vec<Digest>, LedgerError>> {
        Box::pin(async move {
            let marked = async |tables: &Tables<ServerSession<'_>>| {
                let new = tables.mark_told(day, &marks).await?;
                let any = !new.is_empty();
                Ok((new, any))
            };
            match self.write(marked).await? {
                (new, None) => Ok(new),
                (_, Some(lost)) => Err(LedgerError::unavailable(&self.place, "added to", lost)),
            }
        })
    }

    fn newest_sample<'a>(&'a self, run: &'a Digest) -> BoxFuture<'a, Result<Option<NumberedSample>, LedgerError>> {
        Box::pin(self.read(async |tables| tables.newest_sample(run).await))
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<Timestamp>, LedgerError>> {
        Box::pin(self.read(async |tables| tables.0.clock().await))
    }
}

async fn applied(tables: &Tables<ServerSession<'_>>, role: Option<&str>, now: Timestamp) -> Result<bool, LedgerError> {
    tables.0.run(BEGIN).await?;
    tables.0.refuse_newer_format().await?;
    tables.0.run(schema::LOCK).await?;
    tables.0.run(&schema::statements(role)).await?;
    if tables.layout().await? != Layout::Shared {
        return Ok(false);
    }
    tables.close(now).await?;
    tables.0.run(schema::BY_PROJECT).await?;
    Ok(true)
}
