//! The kind `sql` on a real PostgreSQL: what is answered, what is refused, and what would make it green for nothing.

use std::time::{Duration, Instant};

use gonogo::{check::Unseen, model::Outcome};
use serde_json::{Value, json};

use crate::{
    look::Look,
    servers::postgres::{Database, Postgres},
};

const SHOP: &[&str] = &[
    "CREATE TABLE users (id bigint PRIMARY KEY, name text, score numeric, seen timestamptz, tags text[], about json)",
    "INSERT INTO users VALUES (1, 'ada', 1.5, now(), '{a,b}', '{\"a\": 1}'), (2, 'bob', 2.5, now(), '{}', '{\"a\": 2}')",
    "GRANT SELECT ON users TO PUBLIC",
];

async fn shop() -> Database {
    Postgres::shared().database(SHOP).await
}

async fn outcome(database: &Database, settings: Value) -> (Outcome, String) {
    let mut all = json!({ "database": database.url() });
    all.as_object_mut().expect("a map").extend(settings.as_object().expect("a map").clone());
    Look::new("sql", all).at(crate::gonogo::now()).outcome().await
}

#[tokio::test]
async fn rows_are_judged_by_their_columns() {
    let shop = shop().await;
    let young = json!({ "age": { "max": "1h" } });
    for (query, columns) in [
        ("SELECT count(*) AS n FROM users", json!({ "n": 2 })),
        ("SELECT * FROM users -- all of them", json!({ "score": { "min": 1, "max": 2.5 }, "seen": young, "id": { "count": 2 } })),
        ("TABLE users;", json!({ "name": { "any": "ada" }, "tags": { "length": { "max": 2 } }, "$[*].about.a": { "min": 1 } })),
        ("SELECT 1 AS asked", json!({ "asked": 1 })),
        ("VALUES (1, true)", json!({ "column1": 1, "column2": true })),
        ("WITH a AS (SELECT max(id) AS top FROM users) SELECT * FROM a", json!({ "top": { "max": 2 } })),
        ("SELECT NULL AS nothing", json!({ "nothing": { "equals": null } })),
        ("SELECT current_setting('default_transaction_isolation') AS \"the level\"", json!({ "the level": "read committed" })),
    ] {
        let (outcome, reason) = outcome(&shop, json!({ "query": query, "columns": columns })).await;
        assert_eq!(outcome, Outcome::Pass, "{query}: {reason}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_red_and_what_is_not_known_open() {
    let shop = shop().await;
    for (query, demand, wanted, said) in [
        ("SELECT id FROM users", json!({ "columns": { "id": { "max": 1 } } }), Outcome::Fail, "got `2` at row 2, of 2 places"),
        ("SELECT id FROM users", json!({ "rows": 0 }), Outcome::Fail, "got 2 rows: {\"id\":1}, {\"id\":2}, wanted 0"),
        ("SELECT id FROM users", json!({ "columns": { "ident": 1 } }), Outcome::Fail, "nothing there"),
        ("SELECT id FROM users WHERE false", json!({ "columns": { "id": 1 } }), Outcome::Unknown, "no row"),
        ("SELECT id FROM users WHERE false", json!({ "columns": { "id": 1 }, "rows": { "max": 5 } }), Outcome::Unknown, "no row"),
        ("SELECT id FROM users WHERE false", json!({ "columns": { "id": 1 }, "rows": { "min": 0, "max": 5 } }), Outcome::Pass, ""),
        ("SELECT NULL::int AS lag", json!({ "columns": { "lag": { "max": 5 } } }), Outcome::Unknown, "is NULL"),
        ("SELECT 'NaN'::float AS lag", json!({ "columns": { "lag": { "max": 5 } } }), Outcome::Fail, "\"NaN\""),
        (
            "SELECT 12345678901234567890123::numeric AS n",
            json!({ "columns": { "n": { "min": 5 } } }),
            Outcome::Unknown,
            "too long to be read",
        ),
        ("SELECT generate_series(1, 1001) AS n", json!({ "columns": { "n": { "min": 1 } } }), Outcome::Unknown, "more than 1000 rows"),
        ("SELECT repeat('x', 5000000) AS n", json!({ "columns": { "n": { "exists": true } } }), Outcome::Unknown, "larger than 4 MiB"),
        ("SELECT 1 AS n, 2 AS n", json!({ "columns": { "n": 1 } }), Outcome::Unknown, "`n` stands twice"),
    ] {
        let mut settings = json!({ "query": query });
        settings.as_object_mut().expect("a map").extend(demand.as_object().expect("a map").clone());
        let (outcome, reason) = outcome(&shop, settings).await;
        assert_eq!(outcome, wanted, "{query}: {reason}");
        assert!(reason.contains(said), "{query}: {reason}");
    }
}

#[tokio::test]
async fn nothing_is_written_whatever_the_text_says() {
    let shop = shop().await;
    for query in [
        "DELETE FROM users RETURNING id",
        "WITH gone AS (DELETE FROM users RETURNING id) SELECT * FROM gone",
        "SELECT 1) AS asked; DELETE FROM users; SELECT (1",
        "SELECT 1; COMMIT; DELETE FROM users",
        "SELECT * INTO other FROM users",
        "SELECT nextval('users_id_seq')",
        "SELECT set_config('transaction_read_only', 'off', true)), gone AS (DELETE FROM users RETURNING 1) SELECT * FROM (SELECT 1",
        "",
        "-- nothing",
        "EXPLAIN SELECT 1",
    ] {
        let check = json!({ "query": query, "rows": { "min": 1 } });
        let outcome = if query.is_empty() { continue } else { outcome(&shop, check).await };
        assert_eq!(outcome.0, Outcome::Unknown, "{query}: {}", outcome.1);
    }
    let (outcome, reason) = outcome(&shop, json!({ "query": "SELECT count(*) AS n FROM users", "columns": { "n": 2 } })).await;
    assert_eq!(outcome, Outcome::Pass, "{reason}");
}

#[tokio::test]
async fn a_missing_right_is_named() {
    let shop = Postgres::shared().database(SHOP).await;
    let (outcome, reason) = outcome(&shop, json!({ "query": "SELECT rolpassword FROM pg_authid", "rows": 0 })).await;
    assert!(outcome == Outcome::Unknown && reason.contains("denies permission") && reason.contains("pg_authid"), "{reason}");
}

#[tokio::test]
async fn a_query_without_end_is_ended() {
    let shop = shop().await;
    let settings = json!({ "database": shop.url(), "query": "SELECT pg_sleep(60) AS n", "rows": 1 });
    let mut look = Look::new("sql", settings);
    look.timeout = Duration::from_secs(2);
    let started = Instant::now();
    let seen = look.look().await.expect_err("it takes too long");
    assert!(matches!(&seen, Unseen::Unreachable(why) if why.contains("in time")), "{seen}");
    assert!(started.elapsed() < Duration::from_secs(4));
}
