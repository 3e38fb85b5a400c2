//! A read-only transaction: the only way to ask a server something.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio_postgres::{
    Row,
    types::{ToSql, Type},
};

use super::{
    lender::Loan,
    trouble::{Refused, Trouble},
};

/// Left over for the server's own time-out to arrive, which says more than ours.
const MARGIN: Duration = Duration::from_millis(200);

/// The longest wait for a lock.
const LOCK: Duration = Duration::from_secs(2);

/// A read-only transaction with one snapshot and its limits set by `SET LOCAL`, as poolers need it.
///
/// Dropped before [`end`](Self::end), its session is cancelled and not lent again.
pub struct Reading<'l> {
    loan: &'l mut Loan,
    until: Instant,
}

impl Loan {
    /// Begins a read-only transaction that answers by `until`.
    pub async fn begin(&mut self, until: Instant) -> Result<Reading<'_>, Trouble> {
        self.set_clean(false);
        let left = until.saturating_duration_since(Instant::now());
        let statement = bounded(left.saturating_sub(MARGIN.min(left / 10)));
        let lock = bounded(LOCK.min(left / 2));
        let reading = Reading { loan: self, until };
        reading
            .run(&format!(
                "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {statement}; \
                 SET LOCAL lock_timeout = {lock}; SET LOCAL idle_in_transaction_session_timeout = 60000"
            ))
            .await?;
        Ok(reading)
    }
}

impl Reading<'_> {
    /// Runs statements that answer nothing: `SET LOCAL search_path = …`.
    pub async fn run(&self, statements: &str) -> Result<(), Trouble> {
        let session = self.loan.session()?;
        session.answer(session.client.batch_execute(statements), self.until).await.map_err(|refused| refused.trouble)
    }

    /// The rows of a query. It is sent as an unnamed statement, so that nothing stays behind in a pooled server session.
    pub async fn rows(&self, query: &str, parameters: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Row>, Trouble> {
        let session = self.loan.session()?;
        session.answer(session.client.query_typed(query, parameters), self.until).await.map_err(|refused| refused.trouble)
    }

    /// The plan that the server makes for a query, which is not run; or why it refuses the query's text, and the
    /// transaction goes on.
    pub async fn plan(&self, query: &str) -> Result<Result<Value, Refused>, Trouble> {
        let session = self.loan.session()?;
        let query = format!("EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) {query}");
        let (saved, plan) = tokio::join!(self.run("SAVEPOINT asked"), session.answer(session.client.query_typed(&query, &[]), self.until));
        saved?;
        match plan {
            Ok(rows) => Ok(Ok(rows.first().and_then(|row| row.try_get(0).ok()).unwrap_or_default())),
            Err(refused) if refused.is_of_the_text() => self.run("ROLLBACK TO asked").await.map(|()| Err(refused)),
            Err(refused) => Err(refused.trouble),
        }
    }

    /// Ends the transaction; the session may be lent again.
    pub async fn end(self) -> Result<(), Trouble> {
        self.run("COMMIT").await?;
        self.loan.set_clean(true);
        Ok(())
    }
}

/// In whole milliseconds; 0 would mean no limit at all.
fn bounded(limit: Duration) -> u128 {
    limit.as_millis().clamp(1, 3_600_000)
}
