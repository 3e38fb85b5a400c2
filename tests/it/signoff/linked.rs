//! Bundles carry what bears on their release, and of all else the links.

use std::fs;

use serde_json::{Value, json};

use crate::{
    gonogo::Gonogo,
    signoff::{
        apart::copy,
        audited::{audit, bundle, packed_anew},
        house::House,
    },
};

const TRUSTED: [&str; 4] = ["--signers", "trusted", "--policy", "law.yaml"];

/// A house with two signed releases before 1.4.2, of which there is a bundle.
pub(super) async fn house() -> House {
    let house = House::new().await.security_alone();
    for release in ["1.4.0", "1.4.1"] {
        house.gonogo.run(["verify", "-q", "--release", release]).exits(0);
        house.gonogo.run(["sign", "--as", "security", "--key", &house.key("sec")]).exits(0);
    }
    house.verify(&[]).exits(0);
    bundled(&house);
    house
}

fn bundled(house: &House) {
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
}

/// The same where the security officer has refused 1.4.2.
async fn refused() -> House {
    let house = house().await;
    house.sign("security", "sec", &["--no-go", "--comment", "a hole"]).exits(0);
    bundled(&house);
    house
}

/// The lines of the bundle's ledger.
fn lines(house: &House) -> Vec<Value> {
    let bundle = bundle(house);
    let ledger = String::from_utf8(bundle.files["ledger.jsonl"].clone()).expect("text");
    ledger.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The bundle with other lines in its ledger, and lists that agree with it.
fn with(house: &House, lines: &[Value]) -> Vec<u8> {
    let mut bundle = bundle(house);
    let ledger: String = lines.iter().map(|line| format!("{line}\n")).collect();
    bundle.files.insert("ledger.jsonl".into(), ledger.into_bytes());
    // Statements of entries that are not there whole would be told first.
    packed_anew(bundle)
}

#[tokio::test(flavor = "multi_thread")]
async fn other_releases_are_links_and_the_answer_is_the_same() {
    let house = refused().await;
    let links: Vec<Value> = lines(&house).into_iter().filter(|line| line["link"].is_string()).collect();
    let about: Vec<(&str, &str)> = links
        .iter()
        .map(|line| (line["label"]["act"].as_str().expect("an act"), line["label"]["version"].as_str().expect("a version")))
        .collect();
    // The report signed last before, which the page compares this one with, is there, with its run.
    assert_eq!(about, [("run", "1.4.0"), ("sign-off", "1.4.0")]);
    let zip = fs::read(house.gonogo.path("bundle.zip")).expect("a bundle");
    audit(&house, &zip, &TRUSTED).exits(1).says("a hole").says("2 entries on other releases are here as links alone");
    // By the files alone where there is no ledger, and where it lacks what the bundle has as a link.
    let gate = |at: &Gonogo, release: &str| at.run(["gate", "--release", release, "--bundle", "bundle", "--signatures", "signatures"]);
    let fresh = copy(&house, "bundle.zip");
    gate(&fresh, "1.4.2").exits(1).says("a hole").says("judged by the files alone: there is no ledger here");
    assert!(!fresh.path("ledger.db").exists() && !fresh.path(".gonogo/ledger.db").exists(), "links alone start no ledger");
    gate(&fresh, "1.4.1").exits(0);
    let ran = gate(&fresh, "1.4.0").exits(2);
    assert!(ran.stderr.contains("the bundle has only the link"), "{}", ran.stderr);
    // What follows a ledger that has all of the rest is taken in.
    let here = house.copied();
    house.sign("security", "sec", &["--comment", "closed"]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    fs::copy(house.gonogo.path("bundle.zip"), here.gonogo.path("bundle.zip")).expect("a copy");
    here.gate(&[]).exits(1);
    here.gate(&["--bundle", "bundle.zip"]).exits(0);
    here.gate(&[]).exits(0);
    assert_eq!(here.entries().await, house.entries().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_bears_on_the_release_cannot_be_hidden_behind_a_link() {
    let house = refused().await;
    let whole = lines(&house);
    let no = whole.last().expect("the no").clone();
    assert_eq!(no["label"]["act"], "sign-off");
    let entry = house.entries().await.pop().expect("the no");
    let signature = gonogo::model::Digest::of(entry.signature.as_deref().expect("a signature").as_bytes());
    let link = json!({
        "link": no["digest"], "version": 2, "seq": no["seq"], "prev": no["prev"], "recorded": no["recorded"],
        "statement": entry.statement(), "signature": signature, "chain": no["chain"], "label": no["label"],
    });
    let tried = |line: Value, why: &str| {
        let zip = with(&house, &[&whole[..whole.len() - 1], &[line]].concat());
        let audited = audit(&house, &zip, &TRUSTED).exits(5);
        assert!((audited.stdout + &audited.stderr).contains(why), "{why}");
        let fresh = copy(&house, "bundle.zip");
        fs::write(fresh.path("bundle"), zip).expect("written");
        fresh.run(["gate", "--release", "1.4.2", "--bundle", "bundle"]).exits(5);
    };
    tried(link.clone(), "only its link is here");
    // Nor with another label, which the fingerprint covers.
    for (name, value) in [("version", "1.3.0"), ("act", "checkpoint"), ("environment", "dev")] {
        let mut other = link.clone();
        other["label"][name] = value.into();
        tried(other, "it was changed");
    }
    // What the answer rests on without touching the release: the run that the page is compared with.
    let signed = whole.iter().position(|line| line["label"]["act"] == "sign-off" && line["payload"].is_string()).expect("an earlier yes");
    let earlier = house.entries().await.into_iter().find(|entry| whole[signed]["seq"] == entry.seq).expect("its entry");
    let signature = gonogo::model::Digest::of(earlier.signature.as_deref().expect("a signature").as_bytes());
    let yes = &whole[signed];
    let mut without = whole.clone();
    without[signed] = json!({
        "link": yes["digest"], "version": 2, "seq": yes["seq"], "prev": yes["prev"], "recorded": yes["recorded"],
        "statement": earlier.statement(), "signature": signature, "chain": yes["chain"], "label": yes["label"],
    });
    let audited = audit(&house, &with(&house, &without), &TRUSTED).exits(5);
    assert!((audited.stdout + &audited.stderr).contains("only its link is here, and what it says bears on the answer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_not_started_from_links() {
    let house = refused().await;
    let mut ledger = bundle(&house).files["ledger.jsonl"].clone();
    let elsewhere = Gonogo::new();
    fs::write(elsewhere.path("lines"), &ledger).expect("written");
    let ran = elsewhere.run(["log", "import", "lines", "--ledger", "other.db"]).exits(5);
    assert!(ran.stderr.contains("only its link is here"), "{}", ran.stderr);
    // The shared chain has no labels that could be relied on.
    let text =
        String::from_utf8(std::mem::take(&mut ledger)).expect("text").replace("\"chain\":\"shop\",\"label\"", "\"chain\":\"\",\"label\"");
    fs::write(elsewhere.path("lines"), text).expect("written");
    elsewhere.run(["log", "import", "lines", "--ledger", "other.db"]).exits(5);
}
