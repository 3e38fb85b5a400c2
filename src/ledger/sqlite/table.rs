//! Rows of the tables.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Params, params, types::ValueRef};

use super::{schema, trouble::Place};
use crate::{
    ledger::{
        Blob, Entry, LedgerError, Row, VERSION,
        admission::{ChainState, Layout, Needs},
        error::{half_migrated, unclosed},
        packing::{pack, unpack},
        row::{COLUMNS, MORE, number},
    },
    model::Digest,
};

/// How the ledger is laid out.
pub(super) fn layout(place: &Place, connection: &Connection) -> Result<Layout, LedgerError> {
    let failed = |error: rusqlite::Error| place.failed("read", &error);
    let is = |query: &str| connection.query_row(query, [], |row| row.get::<_, bool>(0)).map_err(failed);
    let has_tables = is("SELECT count(*) = 2 FROM sqlite_schema WHERE type = 'table' AND name IN ('chains', 'kept')")?;
    let closed = is("SELECT EXISTS (SELECT 1 FROM entries WHERE version = 2)")?;
    let has_chains = has_tables && is("SELECT EXISTS (SELECT 1 FROM chains)")?;
    let fresh = has_tables && is("SELECT NOT EXISTS (SELECT 1 FROM entries)")?;
    match (closed, has_tables) {
        (true, true) => Ok(Layout::ByProject),
        (true, false) => Err(half_migrated(&place.0)),
        _ if has_chains => Err(unclosed(&place.0)),
        _ if !has_tables && schema::format(connection).map_err(failed)? == schema::FORMAT => Err(half_migrated(&place.0)),
        _ => Ok(if fresh { Layout::Fresh } else { Layout::Shared }),
    }
}

/// The rows of the shared chain and those of `chain` after them.
pub(super) fn rows(place: &Place, connection: &Connection, chain: &str) -> Result<Vec<Row>, LedgerError> {
    let mut rows = all(place, connection, Table::Shared, "ORDER BY seq", [])?;
    if layout(place, connection)? == Layout::ByProject && !chain.is_empty() {
        rows.append(&mut all(place, connection, Table::Chains, "WHERE chain = ?1 ORDER BY seq", [chain])?);
    }
    Ok(rows)
}

/// The row with this number in this chain.
pub(super) fn row(place: &Place, connection: &Connection, chain: &str, seq: u64) -> Result<Option<Row>, LedgerError> {
    if chain.is_empty() {
        return one(place, connection, Table::Shared, "WHERE seq = ?1", [number(seq)]);
    }
    if layout(place, connection)? != Layout::ByProject {
        return Ok(None);
    }
    one(place, connection, Table::Chains, "WHERE chain = ?1 AND seq = ?2", params![chain, number(seq)])
}

/// The newest row of the shared chain.
pub(super) fn newest(place: &Place, connection: &Connection) -> Result<Option<Row>, LedgerError> {
    one(place, connection, Table::Shared, "ORDER BY seq DESC LIMIT 1", [])
}

/// The newest fingerprint of each chain, as stored.
pub(super) fn heads(place: &Place, connection: &Connection) -> Result<BTreeMap<String, String>, LedgerError> {
    let failed = |error: rusqlite::Error| place.failed("read", &error);
    let mut query = "SELECT * FROM (SELECT '', digest FROM entries ORDER BY seq DESC LIMIT 1)".to_owned();
    if layout(place, connection)? == Layout::ByProject {
        query.push_str(
            " UNION ALL SELECT chain, digest FROM chains AS one WHERE seq = (SELECT max(seq) FROM chains WHERE chain = one.chain)",
        );
    }
    let mut statement = connection.prepare(&query).map_err(failed)?;
    let heads = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed)?;
    heads.collect::<rusqlite::Result<_>>().map_err(failed)
}

/// The bytes with this fingerprint, as stored.
pub(super) fn blob(place: &Place, connection: &Connection, digest: &Digest) -> Result<Option<Vec<u8>>, LedgerError> {
    let failed = |error: rusqlite::Error| place.failed("read", &error);
    if layout(place, connection)? != Layout::Shared {
        let query = "SELECT size, deflated FROM kept WHERE digest = ?1";
        let packed = connection.query_row(query, [digest.as_str()], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)));
        if let Some((size, deflated)) = packed.optional().map_err(failed)? {
            return Ok(Some(unpack(size, &deflated)));
        }
    }
    connection.query_row("SELECT bytes FROM blobs WHERE digest = ?1", [digest.as_str()], |row| row.get(0)).optional().map_err(failed)
}

/// All that decides about a candidate.
pub(super) fn find(place: &Place, connection: &Connection, needs: &Needs) -> Result<ChainState, LedgerError> {
    let layout = layout(place, connection)?;
    let tables: &[Table] = if layout == Layout::ByProject { &[Table::Chains, Table::Shared] } else { &[Table::Shared] };
    let first = |chain: &str, which: &str, values: &dyn Fn() -> Vec<rusqlite::types::Value>| {
        for table in tables {
            let which = format!("WHERE {} AND {which}", table.chain());
            let values = std::iter::once(chain.to_owned().into()).chain(values());
            if let Some(row) = one(place, connection, *table, &which, rusqlite::params_from_iter(values))? {
                return Ok(Some(row));
            }
        }
        Ok::<_, LedgerError>(None)
    };
    let chain = needs.chain.as_str();
    let newer = first(chain, "version > ?2 ORDER BY seq LIMIT 1", &|| vec![VERSION.into()])?;
    let mut foreign = None;
    for (chain, head) in &needs.heads {
        if first(chain, "digest = ?2", &|| vec![head.to_string().into()])?.is_none() {
            foreign = foreign.or(Some(head.clone()));
        }
    }
    let mut absent = None;
    for digest in &needs.kept {
        if absent.is_none() && !has_blob(connection, layout, digest).map_err(|error| place.failed("added to", &error))? {
            absent = Some(digest.clone());
        }
    }
    let twin = "statement = ?2 AND (signature IS NOT NULL) = ?3 ORDER BY seq LIMIT 1";
    Ok(ChainState {
        layout,
        newest: first(chain, "?2 ORDER BY seq DESC LIMIT 1", &|| vec![1.into()])?,
        newer: newer.map(|row| (row.number(), u32::try_from(row.version).unwrap_or(u32::MAX))),
        foreign,
        twin: first(chain, twin, &|| vec![needs.statement.to_string().into(), needs.signed.into()])?,
        absent,
        clock: None,
    })
}

fn has_blob(connection: &Connection, layout: Layout, digest: &Digest) -> rusqlite::Result<bool> {
    let kept = if layout == Layout::Shared { "" } else { " UNION ALL SELECT 1 FROM kept WHERE digest = ?1" };
    let query = format!("SELECT EXISTS (SELECT 1 FROM blobs WHERE digest = ?1{kept})");
    connection.query_row(&query, [digest.as_str()], |row| row.get(0))
}

/// Adds entries of one kind of chain, with the bytes they name.
pub(super) fn insert<'e>(
    connection: &Connection,
    layout: Layout,
    entries: impl IntoIterator<Item = &'e Entry>,
    blobs: &[Blob],
) -> rusqlite::Result<()> {
    let entries: Vec<&Entry> = entries.into_iter().collect();
    // Older programs go on with a shared chain, and look for its bytes where they put their own.
    let shared = entries.iter().all(|entry| entry.chain.is_empty());
    for blob in blobs {
        if has_blob(connection, layout, &blob.digest)? {
            continue;
        }
        let digest = blob.digest.as_str();
        if shared {
            connection.execute("INSERT INTO blobs (digest, bytes) VALUES (?1, ?2)", params![digest, blob.bytes])?;
        } else {
            let (size, deflated) = (number(blob.bytes.len() as u64), pack(&blob.bytes));
            connection.execute("INSERT INTO kept (digest, size, deflated) VALUES (?1, ?2, ?3)", params![digest, size, deflated])?;
        }
    }
    for entry in entries {
        let Row { chain, label, seq, version, prev, recorded, payload, signature, statement, digest } = Row::of(entry.clone());
        let values = params![seq, version, prev, recorded, payload, signature, statement, digest];
        if chain.is_empty() {
            let insert = format!("INSERT INTO entries ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
            connection.prepare_cached(&insert)?.execute(values)?;
        } else {
            let insert = format!("INSERT INTO chains ({COLUMNS}, {MORE}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
            let values: Vec<&dyn rusqlite::ToSql> = values.iter().copied().chain([&chain as _, &label as _]).collect();
            connection.prepare_cached(&insert)?.execute(values.as_slice())?;
        }
    }
    Ok(())
}

/// Where rows stand.
#[derive(Clone, Copy)]
enum Table {
    Shared,
    Chains,
}

impl Table {
    fn select(self) -> String {
        match self {
            Self::Shared => format!("SELECT {COLUMNS}, '', '' FROM entries"),
            Self::Chains => format!("SELECT {COLUMNS}, {MORE} FROM chains"),
        }
    }

    /// What a chain's rows have, its name being the first parameter.
    fn chain(self) -> &'static str {
        match self {
            Self::Shared => "?1 IS NOT NULL",
            Self::Chains => "chain = ?1",
        }
    }
}

fn one(place: &Place, connection: &Connection, table: Table, which: &str, values: impl Params) -> Result<Option<Row>, LedgerError> {
    all(place, connection, table, which, values).map(|rows| rows.into_iter().next())
}

fn all(place: &Place, connection: &Connection, table: Table, which: &str, values: impl Params) -> Result<Vec<Row>, LedgerError> {
    let failed = |error: rusqlite::Error| place.failed("read", &error);
    let mut statement = connection.prepare_cached(&format!("{} {which}", table.select())).map_err(failed)?;
    let mut rows = statement.query(values).map_err(failed)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        all.push(read(row).map_err(failed)?);
    }
    Ok(all)
}

/// A row, whatever stands in it: what cannot be read as its type is no entry's.
fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let text = |column| {
        Ok::<_, rusqlite::Error>(match row.get_ref(column)? {
            ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Null => None,
            other => Some(format!("{other:?}")),
        })
    };
    let number = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_i64().unwrap_or(-1));
    let payload = row.get_ref(4)?;
    Ok(Row {
        seq: number(0)?,
        version: number(1)?,
        prev: text(2)?.unwrap_or_default(),
        recorded: text(3)?.unwrap_or_default(),
        payload: payload.as_bytes().unwrap_or_default().to_vec(),
        signature: text(5)?,
        statement: text(6)?.unwrap_or_default(),
        digest: text(7)?.unwrap_or_default(),
        chain: text(8)?.unwrap_or_default(),
        label: text(9)?.unwrap_or_default(),
    })
}
