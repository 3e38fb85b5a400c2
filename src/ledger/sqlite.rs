//! A ledger in one file: SQLite, embedded.
//!
//! Every append is one immediate transaction that is on disk when it returns. Whoever has the file can change it with
//! other programs; that is for the chain and the signatures to show, the triggers only keep accidents away.

mod file;
mod schema;
mod table;
mod trouble;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{
    Blob, Draft, Entry, LedgerError, Row, Store,
    admission::{Admitted, Candidate, ChainState, Layout, Needs, adoptable, closing_after, refused},
    kept,
    row::heads_of,
};
use crate::model::Digest;
use trouble::Place;

/// A ledger in a file.
pub struct Sqlite {
    place: Place,
    connection: Arc<Mutex<Connection>>,
}

impl Sqlite {
    /// Opens the ledger in the file `path`. It is read where it may not be written.
    ///
    /// # Errors
    /// [`LedgerError::Missing`] where there is none.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let place = Place(path.display().to_string());
        let connection = file::open(&place, path)?;
        Ok(Self { place, connection: Arc::new(Mutex::new(connection)) })
    }

    /// The same; where there is none it is started, with its folder.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`].
    pub fn open_or_create(path: &Path) -> Result<Self, LedgerError> {
        match Self::open(path) {
            Err(LedgerError::Missing(place)) => {
                file::create(&Place(place), path)?;
                Self::open(path)
            }
            opened => opened,
        }
    }

    /// How many entries all projects share, where each has no chain of its own yet; `None` where they have.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn shared(&self) -> Result<Option<u64>, LedgerError> {
        self.run("read", |place, connection| {
            let layout = table::layout(place, connection)?;
            let count = connection.query_row("SELECT count(*) FROM entries", [], |row| row.get::<_, i64>(0));
            let count = count.map_err(|error| place.failed("read", &error))?;
            Ok((layout == Layout::Shared).then_some(count.unsigned_abs()))
        })
        .await
    }

    /// Closes the chain that all projects share, so that each goes on with one of its own; `false` where that was done
    /// before.
    ///
    /// # Errors
    /// [`LedgerError`]; all is as it was then.
    pub async fn migrate(&self, now: Timestamp) -> Result<bool, LedgerError> {
        self.run("added to", move |place, connection| {
            let failed = |error: rusqlite::Error| place.failed("added to", &error);
            let transaction = writing(place, connection)?;
            if table::layout(place, &transaction)? != Layout::Shared {
                return Ok(false);
            }
            if schema::format(&transaction).map_err(failed)? < schema::FORMAT {
                transaction.execute_batch(schema::CHAINS).map_err(failed)?;
                transaction.pragma_update(None, "user_version", schema::FORMAT).map_err(failed)?;
            }
            let newest = table::newest(place, &transaction)?;
            table::insert(&transaction, Layout::Shared, [&closing_after(newest, now)?], &[]).map_err(failed)?;
            transaction.commit().map_err(|error| place.commit_failed(&error))?;
            Ok(true)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Place, &mut Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (connection, place) = (self.connection.clone(), self.place.clone());
        let done = tokio::task::spawn_blocking(move || {
            // A transaction that a panic left open was rolled back when it was dropped.
            work(&place, &mut connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match done.await {
            Ok(result) => result,
            Err(error) => Err(self.place.unavailable(doing, format!("gonogo has a bug: {error}"))),
        }
    }
}

impl Store for Sqlite {
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
        let onto = onto.cloned();
        Box::pin(self.run("added to", move |place, connection| {
            let candidate = Candidate::new(&place.0, draft, blobs, now, onto.as_ref())?;
            add(place, connection, &candidate.needs, |_, found| candidate.admit(&place.0, found))
        }))
    }

    fn adopt(&self, entry: Entry, blobs: Vec<Blob>) -> BoxFuture<'_, Result<(), LedgerError>> {
        Box::pin(self.run("added to", move |place, connection| {
            let needs = Needs::of_entry(&entry, blobs)?;
            let added = add(place, connection, &needs, |same, found| {
                let new = adoptable(&entry, same(&entry.chain, entry.seq)?, found)?;
                Ok(Admitted::as_is(entry, new))
            });
            added.map(|_| ())
        }))
    }

    fn rows<'a>(&'a self, chain: &'a str) -> BoxFuture<'a, Result<Vec<Row>, LedgerError>> {
        let chain = chain.to_owned();
        Box::pin(self.run("read", move |place, connection| table::rows(place, &*reading(place, connection)?, &chain)))
    }

    fn chains(&self) -> BoxFuture<'_, Result<BTreeMap<String, Digest>, LedgerError>> {
        Box::pin(async {
            let heads = self.run("read", |place, connection| table::heads(place, &*reading(place, connection)?)).await?;
            heads_of(heads)
        })
    }

    fn blob<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>> {
        Box::pin(async move {
            let wanted = digest.clone();
            let bytes = self.run("read", move |place, connection| table::blob(place, connection, &wanted)).await?;
            match bytes {
                Some(bytes) if Digest::of(&bytes) != *digest => Err(kept::changed(self, digest).await),
                bytes => Ok(bytes),
            }
        })
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<Timestamp>, LedgerError>> {
        Box::pin(async { Ok(None) })
    }
}

/// What is read in several steps is read as of one moment.
fn reading<'c>(place: &Place, connection: &'c mut Connection) -> Result<Transaction<'c>, LedgerError> {
    connection.transaction().map_err(|error| place.failed("read", &error))
}

/// What stands in a place of a chain.
type Same<'s> = &'s dyn Fn(&str, u64) -> Result<Option<Row>, LedgerError>;

/// One immediate transaction around `decide`, which is told what stands there; returns the entry that was wanted.
fn add(
    place: &Place,
    connection: &mut Connection,
    needs: &Needs,
    decide: impl FnOnce(Same<'_>, ChainState) -> Result<Admitted, LedgerError>,
) -> Result<Entry, LedgerError> {
    let transaction = writing(place, connection)?;
    let found = table::find(place, &transaction, needs)?;
    let layout = found.layout;
    let admitted = decide(&|chain, seq| table::row(place, &transaction, chain, seq), found)?;
    if admitted.new {
        table::insert(&transaction, layout, admitted.added(), &needs.blobs).map_err(|error| place.failed("added to", &error))?;
        transaction.commit().map_err(|error| place.commit_failed(&error))?;
    }
    Ok(admitted.entry)
}

/// The one transaction of something that is added.
fn writing<'c>(place: &Place, connection: &'c mut Connection) -> Result<Transaction<'c>, LedgerError> {
    let failed = |error: rusqlite::Error| place.failed("added to", &error);
    let format = schema::format(connection).map_err(failed)?;
    if format > schema::FORMAT {
        return Err(refused(&place.0, format!("its file has the format {format}, this gonogo writes {}: use a newer one", schema::FORMAT)));
    }
    connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)
}

/// Where SQLite keeps what is not yet in the file itself.
fn write_ahead_log(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}
