//! A ledger in a PostgreSQL database, for teams.
//!
//! Appends are serialised by an advisory lock that ends with its transaction. The role needs to read and to add, no more.

mod schema;
mod table;
mod trouble;

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::{sync::Mutex, time::sleep};

use super::{
    Blob, Draft, Entry, LedgerError, Store,
    admission::{Admitted, Candidate, ChainState, Needs, adoptable},
    kept,
};
use crate::{
    model::Digest,
    net::{
        Reach,
        postgres::{Recorder, Target},
    },
};
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

/// Waits until no other append is under way. The number is `gonogo` in ASCII.
const LOCK: &str = "SELECT pg_advisory_xact_lock(113728291825519)";

/// A ledger in a database. Nothing is asked of it before its first use.
pub struct Postgres {
    place: Place,
    target: Target,
    reach: Reach,
    /// A session with no transaction open; taken out while it is used, so that one left in the midst of work is never
    /// used again.
    idle: Mutex<Option<Recorder>>,
}

/// What to do with a candidate: what stands in a given place and what was found, to the entry and whether it is new.
type Decide<'d> = &'d (dyn Fn(Option<Entry>, ChainState) -> Result<(Entry, bool), LedgerError> + Send + Sync);

impl Postgres {
    /// The ledger in the database `target`, its certificate judged as `reach` says.
    pub fn new(target: Target, reach: Reach) -> Self {
        Self { place: Place(target.shown()), target, reach, idle: Mutex::default() }
    }

    /// Makes the tables, as [`schema_sql`] says.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`].
    pub async fn apply(&self, role: Option<&str>) -> Result<(), LedgerError> {
        let recorder = self.recorder("added to").await?;
        recorder.run(&schema_sql(role), soon()).await.map_err(|refused| self.place.failed("added to", &refused))?;
        recorder.close().await;
        Ok(())
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

    /// One transaction around `decide`. The bytes are sent before the lock is taken, which others wait for.
    async fn add(&self, needs: &Needs, place: Option<u64>, decide: Decide<'_>) -> Result<Entry, LedgerError> {
        let recorder = self.recorder("added to").await?;
        let (entry, new) = match self.added(&recorder, needs, place, decide).await {
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

    async fn added(
        &self,
        recorder: &Recorder,
        needs: &Needs,
        place: Option<u64>,
        decide: Decide<'_>,
    ) -> Result<(Entry, bool), LedgerError> {
        let failed = |refused| self.place.failed("added to", &refused);
        recorder.run(BEGIN, soon()).await.map_err(failed)?;
        table::refuse_newer_format(&self.place, recorder).await?;
        table::insert_blobs(recorder, &needs.blobs).await.map_err(failed)?;
        recorder.run(LOCK, soon()).await.map_err(failed)?;
        let found = table::find(&self.place, recorder, needs).await?;
        let same = match place {
            Some(seq) => table::entry(&self.place, recorder, seq).await?,
            None => None,
        };
        let (entry, new) = decide(same, found)?;
        if new {
            table::insert(recorder, &entry).await.map_err(failed)?;
        }
        Ok((entry, new))
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

    async fn is_there(&self, entry: &Entry) -> Result<bool, String> {
        let recorder = self.log_in().await.map_err(|trouble| trouble.to_string())?;
        let looked = async {
            recorder.run(BEGIN, soon()).await?;
            recorder.run(LOCK, soon()).await?;
            let there = table::has_entry(&recorder, &entry.digest()).await?;
            recorder.run("ROLLBACK", soon()).await?;
            Ok(there)
        };
        let there = looked.await.map_err(|refused: crate::net::postgres::Refused| refused.to_string())?;
        self.put_back(recorder).await;
        Ok(there)
    }

    async fn read_entries(&self) -> Result<Vec<Entry>, LedgerError> {
        let recorder = self.recorder("read").await?;
        let entries = table::entries(&self.place, &recorder).await?;
        self.put_back(recorder).await;
        Ok(entries)
    }

    async fn read_blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, LedgerError> {
        let recorder = self.recorder("read").await?;
        let bytes = table::blob(&recorder, digest).await.map_err(|refused| self.place.failed("read", &refused))?;
        self.put_back(recorder).await;
        match bytes {
            Some(bytes) if Digest::of(&bytes) != *digest => Err(kept::changed(self, digest).await),
            bytes => Ok(bytes),
        }
    }
}

impl Store for Postgres {
    fn place(&self) -> String {
        self.place.0.clone()
    }

    fn append(&self, draft: Draft, blobs: Vec<Blob>, now: Timestamp) -> BoxFuture<'_, Result<Entry, LedgerError>> {
        Box::pin(async move {
            let candidate = Candidate::new(&self.place.0, draft, blobs, now)?;
            let decide = |_, found| match candidate.admit(&self.place.0, found)? {
                Admitted::Stands(entry) => Ok((entry, false)),
                Admitted::New(entry) => Ok((entry, true)),
            };
            self.add(&candidate.needs, None, &decide).await
        })
    }

    fn adopt(&self, entry: Entry, blobs: Vec<Blob>) -> BoxFuture<'_, Result<(), LedgerError>> {
        Box::pin(async move {
            let needs = Needs::of_entry(&entry, blobs)?;
            let decide = |same: Option<Entry>, found| {
                let new = adoptable(&entry, &needs.head, same.as_ref(), &found)?;
                Ok((entry.clone(), new))
            };
            self.add(&needs, Some(entry.seq), &decide).await.map(|_| ())
        })
    }

    fn entries(&self) -> BoxFuture<'_, Result<Vec<Entry>, LedgerError>> {
        Box::pin(self.read_entries())
    }

    fn blob<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>> {
        Box::pin(self.read_blob(digest))
    }
}

fn soon() -> Instant {
    Instant::now() + STATEMENT
}
