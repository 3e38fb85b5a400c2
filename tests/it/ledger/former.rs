//! A ledger of the release before chains of projects: it opens, verifies, goes on as it is, and migrates.
//!
//! Kept from that program, in `fixtures/ledger/former`. That program itself reads a migrated file up to its end and says "entry 7
//! was written by a newer gonogo (version 2); what it says was not looked at" (`log verify` and `gate`: 5); it adds nothing:
//! "its file has the format 2, this gonogo writes 1: use a newer one" (6). It exports nothing of it (3).

use std::fs;

use gonogo::{ledger::postgres::schema_sql, model::Digest};

use super::{append, of_project, open, stages::samples, unavailable};
use crate::{
    gonogo::Gonogo,
    servers::postgres::{Database, Postgres},
};

const PLAN: &str = include_str!("../../../fixtures/ledger/former/gonogo.yaml");
const SIGNERS: &str = include_str!("../../../fixtures/ledger/former/signers");
const SQL: &str = include_str!("../../../fixtures/ledger/former/ledger.sql");
const EXPORT: &str = include_str!("../../../fixtures/ledger/former/ledger.jsonl");
const FILE: &[u8] = include_bytes!("../../../fixtures/ledger/former/ledger.db");
/// Its head, as that program said it.
const HEAD: &str = "d66ff78dd7abf66e18b727672b228aa5dd38631967dab2fbb1e1099ec1d786da";

/// The file or the database, with a program beside its plan.
async fn former() -> [(Gonogo, Option<Database>); 2] {
    let gonogo = || Gonogo::new().plan(PLAN).file("signers", SIGNERS);
    let in_a_file = gonogo();
    fs::write(in_a_file.path("ledger.db"), FILE).expect("written");
    let database = Postgres::plain().database(&[SQL]).await;
    [(in_a_file, None), (gonogo().env("GONOGO_LEDGER", &database.url()), Some(database))]
}

/// The address of the owner, who may make tables.
fn owner(database: &Database) -> String {
    let server = database.server;
    format!("postgres://root@/{}?host={}&port={}", database.name, server.folder.display(), server.port)
}

/// Runs `log init --apply` as whoever owns the ledger.
fn migrate(gonogo: &Gonogo, database: Option<&Database>) -> String {
    let place = database.map_or_else(|| "ledger.db".to_owned(), owner);
    let role: &[&str] = if database.is_some() { &["--role", "app"] } else { &[] };
    gonogo.run(["log", "init", "--apply", "--ledger", &place].iter().chain(role)).exits(0).stderr
}

/// The entries, as lines of the export.
fn entries(gonogo: &Gonogo) -> Vec<String> {
    let all = gonogo.run(["log", "export"]).exits(0).stdout;
    all.lines().filter(|line| line.starts_with("{\"version\"")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn opens_and_verifies() {
    for (gonogo, _database) in former().await {
        gonogo
            .run(["log", "verify", "--head", HEAD])
            .exits(0)
            .says("6 entries, every hash and link holds")
            .says("signed   6 entries; signatures vouch for entries 1 to 5");
        assert_eq!(gonogo.run(["log", "export"]).exits(0).stdout, EXPORT);
        assert!(gonogo.run(["log", "--all"]).exits(0).stdout.contains("1.4.2 go by sec as security: fine"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn goes_on_as_it_is_where_nobody_migrates_it() {
    for (gonogo, database) in former().await {
        if let Some(database) = &database {
            // The owner has run what the new program prints, and no more.
            database.client().await.batch_execute(&schema_sql(Some("app"))).await.expect("the tables are made");
        }
        let place = database.as_ref().map_or_else(|| gonogo.path("ledger.db").display().to_string(), Database::url);
        append(open(&place).expect("a ledger").as_ref(), of_project("shop", "seven"), Vec::new()).await.expect("added");
        append(open(&place).expect("a ledger").as_ref(), of_project("web", "eight"), Vec::new()).await.expect("added");
        let entries = entries(&gonogo);
        assert!(entries.len() == 8 && entries.iter().all(|line| line.starts_with("{\"version\":1,")), "{entries:?}");
        gonogo.run(["log", "verify", "--head", HEAD]).exits(0).says("8 entries, every hash and link holds");
        if let Some(database) = database {
            let comment = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'gonogo'";
            let comment: String = database.client().await.query_one(comment, &[]).await.expect("a row").get(0);
            assert_eq!(comment, "gonogo ledger, format 1", "the former program goes on, too");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn migrates_once_and_loses_nothing() {
    for (gonogo, database) in former().await {
        if database.is_none() {
            let said = gonogo.run(["log", "init"]).exits(0).stderr;
            assert!(said.contains("its 6 entries are one chain that all projects share: `--apply` closes it"), "{said}");
            gonogo.run(["log", "init"]).exits(0).says("its 6 entries");
        }
        let said = migrate(&gonogo, database.as_ref());
        assert!(said.contains("the chain that all projects shared is closed, each goes on with one of its own"), "{said}");
        let again = migrate(&gonogo, database.as_ref());
        assert!(!again.contains("closed"), "{again}");
        let before = entries(&gonogo);
        assert!(before.len() == 7 && EXPORT.contains(&before[5]) && before[6].starts_with("{\"version\":2,\"seq\":7,"), "{before:?}");
        let place = database.as_ref().map_or_else(|| gonogo.path("ledger.db").display().to_string(), Database::url);
        let store = open(&place).expect("a ledger");
        append(store.as_ref(), of_project("shop", "eight"), Vec::new()).await.expect("added");
        let web = append(store.as_ref(), of_project("web", "eight, too"), Vec::new()).await.expect("added");
        assert_eq!((web.seq, web.version, web.chain.as_str()), (8, 2, "web"));
        let verified = gonogo.run(["log", "verify", "--head", HEAD]).exits(0);
        assert!(verified.stdout.contains("8 entries, every hash and link holds"), "{}", verified.stdout);
        assert!(gonogo.run(["log", "--all"]).exits(0).stdout.contains("1.4.2 go by sec as security: fine"));
        // It goes to another place whole.
        gonogo.run(["log", "export", "all.jsonl"]).exits(0);
        gonogo.run(["log", "import", "--ledger", "elsewhere.db", "all.jsonl"]).exits(0).says("9 added");
        gonogo.run(["log", "verify", "--head", HEAD, "--ledger", "elsewhere.db"]).exits(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_without_rights_on_the_new_tables_is_told() {
    let [_, (gonogo, database)] = former().await;
    let database = database.expect("the second is a database");
    gonogo.run(["log", "init", "--apply", "--ledger", &owner(&database)]).exits(0);
    gonogo.run(["log", "verify"]).exits(3).says("`gonogo log init --role NAME` prints the grants it needs");
    let why = unavailable(append(open(&database.url()).expect("a ledger").as_ref(), of_project("shop", "x"), Vec::new()).await);
    assert!(why.contains("`gonogo log init --role NAME` prints the grants it needs"), "{why}");
    migrate(&gonogo, Some(&database));
    gonogo.run(["log", "verify", "--head", HEAD]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_export_begins_a_ledger_that_migrates() {
    let gonogo = Gonogo::new().plan(PLAN).file("signers", SIGNERS).file("old.jsonl", EXPORT);
    gonogo.run(["log", "import", "old.jsonl"]).exits(0).says("6 added; 6 entries").says(HEAD);
    assert_eq!(gonogo.run(["log", "export"]).exits(0).stdout, EXPORT);
    migrate(&gonogo, None);
    gonogo.run(["log", "verify", "--head", HEAD]).exits(0).says("7 entries");
    gonogo.run(["log", "import", "old.jsonl"]).exits(0).says("0 added");
}

/// It gets the table of samples with its first sample, or from its owner, and the former program goes on with it.
#[tokio::test(flavor = "multi_thread")]
async fn keeps_samples_and_loses_nothing() {
    let run = Digest::of(b"a beginning");
    for (gonogo, database) in former().await {
        let place = database.as_ref().map_or_else(|| gonogo.path("ledger.db").display().to_string(), Database::url);
        let store = open(&place).expect("a ledger");
        assert_eq!((store.samples(&run, 1).await, store.newest_sample(&run).await), (Ok(Vec::new()), Ok(None)), "there is no table");
        if let Some(database) = &database {
            let why = unavailable(store.add_samples(&run, 1, samples(&run, 3, "x")).await);
            assert!(why.contains("has no table for samples: its owner has to run what `gonogo log init --role NAME` prints"), "{why}");
            database.client().await.batch_execute(&schema_sql(Some("app"))).await.expect("the owner runs it");
        }
        store.add_samples(&run, 1, samples(&run, 3, "x")).await.expect("added");
        assert_eq!(open(&place).expect("a ledger").samples(&run, 2).await, Ok(samples(&run, 3, "x")[1..].to_vec()));
        assert_eq!(gonogo.run(["log", "export"]).exits(0).stdout, EXPORT, "nothing else has changed");
        if database.is_none() {
            let file = rusqlite::Connection::open(&place).expect("opened");
            let format: i64 = file.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a format");
            assert_eq!(format, 1, "the former program goes on");
            let error = file.execute("DELETE FROM samples", []).expect_err("it only grows");
            assert!(error.to_string().contains("the ledger only grows"), "{error}");
        }
        migrate(&gonogo, database.as_ref());
        assert_eq!(store.samples(&run, 1).await, Ok(samples(&run, 3, "x")));
    }
}
