//! `gonogo init` in the demo's folder, with a real PostgreSQL: the plan runs, and goes red.

use std::fs;

use gonogo::model::{Outcome, Verdict};

use super::{demo, secret, server};
use crate::servers::postgres::Postgres;

#[tokio::test(flavor = "multi_thread")]
async fn in_the_demo_s_folder_the_plan_runs_with_no_edit_but_the_urls() {
    let schema: String = fs::read_to_string("fixtures/demo/schema.sql")
        .expect("the schema")
        .lines()
        .filter(|l| !l.starts_with('\\'))
        .map(|l| format!("{l}\n"))
        .collect();
    let grants = "GRANT USAGE ON SCHEMA activity TO app; GRANT SELECT ON ALL TABLES IN SCHEMA activity TO app";
    let database = Postgres::plain().database(&[&schema, grants]).await;
    let gonogo = demo();
    gonogo.run(["init"]).exits(0).says("checks/database.yaml").says("checks/secrets.yaml");
    gonogo.run(["lint"]).exits(0);
    let gonogo = gonogo.env("PROD_URL", &server().await).env("DATABASE_URL", &database.url_as("app"));
    let (ran, report) = gonogo.verify(&["--env", "prod", "--release", "1.0.0"]);
    assert_eq!((ran.code, report.verdict), (0, Verdict::Go), "{}", ran.stdout);
    let ids: Vec<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
    let packs = ["postgres/indexes-valid", "postgres/foreign-keys-indexed", "postgres/no-duplicate-index"];
    assert_eq!(ids, [["no-development-secrets", "indexes-in-place", "tables-in-place", "answers"].as_slice(), &packs].concat());
    let demands = &report.findings[1].expectations;
    assert!(demands.iter().any(|demand| demand.name.contains("users_email_key")), "{demands:?}");
    // And it can go red, for each of the three.
    database.client().await.batch_execute("DROP INDEX activity.photos_moderation_idx").await.expect("dropped");
    let weak = gonogo.read("out/prod.env").replace(&secret("production jwt"), "dev-secret-key-change-in-production");
    let gonogo = gonogo.file("out/prod.env", &weak).env("PROD_URL", "http://127.0.0.1:1");
    let (ran, report) = gonogo.verify(&["--env", "prod", "--release", "1.0.0"]);
    let outcomes: Vec<Outcome> = report.findings.iter().take(4).map(|finding| finding.outcome).collect();
    assert_eq!((ran.code, outcomes), (1, vec![Outcome::Fail, Outcome::Fail, Outcome::Pass, Outcome::Unknown]), "{}", ran.stdout);
    ran.says("photos_moderation_idx").says("JWT_SECRET_KEY");
}
