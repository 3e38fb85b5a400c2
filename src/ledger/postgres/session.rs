//! A session on the server, in the words of all tables.

use std::time::Instant;

use jiff::Timestamp;
use tokio_postgres::types::{ToSql, Type};

use super::{STATEMENT, schema, trouble::failed};
use crate::{
    ledger::{
        LedgerError, Row,
        admission::{LARGEST_SIGNATURE, LARGEST_STATEMENT},
        row::{COLUMNS, MORE},
        tables::{self, Column, Later, SMALL, Table, Value},
    },
    model::Digest,
    net::postgres::Recorder,
};

/// How many entries are asked for at once, and about how many bytes of them.
const PAGE: (i64, i64) = (500, 32 << 20);
/// What a page may have: all but its last statement fit into its bytes; the rest of a row is small.
const PAGE_ALLOWANCE: u64 = PAGE.1 as u64 + LARGEST_STATEMENT.0 + PAGE.0 as u64 * (LARGEST_SIGNATURE.0 + SMALL);

/// A session with the name of its database.
pub(super) struct ServerSession<'t> {
    pub(super) place: &'t str,
    pub(super) recorder: &'t Recorder,
    /// For messages.
    pub(super) doing: &'static str,
}

impl ServerSession<'_> {
    /// Runs statements that answer nothing.
    pub(super) async fn run(&self, statements: &str) -> Result<(), LedgerError> {
        let done = self.recorder.run(statements, Instant::now() + STATEMENT).await;
        done.map_err(|refused| failed(self.place, self.doing, &refused))
    }

    /// An error where a newer program made the tables.
    pub(super) async fn refuse_newer_format(&self) -> Result<(), LedgerError> {
        let query = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'gonogo'";
        let comment: Option<String> = self.answer(query).await?;
        let format = comment.as_deref().and_then(|comment| comment.strip_prefix(schema::COMMENT)).and_then(|text| text.parse::<u32>().ok());
        match format {
            Some(format) if format > schema::FORMAT => {
                let why = format!("its tables have the format {format}, this gonogo writes {}: use a newer one", schema::FORMAT);
                Err(LedgerError::unavailable(self.place, "added to", why))
            }
            _ => Ok(()),
        }
    }

    /// The one value that a statement answers.
    async fn answer<T: for<'c> tokio_postgres::types::FromSql<'c>>(&self, query: &str) -> Result<Option<T>, LedgerError> {
        let rows = tables::Session::ask(self, query, &[], 0).await?;
        Ok(rows.first().and_then(|row| row.try_get(0).ok()))
    }
}

impl tables::Session for ServerSession<'_> {
    type Answer = tokio_postgres::Row;

    fn place(&self) -> &str {
        self.place
    }

    async fn ask(&self, statement: &str, values: &[Value<'_>], allowance: u64) -> Result<Vec<Self::Answer>, LedgerError> {
        let parameters: Vec<(&(dyn ToSql + Sync), Type)> = values.iter().map(parameter).collect();
        let asked = self.recorder.rows(statement, &parameters, allowance, Instant::now() + STATEMENT).await;
        asked.map_err(|refused| failed(self.place, self.doing, &refused))
    }

    fn column<T: Column>(answer: &Self::Answer, at: usize) -> Option<T> {
        answer.try_get(at).ok()
    }

    /// A column of another type is a change like any other.
    fn row(answer: Self::Answer) -> Result<Row, LedgerError> {
        read(&answer).map_err(|error| LedgerError::Cut(format!("the tables of the ledger were changed: {error}")))
    }

    /// Page by page: what was read cannot change, so the pages need no common snapshot.
    async fn all(&self, table: Table, chain: &str) -> Result<Vec<Row>, LedgerError> {
        let page = format!(
            "SELECT {COLUMNS}, {MORE} FROM (SELECT *, sum(octet_length(payload)) OVER (ORDER BY seq) - octet_length(payload) AS before \
             FROM ({}) AS page) AS sized WHERE before < $4 ORDER BY seq",
            table.select(1, "seq > $2 ORDER BY seq LIMIT $3")
        );
        let (mut all, mut after): (Vec<Row>, i64) = (Vec::new(), i64::MIN);
        loop {
            let values = [Value::Text(chain), Value::Number(after), Value::Number(PAGE.0), Value::Number(PAGE.1)];
            let rows = self.ask(&page, &values, PAGE_ALLOWANCE).await?;
            let rows = rows.into_iter().map(Self::row).collect::<Result<Vec<Row>, _>>()?;
            let Some(last) = rows.last() else { return Ok(all) };
            after = last.seq;
            all.extend(rows);
        }
    }

    /// Whether this role has rights on them or not.
    async fn has_chains(&self) -> Result<bool, LedgerError> {
        let query = "SELECT count(*) = 2 FROM pg_class WHERE relname IN ('chains', 'kept') AND relkind IN ('r', 'p') \
            AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'gonogo')";
        Ok(self.answer(query).await? == Some(true))
    }

    async fn may_read_chains(&self) -> Result<bool, LedgerError> {
        Ok(self.answer("SELECT has_table_privilege('gonogo.chains', 'SELECT')").await? == Some(true))
    }

    async fn has(&self, table: Later) -> Result<bool, LedgerError> {
        let query = format!(
            "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = '{}' AND relkind IN ('r', 'p') \
             AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'gonogo'))",
            table.name()
        );
        Ok(self.answer(&query).await? == Some(true))
    }

    /// Whoever has the tables says who may read and add.
    async fn make(&self, table: Later) -> Result<(), LedgerError> {
        let whose = match table {
            Later::Samples => "samples",
            Later::Told => "what people were told",
        };
        let why = format!(
            "it was made by an older gonogo and has no table for {whose}: its owner has to run what `gonogo log init --role NAME` prints"
        );
        Err(LedgerError::unavailable(self.place, self.doing, why))
    }

    /// Two chains of one hash only wait for each other.
    async fn lock(&self, chain: &str) -> Result<(), LedgerError> {
        if chain.is_empty() {
            return self.run(schema::LOCK).await;
        }
        let hash = u32::from_str_radix(&Digest::of(chain.as_bytes()).as_str()[..8], 16).unwrap_or(0).cast_signed();
        // The first number is `gono` in ASCII.
        self.run(&format!("SELECT pg_advisory_xact_lock(1735356015, {hash})")).await
    }

    async fn clock(&self) -> Result<Option<Timestamp>, LedgerError> {
        let clock = self.answer("SELECT clock_timestamp()").await?;
        clock.map(Some).ok_or_else(|| LedgerError::unavailable(self.place, self.doing, "the server does not say what time it is"))
    }
}

fn parameter<'v>(value: &'v Value<'_>) -> (&'v (dyn ToSql + Sync), Type) {
    match value {
        Value::Number(number) => (number, Type::INT8),
        Value::Is(is) => (is, Type::BOOL),
        Value::Text(text) => (text, Type::TEXT),
        Value::TextIf(text) => (text, Type::TEXT),
        Value::Bytes(bytes) => (bytes, Type::BYTEA),
    }
}

fn read(row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    Ok(Row {
        seq: row.try_get(0)?,
        version: row.try_get(1)?,
        prev: row.try_get(2)?,
        recorded: row.try_get(3)?,
        payload: row.try_get(4)?,
        bare: None,
        signature: row.try_get(5)?,
        statement: row.try_get(6)?,
        digest: row.try_get(7)?,
        chain: row.try_get(8)?,
        label: row.try_get(9)?,
    })
}
