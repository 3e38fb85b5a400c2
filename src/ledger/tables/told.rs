//! What people were told on which day, so that nobody is told twice. It stands beside the entries and proves nothing: whoever has the
//! tables may empty it.

use super::{Later, Session, Tables, Value};
use crate::{ledger::LedgerError, model::Digest};

impl<S: Session> Tables<S> {
    /// Marks them as told on that day, in a transaction that is open; those that nobody had marked. All mark in one order, so
    /// that none waits for another that waits for it.
    pub(in crate::ledger) async fn mark_told(&self, day: &str, marks: &[Digest]) -> Result<Vec<Digest>, LedgerError> {
        if !self.0.has(Later::Told).await? {
            self.0.make(Later::Told).await?;
        }
        let mut sorted: Vec<&Digest> = marks.iter().collect();
        sorted.sort();
        let insert = "INSERT INTO gonogo.told (day, mark) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING mark";
        let mut new = Vec::new();
        for mark in sorted {
            if !self.0.ask(insert, &[Value::Text(day), Value::Text(mark.as_str())], 128).await?.is_empty() {
                new.push(mark.clone());
            }
        }
        Ok(new)
    }
}
