//! Signature files that are not what they are said to be: each is refused in its own words, and none that came with it
//! is taken in.

use std::fs;

use gonogo::{
    ledger::{Envelope, pae},
    model::{Act, Digest, Statement, Subject},
};

use super::{
    apart::{copy, gate, sign_at_home},
    house::House,
};
use crate::gonogo::Gonogo;

/// A gate's folder with the lead's sound signature, and security's to be replaced by others.
struct Post {
    house: House,
    gate: Gonogo,
    lead: Envelope,
    sec: Envelope,
}

impl Post {
    async fn new() -> Self {
        let house = House::new().await.security_alone();
        house.keygen("stranger", &["-t", "ed25519"]);
        house.verify(&["--bundle", "bundle"]).exits(0);
        let gate = copy(&house, "bundle");
        sign_at_home(&house, "lead", "deployment-lead", &gate, &[]).exits(0);
        sign_at_home(&house, "sec", "security", &gate, &[]).exits(0);
        let (lead, sec) = (envelope(&gate, "lead"), envelope(&gate, "sec"));
        Self { house, gate, lead, sec }
    }

    /// Security's statement with something else in it.
    fn altered(&self, change: impl Fn(&mut Statement)) -> Vec<u8> {
        let mut statement = Statement::from_json(&self.sec.payload).expect("a statement");
        change(&mut statement);
        statement.to_json()
    }

    /// The payload with a signature of its own by this key.
    fn signed(&self, payload: &[u8], key: &str, namespace: &str) -> Vec<u8> {
        signed(&self.house, payload, key, namespace)
    }

    #[track_caller]
    fn refuses(&self, bytes: &[u8], said: &str) {
        refuses(&self.gate, bytes, said);
    }
}

fn envelope(folder: &Gonogo, of: &str) -> Envelope {
    Envelope::from_json(folder.read(&format!("signatures/{of}.json")).as_bytes()).expect("an envelope")
}

fn signed(house: &House, payload: &[u8], key: &str, namespace: &str) -> Vec<u8> {
    let folder = house.keys.path();
    fs::write(folder.join("statement"), pae(payload)).expect("written");
    let _ = fs::remove_file(folder.join("statement.sig"));
    assert!(house.shell("ssh-keygen", &["-q", "-Y", "sign", "-n", namespace, "-f", key, "statement"]).0);
    let signature = fs::read_to_string(folder.join("statement.sig")).expect("a signature");
    Envelope { payload: payload.to_vec(), signature }.to_json("")
}

#[track_caller]
fn refuses(folder: &Gonogo, bytes: &[u8], said: &str) {
    fs::write(folder.path("signatures/sec.json"), bytes).expect("written");
    let ran = gate(folder).exits(5);
    assert!(ran.stderr.contains(said) && ran.stderr.contains("sec.json"), "{said}: {}", ran.stderr);
    let log = folder.run(["log", "--all"]).exits(0).stdout;
    assert!(!log.contains("sign-off"), "{said}: not even the sound one is taken in:\n{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_about_something_else() {
    let post = Post::new().await;
    // Over the report of a ledger that this one is not.
    let elsewhere = post.house.elsewhere().await;
    elsewhere.write("gonogo.yaml", post.house.gonogo.read("gonogo.yaml"));
    elsewhere.verify(&["--bundle", "bundle"]).exits(0);
    let other = copy(&elsewhere, "bundle");
    sign_at_home(&post.house, "sec", "security", &other, &[]).exits(0);
    post.refuses(other.read("signatures/sec.json").as_bytes(), "which is not in this ledger");
    // Over a report that nobody recorded, for another environment, by nobody.
    let invented = post.altered(|statement| {
        let Act::SignOff(said) = &mut statement.act else { panic!("a sign-off") };
        said.report = Digest::of(b"another");
        statement.subject = vec![Subject::sha256("report.json", &said.report)];
    });
    post.refuses(&post.signed(&invented, "sec", "gonogo"), "of which no run is on record here");
    let for_staging = post.altered(|statement| statement.made.environment = "staging".into());
    post.refuses(&post.signed(&for_staging, "sec", "gonogo"), "about shop in staging");
    let of_nobody = post.altered(|statement| statement.made.by = None);
    post.refuses(&post.signed(&of_nobody, "sec", "gonogo"), "does not say who signed it");
    // The run's own statement, signed by a person, is no decision.
    let run = post.house.entries().await[1].payload.clone();
    let by_sec = String::from_utf8(run).expect("text").replace("\"method\":", "\"by\":\"sec\",\"method\":");
    post.refuses(&post.signed(by_sec.as_bytes(), "sec", "gonogo"), "it is no decision on a report but `run`");
    post.refuses(b"{}", "this is no signature file");
    // What was wrong is gone: the sound ones are taken in.
    fs::write(post.gate.path("signatures/sec.json"), post.sec.to_json("")).expect("written");
    gate(&post.gate).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_by_somebody_else_or_for_something_else() {
    let post = Post::new().await;
    let (lead, sec) = (&post.lead, &post.sec);
    post.refuses(&Envelope { signature: lead.signature.clone(), ..sec.clone() }.to_json(""), "is not over this statement");
    let backdated = post.altered(|statement| statement.made.at = "2026-01-01T00:00:00Z".parse().expect("an instant"));
    post.refuses(&Envelope { payload: backdated, ..sec.clone() }.to_json(""), "is not over this statement");
    post.refuses(&post.signed(&sec.payload, "sec", "file"), "signed this for `file`, not for `gonogo`");
    post.refuses(&post.signed(&sec.payload, "stranger", "gonogo"), "is not among the allowed signers");
    post.refuses(&post.signed(&sec.payload, "lead", "gonogo"), "belongs to lead, not to sec");
    let broken = sec.signature.replace("SSH SIGNATURE", "PGP SIGNATURE");
    post.refuses(&Envelope { signature: broken, ..sec.clone() }.to_json(""), "this is not an SSH signature");
}

/// The signers' file is part of the plan, so each has a run of its own.
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_count_no_more() {
    let team = House::new().await;
    team.keygen("stolen", &["-t", "ed25519"]);
    for (options, policy, said) in [
        ("valid-before=\"20200101Z\"", &[][..], "it expired at"),
        ("valid-after=\"20990101Z\"", &[], "it is valid after"),
        ("namespaces=\"git\"", &[], "may only sign for `git`"),
        ("", &[("revoked-keys", "revoked")], "it is revoked"),
    ] {
        let house = team.elsewhere().await.security_alone().policy(policy);
        let revoked = fs::read(house.keys.path().join("stolen.pub")).expect("a key");
        house.write("revoked", &revoked);
        house.signers(&[house.line("sec", "stolen", options), house.line("lead", "lead", "")]);
        house.verify(&["--bundle", "bundle"]).exits(0);
        let folder = copy(&house, "bundle");
        fs::write(folder.path("revoked"), revoked).expect("written");
        sign_at_home(&house, "lead", "deployment-lead", &folder, &[]).exits(0);
        let ran = sign_at_home(&house, "stolen", "security", &folder, &[]).exits(5);
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        let text = String::from_utf8(envelope(&folder, "lead").payload).expect("text");
        let by_sec = text.replace("\"by\":\"lead\"", "\"by\":\"sec\"").replace("\"person\":\"lead\"", "\"person\":\"sec\"");
        refuses(&folder, &signed(&house, by_sec.as_bytes(), "stolen", "gonogo"), said);
    }
}
