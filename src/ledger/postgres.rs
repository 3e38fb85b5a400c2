//! A ledger in a PostgreSQL database, for teams.
//!
//! Appends are serialised by an advisory lock that ends with its transaction. The role needs to read and to add, no more.

mod schema;
mod table;
mod trouble;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::{sync::Mutex, time::sleep};

use super::{
    Blob, Draft, Entry, LedgerError, Row, Store,
    admission::{Admitted, Candidate, ChainState, Layout, Needs, adoptable, closing_after},
    kept,
    row::heads_of,
};
use crate::{
    model::Digest,
    net::{
        Reach,
        postgres::{Recorder, Target},
    },
};
use table::Tables;
use trouble::Place;

pub use schema::schema_sql;

/// How long logging in may take.
const LOGIN: Duration = Duration::from_secs(15);
/// How long one statement may take, the sending of large bytes included; the server's own limits are shorter.
const STATEMENT: Duration = Duration::from_secs(120);
/// How long a server that went away in the midst of a commit is waited for.
const RETURN: Duration = Duration::from_secs(20);

/// Begins the one transaction of an append. `synchronous_commit` off would say "done" of what a crash can still undo.
const BEGIN: &str = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL statement_timeout = 60000; \
    SET LOCAL lock_timeout = 10000; SET LOCAL idle_in_transaction_session_timeout = 60000; SET LOCAL search_path = pg_catalog; \
    SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'";

/// A ledger in a database. Nothing is asked of it before its first use.
pub struct Postgres {
    place: Place,
    target: Target,
    reach: Reach,
    /// A session with no transaction open; taken out while it is used, so that one left in the midst of work is never
    /// used again.
    idle: Mutex<Option<Recorder>>,
}

/// What to do with a candidate: what stands in a given place and what was found, to what is to be added.
type Decide<'d> = &'d (dyn Fn(Option<Row>, ChainState) -> Result<Admitted, LedgerError> + Send + Sync);

/// What an append rests on.
struct Wanted<'w> {
    needs: &'w Needs,
    /// The place that is asked for; of an append none.
    place: Option<u64>,
    /// Whether it comes into the shared chain whatever the layout.
    shared: bool,
    decide: Decide<'w>,
}

impl Postgres {
    /// The ledger in the database `target`, its certificate judged as `reach` says.
    pub fn new(target: Target, reach: Reach) -> Self {
        Self { place: Place(target.shown()), target, reach, idle: Mutex::default() }
    }

    /// Makes the tables, as [`schema_sql`] says, and closes the chain that all projects share, so that each goes on with one
    /// of its own; `true` where that had entries and was closed now.
    ///
    /// # Errors
    /// [`LedgerError`]; all is as it was then.
    pub async fn apply(&self, role: Option<&str>, now: Timestamp) -> Result<bool, LedgerError> {
        let recorder = self.recorder("added to").await?;
        let done = self.applied(&recorder, role, now).await;
        let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = recorder.run(end, soon()).await.map_err(|refused| self.place.failed("added to", &refused));
        recorder.close().await;
        let closed = done?;
        ended.map(|()| closed)
    }

    async fn applied(&self, recorder: &Recorder, role: Option<&str>, now: Timestamp) -> Result<bool, LedgerError> {
        let tables = self.tables(recorder, "added to");
        let run =
            async |statements: &str| recorder.run(statements, soon()).await.map_err(|refused| self.place.failed("added to", &refused));
        run(BEGIN).await?;
        tables.refuse_newer_format().await?;
        run(schema::LOCK).await?;
        run(&schema::statements(role)).await?;
        if tables.layout().await? != Layout::Shared {
            return Ok(false);
        }
        tables.insert(&closing_after(tables.newest().await?, now)?).await?;
        run(schema::BY_PROJECT).await?;
        Ok(true)
    }

    fn tables<'t>(&'t self, recorder: &'t Recorder, doing: &'static str) -> Tables<'t> {
        Tables { place: &self.place, recorder, doing }
    }

    async fn recorder(&self, doing: &'static str) -> Result<Recorder, LedgerError> {
        if let Some(idle) = self.idle.lock().await.take()
            && idle.is_alive(Instant::now() + Duration::from_secs(5)).await
        {
            return Ok(idle);
        }
        self.log_in().await.map_err(|trouble| self.place.unreachable(doing, &trouble))
    }

    async fn log_in(&self) -> Result<Recorder, crate::net::postgres::Trouble> {
        Recorder::log_in(&self.target, &self.reach, Instant::now() + LOGIN).await
    }

    async fn put_back(&self, recorder: Recorder) {
        *self.idle.lock().await = Some(recorder);
    }

    /// One transaction around the decision. The bytes are sent before the lock is taken, which others wait for.
    async fn add(&self, wanted: Wanted<'_>) -> Result<Entry, LedgerError> {
        let recorder = self.recorder("added to").await?;
        let (entry, new) = match self.added(&recorder, wanted).await {
            Ok(added) => added,
            Err(error) => {
                // It is rolled back, here or by the server when the session ends.
                if recorder.run("ROLLBACK", Instant::now() + Duration::from_secs(5)).await.is_ok() {
                    self.put_back(recorder).await;
                }
                return Err(error);
            }
        };
        match recorder.run(if new { "COMMIT" } else { "ROLLBACK" }, soon()).await {
            Ok(()) => self.put_back(recorder).await,
            Err(_) if !new => {}
            Err(refused) if refused.is_lost() => {
                drop(recorder);
                self.look_again(&entry, &refused.to_string()).await?;
            }
            Err(refused) => return Err(self.place.failed("added to", &refused)),
        }
        Ok(entry)
    }

    async fn added(&self, recorder: &Recorder, wanted: Wanted<'_>) -> Result<(Entry, bool), LedgerError> {
        let tables = self.tables(recorder, "added to");
        recorder.run(BEGIN, soon()).await.map_err(|refused| self.place.failed("added to", &refused))?;
        tables.refuse_newer_format().await?;
        let Wanted { needs, place, shared, decide } = wanted;
        let before = tables.layout().await?;
        tables.insert_blobs(before, shared || before == Layout::Shared, &needs.blobs).await?;
        // A layout changes only under the lock of the shared chain, and only to the last one.
        if before != Layout::ByProject {
            self.lock(recorder, "").await?;
        }
        let layout = tables.layout().await?;
        if layout == Layout::ByProject {
            self.lock(recorder, &needs.chain).await?;
        }
        let found = tables.find(layout, needs).await?;
        let same = match place {
            Some(seq) => tables.row(layout, &needs.chain, seq).await?,
            None => None,
        };
        let admitted = decide(same, found)?;
        for entry in admitted.added() {
            tables.insert(entry).await?;
        }
        Ok((admitted.entry, admitted.new))
    }

    /// Waits until nobody else adds to this chain. Two chains of one hash only wait for each other.
    async fn lock(&self, recorder: &Recorder, chain: &str) -> Result<(), LedgerError> {
        let hash = u32::from_str_radix(&Digest::of(chain.as_bytes()).as_str()[..8], 16).unwrap_or(0).cast_signed();
        // The first number is `gono` in ASCII.
        let of_chain = format!("SELECT pg_advisory_xact_lock(1735356015, {hash})");
        let lock = if chain.is_empty() { schema::LOCK } else { &of_chain };
        recorder.run(lock, soon()).await.map_err(|refused| self.place.failed("added to", &refused))
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
        match there {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.place.unavailable("added to", format!("{why}; nothing was added"))),
            Err(again) => Err(self.place.unavailable(
                "added to",
                format!("{why}, and then: {again}; whether the entry was added is not known: look with `gonogo log` before trying again"),
            )),
        }
    }

    async fn is_there(&self, entry: &Entry) -> Result<bool, LedgerError> {
        let recorder = self.log_in().await.map_err(|trouble| self.place.unreachable("read", &trouble))?;
        let run = async |statements: &str| recorder.run(statements, soon()).await.map_err(|refused| self.place.failed("read", &refused));
        run(BEGIN).await?;
        // The first entry of a ledger is added under the lock of the shared chain.
        self.lock(&recorder, "").await?;
        self.lock(&recorder, &entry.chain).await?;
        let there = self.tables(&recorder, "read").has_entry(entry).await?;
        run("ROLLBACK").await?;
        self.put_back(recorder).await;
        Ok(there)
    }
}

impl Store for Postgres {
    fn place(&self) -> String {
        self.place.0.clone()
    }

    fn append<'a>(
        &'a self,
        draft: Draft,
        blobs: Vec<Blob>,
        now: Timestamp,
        onto: Option<&'a Digest>,
    ) -> BoxFuture<'a, Result<Entry, LedgerError>> {
        Box::pin(async move {
            let candidate = Candidate::new(&self.place.0, draft, blobs, now, onto)?;
            let decide = |_, found| candidate.admit(&self.place.0, found);
            self.add(Wanted { needs: &candidate.needs, place: None, shared: false, decide: &decide }).await
        })
    }

    fn adopt(&self, entry: Entry, blobs: Vec<Blob>) -> BoxFuture<'_, Result<(), LedgerError>> {
        Box::pin(async move {
            let needs = Needs::of_entry(&entry, blobs)?;
            let decide = |same: Option<Row>, found| {
                let new = adoptable(&entry, same, found)?;
                Ok(Admitted::as_is(entry.clone(), new))
            };
            let shared = entry.chain.is_empty();
            self.add(Wanted { needs: &needs, place: Some(entry.seq), shared, decide: &decide }).await.map(|_| ())
        })
    }

    fn rows<'a>(&'a self, chain: &'a str) -> BoxFuture<'a, Result<Vec<Row>, LedgerError>> {
        Box::pin(async move {
            let recorder = self.recorder("read").await?;
            let rows = self.tables(&recorder, "read").rows(chain).await?;
            self.put_back(recorder).await;
            Ok(rows)
        })
    }

    fn chains(&self) -> BoxFuture<'_, Result<BTreeMap<String, Digest>, LedgerError>> {
        Box::pin(async move {
            let recorder = self.recorder("read").await?;
            let heads = self.tables(&recorder, "read").heads().await?;
            self.put_back(recorder).await;
            heads_of(heads)
        })
    }

    fn blob<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>> {
        Box::pin(async move {
            let recorder = self.recorder("read").await?;
            let bytes = self.tables(&recorder, "read").blob(digest).await?;
            self.put_back(recorder).await;
            match bytes {
                Some(bytes) if Digest::of(&bytes) != *digest => Err(kept::changed(self, digest).await),
                bytes => Ok(bytes),
            }
        })
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<Timestamp>, LedgerError>> {
        Box::pin(async move {
            let recorder = self.recorder("read").await?;
            let clock = self.tables(&recorder, "read").clock().await?;
            self.put_back(recorder).await;
            Ok(Some(clock))
        })
    }
}

fn soon() -> Instant {
    Instant::now() + STATEMENT
}
