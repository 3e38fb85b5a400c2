//! The kind `postgres-indexes` on real databases: every trap by which a missing or broken index looks like one.

mod building;
mod limits;
mod meaning;
mod reach;
mod standby;
mod together;

use gonogo::{check::Judged, model::Outcome};
use serde_json::{Value, json};

use crate::{
    look::Look,
    servers::postgres::{Database, Postgres},
};

/// A schema in good order.
const SHOP: &[&str] = &[
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.users (id bigint PRIMARY KEY, email varchar(200) NOT NULL, name text, status text, deleted_at timestamptz)",
    "CREATE UNIQUE INDEX idx_users_email ON shop.users (lower(email)) WHERE deleted_at IS NULL",
    "CREATE INDEX idx_users_name_status ON shop.users (name, status DESC) INCLUDE (email)",
    "CREATE TABLE shop.orders (id bigint PRIMARY KEY, user_id bigint REFERENCES shop.users, region int, placed_at timestamptz)",
    "CREATE INDEX idx_orders_user ON shop.orders (user_id, placed_at)",
    "CREATE INDEX \"Orders_Region\" ON shop.orders USING hash (region)",
];

async fn shop() -> Database {
    Postgres::shared().database(SHOP).await
}

async fn look(database: &Database, settings: Value) -> Judged {
    let mut all = json!({ "database": database.url(), "schema": "shop" });
    all.as_object_mut().expect("a map").extend(settings.as_object().expect("a map").clone());
    Look::new("postgres-indexes", all).look().await.expect("a look")
}

/// The outcome, and what was got for `name`.
async fn got(database: &Database, settings: Value, name: &str) -> (Outcome, String) {
    let seen = look(database, settings).await;
    let expectation = seen.expectations.iter().find(|expectation| expectation.name == name);
    let expectation = expectation.unwrap_or_else(|| panic!("no {name} in {:?}", seen.expectations));
    (Outcome::of(&seen.expectations), expectation.why.clone().unwrap_or_else(|| expectation.got.clone()))
}

#[tokio::test]
async fn what_is_in_order_passes_for_a_login_without_any_grant() {
    let wanted = json!({ "foreign-keys": true, "no-duplicates": true, "indexes": [
        "idx_users_email", "Shop.IDX_ORDERS_USER", "\"Orders_Region\"",
        { "table": "users", "columns": "lower(email)", "unique": true, "where": "deleted_at is null" },
        { "table": "shop.users", "columns": ["name", "status desc"], "include": ["email"], "name": "idx_users_name_status" },
        { "table": "users", "columns": ["name"] },
        { "table": "users", "columns": ["name desc", "status asc"] },
        { "table": "orders", "columns": ["region"], "method": "hash" },
        { "table": "orders", "columns": ["user_id", "placed_at"] },
    ]});
    let seen = look(&shop().await, wanted).await;
    let failed: Vec<String> = seen.expectations.iter().filter(|e| e.met != Some(true)).map(gonogo::model::Expectation::line).collect();
    assert_eq!((Outcome::of(&seen.expectations), failed), (Outcome::Pass, vec![]));
    assert_eq!(seen.expectations.len(), 13);
    let server = &seen.observation.value()["server"];
    assert_eq!(
        (&server["user"], &server["superuser"], &server["in_recovery"], &server["tls"]),
        (&json!("app"), &json!(false), &json!(false), &json!("TLSv1.3"))
    );
    assert!(server["version"].as_str().is_some_and(|version| version.starts_with(char::is_numeric)), "{server}");
}

#[tokio::test]
async fn what_only_looks_like_the_wanted_index_fails() {
    let database = shop().await;
    for (wanted, name, words) in [
        (json!("idx_user_email"), "idx_user_email", "none of this name in schema shop of database"),
        (json!("orders_region"), "orders_region", "there is \"Orders_Region\" on shop.orders using hash (region)"),
        (json!({ "table": "user", "columns": "id" }), "user (id)", "no table user in schema shop"),
        (json!({ "table": "users", "columns": ["status", "name"] }), "users (status, name)", "which has the columns in another order"),
        (json!({ "table": "users", "columns": ["status"] }), "users (status)", "which does not begin with the columns in this order"),
        (json!({ "table": "users", "columns": ["name", "email"] }), "users (name, email)", "lacks email as a key column"),
        (json!({ "table": "users", "columns": ["name"], "unique": true }), "users (name) unique", "is not unique"),
        (
            json!({ "table": "users", "columns": ["lower(email)"], "unique": true }),
            "users (lower(email)) unique",
            "where deleted_at IS NULL, which covers only such rows",
        ),
        (json!({ "table": "users", "columns": ["email"] }), "users (email)", "none on shop.users with any of these columns"),
        (json!({ "table": "users", "columns": ["upper(email)"] }), "users (upper(email))", "none on shop.users with any of these columns"),
        (
            json!({ "table": "users", "columns": ["name"], "where": "status = 'x'" }),
            "users (name) where status = 'x'",
            "which covers all rows",
        ),
        (json!({ "table": "users", "columns": ["name asc", "status asc"] }), "users (name asc, status asc)", "is ordered otherwise"),
        (
            json!({ "table": "users", "columns": ["name text_pattern_ops"] }),
            "users (name text_pattern_ops)",
            "has name with the default operator class",
        ),
        (
            json!({ "table": "users", "columns": ["name"], "include": "deleted_at" }),
            "users (name) include (deleted_at)",
            "does not include deleted_at",
        ),
        (json!({ "table": "orders", "columns": ["region"] }), "orders (region)", "is a hash index, not btree"),
        (
            json!({ "table": "orders", "columns": ["id"], "nulls-not-distinct": true }),
            "orders (id) unique nulls not distinct",
            "lets nulls repeat",
        ),
        (json!({ "table": "orders", "columns": ["user_id"], "name": "other" }), "other on orders (user_id)", "is named idx_orders_user"),
        (json!("missing.idx"), "missing.idx", "none of this name in schema missing"),
    ] {
        let (outcome, got) = got(&database, json!({ "indexes": [wanted] }), &format!("index:{name}")).await;
        assert_eq!(outcome, Outcome::Fail, "{name}: {got}");
        assert!(got.contains(words), "{name}: {got}");
    }
}

#[tokio::test]
async fn a_failed_unique_build_is_listed_by_pg_indexes_and_still_red() {
    let database = shop().await;
    let client = database.client().await;
    client.batch_execute("INSERT INTO shop.users VALUES (1, 'a', 'same'), (2, 'b', 'same')").await.expect("rows");
    client.batch_execute("CREATE UNIQUE INDEX CONCURRENTLY idx_users_once ON shop.users (name)").await.expect_err("duplicates");
    let listed = client.query_one("SELECT count(*) FROM pg_indexes WHERE indexname = 'idx_users_once'", &[]).await.expect("a row");
    assert_eq!(listed.get::<_, i64>(0), 1);
    let (outcome, why) = got(&database, json!({ "indexes": ["idx_users_once"] }), "index:idx_users_once").await;
    assert_eq!(outcome, Outcome::Fail);
    assert_eq!(
        why,
        "idx_users_once on shop.users (name) unique, which is neither valid nor ready (its build failed: drop it and build it again)"
    );
    let (outcome, why) = got(&database, json!({}), "valid").await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(why.starts_with("1 of 7: idx_users_once on shop.users is neither valid nor ready"), "{why}");
    let wanted = json!({ "valid": false, "indexes": [{ "table": "users", "columns": ["name"], "unique": true }] });
    let (outcome, why) = got(&database, wanted, "index:users (name) unique").await;
    assert!(
        outcome == Outcome::Fail && why.contains("idx_users_once on shop.users (name) unique, which is neither valid nor ready"),
        "{why}"
    );
}

#[tokio::test]
async fn a_partitioned_index_that_lacks_a_part() {
    let statements = [
        "CREATE TABLE shop.events (id int, at date) PARTITION BY RANGE (at)",
        "CREATE TABLE shop.events_1 PARTITION OF shop.events FOR VALUES FROM ('2026-01-01') TO ('2026-07-01')",
        "CREATE TABLE shop.events_2 PARTITION OF shop.events FOR VALUES FROM ('2026-07-01') TO ('2027-01-01')",
        "CREATE INDEX idx_events_id ON ONLY shop.events (id)",
        "CREATE INDEX idx_events_1_id ON shop.events_1 (id)",
        "ALTER INDEX shop.idx_events_id ATTACH PARTITION shop.idx_events_1_id",
    ];
    let database = Postgres::shared().database(&[SHOP, &statements].concat()).await;
    let wanted = json!({ "indexes": ["idx_events_id", { "table": "events", "columns": "id" }] });
    for name in ["index:idx_events_id", "index:events (id)", "valid"] {
        let (outcome, why) = got(&database, wanted.clone(), name).await;
        assert_eq!(outcome, Outcome::Fail);
        assert!(why.contains("is not valid (not every partition has its part attached): shop.events_2 lacks it"), "{name}: {why}");
    }
    let client = database.client().await;
    client.batch_execute("CREATE INDEX idx_events_2_id ON shop.events_2 (id)").await.expect("an index");
    client.batch_execute("ALTER INDEX shop.idx_events_id ATTACH PARTITION shop.idx_events_2_id").await.expect("attached");
    assert_eq!(
        got(&database, json!({ "indexes": wanted["indexes"], "no-duplicates": true }), "no-duplicates").await,
        (Outcome::Pass, "none of 9".into())
    );
}

#[tokio::test]
async fn every_leaf_of_a_partitioned_table_needs_a_valid_part() {
    let statements = [
        "CREATE TABLE shop.events (id int, at date, kind text) PARTITION BY RANGE (at)",
        "CREATE SCHEMA old",
        "CREATE TABLE shop.events_1 PARTITION OF shop.events FOR VALUES FROM ('2026-01-01') TO ('2026-07-01') PARTITION BY LIST (kind)",
        "CREATE TABLE old.events_1_a PARTITION OF shop.events_1 FOR VALUES IN ('a')",
        "CREATE TABLE shop.\"Events_2\" PARTITION OF shop.events FOR VALUES FROM ('2026-07-01') TO ('2027-01-01')",
        "CREATE INDEX idx_events_id ON shop.events (id)",
    ];
    let database = Postgres::shared().database(&[SHOP, &statements].concat()).await;
    let wanted = json!({ "indexes": ["idx_events_id", { "table": "events", "columns": "id" }], "foreign-keys": true });
    assert_eq!(got(&database, wanted.clone(), "valid").await.0, Outcome::Pass);
    let client = database.client().await;
    for (leaf, named) in [("old.events_1_a_id_idx", "old.events_1_a"), ("shop.\"Events_2_id_idx\"", "shop.\"Events_2\"")] {
        let set = |valid: bool| format!("UPDATE pg_index SET indisvalid = {valid} WHERE indexrelid = '{leaf}'::regclass");
        client.batch_execute(&set(false)).await.expect("broken");
        for name in ["index:idx_events_id", "index:events (id)", "valid"] {
            let (outcome, why) = got(&database, wanted.clone(), name).await;
            assert_eq!(outcome, Outcome::Fail, "{name}");
            assert!(why.contains(&format!("has no usable part on {named}: attach one")), "{name}: {why}");
        }
        client.batch_execute(&set(true)).await.expect("mended");
    }
}

#[tokio::test]
async fn foreign_keys_need_an_index_that_begins_with_them() {
    let statements = [
        "CREATE TABLE shop.lines (order_id bigint REFERENCES shop.orders, user_id bigint REFERENCES shop.users, region int, note text)",
        "CREATE TABLE shop.pairs (a int, b int, PRIMARY KEY (a, b))",
        "CREATE TABLE shop.links (id int, a int, b int, FOREIGN KEY (a, b) REFERENCES shop.pairs)",
        "CREATE INDEX idx_lines_partial ON shop.lines (order_id) WHERE note = 'x'",
        "CREATE INDEX idx_lines_second ON shop.lines (region, user_id)",
        "CREATE INDEX idx_links_late ON shop.links (id, a, b)",
    ];
    let database = Postgres::shared().database(&[SHOP, &statements].concat()).await;
    let wanted = json!({ "foreign-keys": true });
    let (outcome, why) = got(&database, wanted.clone(), "foreign-keys").await;
    assert_eq!(outcome, Outcome::Fail);
    assert_eq!(
        why,
        "3 of 4: lines_order_id_fkey on shop.lines (order_id); lines_user_id_fkey on shop.lines (user_id); links_a_b_fkey on shop.links (a, b)"
    );
    let client = database.client().await;
    for statement in [
        "CREATE INDEX ON shop.links (b, a, id)",
        "CREATE INDEX ON shop.lines (order_id) WHERE order_id IS NOT NULL",
        "CREATE INDEX ON shop.lines USING hash (user_id)",
    ] {
        client.batch_execute(statement).await.expect(statement);
    }
    assert_eq!(got(&database, wanted, "foreign-keys").await, (Outcome::Pass, "none of 4".into()));
    // A schema without foreign keys proves nothing about them.
    client.batch_execute("CREATE SCHEMA bare; CREATE TABLE bare.t (id int PRIMARY KEY)").await.expect("a schema");
    let (outcome, why) = got(&database, json!({ "schema": "bare", "foreign-keys": true }), "foreign-keys").await;
    assert!(outcome == Outcome::Unknown && why.contains("there is no foreign key in schema bare"), "{why}");
}

#[tokio::test]
async fn duplicates_are_those_that_do_the_same() {
    let statements = [
        "CREATE INDEX orders_user_again ON shop.orders (user_id, placed_at)",
        "CREATE INDEX orders_id_again ON shop.orders (id)",
        "CREATE INDEX orders_other_way ON shop.orders (placed_at, user_id)",
        "CREATE INDEX orders_part ON shop.orders (user_id, placed_at) WHERE region = 1",
        "CREATE INDEX orders_down ON shop.orders (user_id, placed_at DESC)",
        "CREATE INDEX orders_covering ON shop.orders (user_id) INCLUDE (placed_at)",
        "CREATE INDEX users_lower ON shop.users (lower(name))",
        "CREATE INDEX users_upper ON shop.users (upper(name))",
    ];
    let database = Postgres::shared().database(&[SHOP, &statements].concat()).await;
    let (outcome, why) = got(&database, json!({ "no-duplicates": true }), "no-duplicates").await;
    assert_eq!(outcome, Outcome::Fail);
    assert_eq!(
        why,
        "2 groups: idx_orders_user = orders_user_again on shop.orders (user_id, placed_at); orders_id_again = orders_pkey on shop.orders (id)"
    );
}

#[tokio::test]
async fn nothing_to_look_at_is_never_green() {
    let database = shop().await;
    database.client().await.batch_execute("CREATE SCHEMA empty; CREATE TABLE empty.t (a int)").await.expect("a schema");
    let (outcome, why) = got(&database, json!({ "schema": "Shops" }), "schema:shops").await;
    assert_eq!(outcome, Outcome::Fail);
    assert_eq!(why, format!("no schema of this name in database {}; indexes stand in: shop (6)", database.name));
    let (outcome, why) = got(&database, json!({ "schema": ["shop", "empty"] }), "schema:empty").await;
    assert_eq!(outcome, Outcome::Fail);
    assert_eq!(why, format!("no index on its 1 table, in database {}", database.name));
    let (_, why) = got(&database, json!({ "schema": "empty" }), "valid").await;
    assert!(why.starts_with("there is no index in schema empty"), "{why}");
    // Another database of the same server is not the one that was meant.
    let other = Database { server: database.server, name: "postgres".into() };
    let (outcome, why) = got(&other, json!({ "indexes": ["idx_users_email"] }), "schema:shop").await;
    assert!(outcome == Outcome::Fail && why.contains("no schema of this name in database postgres"), "{why}");
}

#[tokio::test]
async fn the_same_name_in_two_schemas_must_be_right_in_both() {
    let statements = [
        "CREATE SCHEMA other",
        "CREATE TABLE other.users (id int, email text, name text)",
        "CREATE INDEX idx_users_email ON other.users (email)",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'other.idx_users_email'::regclass",
    ];
    let database = Postgres::shared().database(&[SHOP, &statements].concat()).await;
    let both = |wanted: Value| json!({ "schema": ["shop", "other"], "valid": false, "indexes": [wanted] });
    let (outcome, why) = got(&database, both(json!("idx_users_email")), "index:idx_users_email").await;
    assert!(outcome == Outcome::Fail && why.starts_with("idx_users_email on other.users (email), which is not valid"), "{why}");
    let (outcome, why) = got(&database, both(json!({ "table": "users", "columns": "name" })), "index:users (name)").await;
    assert!(outcome == Outcome::Fail && why.contains("none on other.users with any of these columns"), "{why}");
}
