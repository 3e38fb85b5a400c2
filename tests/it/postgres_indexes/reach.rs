//! The kind where it cannot look: sentences without the password, and what `gonogo plan` says beforehand.

use gonogo::{
    check::{self, Unseen},
    model::{Outcome, ProcessEnv},
};
use serde_json::json;

use super::shop;
use crate::{
    look::Look,
    servers::{
        pgbouncer::PgBouncer,
        postgres::{ENCODED, PASSWORD, Postgres},
    },
};

#[tokio::test]
async fn through_a_pooler_all_is_the_same() {
    let database = shop().await;
    let pooler = PgBouncer::start(&database, None);
    let settings = json!({ "database": pooler.url(&database), "indexes": ["shop.idx_users_email"], "foreign-keys": true });
    assert_eq!(Look::new("postgres-indexes", settings).outcome().await, (Outcome::Pass, "all 4 expectations are met".into()));
}

#[tokio::test]
async fn variables_alone_name_the_database() {
    let database = shop().await;
    let port = database.server.port.to_string();
    let variables =
        [("PGHOST", "127.0.0.1"), ("PGPORT", &*port), ("PGUSER", "app"), ("PGDATABASE", &*database.name), ("PGPASSWORD", PASSWORD)];
    let look = Look::new("postgres-indexes", json!({ "schema": "shop" })).env(&variables);
    assert_eq!(look.outcome().await.0, Outcome::Pass);
    let look = Look::new("postgres-indexes", json!({ "schema": "shop" }));
    let (outcome, reason) = look.outcome().await;
    assert!(outcome == Outcome::Unknown && reason.starts_with("nothing says which database"), "{reason}");
}

#[tokio::test]
async fn paths_start_at_the_plan() {
    let database = shop().await;
    let url = format!(
        "postgres://app:{ENCODED}@db.test:{}/{}?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=ca.crt",
        database.server.port, database.name
    );
    let look = Look::new("postgres-indexes", json!({ "database": url, "schema": "shop" })).root(&database.server.folder);
    assert_eq!(look.outcome().await.0, Outcome::Pass);
}

#[tokio::test]
async fn urls_of_other_programs_are_read() {
    let database = shop().await;
    let (url, port, name) = (database.url(), database.server.port, &database.name);
    for url in [
        format!("{url}?schema=shop&connection_limit=5&pool_timeout=10&pgbouncer=true&sslmode=prefer"),
        format!("jdbc:postgresql://127.0.0.1:{port}/{name}?user=app&password={ENCODED}&currentSchema=shop&prepareThreshold=0"),
    ] {
        // The schema that the URL names is the one to look at.
        let look = Look::new("postgres-indexes", json!({ "database": url, "indexes": ["idx_users_email"] }));
        assert_eq!(look.outcome().await, (Outcome::Pass, "all 3 expectations are met".into()), "{url}");
    }
    let look = Look::new("postgres-indexes", json!({ "database": format!("{url}?pool=5&encoding=utf8"), "schema": "shop" }));
    assert_eq!(look.outcome().await.0, Outcome::Pass);
}

#[tokio::test]
async fn a_superuser_is_noted() {
    let database = shop().await;
    let folder = database.server.folder.display();
    let text = format!("host={folder} port={} user=root dbname={}", database.server.port, database.name);
    let seen = Look::new("postgres-indexes", json!({ "database": text, "schema": "shop" })).look().await.expect("a look");
    assert_eq!((Outcome::of(&seen.expectations), &seen.observation.value()["server"]["superuser"]), (Outcome::Pass, &json!(true)));
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_unknown_and_keeps_the_password() {
    let port = Postgres::shared().port;
    let base = format!("postgres://app:{ENCODED}@127.0.0.1:{port}");
    for text in [
        format!("{base}/missing"),
        format!("{base}/postgres?sslmode=verify-full"),
        format!("{base}/postgres?sslaccept=strict"),
        format!("{base}/postgres?service=main"),
        format!("postgres://app:{PASSWORD}@127.0.0.1:{port}/postgres"),
        format!("postgres://stranger:{ENCODED}@127.0.0.1:{port}/postgres"),
        format!("mysql://app:{ENCODED}@127.0.0.1:{port}/postgres"),
    ] {
        let unseen = Look::new("postgres-indexes", json!({ "database": text })).look().await.expect_err("nothing to see");
        let Unseen::Unknown(why) = unseen else { panic!("{unseen}") };
        assert!(!why.contains("s3cr3t") && !why.contains("p%40ss") && !why.contains("w0rd"), "{why}");
    }
    let gone = json!({ "database": format!("postgres://app@127.0.0.1:{}/x", crate::port::unused()) });
    assert!(matches!(Look::new("postgres-indexes", gone).look().await, Err(Unseen::Unreachable(_))));
}

#[test]
fn the_plan_names_target_credentials_and_grants() {
    let env: ProcessEnv = [("PGPASSWORD".to_owned(), PASSWORD.to_owned())].into_iter().collect();
    let settings = json!({ "database": "postgres://app@db.example.com/shop", "indexes": ["shop.idx", "other"] });
    let check = check::parse("postgres-indexes", &settings).expect("a kind").expect("valid");
    let touches = check.touches(&env);
    assert_eq!(touches[0].target, "postgres://db.example.com:5432/shop");
    assert_eq!(touches[0].credentials, ["***", "PGPASSWORD"]);
    assert_eq!(touches[0].grants, ["GRANT CONNECT ON DATABASE \"shop\" TO {role}"]);
    assert!(touches[0].action.ends_with("about public, shop"), "{}", touches[0].action);
}

#[test]
fn settings_that_demand_nothing_or_make_no_sense_are_errors() {
    for (settings, words) in [
        (json!({ "indexes": [] }), "an empty list demands nothing"),
        (json!({ "schema": [] }), "an empty list demands nothing"),
        (json!({ "indexes": [{ "table": "t", "columns": [] }] }), "an empty list demands nothing"),
        (json!({ "indexes": [{ "table": "t", "columns": "a, b" }] }), "write a list"),
        (json!({ "indexes": [{ "table": "t" }] }), "missing field `columns`"),
        (json!({ "indexes": [{ "table": "t", "columns": "a", "wher": "x" }] }), "unknown field `wher`"),
        (json!({ "indexes": [{ "table": "t", "columns": "a", "where": " " }] }), "`where` is empty"),
        (json!({ "indexes": ["a", "A"] }), "a stands here twice"),
        (json!({ "indexes": ["my-index"] }), "quote it as in SQL"),
        (json!({ "indexes": [7] }), "the name of an index, or `{ table: …, columns: […] }`"),
        (json!({ "index": ["a"] }), "unknown field `index`"),
    ] {
        let error = check::parse("postgres-indexes", &settings)
            .expect("a kind")
            .err()
            .unwrap_or_else(|| panic!("{settings} is accepted"))
            .to_string();
        assert!(error.contains(words), "{settings}: {error}");
    }
}

#[test]
fn every_expectation_has_a_counterexample() {
    let settings = json!({ "schema": ["a", "b"], "foreign-keys": true, "no-duplicates": true,
        "indexes": ["x", { "table": "t", "columns": ["c"], "unique": true }] });
    let at = "2026-11-20T12:00:00Z".parse().expect("an instant");
    for settings in [settings, json!({}), json!({ "valid": false })] {
        let check = check::parse("postgres-indexes", &settings).expect("a kind").expect("valid");
        let examples = check.counterexamples(at);
        for name in examples[0].expectations.iter().map(|e| e.name.as_str()) {
            let red = examples.iter().flat_map(|seen| &seen.expectations).any(|e| e.name == name && e.met == Some(false));
            assert!(red, "{name} is never red for {settings}");
        }
    }
}
