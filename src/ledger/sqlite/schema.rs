//! The tables in the file.

use rusqlite::Connection;

/// The format of the tables; stored as the file's `user_version`. Format 1 has no chains of projects.
pub(super) const FORMAT: i64 = 2;
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

/// What format 2 adds: chains of projects, each going on where the shared one was closed, and kept bytes deflated.
pub(super) const CHAINS: &str = "
    CREATE TABLE chains (
        chain TEXT NOT NULL CHECK (chain <> ''),
        label TEXT NOT NULL,
        seq INTEGER NOT NULL,
        version INTEGER NOT NULL,
        prev TEXT NOT NULL,
        recorded TEXT NOT NULL,
        payload BLOB NOT NULL,
        signature TEXT,
        statement TEXT NOT NULL,
        digest TEXT NOT NULL UNIQUE,
        PRIMARY KEY (chain, seq),
        UNIQUE (chain, prev)
    ) STRICT;
    CREATE INDEX chains_by_statement ON chains (chain, statement);
    CREATE INDEX chains_by_version ON chains (chain, version, seq);
    CREATE TABLE kept (
        digest TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        deflated BLOB NOT NULL
    ) STRICT;
    CREATE TRIGGER entries_end BEFORE INSERT ON entries
        WHEN EXISTS (SELECT 1 FROM entries WHERE version = 2)
        BEGIN SELECT RAISE(ABORT, 'the shared chain of the ledger is closed'); END;
    CREATE TRIGGER chains_follow BEFORE INSERT ON chains
        WHEN NEW.seq <> coalesce((SELECT max(seq) FROM chains WHERE chain = NEW.chain), (SELECT max(seq) FROM entries), 0) + 1
        BEGIN SELECT RAISE(ABORT, 'an entry of the ledger follows the newest one of its chain'); END;
    CREATE TRIGGER chains_are_never_changed BEFORE UPDATE ON chains
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: an entry cannot be changed'); END;
    CREATE TRIGGER chains_are_never_deleted BEFORE DELETE ON chains
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: an entry cannot be deleted'); END;
    CREATE TRIGGER kept_are_never_replaced BEFORE INSERT ON kept
        WHEN EXISTS (SELECT 1 FROM kept WHERE digest = NEW.digest)
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: kept bytes cannot be replaced'); END;
    CREATE TRIGGER kept_are_never_changed BEFORE UPDATE ON kept
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: kept bytes cannot be changed'); END;
    CREATE TRIGGER kept_are_never_deleted BEFORE DELETE ON kept
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

/// The format.
pub(super) fn format(connection: &Connection) -> rusqlite::Result<i64> {
    number(connection, "user_version")
}

fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}
