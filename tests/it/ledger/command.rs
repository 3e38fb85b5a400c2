//! `gonogo log init`, `export` and `import`.

use super::{CHAIN, Ground, five, open, verified};
use crate::{
    gonogo::Gonogo,
    servers::postgres::{PASSWORD, Postgres},
};

const PLAN: &str = "project: api\nenvironments: { prod: {} }\nledger: ${GONOGO_LEDGER:-kept/log.db}\n\
    checks: [{ id: a, title: A, http: { url: \"http://127.0.0.1:1/\" } }]\n";

#[tokio::test]
async fn a_file_is_started_once() {
    let gonogo = Gonogo::new().plan(PLAN);
    gonogo.run(["log", "export"]).exits(2).says("there is no ledger at").says("`gonogo log init` starts one");
    gonogo.run(["log", "init"]).exits(0).says("kept/log.db: an empty ledger");
    gonogo.run(["log", "init", "--env", "prod"]).exits(0).says("kept/log.db: there is a ledger already");
    gonogo.run(["log", "init", "--role", "app"]).exits(2).says("`--role` is for a database");
    gonogo.run(["log", "init", "--ledger", "elsewhere.db"]).exits(0);
    assert!(gonogo.path("elsewhere.db").is_file() && gonogo.path("kept/log.db").is_file());
    gonogo
        .run(["log", "init", "--ledger", "redis://x:hunter2hunter2@y/"])
        .exits(2)
        .says("the ledger's place is a URL, but no `postgres://` one");
    gonogo.run(["log", "init", "-c", "none.yaml"]).exits(2);
}

#[tokio::test]
async fn a_ledger_moves_by_a_file() {
    let ground = Ground::file();
    let entries = five(ground.open().as_ref()).await;
    let head = format!("6 entries, head {}", entries[5].digest());
    let gonogo = Gonogo::new().plan(PLAN).env("GONOGO_LEDGER", &ground.place());
    gonogo.run(["log", "export", "all.jsonl"]).exits(0).says(&head);
    let printed = gonogo.run(["log", "export"]).exits(0).stdout;
    assert_eq!(printed, gonogo.read("all.jsonl"));

    let database = Ground::database().await;
    for (place, added) in [("new/folder/log.db".to_owned(), 6), (database.place(), 6), (database.place(), 0)] {
        let ran = gonogo.run(["log", "import", "--ledger", &place, "all.jsonl"]).exits(0).says(&head).says(&format!("{added} added"));
        assert!(!ran.stderr.contains(PASSWORD), "{}", ran.stderr);
    }
    assert_eq!(verified(database.open().as_ref()).await, Ok(entries));

    let torn = gonogo.read("all.jsonl");
    let gonogo = gonogo.file("torn.jsonl", &torn[..torn.len() - 1]).file("nonsense.jsonl", "nonsense\n");
    gonogo.run(["log", "import", "--ledger", "x.db", "torn.jsonl"]).exits(5).says("ends in the middle of its line 7");
    gonogo.run(["log", "import", "--ledger", "x.db", "nonsense.jsonl"]).exits(5).says("entry 1 of the ledger cannot be trusted");
    gonogo.run(["log", "import", "--ledger", "x.db", "none.jsonl"]).exits(2);
    gonogo.run(["log", "import", "--ledger", "x.db", "."]).exits(2).says("the export cannot be read");
    assert!(!gonogo.path("x.db").exists(), "no ledger is started for nothing");
}

#[tokio::test]
async fn a_database_is_told_what_to_make() {
    let database = Postgres::plain().database(&[]).await;
    let owner = format!("postgres://root@/{}?host={}&port={}", database.name, database.server.folder.display(), database.server.port);
    let gonogo = Gonogo::new().plan(PLAN).env("GONOGO_LEDGER", &owner);
    let sql = gonogo.run(["log", "init", "--role", "app"]).exits(0).says("`--apply` runs them").stdout;
    assert!(
        sql.contains(
            "GRANT SELECT, INSERT ON gonogo.entries, gonogo.blobs, gonogo.chains, gonogo.kept, gonogo.samples, gonogo.told TO \"app\""
        ),
        "{sql}"
    );
    gonogo.run(["log", "export"]).exits(2).says("there is no ledger at");
    gonogo.run(["log", "init", "--role", "app", "--apply"]).exits(0).says("the ledger's tables are in postgres://");
    gonogo.run(["log", "init", "--role", "nobody-of-that-name", "--apply"]).exits(6).says("nobody-of-that-name");
    let store = open(&database.url()).expect("a ledger");
    assert_eq!(store.entries(CHAIN).await, Ok(Vec::new()));
    five(store.as_ref()).await;
}
