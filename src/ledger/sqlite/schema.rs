//! The tables in the file.

use rusqlite::Connection;

/// The format of the tables; stored as the file's `user_version`.
pub(super) const FORMAT: i64 = 1;
/// Marks the file as a ledger of this program: `gono`.
pub(super) const APPLICATION: i64 = 0x676f_6e6f;

/// The triggers also stop `INSERT OR REPLACE`, which removes rows without telling the trigger on DELETE.
pub(super) const TABLES: &str = "
    CREATE TABLE entries (
        seq INTEGER PRIMARY KEY,
        version INTEGER NOT NULL,
        prev TEXT NOT NULL UNIQUE,
        recorded TEXT NOT NULL,
        payload BLOB NOT NULL,
        signature TEXT,
        statement TEXT NOT NULL,
        digest TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE INDEX entries_by_statement ON entries (statement);
    CREATE INDEX entries_by_version ON entries (version, seq);
    CREATE TABLE blobs (
        digest TEXT PRIMARY KEY,
        bytes BLOB NOT NULL
    ) STRICT;
    CREATE TRIGGER entries_follow BEFORE INSERT ON entries
        WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entries)
        BEGIN SELECT RAISE(ABORT, 'an entry of the ledger follows the newest one'); END;
    CREATE TRIGGER entries_are_never_changed BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: an entry cannot be changed'); END;
    CREATE TRIGGER entries_are_never_deleted BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: an entry cannot be deleted'); END;
    CREATE TRIGGER blobs_are_never_replaced BEFORE INSERT ON blobs
        WHEN EXISTS (SELECT 1 FROM blobs WHERE digest = NEW.digest)
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: kept bytes cannot be replaced'); END;
    CREATE TRIGGER blobs_are_never_changed BEFORE UPDATE ON blobs
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: kept bytes cannot be changed'); END;
    CREATE TRIGGER blobs_are_never_deleted BEFORE DELETE ON blobs
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: kept bytes cannot be deleted'); END;
";

/// What a file is.
pub(super) enum Kind {
    Ledger,
    /// A database without anything in it, or a file of no bytes.
    Empty,
    Other,
}

pub(super) fn kind(connection: &Connection) -> rusqlite::Result<Kind> {
    if number(connection, "application_id")? == APPLICATION {
        return Ok(Kind::Ledger);
    }
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(if objects == 0 { Kind::Empty } else { Kind::Other })
}

/// The format, where it is a newer program's.
pub(super) fn newer(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    Ok(Some(number(connection, "user_version")?).filter(|format| *format > FORMAT))
}

fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}
