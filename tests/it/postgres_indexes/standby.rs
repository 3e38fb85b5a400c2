//! A server that follows another: it does not see what its primary is building.

use std::fs;

use gonogo::model::Outcome;
use serde_json::json;

use super::SHOP;
use crate::{
    look::Look,
    servers::postgres::{ENCODED, Postgres},
};

#[tokio::test]
async fn what_is_not_valid_there_may_be_being_built_on_the_primary() {
    let server = Postgres::alone();
    let name = server.named_database(SHOP).await;
    let client = server.client(&name).await;
    let half_built = "UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid = 'shop.idx_orders_user'::regclass";
    for statement in [half_built, "CHECKPOINT"] {
        client.batch_execute(statement).await.expect(statement);
    }
    drop(client);
    fs::write(server.folder.join("data/standby.signal"), "").expect("written");
    server.crash();
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let url = format!("postgres://app:{ENCODED}@127.0.0.1:{}/{name}", server.port);
    let ask =
        |wanted: serde_json::Value| Look::new("postgres-indexes", json!({ "database": url, "schema": "shop", "indexes": wanted })).look();
    let seen = loop {
        match ask(
            json!(["idx_users_email", "idx_orders_user", { "table": "users", "columns": "lower(email)", "where": "deleted_at IS NULL" }]),
        )
        .await
        {
            Ok(seen) => break seen,
            Err(why) => assert!(std::time::Instant::now() < end, "{why}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    assert_eq!(seen.observation.value()["server"]["in_recovery"], true);
    let of = |name: &str| seen.expectations.iter().find(|e| e.name == name).unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(of("index:idx_users_email").met, Some(true));
    assert_eq!(of("index:users (lower(email)) where deleted_at IS NULL").met, Some(true));
    let (valid, demanded) = (of("valid"), of("index:idx_orders_user"));
    assert_eq!((valid.met, demanded.met), (None, Some(false)));
    for said in [valid.why.as_deref().unwrap_or_default(), &demanded.got] {
        assert!(
            said.contains("this is a standby, which does not tell a build that runs on the primary from one that failed: look there"),
            "{said}"
        );
        assert!(!said.contains("drop"), "{said}");
    }
    assert_eq!(Outcome::of(std::slice::from_ref(valid)), Outcome::Unknown);
}
