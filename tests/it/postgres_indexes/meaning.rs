//! Expressions and conditions in other spellings than the stored ones: the server says whether they mean the same.

use gonogo::{check, model::Outcome};
use serde_json::{Value, json};

use super::{SHOP, got, look, shop};
use crate::servers::postgres::{Database, Postgres};

const STATEMENTS: &[&str] = &[
    "CREATE TYPE shop.state AS ENUM ('open', 'paid', 'sent')",
    "CREATE TABLE shop.bills (id bigint, a int, b int, c int, ok bool, state shop.state, note varchar(50), body jsonb, at timestamptz)",
    "CREATE INDEX i_cast ON shop.bills ((id::int))",
    "CREATE INDEX i_case ON shop.bills ((CASE WHEN a > 3 THEN b ELSE c END))",
    "CREATE INDEX i_json ON shop.bills ((body ->> 'kind'))",
    "CREATE INDEX i_sum ON shop.bills ((a + 1 + 2))",
    "CREATE INDEX i_between ON shop.bills (a) WHERE b BETWEEN 1 AND 5",
    "CREATE INDEX i_and ON shop.bills (b) WHERE a = 1 AND at IS NULL AND note LIKE 'x%'",
    "CREATE INDEX i_or ON shop.bills (c) WHERE a = 1 AND (b = 2 OR c = 3)",
    "CREATE INDEX i_ok ON shop.bills (at) WHERE ok",
    "CREATE INDEX i_state ON shop.bills (note) WHERE state IN ('open', 'paid')",
];

async fn bills() -> Database {
    Postgres::shared().database(&[SHOP, STATEMENTS].concat()).await
}

fn wanted(columns: &str, condition: &str) -> (Value, String) {
    let on = format!("index:bills ({columns})");
    match condition {
        "" => (json!({ "indexes": [{ "table": "bills", "columns": columns }] }), on),
        _ => (json!({ "indexes": [{ "table": "bills", "columns": columns, "where": condition }] }), format!("{on} where {condition}")),
    }
}

#[tokio::test]
async fn every_spelling_of_the_same_is_recognised_by_a_login_without_any_grant() {
    let database = bills().await;
    for (columns, condition) in [
        ("CAST(id AS integer)", ""),
        ("id::int4", ""),
        ("CASE WHEN a>3 THEN b ELSE c END", ""),
        ("(body->>'kind')", ""),
        ("(a+1)+2", ""),
        ("a", "b >= 1 AND b <= 5"),
        ("a", "b <= 5 and b between 1 and 7"),
        ("a", "5 >= b AND 1 <= b"),
        ("b", "note like 'x%' and at is null and 1 = a"),
        ("b", "a IN (1) /* the first */ AND NOT (at IS NOT NULL OR note NOT LIKE 'x%')"),
        ("c", "(c = 3 OR b = 2) AND a = 1"),
        ("c", "a = 1 AND (b = 2 OR c = 3) -- as it was"),
        ("at", "ok = true"),
        ("at", "NOT (NOT ok)"),
        ("note", "state in ('paid', 'open')"),
        ("note", "state = 'open' OR state = 'paid'::shop.state"),
    ] {
        let (settings, name) = wanted(columns, condition);
        let (outcome, why) = got(&database, settings, &name).await;
        assert_eq!(outcome, Outcome::Pass, "{columns} / {condition}: {why}");
        // The spelling that is stored stands in what is said.
        assert!(why.contains("i_"), "{why}");
    }
}

#[tokio::test]
async fn what_means_something_else_is_not() {
    let database = bills().await;
    for (columns, condition, words) in [
        ("id::smallint", "", "it has i_"),
        ("a + 2 + 1 + 0", "", "((a + 1 + 2))"),
        ("body -> 'kind'", "", "(body ->> 'kind'::text)"),
        ("a", "b > 1 AND b <= 5", "where b >= 1 AND b <= 5, which covers other rows"),
        ("a", "b BETWEEN 1 AND 5 AND c = 1", "which covers other rows"),
        ("a", "b >= 1", "which covers other rows"),
        ("c", "a = 1 AND b = 2 OR c = 3", "which covers other rows"),
        ("at", "ok IS NOT FALSE", "which covers other rows"),
        ("at", "ok OR ok IS NULL", "which covers other rows"),
        ("note", "state IN ('open', 'sent')", "which covers other rows"),
        ("note", "state IN ('open')", "which covers other rows"),
    ] {
        let (settings, name) = wanted(columns, condition);
        let (outcome, why) = got(&database, settings, &name).await;
        assert!(outcome == Outcome::Fail && why.contains(words), "{columns} / {condition}: {outcome:?} {why}");
    }
    // What was stored is said also where none of it fits, and so is the reason why a text can be no expression.
    for (columns, words) in [
        ("uper(note)", "the server cannot read `uper(note)`: function uper(character varying) does not exist; it has i_"),
        ("lower(nothing)", "the server cannot read `lower(nothing)`: column \"nothing\" does not exist"),
    ] {
        let statements = ["CREATE TABLE shop.plain (note varchar(50))", "CREATE INDEX i_plain ON shop.plain (lower(note))"];
        let database = Postgres::shared().database(&[SHOP, &statements].concat()).await;
        let settings = json!({ "indexes": [{ "table": "plain", "columns": columns }] });
        let (outcome, why) = got(&database, settings, &format!("index:plain ({columns})")).await;
        assert!(outcome == Outcome::Fail && why.contains(words), "{columns}: {why}");
        assert!(why.contains("i_plain on shop.plain (lower(note::text))"), "{why}");
    }
}

#[tokio::test]
async fn a_text_that_is_not_one_expression_never_passes_and_nothing_of_it_runs() {
    let database = shop().await;
    let client = database.client().await;
    client.batch_execute("CREATE SEQUENCE public.counted; GRANT ALL ON public.counted TO app").await.expect("a sequence");
    for condition in [
        "deleted_at IS NULL) OR (true",
        "deleted_at IS NULL), (deleted_at IS NULL",
        "deleted_at IS NULL) FROM pg_class WHERE (true",
        "deleted_at IS NULL) UNION ALL SELECT (true",
        "deleted_at IS NULL); DROP TABLE shop.users; SELECT (true",
        "deleted_at IS NULL AND (SELECT true)",
        "deleted_at IS NULL /*",
        "deleted_at IS NULL AND '",
        "deleted_at IS NULL AND $$",
        "deleted_at IS NULL AND nextval('public.counted') > 0",
        "deleted_at IS NULL AND pg_sleep(60) IS NULL",
    ] {
        let wanted = json!([{ "table": "users", "columns": "lower(email)", "where": condition }]);
        let (outcome, why) = got(&database, json!({ "indexes": wanted }), &format!("index:users (lower(email)) where {condition}")).await;
        assert_eq!(outcome, Outcome::Fail, "{condition}: {why}");
    }
    let counted = client.query_one("SELECT is_called FROM public.counted", &[]).await.expect("a row");
    assert!(!counted.get::<_, bool>(0));
    client.batch_execute("SELECT FROM shop.users").await.expect("still there");
}

#[tokio::test]
async fn a_function_of_another_schema_is_another_function() {
    let statements = [
        "CREATE SCHEMA evil",
        "CREATE FUNCTION evil.norm(text) RETURNS text IMMUTABLE STRICT LANGUAGE plpgsql AS 'BEGIN RETURN upper($1); END'",
        "CREATE INDEX i_evil ON shop.users (evil.norm(email))",
        "CREATE FUNCTION evil.lower(varchar) RETURNS text IMMUTABLE STRICT LANGUAGE plpgsql AS 'BEGIN RETURN upper($1::text); END'",
        "CREATE INDEX i_lower ON shop.users (evil.lower(email))",
    ];
    let database = Postgres::shared().database(&[SHOP, &statements].concat()).await;
    let client = database.client().await;
    let on = |columns: &str| json!({ "indexes": [{ "table": "users", "columns": columns }] });
    // Where the name is nobody's, where it is another's, and where the login may use both.
    for prepare in [
        "SELECT 1",
        "CREATE FUNCTION public.norm(text) RETURNS text IMMUTABLE STRICT LANGUAGE plpgsql AS 'BEGIN RETURN lower($1); END'",
        "GRANT USAGE ON SCHEMA evil TO app",
    ] {
        client.batch_execute(prepare).await.expect(prepare);
        for columns in ["norm(email)", "lower(email)", "public.norm(email)"] {
            let (outcome, why) = got(&database, on(columns), &format!("index:users ({columns})")).await;
            assert_eq!(outcome, Outcome::Fail, "after {prepare}, {columns}: {why}");
            assert!(why.contains("evil.norm(email::text)") || why.contains("covers only such rows"), "{why}");
        }
    }
    for columns in ["evil.norm(email)", "evil.lower(email)"] {
        assert_eq!(got(&database, on(columns), &format!("index:users ({columns})")).await.0, Outcome::Pass, "{columns}");
    }
    // Closed to the login, it cannot be read, and that is no reason to say either.
    client.batch_execute("REVOKE USAGE ON SCHEMA evil FROM app").await.expect("revoked");
    let (outcome, why) = got(&database, on("evil.norm(email)"), "index:users (evil.norm(email))").await;
    assert_eq!(outcome, Outcome::Unknown);
    assert!(
        why.contains("permission denied for schema evil; GRANT USAGE ON its schema to it, or write the expression as it is stored"),
        "{why}"
    );
    let stored = on("evil.norm(email::text)");
    assert_eq!(got(&database, stored, "index:users (evil.norm(email::text))").await.0, Outcome::Pass);
    // On the path, or beside the table, the short name finds it.
    client.batch_execute("GRANT USAGE ON SCHEMA evil TO app; DROP FUNCTION public.norm").await.expect("granted");
    let url = format!("{}?schema=evil", database.url());
    let mut settings = on("norm(email)");
    settings["database"] = json!(url);
    assert_eq!(got(&database, settings, "index:users (norm(email))").await.0, Outcome::Pass);
}

#[tokio::test]
async fn no_superuser_is_lent_to_the_code_of_others() {
    let statements = [
        "CREATE FUNCTION public.theirs(text) RETURNS text IMMUTABLE STRICT LANGUAGE plpgsql AS 'BEGIN RETURN $1; END'",
        "CREATE FUNCTION public.ours(text) RETURNS text IMMUTABLE STRICT LANGUAGE plpgsql AS 'BEGIN RETURN $1; END'",
        "ALTER FUNCTION public.theirs(text) OWNER TO app",
        "CREATE INDEX i_theirs ON shop.users (theirs('x'))",
        "CREATE INDEX i_ours ON shop.orders (ours(region::text))",
    ];
    let database = Postgres::shared().database(&[SHOP, &statements].concat()).await;
    let text = format!("host={} port={} user=root dbname={}", database.server.folder.display(), database.server.port, database.name);
    let with = |table: &str, columns: &str| json!({ "database": text, "indexes": [{ "table": table, "columns": columns }] });
    let (outcome, why) = got(&database, with("users", "theirs('x')"), "index:users (theirs('x'))").await;
    assert!(outcome == Outcome::Unknown && why.contains("look with another login"), "{why}");
    assert_eq!(got(&database, with("orders", "ours(region::text)"), "index:orders (ours(region::text))").await.0, Outcome::Pass);
}

#[tokio::test]
async fn the_collation_and_the_operators_are_what_queries_use() {
    let statements = [
        "CREATE TABLE shop.words (a text, b text COLLATE \"C\", c text, d text, e varchar(9), f jsonb, g int, h text)",
        "CREATE INDEX w_a ON shop.words (a COLLATE \"POSIX\")",
        "CREATE INDEX w_b ON shop.words (b)",
        "CREATE INDEX w_c ON shop.words (c text_pattern_ops DESC)",
        "CREATE INDEX w_d ON shop.words (lower(d) COLLATE \"C\")",
        "CREATE INDEX w_e ON shop.words (e varchar_pattern_ops)",
        "CREATE INDEX w_f ON shop.words USING gin (f jsonb_path_ops)",
        "CREATE INDEX w_g ON shop.words USING brin (g int4_minmax_multi_ops)",
        "CREATE INDEX w_h ON shop.words USING hash (h text_pattern_ops)",
    ];
    let database = Postgres::shared().database(&[SHOP, &statements].concat()).await;
    for (columns, more, words) in [
        (
            "a",
            json!({}),
            "has a under the collation POSIX, not its own: only a query that says COLLATE can use that (then demand `collate: POSIX`)",
        ),
        ("a", json!({ "collate": "C" }), "has a under the collation POSIX, not C"),
        ("a collate \"C\"", json!({}), "has a under the collation POSIX, not C"),
        ("a", json!({ "collate": "POSIX" }), ""),
        ("a COLLATE \"POSIX\" asc", json!({}), ""),
        ("b", json!({}), ""),
        ("b", json!({ "collate": "C" }), ""),
        ("b", json!({ "collate": "default" }), "has b under the collation C, not default"),
        (
            "c",
            json!({}),
            "has c with text_pattern_ops, which does not serve <, <=, >, >= (write `c text_pattern_ops` if queries need no more)",
        ),
        ("c text_ops", json!({}), "has c with text_pattern_ops"),
        ("c text_pattern_ops", json!({}), ""),
        ("lower(d)", json!({}), "has lower(d) under the collation C, not its own"),
        ("lower(d) collate \"C\"", json!({}), ""),
        ("e", json!({}), "has e with varchar_pattern_ops, which does not serve <"),
        ("f", json!({ "method": "gin" }), "has f with jsonb_path_ops, which does not serve ?, ?&, ?|"),
        ("f jsonb_path_ops", json!({ "method": "gin" }), ""),
        ("g", json!({ "method": "brin" }), ""),
        ("h", json!({ "method": "hash" }), ""),
        ("b text_ops", json!({}), ""),
    ] {
        let mut wanted = json!({ "table": "words", "columns": columns });
        wanted.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        let settings = json!({ "indexes": [wanted] });
        let name = look(&database, settings.clone()).await.expectations[1].name.clone();
        let (outcome, why) = got(&database, settings, &name).await;
        assert_eq!(outcome, if words.is_empty() { Outcome::Pass } else { Outcome::Fail }, "{columns} {more}: {why}");
        assert!(why.contains(words), "{columns} {more}: {why}");
    }
}

#[test]
fn the_plan_names_what_reading_an_expression_needs() {
    let settings =
        json!({ "database": "postgres://app@db/shop", "schema": "shop", "indexes": [{ "table": "users", "columns": "lower(email)" }] });
    let check = check::parse("postgres-indexes", &settings).expect("a kind").expect("valid");
    let touch = check.touches(&Default::default()).remove(0);
    assert_eq!(touch.grants[1], "GRANT USAGE ON SCHEMA \"shop\" TO {role}");
    assert!(touch.action.ends_with("with EXPLAIN and without a table"), "{}", touch.action);
}
