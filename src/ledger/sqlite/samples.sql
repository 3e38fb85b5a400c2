    CREATE TABLE samples (
        run TEXT NOT NULL,
        number INTEGER NOT NULL CHECK (number > 0),
        payload BLOB NOT NULL,
        PRIMARY KEY (run, number)
    ) STRICT;
    CREATE TRIGGER samples_follow BEFORE INSERT ON samples
        WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM samples WHERE run = NEW.run)
        BEGIN SELECT RAISE(ABORT, 'a sample of the ledger follows the newest one of its stage'); END;
    CREATE TRIGGER samples_are_never_changed BEFORE UPDATE ON samples
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: a sample cannot be changed'); END;
    CREATE TRIGGER samples_are_never_deleted BEFORE DELETE ON samples
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: a sample cannot be deleted'); END;
