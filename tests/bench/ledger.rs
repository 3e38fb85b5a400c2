//! Ledgers of so many entries of one project, in a file and in a database: what a question, a signature and a recorded run
//! take, beside the same with ten entries.

use std::{any::Any, fs, path::Path, process::Command};

use anyhow::{Context as _, ensure};
use gonogo::{
    ledger::{Draft, Entry, Label, NAMESPACE, Row, VERSION, pae, place, postgres::schema_sql},
    model::{Act, Decision, Digest, Made, Method, ProcessEnv, Release, SignOff, Statement, Subject, Verdict},
};
use jiff::{SignedDuration, Timestamp};
use ssh_key::{HashAlg, LineEnding, PrivateKey};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    scenario::{Beside, Contest},
    server::Server,
    servers::postgres::{Database, Postgres},
};

/// What the smaller ledger has.
pub(crate) const FEW: usize = 10;

/// Where it is kept.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    File,
    Database,
}

/// A plan with its ledger.
pub(crate) struct Seeded {
    /// Where the plan is.
    pub(crate) folder: TempDir,
    /// Where the ledger is.
    pub(crate) place: String,
    /// The database it is in.
    pub(crate) database: Option<Database>,
}

/// A ledger of so many entries beside one of ten; both have a green run that is signed.
pub(crate) fn contest(entries: usize, kind: Kind, command: &[&str]) -> anyhow::Result<Contest> {
    let server = Server::start(1, 0, None)?;
    let Seeded { folder, database, .. } = ledger(&server, entries, kind)?;
    let few = ledger(&server, FEW, kind)?;
    let arguments: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    let mut bare = vec!["elsewhere".to_owned(), few.folder.path().display().to_string()];
    bare.extend(arguments.iter().cloned());
    let keep: Box<dyn Any> = Box::new((server, few, database));
    Ok(Contest { folder, beside: Beside::Arguments(arguments), bare, keep })
}

/// One with so many decisions, and after them a green run that is signed.
pub(crate) fn ledger(server: &Server, entries: usize, kind: Kind) -> anyhow::Result<Seeded> {
    let folder = TempDir::new()?;
    let runtime = Runtime::new()?;
    let database = matches!(kind, Kind::Database).then(|| runtime.block_on(Postgres::plain().database(&[&schema_sql(Some("app"))])));
    let place = database.as_ref().map_or_else(|| "ledger.db".into(), |database| format!("{}?sslmode=disable", database.url()));
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(folder.path().join("sec")).status()?;
    ensure!(made.success(), "ssh-keygen");
    fs::write(folder.path().join("signers"), format!("sec {}", fs::read_to_string(folder.path().join("sec.pub"))?))?;
    let url = format!("http://127.0.0.1:{}/", server.ports[0]);
    let plan = format!(
        "project: bench\nenvironments: {{ prod: {{}} }}\npeople: {{ sec: {{ name: Sepp Security }} }}\nledger: \"{place}\"\n\
         signoff: {{ allowed-signers: signers, roles: {{ security: [sec] }}, require: [security], independence: not-required }}\n\
         checks: [{{ id: first, title: It answers, http: {{ url: \"{url}\" }} }}]\n"
    );
    fs::write(folder.path().join("gonogo.yaml"), plan)?;
    runtime.block_on(seed(folder.path(), &place, database.as_ref(), entries))?;
    for words in [&["verify", "-q", "--release", "1.0"][..], &["sign", "--as", "security", "--key", "sec"]] {
        gonogo(folder.path(), words)?;
    }
    Ok(Seeded { folder, place, database })
}

/// This program once more, for the smaller ledger.
pub(crate) fn gonogo(folder: &Path, words: &[&str]) -> anyhow::Result<()> {
    let ran = Command::new(env!("CARGO_BIN_EXE_gonogo")).args(words).current_dir(folder).output()?;
    ensure!(ran.status.success(), "{words:?}: {}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    Ok(())
}

/// Signed decisions on as many releases, put there at once: what is measured is not how they got there.
async fn seed(folder: &Path, place: &str, database: Option<&Database>, entries: usize) -> anyhow::Result<()> {
    let key = PrivateKey::from_openssh(fs::read_to_string(folder.join("sec"))?)?;
    let began = now() - SignedDuration::from_hours(24);
    let store = place::open(place, folder, &ProcessEnv::default(), began, true)?;
    let numbered = |number: usize, at, head: &Digest| {
        let release = Release { version: Some(format!("0.{number}")), ..Release::default() };
        decision(release, &Digest::of(number.to_string().as_bytes()), at, head, &key)
    };
    let (first, _) = numbered(0, began, &Digest::none())?;
    let clock = store.clock().await?.unwrap_or(began);
    let mut newest = store.append(first, Vec::new(), clock, None).await?;
    let mut rows = Vec::new();
    for number in 1..entries {
        let at = began + SignedDuration::from_secs(i64::try_from(number)?);
        let (Draft { payload, signature }, label) = numbered(number, at, &newest.digest())?;
        let (seq, prev, chain) = (newest.seq + 1, newest.digest(), newest.chain);
        newest = Entry { version: VERSION, chain, seq, prev, recorded: at, label, payload, signature, bare: None };
        rows.push(Row::of(newest.clone()));
    }
    match database {
        None => into_file(&folder.join(place), &rows),
        Some(database) => into_database(database, &rows).await,
    }
}

/// A yes to the report of this release.
pub(crate) fn decision(
    release: Release,
    report: &Digest,
    at: Timestamp,
    head: &Digest,
    key: &PrivateKey,
) -> anyhow::Result<(Draft, Label)> {
    let act = SignOff {
        deputy_of: None,
        beside: Vec::new(),
        report: report.clone(),
        release,
        verdict: Verdict::Go,
        role: "security".into(),
        meaning: "I have read this report and, as security, I stand by the decision I sign.".into(),
        decision: Decision::Go,
        comment: None,
        exceptions: Vec::new(),
        person: "sec".into(),
        evidence: Vec::new(),
    };
    let made = Made {
        project: "bench".into(),
        environment: "prod".into(),
        at,
        head: head.clone(),
        org: None,
        by: Some("sec".into()),
        method: Method::Ssh,
        tool: "gonogo".into(),
    };
    let statement = Statement { subject: vec![Subject::sha256("report.json", report)], made, act: Act::SignOff(Box::new(act)) };
    let payload = statement.to_json();
    let signature = key.sign(NAMESPACE, HashAlg::Sha512, &pae(&payload))?.to_pem(LineEnding::LF)?;
    Ok((Draft { payload, signature: Some(signature) }, Label::of(&statement)))
}

fn into_file(path: &Path, rows: &[Row]) -> anyhow::Result<()> {
    let mut connection = rusqlite::Connection::open(path)?;
    let transaction = connection.transaction()?;
    for row in rows {
        let insert = "INSERT INTO chains (chain, label, seq, version, prev, recorded, payload, signature, statement, digest) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let Row { chain, label, seq, version, prev, recorded, payload, signature, statement, digest, .. } = row;
        let values = rusqlite::params![chain, label, seq, version, prev, recorded, payload, signature, statement, digest];
        transaction.prepare_cached(insert)?.execute(values)?;
    }
    transaction.commit().context("the seed")
}

async fn into_database(database: &Database, rows: &[Row]) -> anyhow::Result<()> {
    let client = database.client().await;
    for some in rows.chunks(500) {
        let values = some.iter().map(|row| {
            let Row { chain, label, seq, version, prev, recorded, payload, signature, statement, digest, .. } = row;
            let hex: String = payload.iter().map(|byte| format!("{byte:02x}")).collect();
            let signature = signature.as_deref().unwrap_or_default();
            format!("('{chain}','{label}',{seq},{version},'{prev}','{recorded}','\\x{hex}'::bytea,'{signature}','{statement}','{digest}')")
        });
        let values = values.collect::<Vec<_>>().join(",");
        let insert = "INSERT INTO gonogo.chains (chain, label, seq, version, prev, recorded, payload, signature, statement, digest)";
        client.batch_execute(&format!("{insert} VALUES {values}")).await?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the programs that are measured read the same clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
