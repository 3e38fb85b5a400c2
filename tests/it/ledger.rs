//! The ledger's two stores: what they keep, what they refuse, and what is left of them after a kill.

mod chain;
mod command;
mod contract;
mod crash;
mod decided;
mod disk;
mod export;
mod files;
mod former;
mod looking;
mod recorders;
mod repair;
mod rights;
mod samples;
mod stages;
mod tamper;
mod vanishing;
mod ways;
mod worker;

use std::path::{Path, PathBuf};

use gonogo::{
    ledger::{Blob, Checked, Draft, Entry, Label, LedgerError, Store, Verifier, chain as links, kept, place, postgres::schema_sql},
    model::{Act, Answer, Digest, Evidence, Made, Method, ProcessEnv, Reply, Review, Statement},
};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::servers::postgres::{Database, PASSWORD, Postgres};

/// The chain of the project that the tests are about.
const CHAIN: &str = "api";

/// Where a ledger stands: one of each kind.
enum Ground {
    File(TempDir),
    Database(Database),
}

impl Ground {
    fn file() -> Self {
        Self::File(TempDir::new().expect("a folder"))
    }

    /// With its tables, which the role `app` may read and add to.
    async fn database() -> Self {
        Self::Database(Postgres::plain().database(&[&schema_sql(Some("app"))]).await)
    }

    async fn both() -> [Self; 2] {
        [Self::file(), Self::database().await]
    }

    fn place(&self) -> String {
        match self {
            Self::File(folder) => folder.path().join("kept/ledger.db").to_str().expect("a plain path").to_owned(),
            Self::Database(database) => database.url(),
        }
    }

    fn open(&self) -> Box<dyn Store> {
        open(&self.place()).expect("a ledger")
    }

    /// What somebody with all rights on the storage does to it, the triggers gone.
    async fn tamper(&self, statements: &str) {
        match self {
            Self::File(_) => {
                let connection = rusqlite::Connection::open(self.place()).expect("opened");
                connection.execute_batch(&format!("{}{statements}", without_triggers(&connection))).expect(statements);
            }
            Self::Database(database) => {
                let disable = "SET search_path = gonogo; ALTER TABLE entries DISABLE TRIGGER ALL; ALTER TABLE blobs DISABLE TRIGGER ALL; \
                    ALTER TABLE chains DISABLE TRIGGER ALL; ALTER TABLE kept DISABLE TRIGGER ALL; ALTER TABLE samples DISABLE TRIGGER ALL; \
                    ALTER TABLE entries DROP CONSTRAINT IF EXISTS entries_seq_check; \
                    ALTER TABLE chains DROP CONSTRAINT IF EXISTS chains_seq_check;";
                database.client().await.batch_execute(&format!("{disable}{statements}")).await.expect(statements);
            }
        }
    }

    /// Bytes as this kind of SQL writes them.
    fn bytes(&self, bytes: &[u8]) -> String {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::File(_) => format!("x'{hex}'"),
            Self::Database(_) => format!("'\\x{hex}'::bytea"),
        }
    }
}

/// The role that may read and add.
async fn as_app(database: &Database) -> tokio_postgres::Client {
    let mut config = tokio_postgres::Config::new();
    config.host("127.0.0.1").port(database.server.port).user("app").password(PASSWORD).dbname(&database.name);
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

fn without_triggers(connection: &rusqlite::Connection) -> String {
    let mut names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").expect("a query");
    let names = names.query_map([], |row| row.get::<_, String>(0)).expect("rows");
    names.map(|name| format!("DROP TRIGGER {};", name.expect("a name"))).collect()
}

/// Opens or starts the ledger.
fn open(place: &str) -> Result<Box<dyn Store>, LedgerError> {
    place::open(place, Path::new("/"), &ProcessEnv::default(), now(), true)
}

/// Trusts every signature.
struct Trusting;

impl Verifier for Trusting {
    fn check(&self, _: &[u8], _: &str, _: &str, _: Timestamp) -> Checked {
        Checked::Signed { key: "a key".into(), since: None, confirmed_by: Vec::new() }
    }
}

/// Reads everything and checks all that can be checked without keys.
async fn verified(store: &dyn Store) -> Result<Vec<Entry>, LedgerError> {
    let entries = store.entries(CHAIN).await?;
    links::check(&entries)?;
    kept::check(store, &entries).await?;
    Ok(entries)
}

/// A database has a clock of its own, which this must agree with.
#[expect(clippy::disallowed_methods, reason = "the servers read the same clock")]
fn now() -> Timestamp {
    Timestamp::try_from(std::time::SystemTime::now()).expect("now")
}

fn made(head: Digest) -> Made {
    Made {
        project: "api".into(),
        environment: "prod".into(),
        at: "2024-01-01T12:00:00Z".parse().expect("an instant"),
        head,
        org: None,
        by: None,
        method: Method::Ssh,
        tool: "gonogo 0.1.0".into(),
    }
}

fn draft(act: Act, head: Digest) -> Draft {
    Draft { payload: Statement { subject: Vec::new(), made: made(head), act }.to_json(), signature: None }
}

/// What a remark says.
fn said(comment: &str) -> Statement {
    let act = Act::Review(Review { emergency: Digest::of(b"an emergency"), comment: comment.into() });
    Statement { subject: Vec::new(), made: made(Digest::none()), act }
}

/// The same of another project.
fn of_project(project: &str, comment: &str) -> Draft {
    let made = Made { project: project.into(), ..made(Digest::none()) };
    Draft { payload: Statement { made, ..said(comment) }.to_json(), signature: None }
}

/// A statement that names no bytes.
fn remark(comment: &str) -> Draft {
    remark_over(comment, Digest::none())
}

fn remark_over(comment: &str, head: Digest) -> Draft {
    draft(Act::Review(Review { emergency: Digest::of(b"an emergency"), comment: comment.into() }), head)
}

/// A statement that names bytes, with them.
fn answer(bytes: &[u8]) -> (Draft, Vec<Blob>) {
    let blob = Blob::of(bytes.to_vec());
    let evidence = vec![Evidence { name: "scan.pdf".into(), digest: Some(blob.digest.clone()) }];
    let act = Answer { check: "drill".into(), question: "Done?".into(), reply: Reply::Yes, reason: None, evidence };
    (draft(Act::Answer(act), Digest::none()), vec![blob])
}

fn signed(draft: Draft) -> Draft {
    let signature = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n";
    Draft { signature: Some(signature.into()), ..draft }
}

/// Adds to the project's chain.
async fn append(store: &dyn Store, draft: Draft, blobs: Vec<Blob>) -> Result<Entry, LedgerError> {
    store.append(draft, blobs, now(), None).await
}

/// A remark that somebody signed.
fn by_ann(comment: &str) -> Draft {
    let made = Made { by: Some("ann".into()), ..made(Digest::none()) };
    signed(Draft { payload: Statement { made, ..said(comment) }.to_json(), signature: None })
}

/// The end of the shared chain and five entries after it: the second of them is signed, the third has bytes, the fourth
/// was made over the third.
async fn five(store: &dyn Store) -> Vec<Entry> {
    append(store, remark("one"), Vec::new()).await.expect("added");
    append(store, by_ann("two"), Vec::new()).await.expect("added");
    let (draft, blobs) = answer(b"a scanned page");
    let third = append(store, draft, blobs).await.expect("added");
    append(store, remark_over("four", third.digest()), Vec::new()).await.expect("added");
    append(store, remark("five"), Vec::new()).await.expect("added");
    verified(store).await.expect("a chain")
}

/// The first entry of a ledger as the release before this one began it: all that follow share its chain.
fn first() -> Entry {
    let Draft { payload, signature } = remark("zero");
    let label = Label { act: "review".into(), project: "api".into(), environment: "prod".into(), ..Label::default() };
    Entry { version: 1, chain: String::new(), seq: 1, prev: Digest::none(), recorded: now(), label, payload, signature, bare: None }
}

/// The same five after it.
async fn shared_five(store: &dyn Store) -> Vec<Entry> {
    store.adopt(first(), Vec::new()).await.expect("adopted");
    five(store).await
}

/// Which entry is named.
#[track_caller]
fn names(result: Result<Vec<Entry>, LedgerError>, seq: u64) -> String {
    match result {
        Err(LedgerError::Broken { seq: named, why }) => {
            assert_eq!(named, seq, "{why}");
            why
        }
        other => panic!("entry {seq} is not named: {:?}", other.map(|entries| entries.len())),
    }
}

fn unavailable<T>(result: Result<T, LedgerError>) -> String {
    match result {
        Err(error @ LedgerError::Unavailable { .. }) => error.to_string(),
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("it worked"),
    }
}

fn path_of(ground: &Ground) -> PathBuf {
    ground.place().into()
}
