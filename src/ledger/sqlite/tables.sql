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
