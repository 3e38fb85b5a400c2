//! Samples in the tables: read page by page, added in the order of their numbers.

use super::{Later, Session, Tables, Value};
use crate::{
    ledger::{
        LedgerError,
        row::number,
        samples::{LARGEST_SAMPLE, NumberedSample, SAMPLES_AT_ONCE, admit},
    },
    model::Digest,
};

impl<S: Session> Tables<S> {
    /// The samples of a stage from the number `from` on, in their order; none where a ledger has no table for them yet.
    pub(in crate::ledger) async fn samples(&self, run: &Digest, from: u64) -> Result<Vec<Vec<u8>>, LedgerError> {
        let mut all: Vec<Vec<u8>> = Vec::new();
        let mut from = from;
        while self.0.has(Later::Samples).await? {
            let page = self.page(run, "number >= $2 ORDER BY number", from, SAMPLES_AT_ONCE).await?;
            let Some((last, _)) = page.last() else { break };
            from = last.saturating_add(1);
            let whole = page.len() == SAMPLES_AT_ONCE;
            all.extend(page.into_iter().map(|(_, payload)| payload));
            if !whole {
                break;
            }
        }
        Ok(all)
    }

    /// The newest of them with its number.
    pub(in crate::ledger) async fn newest_sample(&self, run: &Digest) -> Result<Option<NumberedSample>, LedgerError> {
        if !self.0.has(Later::Samples).await? {
            return Ok(None);
        }
        Ok(self.page(run, "number >= $2 ORDER BY number DESC", 0, 1).await?.pop())
    }

    /// Adds those that are not there yet, in a transaction that is open; whether there were any.
    pub(in crate::ledger) async fn add_samples(&self, run: &Digest, first: u64, given: &[Vec<u8>]) -> Result<bool, LedgerError> {
        if !self.0.has(Later::Samples).await? {
            self.0.make(Later::Samples).await?;
        }
        self.0.lock(run.as_str()).await?;
        let found = self.page(run, "number >= $2 ORDER BY number", first.saturating_sub(1), given.len() + 1).await?;
        let there = admit(self.0.place(), run, first, given, &found)?;
        for (at, payload) in (first..).zip(given).skip(there) {
            let insert = "INSERT INTO gonogo.samples (run, number, payload) VALUES ($1, $2, $3)";
            self.0.ask(insert, &[Value::Text(run.as_str()), Value::Number(number(at)), Value::Bytes(payload)], 0).await?;
        }
        Ok(there < given.len())
    }

    async fn page(&self, run: &Digest, which: &str, from: u64, most: usize) -> Result<Vec<NumberedSample>, LedgerError> {
        let select = format!("SELECT number, payload FROM gonogo.samples WHERE run = $1 AND {which} LIMIT $3");
        let values = [Value::Text(run.as_str()), Value::Number(number(from)), Value::Number(number(most as u64))];
        let rows = self.0.ask(&select, &values, most as u64 * (LARGEST_SAMPLE.0 + 64)).await?;
        // Whatever else stands in a column is no sample, and does not follow the one before it.
        let read = |row| (S::column::<i64>(row, 0).map_or(0, i64::unsigned_abs), S::column(row, 1).unwrap_or_default());
        Ok(rows.iter().map(read).collect())
    }
}
