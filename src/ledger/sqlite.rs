//! A ledger in one file: SQLite, embedded.
//!
//! Every append is one immediate transaction that is on disk when it returns. Whoever has the file can change it with
//! other programs; that is for the chain and the signatures to show, the triggers only keep accidents away.

mod file;
mod schema;
mod session;
mod trouble;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::{runtime::Handle, task::spawn_blocking};

use super::{Candidate, Entry, LedgerError, NumberedSample, Row, Store, admission::Layout, tables::Tables};
use crate::model::Digest;
use session::FileSession;
use trouble::{commit_failed, failed};

/// A ledger in a file.
pub struct Sqlite {
    place: String,
    connection: Arc<Mutex<Connection>>,
}

impl Sqlite {
    /// Opens the ledger in the file `path`. It is read where it may not be written; [`LedgerError::Missing`] where there
    /// is none.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let place = path.display().to_string();
        let connection = file::open(&place, path)?;
        Ok(Self { place, connection: Arc::new(Mutex::new(connection)) })
    }

    /// The same; where there is none it is started, with its folder.
    pub fn open_or_create(path: &Path) -> Result<Self, LedgerError> {
        match Self::open(path) {
            Err(LedgerError::Missing(place)) => {
                file::create(&place, path)?;
                Self::open(path)
            }
            opened => opened,
        }
    }

    /// How many entries all projects share, where each has no chain of its own yet; `None` where they have.
    pub async fn shared(&self) -> Result<Option<u64>, LedgerError> {
        self.read(async |tables| {
            let layout = tables.layout().await?;
            let count = tables.shared().await?;
            Ok((layout == Layout::Shared).then_some(count))
        })
        .await
    }

    /// Closes the chain that all projects share, so that each goes on with one of its own; `false` where that was done
    /// before.
    /// After an error all is as it was.
    pub async fn migrate(&self, now: Timestamp) -> Result<bool, LedgerError> {
        self.write(async move |tables| {
            let closes = tables.layout().await? == Layout::Shared;
            if closes {
                tables.0.complete()?;
                tables.close(now).await?;
            }
            Ok((closes, closes))
        })
        .await
    }

    /// What is read in several steps is read as of one moment.
    async fn read<T: Send + 'static>(
        &self,
        work: impl AsyncFnOnce(Tables<FileSession<'_>>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.run("read", move |place, connection| {
            let transaction = connection.transaction().map_err(|error| failed(place, "read", &error))?;
            Handle::current().block_on(work(Tables(FileSession { place, connection: &transaction, doing: "read" })))
        })
        .await
    }

    /// One transaction around `work`, which says whether anything was added.
    async fn write<T: Send + 'static>(
        &self,
        work: impl AsyncFnOnce(Tables<FileSession<'_>>) -> Result<(T, bool), LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.run("added to", move |place, connection| {
            let transaction = writing(place, connection)?;
            let session = FileSession { place, connection: &transaction, doing: "added to" };
            let (done, new) = Handle::current().block_on(work(Tables(session)))?;
            if new {
                transaction.commit().map_err(|error| commit_failed(place, &error))?;
            }
            Ok(done)
        })
        .await
    }

    /// On a thread that may be held up: SQLite has answered when it returns, so that nothing is ever waited for there.
    async fn run<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&str, &mut Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (connection, place) = (self.connection.clone(), self.place.clone());
        // A transaction that a panic left open was rolled back when it was dropped.
        let done = spawn_blocking(move || work(&place, &mut connection.lock().unwrap_or_else(PoisonError::into_inner)));
        done.await.unwrap_or_else(|error| Err(LedgerError::unavailable(&self.place, doing, format!("gonogo has a bug: {error}"))))
    }
}

impl Store for Sqlite {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn add(&self, candidate: Candidate) -> BoxFuture<'_, Result<Entry, LedgerError>> {
        Box::pin(self.write(async move |tables| {
            let admitted = tables.add(&candidate).await?;
            Ok((admitted.entry, !admitted.added.is_empty()))
        }))
    }

    fn rows<'a>(&'a self, chain: &'a str) -> BoxFuture<'a, Result<Vec<Row>, LedgerError>> {
        let chain = chain.to_owned();
        Box::pin(self.read(async move |tables| tables.rows(&chain).await))
    }

    fn chains(&self) -> BoxFuture<'_, Result<BTreeMap<String, Digest>, LedgerError>> {
        Box::pin(self.read(async |tables| tables.heads().await))
    }

    fn stored<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>> {
        let digest = digest.clone();
        Box::pin(self.read(async move |tables| tables.blob(&digest).await))
    }

    fn add_samples<'a>(&'a self, run: &'a Digest, first: u64, samples: Vec<Vec<u8>>) -> BoxFuture<'a, Result<(), LedgerError>> {
        let run = run.clone();
        Box::pin(self.write(async move |tables| Ok(((), tables.add_samples(&run, first, &samples).await?))))
    }

    fn samples<'a>(&'a self, run: &'a Digest, from: u64) -> BoxFuture<'a, Result<Vec<Vec<u8>>, LedgerError>> {
        let run = run.clone();
        Box::pin(self.read(async move |tables| tables.samples(&run, from).await))
    }

    fn mark_told<'a>(&'a self, day: &'a str, marks: Vec<Digest>) -> BoxFuture<'a, Result<Vec<Digest>, LedgerError>> {
        let day = day.to_owned();
        Box::pin(self.write(async move |tables| {
            let new = tables.mark_told(&day, &marks).await?;
            let any = !new.is_empty();
            Ok((new, any))
        }))
    }

    fn newest_sample<'a>(&'a self, run: &'a Digest) -> BoxFuture<'a, Result<Option<NumberedSample>, LedgerError>> {
        let run = run.clone();
        Box::pin(self.read(async move |tables| tables.newest_sample(&run).await))
    }
}

/// The one transaction of something that is added.
fn writing<'c>(place: &str, connection: &'c mut Connection) -> Result<Transaction<'c>, LedgerError> {
    let failed = |error: rusqlite::Error| failed(place, "added to", &error);
    let format = schema::format(connection).map_err(failed)?;
    if format > schema::FORMAT {
        let why = format!("its file has the format {format}, this gonogo writes {}: use a newer one", schema::FORMAT);
        return Err(LedgerError::unavailable(place, "added to", why));
    }
    connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)
}

/// Where SQLite keeps what is not yet in the file itself.
fn write_ahead_log(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}
