//! Releases whose measures are read from documents: what a real PostgreSQL counted of them, and what a real server says of itself.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    gonogo::Gonogo,
    servers::{
        folder,
        postgres::{Database, PASSWORD, Postgres},
    },
};

const PLAN: &str = r#"
project: shop
allow: [command]
environments: { prod: {} }
people: { pat@example.com: { name: Pat } }
signoff: { allowed-signers: signers, roles: { owner: [pat@example.com] }, require: [owner], independence: not-required }
rollout:
  interval: 1s
  counted-within: 1s
  coverage: 70%
  versions: { old: "1.0" }
  measures:
    errors:
      document:
        command: [psql, --no-psqlrc, --csv, --host, "127.0.0.1", --port, "PORT", --username, app, --dbname, "DATABASE", --command, "select count(*) filter (where not ok) as bad, count(*) as total from visits where version = '${version}' and at >= to_timestamp(${from}) and at < to_timestamp(${to})"]
        env: PGPASSWORD
        format: csv
      bad: $[*].bad
      total: $[*].total
    stock: { document: { file: stock.json, max-age: 1h }, gauge: $.left }
  demands: { errors: { max: 10%, within: +100% of baseline }, stock: { min: 3 } }
  baseline: { errors: { window: 2m } }
  triggers:
    - { measure: errors, above: 30%, for: 2s, min-samples: 20, level: rollback }
  rollback: { command: ["true"], within: 10s, checks: [there] }
  stages:
    - { name: canary, traffic: 50%, soak: 5s }
checks:
  - { id: there, phase: [pre-deploy, rollback], file: { path: stock.json, type: file } }
"#;

/// A shop whose visits are in a database: of 1.0 20 in a second, before and after; of 2.0 from now on 200, one of so many bad.
async fn shop(one_of: u32) -> (Gonogo, Database) {
    let bad = format!("i % {one_of} > 0");
    let database = Postgres::plain()
        .database(&[
            "create table visits (version text, at timestamptz, ok boolean)",
            "grant select on visits to app",
            "insert into visits select '1.0', now() + (i - 6000) * interval '50 ms', i % 50 > 0 from generate_series(1, 18000) i",
            &format!("insert into visits select '2.0', now() + i * interval '5 ms', {bad} from generate_series(1, 120000) i"),
        ])
        .await;
    let plan = PLAN.replace("DATABASE", &database.name).replace("PORT", &Postgres::plain().port.to_string());
    let gonogo = Gonogo::new().plan(&plan).file("stock.json", r#"{"left": 5}"#);
    let key = gonogo.path("key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "pat", "-f"]).arg(&key).status();
    assert!(made.expect("ssh-keygen").success());
    let public = gonogo.read("key.pub");
    let public = public.rsplit_once(' ').map_or(public.as_str(), |(public, _)| public).to_owned();
    let gonogo = gonogo.file("signers", &format!("pat@example.com {public}\n")).env("HOME", &folder().display().to_string());
    let gonogo = gonogo.env("GONOGO_KEY", "key").env("GONOGO_RELEASE", "2.0").env("PGPASSWORD", PASSWORD);
    gonogo.run(["verify"]).exits(0);
    gonogo.run(["sign", "--as", "owner", "--yes"]).exits(0);
    gonogo.run(["rollout", "begin", "canary"]).exits(0).says("BEGUN");
    (gonogo, database)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_is_earned_by_what_a_database_counted() {
    let (gonogo, _database) = shop(50).await;
    gonogo.run(["watch", "--stage", "canary", "--until", "earned", "--rollback"]).exits(0).says("EARNED");
    let status = gonogo.run(["rollout", "status", "--format", "json"]).exits(0).stdout;
    let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
    let evidence = &status["stages"][0]["evidence"];
    // Two minutes of 1.0 are its baseline; of 2.0 each whole second is counted once.
    assert_eq!(evidence["fixed"]["baseline"]["errors"], serde_json::json!([48.0, 2400.0]), "{evidence:#}");
    let got = evidence["judgement"]["demands"][0]["got"].as_str().expect("what was got");
    let counted: u64 = got.split(' ').nth(2).and_then(|count| count.parse().ok()).expect("a count");
    assert!(counted >= 1_000 && counted.is_multiple_of(200), "{got}");
    gonogo.run(["rollout", "replay"]).exits(0).says("come to earned");
    // What was counted before can be asked too, within bounds.
    let simulate = |since: &str| gonogo.run(["rollout", "simulate", "--stage", "canary", "--since", since]);
    simulate("2h").exits(2).says("would ask for each document 7200 times: at most 2000, `--since 33 min");
    simulate("30s").exits(0).says("would not have fired");
    let all = format!("{status}{}", gonogo.run(["log", "--all"]).exits(0).stdout);
    assert!(!all.contains(PASSWORD), "the password is on record");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_a_database_knows_as_bad_goes_back() {
    let (gonogo, _database) = shop(2).await;
    gonogo.run(["watch", "--stage", "canary", "--rollback"]).exits(1).says("ROLLED BACK: from canary");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_a_document_is_not_nothing() {
    let (gonogo, database) = shop(50).await;
    // The first look comes when a whole interval is over.
    let said = |why: &str| {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let look = gonogo.run(["watch", "--stage", "canary", "--once"]).exits(4);
            if look.stdout.contains(why) || Instant::now() > end {
                return drop(look.says(why));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    };
    std::fs::write(gonogo.path("stock.json"), r#"{"leftover": 5}"#).expect("written");
    said("the document of `stock`: it has nothing at `$.left`");
    std::fs::write(gonogo.path("stock.json"), r#"{"left": [1, 2]}"#).expect("written");
    said("what it has at `$.left` is no number");
    database.client().await.batch_execute("revoke select on visits from app").await.expect("revoked");
    said("permission denied");
}
