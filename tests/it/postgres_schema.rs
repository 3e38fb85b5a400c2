//! The kind `postgres-schema` on a real PostgreSQL: what is there, what only looks so, and what a login cannot see.

use gonogo::model::Outcome;
use serde_json::{Value, json};

use crate::{
    hostile::Hostile,
    look::Look,
    servers::postgres::{Database, Postgres},
};

pub(crate) const SHOP: &[&str] = &[
    "CREATE SCHEMA activity; CREATE TYPE activity.state AS ENUM ('open', 'shut')",
    "CREATE TABLE users (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, email varchar(200) NOT NULL UNIQUE, tags text[], \
        created timestamptz(3) NOT NULL DEFAULT now(), role text DEFAULT 'member', double int GENERATED ALWAYS AS (2) STORED)",
    "CREATE TABLE activity.activities (id serial PRIMARY KEY, owner bigint REFERENCES users, state activity.state DEFAULT 'open', \
        size int CONSTRAINT size_positive CHECK (size > 0))",
    "CREATE TABLE activity.\"Odd Name\" (\"Id\" int) PARTITION BY RANGE (\"Id\")",
    "CREATE VIEW active_users AS SELECT id FROM users; CREATE MATERIALIZED VIEW daily AS SELECT 1 AS n",
    "CREATE FUNCTION activity.near(point, float8) RETURNS bool LANGUAGE sql AS 'SELECT true'",
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER set_updated BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()",
];

pub(crate) async fn outcome(database: &Database, settings: &Value) -> (Outcome, String) {
    let mut all = json!({ "database": database.url() });
    all.as_object_mut().expect("a map").extend(settings.as_object().expect("a map").clone());
    Look::new("postgres-schema", all).outcome().await
}

/// Demands that the shop meets.
pub(crate) fn met() -> Vec<Value> {
    vec![
        json!({ "tables": { "users": {} } }),
        json!({ "tables": { "users": { "id": { "type": "int8", "default": "identity" }, "email": { "type": "varchar(200)", "nullable": false } } } }),
        json!({ "tables": { "users": { "created": { "type": "timestamptz", "default": "now()" }, "tags": "text[]", "role": { "default": "member", "nullable": true } } } }),
        json!({ "tables": { "users": { "double": { "default": "generated" }, "email": "character varying", "tags": { "default": "none" } } } }),
        json!({ "tables": { "activity.activities": { "state": { "type": "activity.state", "default": "open" }, "id": { "default": "any" } } } }),
        json!({ "tables": { "activity.\"Odd Name\"": { "\"Id\"": "int" } } }),
        json!({ "views": ["active_users", "daily"], "absent": "legacy" }),
        json!({ "functions": ["activity.near", "activity.near(point, double precision)", "touch()"] }),
        json!({ "extensions": { "plpgsql": ">=1" } }),
        json!({ "constraints": ["size_positive", "users.users_email_key"], "schema": ["public", "activity"] }),
        json!({ "triggers": "users.set_updated" }),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_found() {
    let shop = Postgres::shared().database(SHOP).await;
    for settings in met() {
        let (outcome, reason) = outcome(&shop, &settings).await;
        assert_eq!(outcome, Outcome::Pass, "{settings}: {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_looks_so_is_red() {
    let shop = Postgres::shared().database(SHOP).await;
    for (settings, said) in [
        (json!({ "tables": { "user": {} } }), "Table user: got none"),
        (json!({ "tables": { "active_users": {} } }), "Table active_users: got a view"),
        (json!({ "tables": { "activities": {} } }), "Table activities: got none"),
        (json!({ "views": "users" }), "View users: got a table"),
        (json!({ "tables": { "users": { "id": "int" } } }), "Column users.id: got bigint, wanted int"),
        (json!({ "tables": { "users": { "email": "varchar(100)" } } }), "got character varying(200)"),
        (json!({ "tables": { "users": { "email": { "nullable": true } } } }), "got not null, wanted null"),
        (json!({ "tables": { "users": { "role": { "type": "text", "default": "admin" } } } }), "got text, default 'member'::text"),
        (json!({ "tables": { "users": { "name": "text" } } }), "Column users.name: got none"),
        (json!({ "tables": { "users": { "\"ID\"": "bigint" } } }), "Column users.\"ID\": got none"),
        (json!({ "functions": "activity.near(point)" }), "got only activity.near(point, double precision)"),
        (json!({ "functions": "near" }), "Function near: got none"),
        (json!({ "extensions": { "postgis": "any" } }), "not installed in this database"),
        (json!({ "extensions": { "plpgsql": ">=2" } }), "got 1.0, wanted >=2"),
        (json!({ "constraints": "orders.size_positive", "schema": "activity" }), "got none"),
        (json!({ "absent": "users" }), "got public.users, wanted none of this name"),
        (json!({ "schema": "missing" }), "no schema of this name"),
    ] {
        let (outcome, reason) = outcome(&shop, &settings).await;
        assert_eq!(outcome, Outcome::Fail, "{settings}: {reason}");
        assert!(reason.contains(said), "{settings}: {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_force_is_red() {
    let both = json!({ "schema": ["public", "activity"] });
    for (statement, settings, wanted, said) in [
        (
            "ALTER TABLE activity.activities ADD CONSTRAINT later CHECK (size < 9) NOT VALID",
            both.clone(),
            Outcome::Fail,
            "later (check) on activity.activities",
        ),
        ("ALTER TABLE activity.activities ADD CONSTRAINT later CHECK (size < 9) NOT VALID", json!({}), Outcome::Pass, ""),
        (
            "ALTER TABLE activity.activities ADD CONSTRAINT later CHECK (size < 9) NOT VALID",
            json!({ "schema": "activity", "validated": false, "constraints": "later" }),
            Outcome::Fail,
            "The constraint later: got check on activity.activities, not validated",
        ),
        ("ALTER TABLE users DISABLE TRIGGER set_updated", json!({}), Outcome::Fail, "set_updated (trigger) on public.users"),
        ("ALTER TABLE users ENABLE REPLICA TRIGGER set_updated", json!({ "triggers": "set_updated" }), Outcome::Fail, "not enabled"),
        (
            "ALTER TABLE activity.activities DISABLE TRIGGER ALL",
            both.clone(),
            Outcome::Fail,
            "activities_owner_fkey (what enforces the constraint) on activity.activities",
        ),
        ("DROP SCHEMA activity CASCADE", both.clone(), Outcome::Fail, "no schema of this name"),
    ] {
        let shop = Postgres::shared().database(SHOP).await;
        shop.client().await.batch_execute(statement).await.expect(statement);
        let (outcome, reason) = outcome(&shop, &settings).await;
        assert_eq!(outcome, wanted, "{statement}: {reason}");
        assert!(reason.contains(said), "{statement}: {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sequence_ends_where_its_column_does() {
    let full = json!({ "schema": ["public", "activity"], "sequences": "80%" });
    for (statement, wanted, said) in [
        ("SELECT 1", Outcome::Unknown, "the login may not read activity.activities_id_seq"),
        ("GRANT ALL ON ALL SEQUENCES IN SCHEMA public, activity TO PUBLIC; GRANT USAGE ON SCHEMA activity TO PUBLIC", Outcome::Pass, ""),
        (
            "GRANT ALL ON ALL SEQUENCES IN SCHEMA public, activity TO PUBLIC; GRANT USAGE ON SCHEMA activity TO PUBLIC; \
             ALTER SEQUENCE activity.activities_id_seq AS bigint; SELECT setval('activity.activities_id_seq', 2000000000)",
            Outcome::Fail,
            "got activity.activities_id_seq, 93.1 % used, wanted at most 80 % used",
        ),
        (
            "GRANT ALL ON ALL SEQUENCES IN SCHEMA public, activity TO PUBLIC; GRANT USAGE ON SCHEMA activity TO PUBLIC; \
             CREATE SEQUENCE down INCREMENT -1 MINVALUE -10 MAXVALUE -1; GRANT ALL ON down TO PUBLIC; SELECT setval('down', -9)",
            Outcome::Fail,
            "got public.down, 90.0 % used",
        ),
        (
            "GRANT ALL ON ALL SEQUENCES IN SCHEMA public, activity TO PUBLIC; GRANT USAGE ON SCHEMA activity TO PUBLIC; \
             CREATE SEQUENCE around MAXVALUE 5 CYCLE; SELECT setval('around', 5)",
            Outcome::Pass,
            "",
        ),
    ] {
        let shop = Postgres::shared().database(SHOP).await;
        shop.client().await.batch_execute(statement).await.expect(statement);
        let (outcome, reason) = outcome(&shop, &full).await;
        assert_eq!(outcome, wanted, "{statement}: {reason}");
        assert!(reason.contains(said), "{statement}: {reason}");
    }
    let none = Postgres::shared().database(&["CREATE TABLE t (id int)"]).await;
    let (outcome, reason) = outcome(&none, &json!({ "sequences": "80%" })).await;
    assert!(outcome == Outcome::Unknown && reason.contains("no sequence"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_names_and_odd_servers_do_no_harm() {
    let odd = Postgres::shared()
        .database(&["CREATE TABLE t (id int); ALTER TABLE t ADD CONSTRAINT \"a\u{202e}\nb\" CHECK (id > 0) NOT VALID"])
        .await;
    let (red, reason) = outcome(&odd, &json!({})).await;
    assert!(red == Outcome::Fail && reason.contains("\\u{202e}") && !reason.contains('\u{202e}'), "{reason}");
    let empty = Postgres::shared().database(&[]).await;
    assert_eq!(outcome(&empty, &json!({})).await.0, Outcome::Fail);
    let many = "DO $$ BEGIN FOR n IN 1..41 LOOP EXECUTE format('CREATE TABLE t%s (%s)', n, (SELECT string_agg(format('c%s int CHECK (c%s > 0)', i, i), ', ') \
        FROM generate_series(1, 500) i)); END LOOP; END $$";
    let many = Postgres::shared().database(&[many]).await;
    let (limit, reason) = outcome(&many, &json!({})).await;
    assert!(limit == Outcome::Unknown && reason.contains("more than 20,000"), "{reason}");
    let web = Hostile::answering(200, &[], "hello").await;
    let look = Look::new("postgres-schema", json!({ "database": web.url("app").replace("http", "postgres") }));
    assert_eq!(look.outcome().await.0, Outcome::Unknown);
}
