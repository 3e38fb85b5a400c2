CREATE SCHEMA IF NOT EXISTS gonogo;
CREATE TABLE IF NOT EXISTS gonogo.entries (
    seq bigint PRIMARY KEY CHECK (seq > 0),
    version bigint NOT NULL,
    prev text NOT NULL UNIQUE,
    recorded text NOT NULL,
    payload bytea NOT NULL,
    signature text,
    statement text NOT NULL,
    digest text NOT NULL UNIQUE
);
CREATE INDEX IF NOT EXISTS entries_by_statement ON gonogo.entries (statement);
CREATE INDEX IF NOT EXISTS entries_by_version ON gonogo.entries (version, seq);
CREATE TABLE IF NOT EXISTS gonogo.blobs (
    digest text PRIMARY KEY,
    bytes bytea NOT NULL
);
-- Bytes that are compressed already, mostly: reading them whole is all that is ever done.
ALTER TABLE gonogo.blobs ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE TABLE IF NOT EXISTS gonogo.chains (
    chain text NOT NULL CHECK (chain <> ''),
    label text NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    version bigint NOT NULL,
    prev text NOT NULL,
    recorded text NOT NULL,
    payload bytea NOT NULL,
    signature text,
    statement text NOT NULL,
    digest text NOT NULL UNIQUE,
    PRIMARY KEY (chain, seq),
    UNIQUE (chain, prev)
);
CREATE INDEX IF NOT EXISTS chains_by_statement ON gonogo.chains (chain, statement);
CREATE INDEX IF NOT EXISTS chains_by_version ON gonogo.chains (chain, version, seq);
CREATE TABLE IF NOT EXISTS gonogo.kept (
    digest text PRIMARY KEY,
    size bigint NOT NULL,
    deflated bytea NOT NULL
);
ALTER TABLE gonogo.kept ALTER COLUMN deflated SET STORAGE EXTERNAL;
CREATE TABLE IF NOT EXISTS gonogo.samples (
    run text NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    payload bytea NOT NULL,
    PRIMARY KEY (run, number)
);
-- What people were told on which day. Nothing of the record rests on it: its owner may empty it.
CREATE TABLE IF NOT EXISTS gonogo.told (
    day text NOT NULL,
    mark text NOT NULL,
    PRIMARY KEY (day, mark)
);
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM gonogo.entries) THEN
        COMMENT ON SCHEMA gonogo IS 'gonogo ledger, format 2';
    END IF;
END $$;
CREATE OR REPLACE FUNCTION gonogo.only_grows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'the ledger only grows: % on gonogo.% is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE OR REPLACE FUNCTION gonogo.follows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM gonogo.entries) THEN
        RAISE EXCEPTION 'an entry of the ledger follows the newest one';
    END IF;
    IF EXISTS (SELECT 1 FROM gonogo.entries WHERE version = 2) THEN
        RAISE EXCEPTION 'the shared chain of the ledger is closed';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION gonogo.chain_follows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NEW.seq <> coalesce(
        (SELECT max(seq) FROM gonogo.chains WHERE chain = NEW.chain), (SELECT max(seq) FROM gonogo.entries), 0) + 1 THEN
        RAISE EXCEPTION 'an entry of the ledger follows the newest one of its chain';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION gonogo.sample_follows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM gonogo.samples WHERE run = NEW.run) THEN
        RAISE EXCEPTION 'a sample of the ledger follows the newest one of its stage';
    END IF;
    RETURN NEW;
END $$;
