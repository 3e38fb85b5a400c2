//! A ledger in one file: SQLite, embedded.
//!
//! Every append is one immediate transaction that is on disk when it returns. Whoever has the file can change it with
//! other programs; that is for the chain and the signatures to show, the triggers only keep accidents away.

mod file;
mod schema;
mod table;
mod trouble;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

use super::{
    Blob, Draft, Entry, LedgerError, Store,
    admission::{Admitted, Candidate, Needs, adoptable, refused},
    kept,
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

    fn append(&self, draft: Draft, blobs: Vec<Blob>, now: Timestamp) -> BoxFuture<'_, Result<Entry, LedgerError>> {
        Box::pin(self.run("added to", move |place, connection| {
            let candidate = Candidate::new(&place.0, draft, blobs, now)?;
            add(place, connection, &candidate.needs, |_, found| match candidate.admit(&place.0, found)? {
                Admitted::Stands(entry) => Ok((entry, false)),
                Admitted::New(entry) => Ok((entry, true)),
            })
        }))
    }

    fn adopt(&self, entry: Entry, blobs: Vec<Blob>) -> BoxFuture<'_, Result<(), LedgerError>> {
        Box::pin(self.run("added to", move |place, connection| {
            let needs = Needs::of_entry(&entry, blobs)?;
            add(place, connection, &needs, |same, found| {
                let new = adoptable(&entry, &needs.head, same(entry.seq)?.as_ref(), &found)?;
                Ok((entry, new))
            })
            .map(|_| ())
        }))
    }

    fn entries(&self) -> BoxFuture<'_, Result<Vec<Entry>, LedgerError>> {
        Box::pin(self.run("read", |place, connection| table::entries(place, connection)))
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
}

/// One immediate transaction around `decide`, which is told what stands there and says which entry it is and whether it
/// is new.
fn add(
    place: &Place,
    connection: &mut Connection,
    needs: &Needs,
    decide: impl FnOnce(&dyn Fn(u64) -> Result<Option<Entry>, LedgerError>, super::admission::ChainState) -> Result<(Entry, bool), LedgerError>,
) -> Result<Entry, LedgerError> {
    let failed = |error: rusqlite::Error| place.failed("added to", &error);
    if let Some(format) = schema::newer(connection).map_err(failed)? {
        return Err(refused(&place.0, format!("its file has the format {format}, this gonogo writes {}: use a newer one", schema::FORMAT)));
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let found = table::find(place, &transaction, needs)?;
    let (entry, new) = decide(&|seq| table::entry(place, &transaction, seq), found)?;
    if new {
        table::insert(&transaction, &entry, &needs.blobs).map_err(failed)?;
        transaction.commit().map_err(|error| place.commit_failed(&error))?;
    }
    Ok(entry)
}

/// Where SQLite keeps what is not yet in the file itself.
fn write_ahead_log(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}
