//! What is looked up before an entry is added, and adding it.

use jiff::Timestamp;

use super::{ENTRY_ALLOWANCE, Session, Table, Tables, Value};
use crate::{
    ledger::{
        Blob, Candidate, Entry, LedgerError, Row, VERSION,
        admission::{Admitted, ChainState, Layout, closing_after},
        candidate::Needs,
        packing::pack,
        row::{COLUMNS, MORE, number},
    },
    model::Digest,
};

impl<S: Session> Tables<S> {
    /// Adds what the rules admit, in a transaction that is open. The bytes are sent before the lock is taken, which others
    /// wait for.
    pub(in crate::ledger) async fn add(&self, candidate: &Candidate) -> Result<Admitted, LedgerError> {
        let mut layout = self.layout().await?;
        self.insert_blobs(layout, &candidate.needs).await?;
        // A layout changes only under the lock of the shared chain, and only to the last one.
        if layout != Layout::ByProject {
            self.0.lock("").await?;
            layout = self.layout().await?;
        }
        if layout == Layout::ByProject {
            self.0.lock(&candidate.needs.chain).await?;
        }
        let admitted = candidate.admit(self.0.place(), self.find(layout, &candidate.needs).await?)?;
        for entry in &admitted.added {
            self.insert(entry).await?;
        }
        Ok(admitted)
    }

    /// Closes the shared chain, in a transaction in which nobody else adds to it.
    pub(in crate::ledger) async fn close(&self, now: Timestamp) -> Result<(), LedgerError> {
        let newest = Table::Shared.select(1, "true ORDER BY seq DESC LIMIT 1");
        let newest = self.0.ask(&newest, &[Value::Text("")], ENTRY_ALLOWANCE).await?.pop().map(S::row).transpose()?;
        self.insert(&closing_after(newest, now)?).await
    }

    /// All that decides about a candidate.
    async fn find(&self, layout: Layout, needs: &Needs) -> Result<ChainState, LedgerError> {
        let rows = self.deciding(layout, needs).await?;
        let there = self.there(layout, &needs.kept.iter().collect::<Vec<_>>()).await?;
        let is_in = |row: &Row, chain: &str| row.chain.is_empty() || row.chain == chain;
        let line = || rows.iter().filter(|row| is_in(row, &needs.chain));
        // Those of the chain itself come before those of the shared one.
        let first = |row: &&Row| (row.chain.is_empty(), row.seq);
        let is_twin = |row: &&Row| row.statement == needs.statement.as_str() && row.signature.is_some() == needs.signed;
        let is_same = |row: &&Row| row.chain == needs.chain && needs.place.is_some_and(|place| row.seq == number(place));
        let newer = line().filter(|row| row.version > VERSION.into()).min_by_key(first);
        let foreign = needs.heads.iter().find(|(chain, head)| !rows.iter().any(|row| is_in(row, chain) && row.digest == head.as_str()));
        Ok(ChainState {
            layout,
            newest: line().max_by_key(|row| (!row.chain.is_empty(), row.seq)).cloned(),
            newer: newer.map(|row| (row.number(), u32::try_from(row.version).unwrap_or(u32::MAX))),
            foreign: foreign.map(|(_, head)| head.clone()),
            twin: line().filter(is_twin).min_by_key(first).cloned(),
            same: rows.iter().find(is_same).cloned(),
            absent: needs.kept.iter().find(|digest| !there.iter().any(|there| there == digest.as_str())).cloned(),
            clock: self.0.clock().await?,
        })
    }

    /// The rows that may decide about a candidate, asked for at once: in each line the newest one, the first of a newer
    /// program, the first with the same statement, the one in the wanted place, and the heads.
    async fn deciding(&self, layout: Layout, needs: &Needs) -> Result<Vec<Row>, LedgerError> {
        let statement = Value::Text(needs.statement.as_str());
        let mut values = vec![Value::Text(&needs.chain), Value::Number(VERSION.into()), statement, Value::Is(needs.signed)];
        let mut which = vec![
            (1, "true ORDER BY seq DESC LIMIT 1".to_owned()),
            (1, "version > $2 ORDER BY seq LIMIT 1".to_owned()),
            (1, "statement = $3 AND (signature IS NOT NULL) = $4 ORDER BY seq LIMIT 1".to_owned()),
        ];
        if let Some(place) = needs.place {
            values.push(Value::Number(number(place)));
            which.push((1, format!("seq = ${}", values.len())));
        }
        for (chain, head) in &needs.heads {
            values.extend([Value::Text(chain), Value::Text(head.as_str())]);
            which.push((values.len() - 1, format!("digest = ${}", values.len())));
        }
        let tables: &[Table] = if layout == Layout::ByProject { &[Table::Chains, Table::Shared] } else { &[Table::Shared] };
        let each = which.iter().flat_map(|(chain, which)| tables.iter().map(move |table| table.select(*chain, which)));
        let each: Vec<String> = each.enumerate().map(|(at, one)| format!("SELECT * FROM ({one}) AS of_{at}")).collect();
        let found = self.0.ask(&each.join(" UNION ALL "), &values, each.len() as u64 * ENTRY_ALLOWANCE).await?;
        found.into_iter().map(S::row).collect()
    }

    /// Which of these bytes are stored.
    async fn there(&self, layout: Layout, digests: &[&Digest]) -> Result<Vec<String>, LedgerError> {
        if digests.is_empty() {
            return Ok(Vec::new());
        }
        let values: Vec<Value<'_>> = digests.iter().map(|digest| Value::Text(digest.as_str())).collect();
        let list = (1..=values.len()).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ");
        let kept = if layout == Layout::Shared {
            String::new()
        } else {
            format!(" UNION SELECT digest FROM gonogo.kept WHERE digest IN ({list})")
        };
        let query = format!("SELECT digest FROM gonogo.blobs WHERE digest IN ({list}){kept}");
        let there = self.0.ask(&query, &values, 128 * values.len() as u64).await?;
        Ok(there.iter().filter_map(|digest| S::column(digest, 0)).collect())
    }

    /// Stores the bytes that are not there yet. Older programs go on with a shared chain, and look for its bytes where they
    /// put their own.
    async fn insert_blobs(&self, layout: Layout, needs: &Needs) -> Result<(), LedgerError> {
        let shared = layout == Layout::Shared || (needs.place.is_some() && needs.chain.is_empty());
        let there = self.there(layout, &needs.blobs.iter().map(|blob| &blob.digest).collect::<Vec<_>>()).await?;
        for Blob { digest, bytes } in needs.blobs.iter().filter(|blob| !there.iter().any(|there| there == blob.digest.as_str())) {
            let digest = Value::Text(digest.as_str());
            if shared {
                let insert = "INSERT INTO gonogo.blobs (digest, bytes) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";
                self.0.ask(insert, &[digest, Value::Bytes(bytes)], 0).await?;
            } else {
                let insert = "INSERT INTO gonogo.kept (digest, size, deflated) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING";
                self.0.ask(insert, &[digest, Value::Number(number(bytes.len() as u64)), Value::Bytes(&pack(bytes))], 0).await?;
            }
        }
        Ok(())
    }

    async fn insert(&self, entry: &Entry) -> Result<(), LedgerError> {
        let row = Row::of(entry.clone());
        let values = [
            Value::Number(row.seq),
            Value::Number(row.version),
            Value::Text(&row.prev),
            Value::Text(&row.recorded),
            Value::Bytes(&row.payload),
            Value::TextIf(row.signature.as_deref()),
            Value::Text(&row.statement),
            Value::Text(&row.digest),
            Value::Text(&row.chain),
            Value::Text(&row.label),
        ];
        if row.chain.is_empty() {
            let insert = format!("INSERT INTO gonogo.entries ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
            self.0.ask(&insert, &values[..8], 0).await.map(drop)
        } else {
            let insert = format!("INSERT INTO gonogo.chains ({COLUMNS}, {MORE}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
            self.0.ask(&insert, &values, 0).await.map(drop)
        }
    }
}
