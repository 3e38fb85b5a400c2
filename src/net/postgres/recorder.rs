//! A session that may write. It is for the ledger alone: no check is given one, and a test holds that.

use std::time::Instant;

use tokio_postgres::{
    Row,
    types::{ToSql, Type},
};

use super::{
    attempt::Purpose,
    dial::Dialer,
    session::Session,
    target::Target,
    trouble::{Refused, Trouble},
};
use crate::net::Reach;

/// What a server may send in answer to a statement that answers next to nothing.
const LITTLE: u64 = 1 << 20;

/// A session that may write. Dropped in the midst of a transaction, it ends, and the server rolls back.
pub struct Recorder {
    session: Session,
}

impl Recorder {
    /// Logs in to `target`, with its timeouts but without what makes a check's session read-only.
    pub async fn log_in(target: &Target, reach: &Reach, until: Instant) -> Result<Self, Trouble> {
        let session = Dialer::new(target, Purpose::Record, reach)?.open(until).await?;
        Ok(Self { session })
    }

    /// Whether the server still answers.
    pub async fn is_alive(&self, until: Instant) -> bool {
        self.session.is_alive(until).await
    }

    /// Runs statements that answer nothing: `BEGIN`, `SET LOCAL …`, `COMMIT`.
    pub async fn run(&self, statements: &str, until: Instant) -> Result<(), Refused> {
        self.session.allow(LITTLE);
        self.session.answer(self.session.client.batch_execute(statements), until).await
    }

    /// The rows of a statement, of which the server may send `allowance` bytes. It is sent unnamed, so that nothing stays
    /// behind in a pooled server session.
    pub async fn rows(
        &self,
        statement: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
        allowance: u64,
        until: Instant,
    ) -> Result<Vec<Row>, Refused> {
        self.session.allow(LITTLE.saturating_add(allowance));
        self.session.answer(self.session.client.query_typed(statement, parameters), until).await
    }

    /// Waits until the server notifies of something that this session listens to, or the session ends.
    pub async fn hear(&self) {
        self.session.hear().await;
    }

    /// Ends it in good order.
    pub async fn close(self) {
        self.session.close().await;
    }
}
