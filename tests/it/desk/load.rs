//! The desk over two thousand projects with a hundred entries each, and a hundred readers: figures for the README.
//!
//! `cargo test --release --test it -- --ignored --nocapture desk::load`

use std::{
    fs,
    time::{Duration, Instant},
};

use gonogo::{
    ledger::{Draft, Entry, Label, NAMESPACE, Row, Store as _, VERSION, chain_of, pae, place, postgres::schema_sql},
    model::{Act, Decision, Digest, Made, Method, ProcessEnv, Release, Report, Run, SignOff, Statement, Subject},
};
use reqwest::Method as Verb;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use super::{browser::Browser, office::Office};
use crate::{gonogo::now, port, servers::postgres::Postgres, signoff::house::House};

const ENTRIES: u64 = 100;
const READERS: usize = 100;

/// What the desk is built for.
const PROJECTS: usize = 2_000;

/// Pictures of a board with three hundred services, and of the pages behind it, in `target/tmp`.
#[ignore = "it makes pictures to be looked at"]
#[tokio::test(flavor = "multi_thread")]
async fn pictures() {
    let port = port::unused();
    let roles = "{ deployment-lead: [lead], devops: [dev], engineering-manager: [boss], \
        security: { people: [sec], methods: [ssh, webauthn] }, recorder: [ci] }";
    let checks = "  - { id: restored, severity: warning, title: The backup was restored, manual: { question: \"Was the database restored from a backup?\", by: security } }\n";
    let house = House::new().await.security_alone().policy(&[("roles", roles), ("desk", &super::office::at(port))]).checks(checks);
    house.verify(&[]).exits(0);
    let office = Office::at(&house, port, &[]).await;
    let keys = std::mem::take(&mut { office }.keys);
    house.gonogo.run(["log", "export", "all.jsonl"]).exits(0);
    let database = Postgres::plain().database(&[&schema_sql(Some("app"))]).await;
    let place = format!("{}?sslmode=disable", database.url());
    house.gonogo.run(["log", "import", "all.jsonl", "--ledger", &place]).exits(0);
    seed(&house, &place, &database.client().await, 300).await;
    let mut office = Office::over(&house, port, &["--ledger", &place]);
    office.keys = keys;
    office.board_says("sec", "301 in all").await;
    let mut browser = Browser::start();
    browser.cookie(&office.origin, &office.cookie("sec", now().as_second()));
    let report = house.newest_run().await.0.report;
    for (name, path) in [
        ("board", "/".to_owned()),
        ("release", "/p/shop/prod".to_owned()),
        ("sign", format!("/p/shop/prod/r/{report}/sign")),
        ("answer", format!("/p/shop/prod/r/{report}/answer/restored")),
        ("me", "/me".to_owned()),
        ("log", "/p/shop/prod/log".to_owned()),
        ("login", "/login".to_owned()),
        ("missing", "/p/none/none".to_owned()),
    ] {
        for (kind, width, dark) in [("wide", 1280, false), ("dark", 1280, true), ("phone", 390, false)] {
            browser.open(&format!("{}{path}", office.origin));
            browser.picture(width, dark, &std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("desk-{name}-{kind}.png")));
        }
    }
}

#[ignore = "minutes: it measures"]
#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_projects_and_a_hundred_readers() {
    let projects = PROJECTS;
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    let database = Postgres::plain().database(&[&schema_sql(Some("app"))]).await;
    let place = format!("{}?sslmode=disable", database.url());
    seed(&house, &place, &database.client().await, projects).await;
    let port = port::unused();
    fs::write(house.gonogo.path("desk.yaml"), super::office::policy(&house, port)).expect("written");
    let began = Instant::now();
    let office = Office::start(&house.gonogo, port, &["--ledger", &place, "--public-board", "--behind-proxy", "x-reader"]);
    let asked = |reader: usize, path: &'static str| {
        let request = office.client.request(Verb::GET, format!("{}{path}", office.origin));
        request.header("x-reader", format!("10.0.0.{reader}")).send()
    };
    loop {
        let text = asked(1, "/?verdict=hold").await.expect("an answer").text().await.expect("text");
        if text.contains(&format!("{projects} in all")) && !text.contains("are being read") {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(900), "never read: {text}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    println!("{projects} projects read after {:?}; {}", began.elapsed(), memory(office.pid()));
    let (began, mut took) = (Instant::now(), Vec::new());
    let readers = (0..READERS).map(|reader| {
        let asked = &asked;
        async move {
            let mut took = Vec::new();
            tokio::time::sleep(Duration::from_millis(10 * reader as u64)).await;
            for path in ["/", "/?verdict=hold&page=3", "/?q=service-12", "/?sort=oldest", "/?sort=name&page=20"].iter().cycle().take(20) {
                let began = Instant::now();
                let answer = asked(reader, path).await.expect("an answer");
                assert_eq!(answer.status(), 200);
                answer.bytes().await.expect("a page");
                took.push(began.elapsed());
                tokio::time::sleep(Duration::from_secs(1).saturating_sub(began.elapsed())).await;
            }
            took
        }
    });
    took.extend(futures_util::future::join_all(readers).await.into_iter().flatten());
    took.sort();
    let at = |part: usize| took[(took.len() * part / 100).min(took.len() - 1)];
    println!(
        "{} pages by {READERS} readers in {:?}: p50 {:?}, p95 {:?}, p99 {:?}; {}",
        took.len(),
        began.elapsed(),
        at(50),
        at(95),
        at(99),
        memory(office.pid())
    );
}

fn memory(pid: u32) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    status
        .lines()
        .filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"))
        .map(|line| line.replace('\t', " "))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Each project with the run of the house as its own, then decisions on it.
async fn seed(house: &House, place: &str, client: &tokio_postgres::Client, projects: usize) {
    let (run, report) = house.newest_run().await;
    let store = place::open(place, house.gonogo.path("").as_path(), &ProcessEnv::default(), now(), false).expect("a ledger");
    for digest in run.files.values() {
        let bytes = house.store().blob(digest).await.expect("a store").expect("a file");
        client
            .execute("INSERT INTO gonogo.blobs (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING", &[&digest.as_str(), &bytes])
            .await
            .expect("kept");
    }
    let key = PrivateKey::from_openssh(fs::read_to_string(house.key("sec")).expect("a key")).expect("a key");
    // The first entry closes the shared chain.
    let first = run_of("service-0", &report, &run);
    let blob = gonogo::ledger::Blob::of(first.1.clone());
    store.append(Draft { payload: first.0.to_json(), signature: None }, vec![blob], now(), None).await.expect("added");
    let mut values = Vec::new();
    for project in 1..projects {
        let name = format!("service-{project}");
        let (statement, json) = run_of(&name, &report, &run);
        let digest = Digest::of(&json);
        client
            .execute("INSERT INTO gonogo.blobs (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING", &[&digest.as_str(), &json])
            .await
            .expect("kept");
        let closing = store.entries("").await.expect("entries").last().expect("the end").digest();
        let mut newest: Option<Entry> = None;
        for seq in 2..=ENTRIES + 1 {
            let prev = newest.as_ref().map_or_else(|| closing.clone(), Entry::digest);
            let said = if seq == 2 { statement.clone() } else { decision(&name, (&digest, &report), &prev, (project, seq)) };
            let payload = said.to_json();
            let signature = (seq > 2)
                .then(|| key.sign(NAMESPACE, HashAlg::Sha512, &pae(&payload)).expect("signed").to_pem(LineEnding::LF).expect("PEM"));
            let entry = Entry {
                version: VERSION,
                chain: chain_of(&name),
                seq,
                prev,
                recorded: now(),
                label: Label::of(&said),
                payload,
                signature,
                bare: None,
            };
            values.push(Row::of(entry.clone()));
            newest = Some(entry);
        }
        if values.len() >= 2_000 || project + 1 == projects {
            insert(client, &values).await;
            values.clear();
        }
    }
}

async fn insert(client: &tokio_postgres::Client, rows: &[Row]) {
    let values = rows.iter().map(|row| {
        let Row { chain, label, seq, version, prev, recorded, payload, signature, statement, digest, .. } = row;
        let hex = data_encoding::HEXLOWER.encode(payload);
        let signature = signature.as_ref().map_or("NULL".into(), |signature| format!("'{signature}'"));
        format!("('{chain}','{label}',{seq},{version},'{prev}','{recorded}','\\x{hex}'::bytea,{signature},'{statement}','{digest}')")
    });
    let values = values.collect::<Vec<_>>().join(",");
    let columns = "chain, label, seq, version, prev, recorded, payload, signature, statement, digest";
    client.batch_execute(&format!("INSERT INTO gonogo.chains ({columns}) VALUES {values}")).await.expect("rows");
}

fn run_of(project: &str, report: &Report, run: &Run) -> (Statement, Vec<u8>) {
    let report = Report { project: project.to_owned(), ..report.clone() };
    let json = report.to_json();
    let digest = Digest::of(&json);
    let own = Run::of(&report, digest.clone(), run.config.clone(), run.files.clone(), run.authors.clone());
    let act = Act::Run(Box::new(Run { evidence: run.evidence.clone(), ..own }));
    (Statement { subject: vec![Subject::sha256("report.json", &digest)], made: made(project, Digest::none(), None), act }, json)
}

/// Decisions on what was before, the last of them on this release: a yes, in every third project none yet, in every seventh a no.
fn decision(project: &str, (digest, report): (&Digest, &Report), head: &Digest, (number, seq): (usize, u64)) -> Statement {
    let last = seq > ENTRIES && number % 3 != 0;
    let before = Release { version: Some(format!("0.{seq}")), ..Release::default() };
    let act = SignOff {
        deputy_of: None,
        beside: Vec::new(),
        report: digest.clone(),
        release: if last { report.release.clone() } else { before },
        verdict: report.verdict,
        role: "security".into(),
        meaning: "I have read this report and, as security, I stand by the decision I sign.".into(),
        decision: if last && number % 7 == 0 { Decision::NoGo } else { Decision::Go },
        comment: None,
        exceptions: Vec::new(),
        person: "sec".into(),
        evidence: Vec::new(),
    };
    let made = made(project, head.clone(), Some("sec"));
    Statement { subject: vec![Subject::sha256("report.json", digest)], made, act: Act::SignOff(Box::new(act)) }
}

fn made(project: &str, head: Digest, by: Option<&str>) -> Made {
    Made {
        project: project.into(),
        environment: "prod".into(),
        at: now(),
        head,
        org: None,
        by: by.map(str::to_owned),
        method: if by.is_some() { Method::Ssh } else { Method::Recorded },
        tool: "a bench".into(),
    }
}
