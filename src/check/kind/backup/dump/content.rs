//! What was found in a backup.

use std::{
    collections::BTreeSet,
    io::{self, Read},
};

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use super::fault::Fault;

/// How many names of tables are kept.
const MOST_TABLES: usize = 20_000;

/// What was found in a backup that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// As people call it: `pg_dump custom, gzip`.
    pub format: String,
    /// Whose it is.
    pub family: Family,
    /// When it was made by its own account, at the latest; `None` where it does not say.
    pub made: Option<Timestamp>,
    /// The tables that have rows, `schema.table`, where it says so; a bounded number of them.
    pub tables: BTreeSet<String>,
}

/// Whose backup it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// PostgreSQL's.
    Postgres,
    /// Redis' or Valkey's.
    Redis,
    /// MySQL's or MariaDB's.
    Mysql,
    /// Something not known here.
    Other,
}

impl Content {
    pub(super) fn new(format: impl Into<String>, family: Family) -> Self {
        Self { format: format.into(), family, made: None, tables: BTreeSet::new() }
    }

    /// Notes a table with rows, up to as many as are kept.
    pub(super) fn note(&mut self, table: &str) {
        if self.tables.len() < MOST_TABLES && !self.tables.contains(table) {
            self.tables.insert(table.to_owned());
        }
    }
    /// A dump without a row is no backup; `tables`: whether it has the data of one.
    pub(super) fn with_rows(self, tables: bool) -> Result<Self, Fault> {
        match (tables, self.tables.is_empty()) {
            (false, _) => Err(Fault::broken("holds no table's data: only the schema was dumped")),
            (true, true) => Err(Fault::broken("holds no rows: every table was empty")),
            (true, false) => Ok(self),
        }
    }
}

/// The latest that a local time without its zone can be: the westernmost zone is twelve hours behind.
pub(super) fn latest(local: DateTime) -> Option<Timestamp> {
    local.to_zoned(TimeZone::UTC).ok()?.timestamp().checked_add(SignedDuration::from_hours(12)).ok()
}

/// Reads a table's data to its end. Whether there is a row: `COPY` ends its rows with `\.`, an empty table has only that.
pub(super) fn has_rows(data: &mut dyn Read) -> io::Result<bool> {
    let mut first = Vec::new();
    data.take(2).read_to_end(&mut first)?;
    io::copy(data, &mut io::sink())?;
    Ok(!first.is_empty() && first != b"\\.")
}

#[cfg(test)]
mod tests {
    use super::has_rows;

    #[test]
    fn an_empty_table_has_only_the_end_of_rows() {
        assert!(!has_rows(&mut &b"\\.\n\n\n"[..]).expect("read"));
        assert!(!has_rows(&mut &b""[..]).expect("read"));
        assert!(has_rows(&mut &b"1\ta\n\\.\n"[..]).expect("read"));
    }
}
