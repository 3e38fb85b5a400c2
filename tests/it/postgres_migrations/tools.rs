//! Each tool's table as it makes it, files as it wants them, and states in which it stops.

use gonogo::model::Outcome;

/// What one tool leaves behind.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// Its table with two migrations applied.
    pub(crate) made: &'static [&'static str],
    /// The files of these two.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// The newest of them.
    pub(crate) newest: &'static str,
    /// A file that is not applied.
    pub(crate) one_more: Option<(&'static str, &'static str)>,
    /// What goes wrong, and what is then said.
    pub(crate) bad: &'static [(&'static str, Outcome, &'static str)],
}

use Outcome::{Fail, Unknown};

const RAILS: &[(&str, &str)] = &[("20260101000000_a.rb", ""), ("20260201000000_b.rb", "")];

pub(crate) const TOOLS: &[Tool] = &[
    Tool {
        name: "flyway",
        made: &[
            "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum int, installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL, success boolean NOT NULL)",
            // The sums are zlib's of `SELECT 1;` and of the view's line.
            "INSERT INTO flyway_schema_history VALUES (0, NULL, '<< Flyway Schema Creation >>', 'SCHEMA', '\"app\"', NULL, 'app', now(), 0, true), (1, '001', '<< Flyway Baseline >>', 'BASELINE', 'B', NULL, 'app', now(), 0, true), (2, '1.9', 'init', 'SQL', 'V1_9__init.sql', 78787420, 'app', now(), 3, true), (3, '1.10', 'more', 'SQL', 'V1_10__more.sql', 78787420, 'app', now(), 3, true), (4, NULL, 'a view', 'SQL', 'R__a_view.sql', 78787420, 'app', now(), 3, true)",
        ],
        files: &[
            ("V1__old.sql", "SELECT 0;"),
            ("V1_9__init.sql", "SELECT 1;\r\n"),
            ("sub/V1_10__more.sql", "\u{feff}SELECT 1;\n"),
            ("R__a_view.sql", "SELECT 1;"),
            ("afterMigrate.sql", ""),
            ("U1_10__more.sql", ""),
        ],
        newest: "1.10",
        one_more: Some(("V2__next.sql", "")),
        bad: &[
            (
                "UPDATE flyway_schema_history SET success = false WHERE version = '1.10'",
                Fail,
                "Failed or half-done migrations: got 1: 1.10 (more), wanted none",
            ),
            (
                "INSERT INTO flyway_schema_history VALUES (5, '1.10', 'more', 'UNDO_SQL', 'U', 0, 'app', now(), 3, true)",
                Fail,
                "not applied: got 1: 1.10",
            ),
            ("UPDATE flyway_schema_history SET checksum = 5 WHERE version = '1.9'", Fail, "changed after they were applied: got 1: 1.9"),
            (
                "UPDATE flyway_schema_history SET checksum = 5 WHERE version IS NULL",
                Fail,
                "changed after they were applied: got 1: R a view",
            ),
            (
                "INSERT INTO flyway_schema_history VALUES (5, '3', 'theirs', 'SQL', 'V', 0, 'app', now(), 3, true)",
                Fail,
                "does not have: got 1: 3",
            ),
        ],
    },
    Tool {
        name: "liquibase",
        made: &[
            "CREATE TABLE databasechangelog (id varchar(255) NOT NULL, author varchar(255) NOT NULL, filename varchar(255) NOT NULL, dateexecuted timestamp NOT NULL, orderexecuted int NOT NULL, exectype varchar(10) NOT NULL, md5sum varchar(35), description varchar(255), comments varchar(255), tag varchar(255), liquibase varchar(20), contexts varchar(255), labels varchar(255), deployment_id varchar(10))",
            "CREATE TABLE databasechangeloglock (id int PRIMARY KEY, locked boolean NOT NULL, lockgranted timestamp, lockedby varchar(255))",
            "INSERT INTO databasechangeloglock VALUES (1, false, NULL, NULL)",
            "INSERT INTO databasechangelog (id, author, filename, dateexecuted, orderexecuted, exectype) VALUES ('1', 'ada', 'a.xml', now(), 1, 'EXECUTED'), ('2', 'ada', 'a.xml', now(), 2, 'MARK_RAN'), ('3', 'bob', 'b.sql', now(), 3, 'RERAN'), ('4', 'eve', 'c.yaml', now(), 4, 'EXECUTED')",
        ],
        files: &[
            (
                "a.xml",
                "<databaseChangeLog xmlns=\"http://www.liquibase.org/xml/ns/dbchangelog\"><!-- <changeSet id=\"9\" author=\"x\"/> --><changeSet id=\"1\" author=\"ada\"><sql>SELECT 1</sql></changeSet><changeSet author='ada' id='2'/><changeSet author=\"ada\" id=\"5\" dbms=\"mysql\"/></databaseChangeLog>",
            ),
            ("b.sql", "--liquibase formatted sql\n\n--changeset bob:3 splitStatements:false\nSELECT 1;\n"),
            ("c.yaml", "databaseChangeLog:\n  - changeSet:\n      id: 4\n      author: eve\n      changes: []\n"),
        ],
        newest: "eve:4",
        one_more: Some(("d.json", r#"{"databaseChangeLog": [{"changeSet": {"id": "9", "author": "eve"}}]}"#)),
        bad: &[
            ("UPDATE databasechangelog SET exectype = 'FAILED' WHERE id = '2'", Fail, "got 1: ada:2 (a.xml): its exectype is FAILED"),
            (
                "UPDATE databasechangeloglock SET locked = true, lockedby = 'ci', lockgranted = '2026-11-01 10:00'",
                Fail,
                "got 1: held since 2026-11-01 10:00:00 by ci",
            ),
            ("DROP TABLE databasechangeloglock", Unknown, "there is no table public.databasechangeloglock"),
            ("REVOKE SELECT ON databasechangeloglock FROM PUBLIC", Unknown, "the login may not read public.databasechangeloglock"),
        ],
    },
    Tool {
        name: "alembic",
        made: &[
            "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
            "INSERT INTO alembic_version VALUES ('67d408f93ec7')",
        ],
        files: &[
            ("versions/4fe9a4b868d8_one.py", "revision: str = '4fe9a4b868d8'\ndown_revision: Union[str, Sequence[str], None] = None\n"),
            ("versions/67d408f93ec7_two.py", "revision = \"67d408f93ec7\"\ndown_revision = \"4fe9a4b868d8\"\n"),
            ("env.py", "import alembic"),
            ("README", ""),
        ],
        newest: "67d408f93ec7",
        one_more: Some(("versions/c0ffee_three.py", "revision = 'c0ffee'\ndown_revision = ('67d408f93ec7',)\n")),
        bad: &[
            (
                "INSERT INTO alembic_version VALUES ('4fe9a4b868d9')",
                Fail,
                "got 2 ends: `4fe9a4b868d9`, `67d408f93ec7`, wanted the release's newest, `67d408f93ec7`",
            ),
            ("UPDATE alembic_version SET version_num = 'beef'", Fail, "does not have: got 1: beef"),
            ("DELETE FROM alembic_version", Fail, "Newest migration applied: got none"),
            ("UPDATE alembic_version SET version_num = '4fe9a4b868d8'", Fail, "not applied: got 1: 67d408f93ec7"),
        ],
    },
    Tool {
        name: "django",
        made: &[
            "CREATE TABLE django_migrations (id bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied timestamptz NOT NULL)",
            "INSERT INTO django_migrations (app, name, applied) VALUES ('auth', '0001_initial', now()), ('shop', '0001_initial', now()), ('shop', '0002_b', now()), ('shop', '0003_c', now())",
        ],
        files: &[
            ("shop/migrations/__init__.py", ""),
            (
                "shop/migrations/0001_squashed_0002_b.py",
                "class Migration(migrations.Migration):\n\n    replaces = [(\"shop\", \"0001_initial\"), ('shop', '0002_b')]\n\n    dependencies = [\n    ]\n",
            ),
            ("shop/migrations/0003_c.py", "class Migration(migrations.Migration):\n    pass\n"),
            ("shop/models.py", ""),
        ],
        newest: "shop.0003_c",
        one_more: Some(("shop/migrations/0004_d.py", "class Migration(migrations.Migration):\n    pass\n")),
        bad: &[
            ("DELETE FROM django_migrations WHERE name = '0002_b'", Fail, "not applied: got 1: shop.0001_squashed_0002_b"),
            (
                "INSERT INTO django_migrations (app, name, applied) VALUES ('shop', '0009_z', now())",
                Fail,
                "does not have: got 1: shop.0009_z",
            ),
        ],
    },
    Tool {
        name: "sqlx",
        made: &[
            "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL)",
            "INSERT INTO _sqlx_migrations SELECT v, d, now(), true, sha384('SELECT 1;'), 5 FROM (VALUES (20260101, 'a'), (20260201, 'b')) AS all_of(v, d)",
        ],
        files: &[("20260101_a.up.sql", "SELECT 1;"), ("20260101_a.down.sql", ""), ("20260201_b.sql", "SELECT 1;")],
        newest: "20260201",
        one_more: Some(("20260301_c.sql", "")),
        bad: &[
            (
                "UPDATE _sqlx_migrations SET success = false, execution_time = -1 WHERE version = 20260201",
                Fail,
                "got 1: 20260201 (b): it began and did not end",
            ),
            (
                "UPDATE _sqlx_migrations SET checksum = 'x' WHERE version = 20260101",
                Fail,
                "changed after they were applied: got 1: 20260101",
            ),
        ],
    },
    Tool {
        name: "goose",
        made: &[
            "CREATE TABLE goose_db_version (id int PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now())",
            "INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true), (2, false), (2, true)",
        ],
        files: &[("00001_a.sql", ""), ("00002_b.go", ""), ("main.go", "")],
        newest: "2",
        one_more: Some(("00010_c.sql", "")),
        // A later row takes it back.
        bad: &[("INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, false)", Fail, "not applied: got 1: 2")],
    },
    Tool {
        name: "prisma",
        made: &[
            "CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0)",
            "INSERT INTO _prisma_migrations VALUES ('a', encode(sha256('SELECT 1;'), 'hex'), now(), '20260101000000_init', NULL, NULL, now() - interval '3 h', 1), ('b', encode(sha256('SELECT 0;'), 'hex'), NULL, '20260201000000_b', 'ERROR', now(), now() - interval '2 h', 0), ('c', encode(sha256('SELECT 1;'), 'hex'), now(), '20260201000000_b', NULL, NULL, now() - interval '1 h', 1)",
        ],
        files: &[
            ("20260101000000_init/migration.sql", "SELECT 1;"),
            ("20260201000000_b/migration.sql", "SELECT 1;"),
            ("migration_lock.toml", ""),
        ],
        newest: "20260201000000_b",
        one_more: Some(("20260301000000_c/migration.sql", "")),
        bad: &[
            (
                "UPDATE _prisma_migrations SET finished_at = NULL WHERE id = 'c'",
                Fail,
                "got 1: 20260201000000_b: it began and did not end (P3009)",
            ),
            ("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = 'c'", Fail, "not applied: got 1: 20260201000000_b"),
            (
                "UPDATE _prisma_migrations SET checksum = 'x' WHERE id = 'a'",
                Fail,
                "changed after they were applied: got 1: 20260101000000_init",
            ),
        ],
    },
    Tool {
        name: "golang-migrate",
        made: &[
            "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)",
            "INSERT INTO schema_migrations VALUES (2, false)",
        ],
        files: &[("000001_a.up.sql", ""), ("000001_a.down.sql", ""), ("000002_b.up.sql", "")],
        newest: "2",
        one_more: Some(("000003_c.up.sql", "")),
        bad: &[
            ("UPDATE schema_migrations SET dirty = true", Fail, "got 1: 2: it is dirty"),
            ("UPDATE schema_migrations SET version = 7", Fail, "does not have: got 1: 7"),
            ("DELETE FROM schema_migrations", Fail, "not applied: got 2: 1, 2"),
        ],
    },
    Tool {
        name: "ecto",
        made: &[
            "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp(0))",
            "INSERT INTO schema_migrations VALUES (20260101000000, now()), (20260201000000, now())",
        ],
        files: &[("20260101000000_a.exs", ""), ("20260201000000_b.exs", ""), (".formatter.exs", "")],
        newest: "20260201000000",
        one_more: Some(("20260301000000_c.exs", "")),
        bad: &[],
    },
    Tool {
        name: "rails",
        made: &[
            "CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY)",
            "CREATE TABLE ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL)",
            "INSERT INTO ar_internal_metadata VALUES ('environment', 'production', now(), now())",
            "INSERT INTO schema_migrations VALUES ('20260201000000'), ('20260101000000')",
        ],
        files: RAILS,
        newest: "20260201000000",
        one_more: Some(("20260301000000_c.rb", "")),
        bad: &[("UPDATE ar_internal_metadata SET value = 'development'", Fail, "the database says that it is for development")],
    },
    Tool {
        name: "dbmate",
        made: &[
            "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)",
            "INSERT INTO schema_migrations VALUES ('20260101000000'), ('20260201000000')",
        ],
        files: &[("20260101000000_a.sql", ""), ("20260201000000_b.sql", "")],
        newest: "20260201000000",
        one_more: Some(("20260301000000_c.sql", "")),
        bad: &[],
    },
    Tool {
        name: "refinery",
        made: &[
            "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name varchar(255), applied_on varchar(255), checksum varchar(255))",
            "INSERT INTO refinery_schema_history VALUES (1, 'a', '2026-01-01T00:00:00Z', '5'), (2, 'b', '2026-01-01T00:00:00Z', '5')",
        ],
        files: &[("V1__a.sql", ""), ("U2__b.rs", ""), ("mod.rs", "")],
        newest: "2",
        one_more: Some(("V3__c.sql", "")),
        bad: &[],
    },
    Tool {
        name: "diesel",
        made: &[
            "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT now())",
            "INSERT INTO __diesel_schema_migrations VALUES ('00000000000000'), ('20260201120000')",
        ],
        files: &[
            ("00000000000000_diesel_initial_setup/up.sql", ""),
            ("00000000000000_diesel_initial_setup/down.sql", ""),
            ("2026-02-01-120000_b/up.sql", ""),
        ],
        newest: "20260201120000",
        one_more: Some(("2026-03-01-120000_c/up.sql", "")),
        bad: &[],
    },
    Tool {
        name: "knex",
        made: &[
            "CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch int, migration_time timestamptz)",
            "CREATE TABLE knex_migrations_lock (index serial PRIMARY KEY, is_locked int)",
            "INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('20260101000000_a.js', 1, now()), ('20260201000000_b.js', 1, now())",
            "INSERT INTO knex_migrations_lock (is_locked) VALUES (0)",
        ],
        files: &[("20260101000000_a.ts", ""), ("20260201000000_b.js", ""), ("20260201000000_b.d.ts", "")],
        newest: "20260201000000_b",
        one_more: Some(("20260301000000_c.js", "")),
        bad: &[("UPDATE knex_migrations_lock SET is_locked = 1", Fail, "got 1: held: is_locked is 1")],
    },
    Tool {
        name: "sequelize",
        made: &[
            "CREATE TABLE \"SequelizeMeta\" (name varchar(255) PRIMARY KEY)",
            "INSERT INTO \"SequelizeMeta\" VALUES ('20260101000000-a.js'), ('20260201000000-b.js')",
        ],
        files: &[("20260101000000-a.js", ""), ("20260201000000-b.js", "")],
        newest: "20260201000000-b",
        one_more: Some(("20260301000000-c.js", "")),
        bad: &[],
    },
    Tool {
        name: "typeorm",
        made: &[
            "CREATE TABLE migrations (id serial PRIMARY KEY, \"timestamp\" bigint NOT NULL, name varchar NOT NULL)",
            "INSERT INTO migrations (\"timestamp\", name) VALUES (1767225600000, 'A1767225600000'), (1769904000000, 'B1769904000000')",
        ],
        files: &[("1767225600000-A.ts", ""), ("1769904000000-B.ts", "")],
        newest: "B1769904000000",
        one_more: Some(("1772323200000-C.ts", "")),
        bad: &[],
    },
    Tool {
        name: "mikro-orm",
        made: &[
            "CREATE TABLE mikro_orm_migrations (id serial PRIMARY KEY, name varchar(255), executed_at timestamptz DEFAULT now())",
            "INSERT INTO mikro_orm_migrations (name) VALUES ('Migration20260101000000'), ('Migration20260201000000')",
        ],
        files: &[("Migration20260101000000.ts", ""), ("Migration20260201000000.ts", ""), (".snapshot-app.json", "")],
        newest: "Migration20260201000000",
        one_more: Some(("Migration20260301000000.ts", "")),
        bad: &[],
    },
    Tool {
        name: "ef",
        made: &[
            "CREATE TABLE \"__EFMigrationsHistory\" (\"MigrationId\" varchar(150) PRIMARY KEY, \"ProductVersion\" varchar(32) NOT NULL)",
            "INSERT INTO \"__EFMigrationsHistory\" VALUES ('20260101000000_A', '8.0.1'), ('20260201000000_B', '8.0.1')",
        ],
        files: &[
            ("20260101000000_A.cs", ""),
            ("20260101000000_A.Designer.cs", ""),
            ("20260201000000_B.cs", ""),
            ("AppModelSnapshot.cs", ""),
        ],
        newest: "20260201000000_B",
        one_more: Some(("20260301000000_C.cs", "")),
        bad: &[],
    },
    Tool {
        name: "laravel",
        made: &[
            "CREATE TABLE migrations (id serial PRIMARY KEY, migration varchar(255) NOT NULL, batch int NOT NULL)",
            "INSERT INTO migrations (migration, batch) VALUES ('2026_01_01_000000_a', 1), ('2026_02_01_000000_b', 2)",
        ],
        files: &[("2026_01_01_000000_a.php", ""), ("2026_02_01_000000_b.php", "")],
        newest: "2026_02_01_000000_b",
        one_more: Some(("2026_03_01_000000_c.php", "")),
        bad: &[],
    },
    Tool {
        name: "doctrine",
        made: &[
            "CREATE TABLE doctrine_migration_versions (version varchar(191) PRIMARY KEY, executed_at timestamp(0) DEFAULT NULL, execution_time int)",
            "INSERT INTO doctrine_migration_versions VALUES ('DoctrineMigrations\\Version20260101000000', now(), 5), ('DoctrineMigrations\\Version20260201000000', now(), 5)",
        ],
        files: &[("Version20260101000000.php", ""), ("Version20260201000000.php", "")],
        newest: "Version20260201000000",
        one_more: Some(("Version20260301000000.php", "")),
        bad: &[(
            "UPDATE doctrine_migration_versions SET executed_at = NULL WHERE version LIKE '%0201%'",
            Fail,
            "got 1: Version20260201000000: it has no time of execution",
        )],
    },
    Tool {
        name: "atlas",
        made: &[
            "CREATE SCHEMA atlas_schema_revisions",
            "CREATE TABLE atlas_schema_revisions.atlas_schema_revisions (version varchar PRIMARY KEY, description varchar NOT NULL, type bigint NOT NULL DEFAULT 2, applied bigint NOT NULL DEFAULT 0, total bigint NOT NULL DEFAULT 0, executed_at timestamptz NOT NULL, execution_time bigint NOT NULL, error text, error_stmt text, hash varchar NOT NULL, partial_hashes jsonb, operator_version varchar NOT NULL)",
            "INSERT INTO atlas_schema_revisions.atlas_schema_revisions VALUES ('.atlas_cloud_identifier', 'x', 2, 0, 0, now(), 0, '', '', '', NULL, ''), ('20260101000000', 'base', 1, 0, 0, now(), 1, '', '', 'h', NULL, ''), ('20260201000000', 'b', 2, 2, 2, now(), 1, '', '', 'h', NULL, '')",
        ],
        files: &[("20260101000000_base.sql", ""), ("20260201000000.sql", ""), ("atlas.sum", "")],
        newest: "20260201000000",
        one_more: Some(("20260301000000_c.sql", "")),
        bad: &[
            (
                "UPDATE atlas_schema_revisions.atlas_schema_revisions SET applied = 1 WHERE version = '20260201000000'",
                Fail,
                "20260201000000 (b): 1 of 2 statements",
            ),
            (
                "UPDATE atlas_schema_revisions.atlas_schema_revisions SET applied = 1, error = 'secret' WHERE version = '20260201000000'",
                Fail,
                "1 of 2 statements, then an error",
            ),
        ],
    },
    Tool {
        name: "drizzle",
        made: &[
            "CREATE SCHEMA drizzle",
            "CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)",
            "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES (encode(sha256('SELECT 1;'), 'hex'), 1767225600000), (encode(sha256('SELECT 1;'), 'hex'), 1769904000000)",
        ],
        files: &[
            (
                "meta/_journal.json",
                r#"{"version":"7","dialect":"postgresql","entries":[{"idx":0,"version":"7","when":1767225600000,"tag":"0000_a","breakpoints":true},{"idx":1,"version":"7","when":1769904000000,"tag":"0001_b","breakpoints":true}]}"#,
            ),
            ("0000_a.sql", "SELECT 1;"),
            ("0001_b.sql", "SELECT 1;"),
        ],
        newest: "1769904000000",
        one_more: None,
        bad: &[
            (
                "UPDATE drizzle.__drizzle_migrations SET hash = 'x' WHERE id = 1",
                Fail,
                "changed after they were applied: got 1: 1767225600000",
            ),
            ("DELETE FROM drizzle.__drizzle_migrations WHERE id = 2", Fail, "not applied: got 1: 1769904000000"),
        ],
    },
    Tool {
        name: "sea-orm",
        made: &[
            "CREATE TABLE seaql_migrations (version varchar PRIMARY KEY, applied_at bigint NOT NULL)",
            "INSERT INTO seaql_migrations VALUES ('m20260101_000001_a', 5), ('m20260201_000001_b', 6)",
        ],
        files: &[("src/lib.rs", ""), ("src/main.rs", ""), ("src/m20260101_000001_a.rs", ""), ("src/m20260201_000001_b.rs", "")],
        newest: "m20260201_000001_b",
        one_more: Some(("src/m20260301_000001_c.rs", "")),
        bad: &[],
    },
    Tool {
        name: "node-pg-migrate",
        made: &[
            "CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)",
            "INSERT INTO pgmigrations (name, run_on) VALUES ('1795987579060_one', now()), ('1795987580000_two', now())",
        ],
        files: &[("1795987579060_one.js", ""), ("1795987580000_two.sql", "")],
        newest: "1795987580000_two",
        one_more: Some(("1795987590000_three.js", "")),
        bad: &[],
    },
    Tool {
        name: "tern",
        made: &["CREATE TABLE schema_version (version int4 NOT NULL)", "INSERT INTO schema_version VALUES (2)"],
        files: &[("001_a.sql", ""), ("002_b.sql", ""), ("tern.conf", "")],
        newest: "2",
        one_more: Some(("003_c.sql", "")),
        bad: &[("UPDATE schema_version SET version = 0", Fail, "not applied: got 2: 1, 2")],
    },
    Tool {
        name: "sqitch",
        made: &[
            "CREATE SCHEMA sqitch",
            "CREATE TABLE sqitch.changes (change_id text PRIMARY KEY, script_hash text, change text NOT NULL, project text NOT NULL, note text NOT NULL DEFAULT '', committed_at timestamptz NOT NULL DEFAULT clock_timestamp(), committer_name text, committer_email text, planned_at timestamptz, planner_name text, planner_email text)",
            "CREATE TABLE sqitch.events (event text NOT NULL, change_id text NOT NULL, change text NOT NULL, project text NOT NULL, committed_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (change_id, committed_at))",
            "INSERT INTO sqitch.changes (change_id, change, project) VALUES ('a', 'one', 'shop'), ('b', 'two', 'shop')",
            "INSERT INTO sqitch.events (event, change_id, change, project) VALUES ('deploy', 'a', 'one', 'shop'), ('fail', 'b', 'two', 'shop'), ('deploy', 'b', 'two', 'shop')",
        ],
        files: &[(
            "sqitch.plan",
            "%syntax-version=1.0.0\n%project=shop\n\none 2026-11-29T21:26:53Z a <a@b.c> # n\n@v1 2026-11-29T21:26:53Z a <a@b.c> # n\ntwo [one] 2026-11-29T21:26:54Z a <a@b.c> # n\n",
        )],
        newest: "two",
        one_more: None,
        bad: &[
            (
                "INSERT INTO sqitch.events (event, change_id, change, project) VALUES ('fail', 'c', 'three', 'shop')",
                Fail,
                "the deployment of three failed",
            ),
            ("DELETE FROM sqitch.changes WHERE change = 'two'", Fail, "not applied: got 1: two"),
        ],
    },
];
