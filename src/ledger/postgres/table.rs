//! Rows of the tables.

use std::{collections::BTreeMap, time::Instant};

use jiff::Timestamp;
use tokio_postgres::types::{ToSql, Type};

use super::{STATEMENT, schema, trouble::Place};
use crate::{
    ledger::{
        Blob, Entry, LedgerError, Row, VERSION,
        admission::{ChainState, LARGEST_BLOB, LARGEST_SIGNATURE, LARGEST_STATEMENT, Layout, Needs, refused},
        error::{half_migrated, unclosed},
        packing::{pack, unpack},
        row::{COLUMNS, MORE, number},
    },
    model::Digest,
    net::postgres::Recorder,
};

/// How many entries are asked for at once, and about how many bytes of them.
const PAGE: (i64, i64) = (500, 32 << 20);
/// What one row may have beside its statement and its signature.
const SMALL: u64 = 16 << 10;
/// What a page may have: all but its last statement fit into its bytes; the rest of a row is small.
const PAGE_ALLOWANCE: u64 = PAGE.1 as u64 + LARGEST_STATEMENT.0 + PAGE.0 as u64 * (LARGEST_SIGNATURE.0 + SMALL);
/// What one entry may have.
const ENTRY_ALLOWANCE: u64 = LARGEST_STATEMENT.0 + LARGEST_SIGNATURE.0 + SMALL;
/// What one blob may have: what cannot be deflated grows a little.
const BLOB_ALLOWANCE: u64 = LARGEST_BLOB.0 + (LARGEST_BLOB.0 >> 8);

/// Whether the shared chain has its end.
const CLOSED: &str = "SELECT EXISTS (SELECT 1 FROM gonogo.entries WHERE version = 2)";

type Parameter<'p> = (&'p (dyn ToSql + Sync), Type);

/// What stands where.
#[derive(Clone, Copy)]
enum Table {
    Shared,
    Chains,
}

impl Table {
    /// The rows of a chain, its name being the first parameter.
    fn rows(self) -> String {
        match self {
            Self::Shared => format!("(SELECT {COLUMNS}, '' AS chain, '' AS label FROM gonogo.entries WHERE $1::text IS NOT NULL) AS rows"),
            Self::Chains => format!("(SELECT {COLUMNS}, {MORE} FROM gonogo.chains WHERE chain = $1) AS rows"),
        }
    }
}

/// A session with the name of its database.
#[derive(Clone, Copy)]
pub(super) struct Tables<'t> {
    pub(super) place: &'t Place,
    pub(super) recorder: &'t Recorder,
    /// For messages.
    pub(super) doing: &'static str,
}

impl Tables<'_> {
    async fn ask(self, query: &str, parameters: &[Parameter<'_>], allowance: u64) -> Result<Vec<tokio_postgres::Row>, LedgerError> {
        let asked = self.recorder.rows(query, parameters, allowance, Instant::now() + STATEMENT).await;
        asked.map_err(|refused| self.place.failed(self.doing, &refused))
    }

    async fn is(self, query: &str, parameters: &[Parameter<'_>]) -> Result<bool, LedgerError> {
        Ok(self.ask(query, parameters, 0).await?.first().and_then(|row| row.try_get(0).ok()).unwrap_or(false))
    }

    /// Whether the tables of projects are there, whether the role has rights on them or not.
    async fn has_tables(self) -> Result<bool, LedgerError> {
        let query = "SELECT count(*) = 2 FROM pg_class WHERE relname IN ('chains', 'kept') AND relkind IN ('r', 'p') \
            AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'gonogo')";
        self.is(query, &[]).await
    }

    /// How the ledger is laid out.
    pub(super) async fn layout(self) -> Result<Layout, LedgerError> {
        let entries = "SELECT EXISTS (SELECT 1 FROM gonogo.entries WHERE version = 2), NOT EXISTS (SELECT 1 FROM gonogo.entries)";
        let rows = self.ask(entries, &[], 0).await?;
        let is = |column| rows.first().and_then(|row| row.try_get(column).ok()).unwrap_or(false);
        let (closed, empty) = (is(0), is(1));
        match (closed, self.has_tables().await?) {
            (true, true) => Ok(Layout::ByProject),
            (true, false) => Err(half_migrated(&self.place.0)),
            (false, false) => Ok(Layout::Shared),
            (false, true) if empty && self.is("SELECT NOT EXISTS (SELECT 1 FROM gonogo.chains)", &[]).await? => Ok(Layout::Fresh),
            // Whoever began the ledger meanwhile wrote both in one transaction.
            (false, true) if self.is(CLOSED, &[]).await? => Ok(Layout::ByProject),
            (false, true) if empty => Err(unclosed(&self.place.0)),
            // A role that may not read the chains of projects goes on as long as there are none.
            (false, true) if !self.is("SELECT has_table_privilege('gonogo.chains', 'SELECT')", &[]).await? => Ok(Layout::Shared),
            (false, true) if self.is("SELECT EXISTS (SELECT 1 FROM gonogo.chains)", &[]).await? => Err(unclosed(&self.place.0)),
            (false, true) => Ok(Layout::Shared),
        }
    }

    /// The rows of the shared chain and those of `chain` after them.
    pub(super) async fn rows(self, chain: &str) -> Result<Vec<Row>, LedgerError> {
        let mut rows = self.pages(Table::Shared, chain).await?;
        if !chain.is_empty() && self.layout().await? == Layout::ByProject {
            // Others may have gone on, and closed it, since.
            if rows.last().is_none_or(|newest| newest.version < i64::from(VERSION)) {
                rows = self.pages(Table::Shared, chain).await?;
            }
            rows.append(&mut self.pages(Table::Chains, chain).await?);
        }
        Ok(rows)
    }

    /// Page by page: what was read cannot change, so the pages need no common snapshot.
    async fn pages(self, table: Table, chain: &str) -> Result<Vec<Row>, LedgerError> {
        let page = format!(
            "SELECT {COLUMNS}, {MORE} FROM (SELECT *, sum(octet_length(payload)) OVER (ORDER BY seq) - octet_length(payload) AS before \
             FROM (SELECT * FROM {} WHERE seq > $2 ORDER BY seq LIMIT $3) AS page) AS sized WHERE before < $4 ORDER BY seq",
            table.rows()
        );
        let (mut all, mut after) = (Vec::new(), i64::MIN);
        loop {
            let parameters: [Parameter<'_>; 4] = [(&chain, Type::TEXT), (&after, Type::INT8), (&PAGE.0, Type::INT8), (&PAGE.1, Type::INT8)];
            let rows = self.ask(&page, &parameters, PAGE_ALLOWANCE).await?;
            for row in &rows {
                all.push(read(row)?);
            }
            match all.last() {
                Some(last) if !rows.is_empty() => after = last.seq,
                _ => return Ok(all),
            }
        }
    }

    /// The row with this number in this chain.
    pub(super) async fn row(self, layout: Layout, chain: &str, seq: u64) -> Result<Option<Row>, LedgerError> {
        match (chain.is_empty(), layout) {
            (true, _) => self.one(Table::Shared, chain, "seq = $2", &[(&number(seq), Type::INT8)]).await,
            (false, Layout::ByProject) => self.one(Table::Chains, chain, "seq = $2", &[(&number(seq), Type::INT8)]).await,
            (false, _) => Ok(None),
        }
    }

    /// The newest fingerprint of each chain, as stored.
    pub(super) async fn heads(self) -> Result<BTreeMap<String, String>, LedgerError> {
        let mut rows = self.ask("SELECT '', digest FROM gonogo.entries ORDER BY seq DESC LIMIT 1", &[], 1024).await?;
        if self.layout().await? == Layout::ByProject {
            // One step in the index for each chain.
            let query = "WITH RECURSIVE names AS ((SELECT min(chain) AS chain FROM gonogo.chains) UNION ALL \
                SELECT (SELECT min(chain) FROM gonogo.chains WHERE chain > names.chain) FROM names WHERE names.chain IS NOT NULL) \
                SELECT chain, (SELECT digest FROM gonogo.chains AS one WHERE one.chain = names.chain ORDER BY seq DESC LIMIT 1) \
                FROM names WHERE chain IS NOT NULL";
            rows.append(&mut self.ask(query, &[], LARGEST_BLOB.0).await?);
        }
        Ok(rows.iter().filter_map(|row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?))).collect())
    }

    /// The bytes with this fingerprint, as stored.
    pub(super) async fn blob(self, digest: &Digest) -> Result<Option<Vec<u8>>, LedgerError> {
        let parameter = [(&digest.as_str() as &(dyn ToSql + Sync), Type::TEXT)];
        if self.layout().await? != Layout::Shared {
            let rows = self.ask("SELECT size, deflated FROM gonogo.kept WHERE digest = $1", &parameter, BLOB_ALLOWANCE).await?;
            if let Some(row) = rows.first() {
                let deflated: Vec<u8> = row.try_get(1).unwrap_or_default();
                return Ok(Some(unpack(row.try_get(0).unwrap_or(0), &deflated)));
            }
        }
        let rows = self.ask("SELECT bytes FROM gonogo.blobs WHERE digest = $1", &parameter, LARGEST_BLOB.0).await?;
        Ok(rows.first().map(|row| row.try_get(0).unwrap_or_default()))
    }

    /// Whether the entry is there.
    pub(super) async fn has_entry(self, entry: &Entry) -> Result<bool, LedgerError> {
        let digest = entry.digest();
        let table = if entry.chain.is_empty() { "entries" } else { "chains" };
        let query = format!("SELECT EXISTS (SELECT 1 FROM gonogo.{table} WHERE digest = $1)");
        self.is(&query, &[(&digest.as_str(), Type::TEXT)]).await
    }

    /// # Errors
    /// When a newer program made the tables.
    pub(super) async fn refuse_newer_format(self) -> Result<(), LedgerError> {
        let query = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'gonogo'";
        let rows = self.ask(query, &[], 0).await?;
        let comment: Option<String> = rows.first().and_then(|row| row.try_get(0).ok().flatten());
        let format = comment.as_deref().and_then(|comment| comment.strip_prefix(schema::COMMENT)).and_then(|text| text.parse::<u32>().ok());
        match format {
            Some(format) if format > schema::FORMAT => Err(refused(
                &self.place.0,
                format!("its tables have the format {format}, this gonogo writes {}: use a newer one", schema::FORMAT),
            )),
            _ => Ok(()),
        }
    }

    /// All that decides about a candidate.
    pub(super) async fn find(self, layout: Layout, needs: &Needs) -> Result<ChainState, LedgerError> {
        let chain = needs.chain.as_str();
        let version = i64::from(VERSION);
        let newer = self.first(layout, chain, "version > $2 ORDER BY seq LIMIT 1", &[(&version, Type::INT8)]).await?;
        let mut foreign = None;
        for (chain, head) in &needs.heads {
            if self.first(layout, chain, "digest = $2", &[(&head.as_str(), Type::TEXT)]).await?.is_none() {
                foreign = foreign.or(Some(head.clone()));
            }
        }
        let there = self.there(layout, needs.kept.iter().map(Digest::as_str).collect()).await?;
        let twin = "statement = $2 AND (signature IS NOT NULL) = $3 ORDER BY seq LIMIT 1";
        let twin_of: [Parameter<'_>; 2] = [(&needs.statement.as_str(), Type::TEXT), (&needs.signed, Type::BOOL)];
        Ok(ChainState {
            layout,
            newest: self.first(layout, chain, "true ORDER BY seq DESC LIMIT 1", &[]).await?,
            newer: newer.map(|row| (row.number(), u32::try_from(row.version).unwrap_or(u32::MAX))),
            foreign,
            twin: self.first(layout, chain, twin, &twin_of).await?,
            absent: needs.kept.iter().find(|digest| !there.iter().any(|there| there == digest.as_str())).cloned(),
            clock: Some(self.clock().await?),
        })
    }

    /// The server's time.
    pub(super) async fn clock(self) -> Result<Timestamp, LedgerError> {
        let rows = self.ask("SELECT clock_timestamp()", &[], 0).await?;
        let clock = rows.first().and_then(|row| row.try_get(0).ok());
        clock.ok_or_else(|| self.place.unavailable(self.doing, "the server does not say what time it is"))
    }

    /// Which of these bytes are stored.
    async fn there(self, layout: Layout, digests: Vec<&str>) -> Result<Vec<String>, LedgerError> {
        if digests.is_empty() {
            return Ok(Vec::new());
        }
        let kept = if layout == Layout::Shared { "" } else { " UNION SELECT digest FROM gonogo.kept WHERE digest = ANY ($1)" };
        let query = format!("SELECT digest FROM gonogo.blobs WHERE digest = ANY ($1){kept}");
        let rows = self.ask(&query, &[(&digests, Type::TEXT_ARRAY)], 128 * digests.len() as u64).await?;
        Ok(rows.iter().filter_map(|row| row.try_get(0).ok()).collect())
    }

    /// Sends the bytes that are not there yet; older programs go on with a `shared` chain, and look for its bytes where they
    /// put their own.
    pub(super) async fn insert_blobs(self, layout: Layout, shared: bool, blobs: &[Blob]) -> Result<(), LedgerError> {
        let there = self.there(layout, blobs.iter().map(|blob| blob.digest.as_str()).collect()).await?;
        for blob in blobs.iter().filter(|blob| !there.iter().any(|digest| digest == blob.digest.as_str())) {
            let digest = (&blob.digest.as_str() as &(dyn ToSql + Sync), Type::TEXT);
            if shared {
                let insert = "INSERT INTO gonogo.blobs (digest, bytes) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";
                self.ask(insert, &[digest, (&blob.bytes, Type::BYTEA)], 0).await?;
            } else {
                let (size, deflated) = (number(blob.bytes.len() as u64), pack(&blob.bytes));
                let insert = "INSERT INTO gonogo.kept (digest, size, deflated) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING";
                self.ask(insert, &[digest, (&size, Type::INT8), (&deflated, Type::BYTEA)], 0).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn insert(self, entry: &Entry) -> Result<(), LedgerError> {
        let row = Row::of(entry.clone());
        let values: [Parameter<'_>; 10] = [
            (&row.seq, Type::INT8),
            (&row.version, Type::INT8),
            (&row.prev, Type::TEXT),
            (&row.recorded, Type::TEXT),
            (&row.payload, Type::BYTEA),
            (&row.signature, Type::TEXT),
            (&row.statement, Type::TEXT),
            (&row.digest, Type::TEXT),
            (&row.chain, Type::TEXT),
            (&row.label, Type::TEXT),
        ];
        if row.chain.is_empty() {
            let insert = format!("INSERT INTO gonogo.entries ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
            self.ask(&insert, &values[..8], 0).await.map(|_| ())
        } else {
            let insert = format!("INSERT INTO gonogo.chains ({COLUMNS}, {MORE}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
            self.ask(&insert, &values, 0).await.map(|_| ())
        }
    }

    /// The newest row of the shared chain.
    pub(super) async fn newest(self) -> Result<Option<Row>, LedgerError> {
        self.one(Table::Shared, "", "true ORDER BY seq DESC LIMIT 1", &[]).await
    }

    /// The first row of the chain, else of the shared one.
    async fn first(self, layout: Layout, chain: &str, which: &str, more: &[Parameter<'_>]) -> Result<Option<Row>, LedgerError> {
        if layout == Layout::ByProject && !chain.is_empty() {
            let own = self.one(Table::Chains, chain, which, more).await?;
            if own.is_some() {
                return Ok(own);
            }
        }
        self.one(Table::Shared, chain, which, more).await
    }

    async fn one(self, table: Table, chain: &str, which: &str, more: &[Parameter<'_>]) -> Result<Option<Row>, LedgerError> {
        let query = format!("SELECT {COLUMNS}, {MORE} FROM {} WHERE {which}", table.rows());
        let mut parameters: Vec<Parameter<'_>> = vec![(&chain, Type::TEXT)];
        parameters.extend(more.iter().map(|(value, kind)| (*value, kind.clone())));
        let rows = self.ask(&query, &parameters, ENTRY_ALLOWANCE).await?;
        rows.first().map(read).transpose()
    }
}

/// A row; a column of another type is a change like any other.
fn read(row: &tokio_postgres::Row) -> Result<Row, LedgerError> {
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
            chain: row.try_get(8)?,
            label: row.try_get(9)?,
        })
    };
    columns().map_err(|error| LedgerError::Cut(format!("the tables of the ledger were changed: {error}")))
}
