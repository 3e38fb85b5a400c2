//! The tables that both databases have, and what is asked of them: written once, as PostgreSQL writes it.

mod adding;
mod samples;
mod session;
mod told;

use std::collections::BTreeMap;

use super::{
    Entry, LedgerError, Row, VERSION,
    admission::{LARGEST_BLOB, LARGEST_SIGNATURE, LARGEST_STATEMENT, Layout},
    error::{half_migrated, unclosed},
    packing::unpack,
    row::heads_of,
};
use crate::model::Digest;

pub(super) use session::{Column, Later, Session, Table, Value};

/// What one row may have beside its statement and its signature.
pub(super) const SMALL: u64 = 16 << 10;
/// What one entry may have.
const ENTRY_ALLOWANCE: u64 = LARGEST_STATEMENT.0 + LARGEST_SIGNATURE.0 + SMALL;
/// What one blob may have: what cannot be deflated grows a little.
const BLOB_ALLOWANCE: u64 = LARGEST_BLOB.0 + (LARGEST_BLOB.0 >> 8);

/// Whether the shared chain has its end.
const CLOSED: &str = "SELECT EXISTS (SELECT 1 FROM gonogo.entries WHERE version = 2)";

/// The newest entry of each chain of a project: one step in the index for each.
const HEADS: &str = "WITH RECURSIVE names(chain) AS (SELECT min(chain) FROM gonogo.chains UNION ALL \
    SELECT (SELECT min(chain) FROM gonogo.chains WHERE chain > names.chain) FROM names WHERE names.chain IS NOT NULL) \
    SELECT chain, (SELECT digest FROM gonogo.chains AS one WHERE one.chain = names.chain ORDER BY seq DESC LIMIT 1) \
    FROM names WHERE chain IS NOT NULL";

/// The tables, in a session.
pub(super) struct Tables<S>(pub(super) S);

impl<S: Session> Tables<S> {
    /// How the ledger is laid out.
    pub(super) async fn layout(&self) -> Result<Layout, LedgerError> {
        let entries = self.0.ask(&format!("{CLOSED}, NOT EXISTS (SELECT 1 FROM gonogo.entries)"), &[], 0).await?;
        let is = |at| entries.first().and_then(|answer| S::column(answer, at)).unwrap_or(false);
        let (closed, empty) = (is(0), is(1));
        match (closed, self.0.has_chains().await?) {
            (true, true) => Ok(Layout::ByProject),
            (true, false) => Err(half_migrated(self.0.place())),
            (false, false) => Ok(Layout::Shared),
            // A role that may not read the chains of projects goes on as long as there are none.
            (false, true) if !empty && !self.0.may_read_chains().await? => Ok(Layout::Shared),
            (false, true) if self.is("SELECT NOT EXISTS (SELECT 1 FROM gonogo.chains)", &[]).await? => {
                Ok(if empty { Layout::Fresh } else { Layout::Shared })
            }
            // Whoever began the ledger meanwhile wrote both in one transaction.
            (false, true) if self.is(CLOSED, &[]).await? => Ok(Layout::ByProject),
            (false, true) => Err(unclosed(self.0.place())),
        }
    }

    /// The rows of the shared chain and those of `chain` after them.
    pub(super) async fn rows(&self, chain: &str) -> Result<Vec<Row>, LedgerError> {
        let mut rows = self.0.all(Table::Shared, chain).await?;
        if !chain.is_empty() && self.layout().await? == Layout::ByProject {
            // Others may have gone on, and closed it, since.
            if rows.last().is_none_or(|newest| newest.version < i64::from(VERSION)) {
                rows = self.0.all(Table::Shared, chain).await?;
            }
            rows.append(&mut self.0.all(Table::Chains, chain).await?);
        }
        Ok(rows)
    }

    /// The newest fingerprint of each chain.
    pub(super) async fn heads(&self) -> Result<BTreeMap<String, Digest>, LedgerError> {
        let mut heads = self.0.ask("SELECT '', digest FROM gonogo.entries ORDER BY seq DESC LIMIT 1", &[], SMALL).await?;
        if self.layout().await? == Layout::ByProject {
            heads.append(&mut self.0.ask(HEADS, &[], LARGEST_BLOB.0).await?);
        }
        let text = |answer, at| S::column(answer, at).unwrap_or_default();
        heads_of(heads.iter().map(|head| (text(head, 0), text(head, 1))).collect())
    }

    /// The bytes with this fingerprint, as stored.
    pub(super) async fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, LedgerError> {
        let digest = [Value::Text(digest.as_str())];
        if self.layout().await? != Layout::Shared {
            let kept = self.0.ask("SELECT size, deflated FROM gonogo.kept WHERE digest = $1", &digest, BLOB_ALLOWANCE).await?;
            if let Some(kept) = kept.first() {
                let deflated: Vec<u8> = S::column(kept, 1).unwrap_or_default();
                return Ok(Some(unpack(S::column(kept, 0).unwrap_or(0), &deflated)));
            }
        }
        let blobs = self.0.ask("SELECT bytes FROM gonogo.blobs WHERE digest = $1", &digest, LARGEST_BLOB.0).await?;
        Ok(blobs.first().map(|blob| S::column(blob, 0).unwrap_or_default()))
    }

    /// How many entries the shared chain has.
    pub(super) async fn shared(&self) -> Result<u64, LedgerError> {
        let counted = self.0.ask("SELECT count(*) FROM gonogo.entries", &[], 0).await?;
        Ok(counted.first().and_then(|count| S::column::<i64>(count, 0)).unwrap_or(0).unsigned_abs())
    }

    /// Whether the entry is there.
    pub(super) async fn has_entry(&self, entry: &Entry) -> Result<bool, LedgerError> {
        let table = if entry.chain.is_empty() { "entries" } else { "chains" };
        let query = format!("SELECT EXISTS (SELECT 1 FROM gonogo.{table} WHERE digest = $1)");
        self.is(&query, &[Value::Text(entry.digest().as_str())]).await
    }

    async fn is(&self, query: &str, values: &[Value<'_>]) -> Result<bool, LedgerError> {
        Ok(self.0.ask(query, values, 0).await?.first().and_then(|answer| S::column(answer, 0)).unwrap_or(false))
    }
}
