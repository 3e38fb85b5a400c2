//! Tables and folders of a hostile hand.

use std::os::unix::fs::symlink;

use gonogo::model::Outcome;
use serde_json::json;

use super::{folder, outcome};
use crate::{hostile::Hostile, look::Look, servers::postgres::Postgres};

const TABLE: &str = "CREATE TABLE schema_migrations (version varchar PRIMARY KEY); GRANT SELECT ON schema_migrations TO PUBLIC";

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_told() {
    let files = folder(&[("1_a.sql", "")]);
    for (statement, wanted, said) in [
        ("INSERT INTO schema_migrations SELECT n::text FROM generate_series(1, 20001) n", Outcome::Unknown, "more than 20000 rows"),
        (
            "INSERT INTO schema_migrations SELECT n::text FROM generate_series(1, 20000) n",
            Outcome::Fail,
            "got 19999: 2, 3, 4, 5 and 19995 more",
        ),
        ("INSERT INTO schema_migrations VALUES ('1'), (E'\\x1b[31m2\\u202e')", Outcome::Fail, "got 1: \\u{1b}[31m2\\u{202e}"),
        ("INSERT INTO schema_migrations VALUES ('1'), (repeat('9', 5000))", Outcome::Fail, "bytes more)"),
    ] {
        let database = Postgres::shared().database(&[TABLE, statement]).await;
        let (outcome, reason) = outcome(&database, files.path(), json!({ "folder": "db", "tool": "dbmate" })).await;
        assert_eq!(outcome, wanted, "{statement}: {reason}");
        assert!(reason.contains(said) && reason.len() < 2_000, "{statement}: {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_leads_nowhere_else() {
    let database = Postgres::shared().database(&[TABLE, "INSERT INTO schema_migrations VALUES ('1')"]).await;
    let files = folder(&[("1_a.sql", "")]);
    symlink("/etc/passwd", files.path().join("db/2_b.sql")).expect("linked");
    let (link, reason) = outcome(&database, files.path(), json!({ "folder": "db", "tool": "dbmate" })).await;
    assert!(link == Outcome::Unknown && reason.contains("`2_b.sql`, which is a link"), "{reason}");

    let prisma = super::tools::TOOLS.iter().find(|tool| tool.name == "drizzle").expect("drizzle");
    let database = super::migrated(prisma).await;
    for (journal, said) in [
        (r#"{"entries": [{"when": 1, "tag": "../../etc/passwd"}]}"#, "which is no file of it"),
        (r#"{"entries": [{"when": "1", "tag": "a"}]}"#, "says no `when` and `tag`"),
        (r#"{"entries": [], "entries": []}"#, "stands twice"),
        (r#"{"entries": []}"#, "holds no migration"),
        ("", "is empty"),
    ] {
        let (odd, reason) = outcome(&database, folder(&[("meta/_journal.json", journal)]).path(), json!({ "folder": "db" })).await;
        assert!(odd == Outcome::Unknown && reason.contains(said), "{journal}: {reason}");
    }
    let large = "-".repeat((1 << 20) + 1);
    let large = folder(&[("meta/_journal.json", r#"{"entries": [{"when": 1, "tag": "a"}]}"#), ("a.sql", &large)]);
    let (large, reason) = outcome(&database, large.path(), json!({ "folder": "db" })).await;
    assert!(large == Outcome::Unknown && reason.contains("1 MiB"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_server_is_unknown() {
    let web = Hostile::answering(200, &[], "hello").await;
    let address = web.url("").replace("http", "postgres").trim_end_matches('/').to_owned();
    for database in [format!("{address}/app"), "postgres://127.0.0.1:1/app".into()] {
        let look = Look::new("postgres-migrations", json!({ "database": database, "newest": "1" }));
        assert_eq!(look.outcome().await.0, Outcome::Unknown, "{database}");
    }
}
