//! Honest bundles of every kind of ledger: what the whole ledger says, they say.

use std::fs;

use crate::{
    gonogo::Gonogo,
    signoff::{
        apart::copy,
        audited::audit,
        house::{House, now},
        linked::house,
    },
};
use gonogo::{
    ledger::Store as _,
    model::{Act, Statement, Subject},
};

const TRUSTED: [&str; 4] = ["--signers", "trusted", "--policy", "law.yaml"];

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_far_from_the_ledger() {
    let house = house().await;
    let home = Gonogo::new();
    fs::copy(house.gonogo.path("bundle.zip"), home.path("b")).expect("a copy");
    home.run(["sign", "b", "--as", "security", "--key", &house.key("sec")]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_names_less_than_the_bundle_is_told_what_to_name() {
    let house = House::new().await.security_alone().repository();
    for release in ["1.3.9", "1.4.0", "1.4.1"] {
        house.commit("dev@example.com", release);
        house.gonogo.run(["verify", "-q", "--release", release]).exits(0);
        house.gonogo.run(["sign", "--as", "security", "--key", &house.key("sec")]).exits(0);
    }
    house.commit("dev@example.com", "x");
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    let zip = fs::read(house.gonogo.path("bundle.zip")).expect("a bundle");
    audit(&house, &zip, &TRUSTED).exits(0);
    // The whole ledger, asked without a commit.
    house.copied().gate(&[]).exits(0);
    let fresh = copy(&house, "bundle.zip");
    fresh.run(["gate", "--release", "1.4.2", "--bundle", "bundle"]).exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repaired_ledger_is_put_into_no_bundle() {
    let house = House::new().await.policy(&[("require", "[security, devops]")]);
    let signed = || {
        house.verify(&[]).exits(0);
        house.sign("security", "sec", &[]).exits(0);
        house.sign("devops", "dev", &[]).exits(0);
    };
    signed();
    let run = house.newest_run().await.0;
    house.sign("security", "sec", &["--no-go"]).exits(0);
    let no = house.entries().await.pop().expect("no");
    let Act::SignOff(said) = Statement::from_json(&no.payload).expect("a statement").act else { panic!() };
    let mut said = *said;
    said.comment = Some("by nobody".into());
    let subject = vec![Subject::sha256("report.json", &run.report)];
    house.put_with(Some("sec"), None, (subject, Act::SignOff(Box::new(said)), Vec::new()), now()).await;
    let repair = |more: &[&str]| house.gonogo.run(["log", "repair"].iter().chain(more));
    let apply = |role: &str, key: &str| repair(&["--apply", "--as", role, "--comment", "a row by nobody", "--key", &house.key(key)]);
    apply("security", "sec");
    apply("devops", "dev").exits(0);
    signed();
    house.gate(&[]).exits(0);
    let ran = house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(6);
    assert!(ran.stderr.contains("of this ledger was set aside"), "{}", ran.stderr);
    assert!(!house.gonogo.path("bundle.zip").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_by_somebody_who_has_left_since() {
    for links in [false, true] {
        let house = House::new().await.security_alone();
        if links {
            house.gonogo.run(["verify", "-q", "--release", "1.4.1"]).exits(0);
        } else {
            house.verify(&[]).exits(0);
        }
        let here = house.copied();
        let until = (now() + jiff::SignedDuration::from_hours(240)).to_string();
        house
            .gonogo
            .run([
                "waive",
                "second",
                "--reason",
                "slow",
                "--ticket",
                "OPS-1",
                "--owner",
                "dev",
                "--expires",
                &until,
                "--key",
                &house.key("boss"),
            ])
            .exits(0);
        house.signers(&["lead", "dev", "sec", "ci"].map(|id| house.line(id, id, "")));
        house.verify(&[]).exits(0);
        house.sign("security", "sec", &[]).exits(0);
        house.gate(&[]).exits(0);
        house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
        here.write("signers", house.gonogo.read("signers"));
        fs::copy(house.gonogo.path("bundle.zip"), here.gonogo.path("bundle.zip")).expect("a copy");
        here.gate(&["--bundle", "bundle.zip"]).exits(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_changed_between_releases() {
    let house = House::new().await.policy(&[("require", "[devops]")]);
    house.gonogo.run(["verify", "-q", "--release", "1.4.1"]).exits(0);
    house.gonogo.run(["sign", "--as", "devops", "--key", &house.key("dev")]).exits(0);
    house.gonogo.run(["deploy", "record", "--release", "1.4.1", "--status", "succeeded"]).exits(0);
    let house = house.policy(&[
        ("require", "[security]"),
        ("roles", "{ deployment-lead: [lead], devops: [lead], security: [sec], engineering-manager: [boss], recorder: [ci] }"),
    ]);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    let zip = fs::read(house.gonogo.path("bundle.zip")).expect("a bundle");
    audit(&house, &zip, &TRUSTED).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_release_on_which_somebody_spoke_long_after() {
    let house = House::new().await.security_alone();
    let yesterday = (now() - jiff::SignedDuration::from_hours(3)).strftime("%Y-%m-%d %H:%M:%S").to_string();
    house.at(&yesterday, &["verify", "-q", "--release", "1.4.2"]).exits(0);
    house.at(&yesterday, &["sign", "--as", "security", "--key", &house.key("sec")]).exits(0);
    house.at(&yesterday, &["deploy", "record", "--release", "1.4.2", "--status", "succeeded"]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    let zip = fs::read(house.gonogo.path("bundle.zip")).expect("a bundle");
    audit(&house, &zip, &TRUSTED).exits(0);
    house.sign("security", "sec", &["--comment", "still fine"]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    let zip = fs::read(house.gonogo.path("bundle.zip")).expect("a bundle");
    audit(&house, &zip, &TRUSTED).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_by_the_policy_of_a_branch() {
    let house = House::new().await.security_alone().published();
    house.verify(&["--policy-from", "origin/main"]).exits(0);
    house.sign("security", "sec", &["--policy-from", "origin/main"]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip", "--policy-from", "origin/main"]).exits(0);
    let zip = fs::read(house.gonogo.path("bundle.zip")).expect("a bundle");
    audit(&house, &zip, &TRUSTED).exits(0);
}

/// A house with two environments and, of four releases, everything that can be on record; and its plan.
async fn lived_in() -> (House, String) {
    let glass = "{ roles: [engineering-manager] }";
    let house = House::new()
        .await
        .policy(&[("break-glass", glass), ("require", "[security]"), ("unsigned-runs", "refused")])
        .checks("  - { id: drill, manual: { question: Was it restored?, valid-for: 30d } }\n");
    let plan = house.plan();
    let vars = plan.lines().find_map(|line| line.strip_prefix("environments: { prod: ")?.strip_suffix(" }")).expect("variables");
    let plan = plan.replace("environments: { prod:", &format!("environments: {{ dev: {vars}, prod:"));
    house.write("gonogo.yaml", &plan);
    let (lead, boss, sec, ci) = (house.key("lead"), house.key("boss"), house.key("sec"), house.key("ci"));
    let run = |environment: &str, words: &str, more: &[&str]| {
        house.gonogo.run_with(&[("GONOGO_ENV", environment)], words.split(' ').chain(more.iter().copied()))
    };
    house.service.second(500);
    for release in ["1.3.8", "1.3.9", "1.4.0", "1.4.1"] {
        let of = ["--release", release];
        let recorded = [&of[..], &["--recorder-key", &ci]].concat();
        for environment in ["prod", "dev"] {
            run(environment, "verify -q", &recorded);
            run(environment, "answer drill --reason Monday --key", &[&lead]).exits(0);
        }
        let until = (now() + jiff::SignedDuration::from_hours(240)).to_string();
        run("prod", "waive second --ticket OPS-1 --owner dev --key", &[&boss, "--reason", release, "--expires", &until]).exits(0);
        for environment in ["prod", "dev"] {
            run(environment, "verify -q", &recorded).exits(0);
            run(environment, "sign --as security --key", &[&sec]).exits(0);
        }
        if release == "1.4.0" {
            let why = [&of[..], &["--key", &boss]].concat();
            run("prod", "gate --break-glass --as engineering-manager --reason down --ticket INC-1", &why).exits(0);
        }
        run("prod", "deploy record --status failed", &recorded).exits(0);
        run("prod", "deploy", &[&recorded[..], &["--", "true"]].concat());
        run("dev", "deploy record --status succeeded", &recorded).exits(0);
    }
    (house, plan)
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_can_be_on_record() {
    let (house, plan) = lived_in().await;
    let run = |arguments: &[&str]| house.gonogo.run_with(&[("GONOGO_ENV", "prod")], arguments);
    let (ci, sec) = (house.key("ci"), house.key("sec"));
    for bundle in ["verify", "report", "signed"] {
        if bundle == "verify" {
            run(&["verify", "-q", "--release", "1.4.2", "--recorder-key", &ci, "--bundle", "bundle.zip"]).exits(0);
        } else {
            if bundle == "signed" {
                run(&["sign", "--as", "security", "--key", &sec]).exits(0);
            }
            run(&["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
        }
        let zip = fs::read(house.gonogo.path("bundle.zip")).expect("a bundle");
        let auditor = Gonogo::new().file("trusted", &house.gonogo.read("signers")).file("law.yaml", &plan);
        fs::write(auditor.path("b.zip"), zip).expect("written");
        let want = if bundle == "signed" { 0 } else { 4 };
        auditor.run(["audit", "b.zip"].iter().chain(&TRUSTED)).exits(want);
        auditor.run(["audit", "b.zip", "--signers", "trusted"]).exits(5).says("claim");
        let fresh = Gonogo::new().plan(&plan).file("signers", &house.gonogo.read("signers"));
        fs::copy(house.gonogo.path("bundle.zip"), fresh.path("b.zip")).expect("a copy");
        fresh.run_with(&[("GONOGO_ENV", "prod")], ["gate", "--release", "1.4.2", "--bundle", "b.zip"]).exits(want);
    }
    // Each older run too.
    for entry in house.store().entries("shop").await.expect("entries") {
        if entry.label.act != "run" || entry.label.environment != "prod" {
            continue;
        }
        let seq = entry.seq.to_string();
        run(&["report", "-q", "--entry", &seq, "--bundle", "bundle.zip"]).exits(0);
        let auditor = Gonogo::new().file("trusted", &house.gonogo.read("signers")).file("law.yaml", &plan);
        fs::copy(house.gonogo.path("bundle.zip"), auditor.path("b.zip")).expect("a copy");
        assert_ne!(auditor.run(["audit", "b.zip"].iter().chain(&TRUSTED)).code, 5, "entry {seq}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_for_a_release_that_is_not_the_newest() {
    let house = House::new().await.security_alone();
    house.gonogo.run(["verify", "-q", "--release", "1.4.1"]).exits(0);
    house.verify(&[]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.1", "--bundle", "bundle.zip"]).exits(0);
    let fresh = copy(&house, "bundle.zip");
    let out = fresh.path("signatures/s.json").display().to_string();
    house.gonogo.run(["sign", "--release", "1.4.1", "--as", "security", "--key", &house.key("sec"), "--out", &out]).exits(0);
    house.copied().gonogo.run(["gate", "--release", "1.4.1", "--signatures", &out]).exits(0);
    fresh.run(["gate", "--release", "1.4.1", "--bundle", "bundle", "--signatures", "signatures"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_was_tightened_after_many_deployments() {
    let house = House::new().await.security_alone().published();
    for number in 0..22 {
        let release = format!("1.3.{number}");
        house.commit("dev@example.com", &release);
        house.gonogo.run(["verify", "-q", "--release", &release]).exits(0);
        house.gonogo.run(["sign", "--release", &release, "--as", "security", "--key", &house.key("sec")]).exits(0);
        house.gonogo.run(["deploy", "record", "--release", &release, "--status", "succeeded"]).exits(0);
    }
    let house = house.policy(&[("require", "[security, devops]")]);
    house.git(&["add", "gonogo.yaml"]);
    house.git(&["commit", "-q", "-m", "tighter"]);
    house.git(&["push", "-q", "origin", "main"]);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.sign("devops", "dev", &[]).exits(0);
    house.gate(&["--policy-from", "origin/main"]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    fs::remove_dir_all(house.gonogo.path(".gonogo")).expect("removed");
    house.gate(&["--bundle", "bundle.zip"]).exits(0);
    house.gate(&["--bundle", "bundle.zip", "--policy-from", "origin/main"]).exits(0);
}
