//! What the tables need of a session, whichever database it is in.

use std::future::{Future, ready};

use jiff::Timestamp;

use crate::ledger::{
    LedgerError, Row,
    row::{COLUMNS, MORE},
};

/// A value that a statement is given.
#[derive(Clone, Copy)]
pub(in crate::ledger) enum Value<'v> {
    Number(i64),
    Is(bool),
    Text(&'v str),
    TextIf(Option<&'v str>),
    Bytes(&'v [u8]),
}

/// A table that a ledger of an older program does not have.
#[derive(Debug, Clone, Copy)]
pub(in crate::ledger) enum Later {
    Samples,
    Told,
}

impl Later {
    /// What it is called.
    pub(in crate::ledger) fn name(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::Told => "told",
        }
    }
}

/// What a column is read as.
pub(in crate::ledger) trait Column: rusqlite::types::FromSql + for<'c> tokio_postgres::types::FromSql<'c> {}

impl<T: rusqlite::types::FromSql + for<'c> tokio_postgres::types::FromSql<'c>> Column for T {}

/// A session in a database that has the tables.
pub(in crate::ledger) trait Session {
    /// A row of an answer.
    type Answer;

    /// Where it is, for messages.
    fn place(&self) -> &str;

    /// Asks a statement, whose answer may have `allowance` bytes.
    fn ask(
        &self,
        statement: &str,
        values: &[Value<'_>],
        allowance: u64,
    ) -> impl Future<Output = Result<Vec<Self::Answer>, LedgerError>> + Send;

    /// A column; `None` where that stands for nothing.
    fn column<T: Column>(answer: &Self::Answer, at: usize) -> Option<T>;

    /// The answer to what [`Table::select`] selects, whatever stands in it.
    fn row(answer: Self::Answer) -> Result<Row, LedgerError>;

    /// All rows of `chain`, or those of the shared one, in the order of their numbers.
    fn all(&self, table: Table, chain: &str) -> impl Future<Output = Result<Vec<Row>, LedgerError>> + Send;

    /// Whether the tables of projects are there.
    fn has_chains(&self) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// Whether they may be read.
    fn may_read_chains(&self) -> impl Future<Output = Result<bool, LedgerError>> + Send {
        ready(Ok(true))
    }

    /// Whether this later table is there.
    fn has(&self, table: Later) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// Makes it, in a transaction in which something is added; an error where that is for somebody else.
    fn make(&self, table: Later) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Waits until nobody else adds to this chain, where others could.
    fn lock(&self, _chain: &str) -> impl Future<Output = Result<(), LedgerError>> + Send {
        ready(Ok(()))
    }

    /// The time there, where there is a clock.
    fn clock(&self) -> impl Future<Output = Result<Option<Timestamp>, LedgerError>> + Send {
        ready(Ok(None))
    }
}

/// Where rows stand.
#[derive(Clone, Copy)]
pub(in crate::ledger) enum Table {
    Shared,
    Chains,
}

impl Table {
    /// Those of the chain whose name is the value with this number.
    pub(in crate::ledger) fn select(self, chain: usize, which: &str) -> String {
        match self {
            Self::Shared => {
                format!("SELECT {COLUMNS}, '' AS chain, '' AS label FROM gonogo.entries WHERE ${chain} IS NOT NULL AND {which}")
            }
            Self::Chains => format!("SELECT {COLUMNS}, {MORE} FROM gonogo.chains WHERE chain = ${chain} AND {which}"),
        }
    }
}
