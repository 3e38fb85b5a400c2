//! Rows of the tables.

use std::time::Instant;

use tokio_postgres::types::{ToSql, Type};

use super::{STATEMENT, schema, trouble::Place};
use crate::{
    ledger::{
        Blob, Entry, LedgerError, VERSION,
        admission::{ChainState, LARGEST_BLOB, LARGEST_SIGNATURE, LARGEST_STATEMENT, Needs, refused},
        row::{COLUMNS, Row},
    },
    model::Digest,
    net::postgres::{Recorder, Refused},
};

/// How many entries are asked for at once, and about how many bytes of them.
const PAGE: (i64, i64) = (500, 32 << 20);
/// What a page may have: all but its last statement fit into its bytes; the rest of a row is small.
const PAGE_ALLOWANCE: u64 = PAGE.1 as u64 + LARGEST_STATEMENT.0 + PAGE.0 as u64 * (LARGEST_SIGNATURE.0 + 1024);
/// What one entry may have.
const ENTRY_ALLOWANCE: u64 = LARGEST_STATEMENT.0 + LARGEST_SIGNATURE.0;

type Parameter<'p> = (&'p (dyn ToSql + Sync), Type);

/// Every entry, oldest first, page by page: what was read cannot change, so the pages need no common snapshot.
pub(super) async fn entries(place: &Place, recorder: &Recorder) -> Result<Vec<Entry>, LedgerError> {
    let page = format!(
        "SELECT {COLUMNS} FROM (SELECT *, sum(octet_length(payload)) OVER (ORDER BY seq) - octet_length(payload) AS before \
         FROM (SELECT {COLUMNS} FROM gonogo.entries WHERE seq > $1 ORDER BY seq LIMIT $2) AS page) AS sized WHERE before < $3 ORDER BY seq"
    );
    let (mut entries, mut after) = (Vec::new(), i64::MIN);
    loop {
        let parameters: [Parameter<'_>; 3] = [(&after, Type::INT8), (&PAGE.0, Type::INT8), (&PAGE.1, Type::INT8)];
        let rows = recorder.rows(&page, &parameters, PAGE_ALLOWANCE, soon()).await.map_err(|refused| place.failed("read", &refused))?;
        let Some(last) = rows.last() else { return Ok(entries) };
        after = last.try_get(0).map_err(|_| LedgerError::Cut("the numbers of its entries cannot be read".into()))?;
        for row in &rows {
            entries.push(read(entries.len() as u64 + 1, row)?);
        }
    }
}

/// The entry with this number.
pub(super) async fn entry(place: &Place, recorder: &Recorder, seq: u64) -> Result<Option<Entry>, LedgerError> {
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    one(place, recorder, "WHERE seq = $1", &[(&seq, Type::INT8)]).await
}

/// The bytes with this fingerprint, as stored.
pub(super) async fn blob(recorder: &Recorder, digest: &Digest) -> Result<Option<Vec<u8>>, Refused> {
    let rows = recorder
        .rows("SELECT bytes FROM gonogo.blobs WHERE digest = $1", &[(&digest.as_str(), Type::TEXT)], LARGEST_BLOB.0, soon())
        .await?;
    Ok(rows.first().map(|row| row.try_get(0).unwrap_or_default()))
}

pub(super) async fn has_entry(recorder: &Recorder, digest: &Digest) -> Result<bool, Refused> {
    let query = "SELECT 1 FROM gonogo.entries WHERE digest = $1";
    Ok(!recorder.rows(query, &[(&digest.as_str(), Type::TEXT)], 0, soon()).await?.is_empty())
}

/// # Errors
/// When a newer program made the tables.
pub(super) async fn refuse_newer_format(place: &Place, recorder: &Recorder) -> Result<(), LedgerError> {
    let query = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'gonogo'";
    let rows = recorder.rows(query, &[], 0, soon()).await.map_err(|refused| place.failed("added to", &refused))?;
    let comment: Option<String> = rows.first().and_then(|row| row.try_get(0).ok().flatten());
    let format = comment.as_deref().and_then(|comment| comment.strip_prefix(schema::COMMENT)).and_then(|format| format.parse::<u32>().ok());
    match format {
        Some(format) if format > schema::FORMAT => {
            Err(refused(&place.0, format!("its tables have the format {format}, this gonogo writes {}: use a newer one", schema::FORMAT)))
        }
        _ => Ok(()),
    }
}

/// All that decides about a candidate.
pub(super) async fn find(place: &Place, recorder: &Recorder, needs: &Needs) -> Result<ChainState, LedgerError> {
    let failed = |refused: Refused| place.failed("added to", &refused);
    let version = i64::from(VERSION);
    let newer = recorder
        .rows("SELECT seq, version FROM gonogo.entries WHERE version > $1 ORDER BY seq LIMIT 1", &[(&version, Type::INT8)], 0, soon())
        .await
        .map_err(failed)?;
    let number = |row: &tokio_postgres::Row, column| row.try_get::<_, i64>(column).ok().and_then(|number| u64::try_from(number).ok());
    let newer =
        newer.first().map(|row| (number(row, 0).unwrap_or(0), number(row, 1).and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX)));
    let mut absent = None;
    for digest in &needs.kept {
        let query = "SELECT 1 FROM gonogo.blobs WHERE digest = $1";
        if absent.is_none() && recorder.rows(query, &[(&digest.as_str(), Type::TEXT)], 0, soon()).await.map_err(failed)?.is_empty() {
            absent = Some(digest.clone());
        }
    }
    let twin = "WHERE statement = $1 AND (signature IS NOT NULL) = $2 ORDER BY seq LIMIT 1";
    Ok(ChainState {
        newest: one(place, recorder, "ORDER BY seq DESC LIMIT 1", &[]).await?,
        newer,
        has_head: has_entry(recorder, &needs.head).await.map_err(failed)?,
        twin: one(place, recorder, twin, &[(&needs.statement.as_str(), Type::TEXT), (&needs.signed, Type::BOOL)]).await?,
        absent,
    })
}

/// Sends the bytes that are not there yet.
pub(super) async fn insert_blobs(recorder: &Recorder, blobs: &[Blob]) -> Result<(), Refused> {
    let digests: Vec<&str> = blobs.iter().map(|blob| blob.digest.as_str()).collect();
    let there = "SELECT digest FROM gonogo.blobs WHERE digest = ANY ($1)";
    let there = recorder.rows(there, &[(&digests, Type::TEXT_ARRAY)], 128 * digests.len() as u64, soon()).await?;
    let there: Vec<String> = there.iter().filter_map(|row| row.try_get(0).ok()).collect();
    for blob in blobs.iter().filter(|blob| !there.iter().any(|digest| digest == blob.digest.as_str())) {
        let insert = "INSERT INTO gonogo.blobs (digest, bytes) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";
        recorder.rows(insert, &[(&blob.digest.as_str(), Type::TEXT), (&blob.bytes, Type::BYTEA)], 0, soon()).await?;
    }
    Ok(())
}

pub(super) async fn insert(recorder: &Recorder, entry: &Entry) -> Result<(), Refused> {
    let (seq, version) = (i64::try_from(entry.seq).unwrap_or(i64::MAX), i64::from(entry.version));
    let (recorded, statement, digest) = (entry.recorded.to_string(), entry.statement(), entry.digest());
    let values: [Parameter<'_>; 8] = [
        (&seq, Type::INT8),
        (&version, Type::INT8),
        (&entry.prev.as_str(), Type::TEXT),
        (&recorded, Type::TEXT),
        (&entry.payload, Type::BYTEA),
        (&entry.signature, Type::TEXT),
        (&statement.as_str(), Type::TEXT),
        (&digest.as_str(), Type::TEXT),
    ];
    let insert = format!("INSERT INTO gonogo.entries ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    recorder.rows(&insert, &values, 0, soon()).await.map(|_| ())
}

async fn one(place: &Place, recorder: &Recorder, which: &str, parameters: &[Parameter<'_>]) -> Result<Option<Entry>, LedgerError> {
    let query = format!("SELECT {COLUMNS} FROM gonogo.entries {which}");
    let rows = recorder.rows(&query, parameters, ENTRY_ALLOWANCE, soon()).await.map_err(|refused| place.failed("added to", &refused))?;
    let Some(row) = rows.first() else { return Ok(None) };
    let seq = row.try_get::<_, i64>(0).ok().and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0);
    read(seq, row).map(Some)
}

/// The entry in a row; a column of another type is a change like any other.
fn read(seq: u64, row: &tokio_postgres::Row) -> Result<Entry, LedgerError> {
    let columns = || -> Result<Row, tokio_postgres::Error> {
        Ok(Row {
            seq: row.try_get(0)?,
            version: row.try_get(1)?,
            prev: row.try_get(2)?,
            recorded: row.try_get(3)?,
            payload: row.try_get(4)?,
            signature: row.try_get(5)?,
            statement: row.try_get(6)?,
            digest: row.try_get(7)?,
        })
    };
    columns().map_err(|error| LedgerError::Broken { seq, why: format!("it was changed: {error}") })?.entry(seq)
}

fn soon() -> Instant {
    Instant::now() + STATEMENT
}
