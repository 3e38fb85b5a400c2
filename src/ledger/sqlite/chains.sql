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
