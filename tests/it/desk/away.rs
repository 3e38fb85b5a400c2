//! The database of the desk: it tells what was added, it goes away in the middle of signing, and the desk is killed.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};

use super::office::{Office, TOKEN, at};
use crate::{port, servers::postgres::Postgres, signoff::house::House};
use gonogo::ledger::postgres::schema_sql;

const ROLES: &str = "{ deployment-lead: [lead], devops: [dev], engineering-manager: [boss], \
    security: { people: [sec], methods: [ssh, webauthn] }, recorder: [ci] }";

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_what_is_added_and_what_is_not_there_is_not_signed() {
    let (port, server) = (port::unused(), Postgres::alone());
    let house = House::new().await.security_alone().policy(&[("roles", ROLES), ("desk", &at(port))]);
    house.verify(&[]).exits(0);
    // The passkeys are put into a file first.
    let office = Office::at(&house, port, &[]).await;
    let keys = std::mem::take(&mut { office }.keys);
    house.gonogo.run(["log", "export", "all.jsonl"]).exits(0);
    let database = server.named_database(&[&schema_sql(Some("app"))]).await;
    let place = format!("postgres://app@/{database}?host={}&port={}", server.folder.display(), server.port);
    house.gonogo.run(["log", "import", "all.jsonl", "--ledger", &place]).exits(0);
    let mut office = Office::over(&house, port, &["--ledger", &place]);
    office.keys = keys;
    office.board_says("sec", "HOLD").await;

    house.gonogo.run(["verify", "-q", "--release", "1.4.3", "--ledger", &place]).exits(0);
    let began = Instant::now();
    office.board_says("sec", "1.4.3").await;
    assert!(began.elapsed() < Duration::from_secs(4), "nobody told: {:?}", began.elapsed());

    let (run, _) = {
        let page = office.shown("/p/shop/prod", "sec").await;
        let report = page.split("gonogo-report\" content=\"sha256:").nth(1).expect("a report")[..64].to_owned();
        (report, page)
    };
    let path = format!("/p/shop/prod/r/{run}/sign");
    let laid = office.lay(&path, "sec", &[("as", "security"), ("decision", "go")]).await;
    assert!(laid.page.contains(&run), "{}", laid.page);
    drop(server);
    let (status, page) = office.sign(&laid, "sec", |_| {}).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{page}");
    assert!(!page.contains("on record,") && page.contains("cannot"), "{page}");
    let answer = office.ask(Method::GET, "/gate/shop/prod?version=1.4.3", "").bearer_auth(TOKEN).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text().await.expect("text").contains("\"go\":false"));
    office.board_says("sec", "Not up to date").await;
    assert_eq!(office.page("/readyz", "").await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(office.page("/p/shop/prod", "sec").await.0, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_reported_done_outlives_a_kill() {
    let port = port::unused();
    let house = House::new().await.security_alone().policy(&[("roles", ROLES), ("desk", &at(port))]);
    house.verify(&[]).exits(0);
    let office = Office::at(&house, port, &[]).await;
    let (run, _) = house.newest_run().await;
    let path = format!("/p/shop/prod/r/{}/sign", run.report);
    let laid = office.lay(&path, "sec", &[("as", "security"), ("decision", "go"), ("comment", "fine")]).await;
    house.gate(&[]).exits(4);
    let (status, page) = office.sign(&laid, "sec", |_| {}).await;
    // Without a moment in between.
    let killed = std::process::Command::new("kill").args(["-9", &office.pid().to_string()]).status().expect("kill");
    assert!(killed.success() && status == StatusCode::OK && page.contains("Signed, and on record"), "{page}");
    house.gate(&[]).exits(0);
    // Sent again to another desk, it is there once.
    let keys = std::mem::take(&mut { office }.keys);
    let mut again = Office::over(&house, port, &[]);
    again.keys = keys;
    again.board_says("sec", "mark go").await;
    let (status, page) = again.sign(&laid, "sec", |_| {}).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert_eq!(house.log().matches("fine").count(), 1);
}
