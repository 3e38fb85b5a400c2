//! A connection to the file, in the words of all tables.

use std::future::{Future, ready};

use rusqlite::{
    Connection, ToSql, params_from_iter,
    types::{ToSqlOutput, Value as Stored, ValueRef},
};

use super::{schema, trouble::failed};
use crate::ledger::{
    LedgerError, Row,
    error::half_migrated,
    tables::{self, Column, Later, Table, Value},
};

/// A connection, most often in a transaction.
pub(super) struct FileSession<'c> {
    pub(super) place: &'c str,
    pub(super) connection: &'c Connection,
    /// For messages.
    pub(super) doing: &'static str,
}

impl FileSession<'_> {
    /// Makes the tables of projects where there are none.
    pub(super) fn complete(&self) -> Result<(), LedgerError> {
        let completed = || {
            if schema::format(self.connection)? < schema::FORMAT {
                self.connection.execute_batch(schema::CHAINS)?;
                self.connection.pragma_update(None, "user_version", schema::FORMAT)?;
            }
            Ok(())
        };
        completed().map_err(|error| self.failed(&error))
    }

    /// Each row as `read` reads it. PostgreSQL's names and numbers of values are written as SQLite has them.
    fn each<T>(
        &self,
        statement: &str,
        values: &[Value<'_>],
        read: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, LedgerError> {
        let asked = || {
            let mut statement = self.connection.prepare_cached(&statement.replace("gonogo.", "").replace('$', "?"))?;
            let mut rows = statement.query(params_from_iter(values))?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(read(row)?);
            }
            Ok(all)
        };
        asked().map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &rusqlite::Error) -> LedgerError {
        failed(self.place, self.doing, error)
    }
}

impl tables::Session for FileSession<'_> {
    type Answer = Vec<Stored>;

    fn place(&self) -> &str {
        self.place
    }

    fn ask(&self, statement: &str, values: &[Value<'_>], _: u64) -> impl Future<Output = Result<Vec<Self::Answer>, LedgerError>> + Send {
        ready(self.each(statement, values, columns))
    }

    fn column<T: Column>(answer: &Self::Answer, at: usize) -> Option<T> {
        T::column_result(answer.get(at)?.into()).ok()
    }

    fn row(answer: Self::Answer) -> Result<Row, LedgerError> {
        Ok(row(|at| answer.get(at).map_or(ValueRef::Null, ValueRef::from)))
    }

    fn all(&self, table: Table, chain: &str) -> impl Future<Output = Result<Vec<Row>, LedgerError>> + Send {
        ready(self.each(&table.select(1, "true ORDER BY seq"), &[Value::Text(chain)], |found| {
            Ok(row(|at| found.get_ref(at).unwrap_or(ValueRef::Null)))
        }))
    }

    fn has_chains(&self) -> impl Future<Output = Result<bool, LedgerError>> + Send {
        let query = "SELECT count(*) = 2 FROM sqlite_schema WHERE type = 'table' AND name IN ('chains', 'kept')";
        let asked = || Ok((self.connection.query_row(query, [], |row| row.get(0))?, schema::format(self.connection)?));
        ready(match asked() {
            Ok((false, schema::FORMAT)) => Err(half_migrated(self.place)),
            Ok((has, _)) => Ok(has),
            Err(error) => Err(self.failed(&error)),
        })
    }

    fn has(&self, table: Later) -> impl Future<Output = Result<bool, LedgerError>> + Send {
        let query = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)";
        ready(self.connection.query_row(query, [table.name()], |row| row.get(0)).map_err(|error| self.failed(&error)))
    }

    fn make(&self, table: Later) -> impl Future<Output = Result<(), LedgerError>> + Send {
        let made = match table {
            Later::Samples => schema::SAMPLES,
            Later::Told => schema::TOLD,
        };
        ready(self.connection.execute_batch(made).map_err(|error| self.failed(&error)))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Number(number) => ValueRef::Integer(number),
            Value::Is(is) => ValueRef::Integer(is.into()),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::TextIf(text) => text.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The columns of a row, whatever stands in them.
fn columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<Vec<Stored>> {
    let column = |at| {
        row.get_ref(at).map(|value| match value {
            ValueRef::Null => Stored::Null,
            ValueRef::Integer(number) => Stored::Integer(number),
            ValueRef::Real(number) => Stored::Real(number),
            ValueRef::Text(text) => Stored::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Stored::Blob(bytes.to_vec()),
        })
    };
    (0..row.as_ref().column_count()).map(column).collect()
}

/// An entry's row: what cannot be read as its type is no entry's.
fn row<'v>(column: impl Fn(usize) -> ValueRef<'v>) -> Row {
    let number = |at| if let ValueRef::Integer(number) = column(at) { number } else { -1 };
    let text = |at| match column(at) {
        // Checked whole at once: what is no text is rare.
        ValueRef::Text(text) => Some(std::str::from_utf8(text).map_or_else(|_| String::from_utf8_lossy(text).into_owned(), str::to_owned)),
        ValueRef::Null => None,
        other => Some(format!("{other:?}")),
    };
    let bytes = |at| if let ValueRef::Blob(bytes) | ValueRef::Text(bytes) = column(at) { bytes.to_vec() } else { Vec::new() };
    Row {
        seq: number(0),
        version: number(1),
        prev: text(2).unwrap_or_default(),
        recorded: text(3).unwrap_or_default(),
        payload: bytes(4),
        signature: text(5),
        statement: text(6).unwrap_or_default(),
        digest: text(7).unwrap_or_default(),
        chain: text(8).unwrap_or_default(),
        label: text(9).unwrap_or_default(),
        bare: None,
    }
}
