//! Rows of the tables.

use rusqlite::{Connection, OptionalExtension as _, Params, params};

use super::trouble::Place;
use crate::{
    ledger::{
        Blob, Entry, LedgerError, VERSION,
        admission::{ChainState, Needs},
        row::{COLUMNS, Row},
    },
    model::Digest,
};

/// Every entry, oldest first.
pub(super) fn entries(place: &Place, connection: &Connection) -> Result<Vec<Entry>, LedgerError> {
    let failed = |error: rusqlite::Error| place.failed("read", &error);
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM entries ORDER BY seq")).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut entries = Vec::new();
    for seq in 1.. {
        let Some(row) = rows.next().map_err(failed)? else { break };
        entries.push(read(seq, row)?);
    }
    Ok(entries)
}

/// The entry with this number.
pub(super) fn entry(place: &Place, connection: &Connection, seq: u64) -> Result<Option<Entry>, LedgerError> {
    one(place, connection, "WHERE seq = ?1", [i64::try_from(seq).unwrap_or(i64::MAX)])
}

/// The bytes with this fingerprint, as stored.
pub(super) fn blob(place: &Place, connection: &Connection, digest: &Digest) -> Result<Option<Vec<u8>>, LedgerError> {
    connection
        .query_row("SELECT bytes FROM blobs WHERE digest = ?1", [digest.as_str()], |row| row.get(0))
        .optional()
        .map_err(|error| place.failed("read", &error))
}

/// All that decides about a candidate.
pub(super) fn find(place: &Place, connection: &Connection, needs: &Needs) -> Result<ChainState, LedgerError> {
    let failed = |error: rusqlite::Error| place.failed("added to", &error);
    let newer = connection
        .query_row("SELECT seq, version FROM entries WHERE version > ?1 ORDER BY seq LIMIT 1", [VERSION], |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))
        })
        .optional()
        .map_err(failed)?;
    let has = |query: &str, digest: &Digest| connection.query_row(query, [digest.as_str()], |row| row.get::<_, bool>(0)).map_err(failed);
    let mut absent = None;
    for digest in &needs.kept {
        if absent.is_none() && !has("SELECT EXISTS (SELECT 1 FROM blobs WHERE digest = ?1)", digest)? {
            absent = Some(digest.clone());
        }
    }
    Ok(ChainState {
        newest: one(place, connection, "ORDER BY seq DESC LIMIT 1", [])?,
        newer,
        has_head: has("SELECT EXISTS (SELECT 1 FROM entries WHERE digest = ?1)", &needs.head)?,
        twin: one(
            place,
            connection,
            "WHERE statement = ?1 AND (signature IS NOT NULL) = ?2 ORDER BY seq LIMIT 1",
            params![needs.statement.as_str(), needs.signed],
        )?,
        absent,
    })
}

pub(super) fn insert(connection: &Connection, entry: &Entry, blobs: &[Blob]) -> rusqlite::Result<()> {
    let unless_there = "INSERT INTO blobs (digest, bytes) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM blobs WHERE digest = ?1)";
    let mut insert = connection.prepare_cached(unless_there)?;
    for blob in blobs {
        insert.execute(params![blob.digest.as_str(), blob.bytes])?;
    }
    let values = format!("INSERT INTO entries ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    connection.prepare_cached(&values)?.execute(params![
        i64::try_from(entry.seq).unwrap_or(i64::MAX),
        entry.version,
        entry.prev.as_str(),
        entry.recorded.to_string(),
        entry.payload,
        entry.signature,
        entry.statement().as_str(),
        entry.digest().as_str(),
    ])?;
    Ok(())
}

fn one(place: &Place, connection: &Connection, which: &str, values: impl Params) -> Result<Option<Entry>, LedgerError> {
    let failed = |error: rusqlite::Error| place.failed("added to", &error);
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM entries {which}")).map_err(failed)?;
    let mut rows = statement.query(values).map_err(failed)?;
    let Some(row) = rows.next().map_err(failed)? else { return Ok(None) };
    let seq = row.get::<_, i64>(0).map_or(0, i64::unsigned_abs);
    read(seq, row).map(Some)
}

/// The entry in a row; a column of another type is a change like any other.
fn read(seq: u64, row: &rusqlite::Row<'_>) -> Result<Entry, LedgerError> {
    let columns = || -> rusqlite::Result<Row> {
        Ok(Row {
            seq: row.get(0)?,
            version: row.get(1)?,
            prev: row.get(2)?,
            recorded: row.get(3)?,
            payload: row.get(4)?,
            signature: row.get(5)?,
            statement: row.get(6)?,
            digest: row.get(7)?,
        })
    };
    columns().map_err(|error| LedgerError::Broken { seq, why: format!("it was changed: {error}") })?.entry(seq)
}
