//! The tables in the file.

use rusqlite::Connection;

/// The format of the tables; stored as the file's `user_version`. Format 1 has no chains of projects.
pub(super) const FORMAT: i64 = 2;
/// Marks the file as a ledger of this program: `gono`.
pub(super) const APPLICATION: i64 = 0x676f_6e6f;

/// The triggers also stop `INSERT OR REPLACE`, which removes rows without telling the trigger on DELETE.
pub(super) const TABLES: &str = include_str!("tables.sql");

/// What format 2 adds: chains of projects, each going on where the shared one was closed, and kept bytes deflated.
pub(super) const CHAINS: &str = include_str!("chains.sql");

/// The samples of stages. A file that an older program made gets them with the first sample: that program goes on with it.
pub(super) const SAMPLES: &str = include_str!("samples.sql");

/// What people were told, made with the first mark. It stands for itself: nothing of the record rests on it.
pub(super) const TOLD: &str = "CREATE TABLE told (day TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (day, mark)) STRICT, WITHOUT ROWID;";

/// What a file is.
pub(super) enum FileKind {
    Ledger,
    /// A database without anything in it, or a file of no bytes.
    Empty,
    Other,
}

pub(super) fn kind(connection: &Connection) -> rusqlite::Result<FileKind> {
    if number(connection, "application_id")? == APPLICATION {
        return Ok(FileKind::Ledger);
    }
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(if objects == 0 { FileKind::Empty } else { FileKind::Other })
}

/// The format.
pub(super) fn format(connection: &Connection) -> rusqlite::Result<i64> {
    number(connection, "user_version")
}

fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}
