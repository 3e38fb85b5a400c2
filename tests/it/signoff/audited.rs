//! A bundle on an auditor's machine: what holds, what was edited, and who is only said to have signed.

use std::fs;

use gonogo::{ledger::Bundle, model::Digest};

use super::house::House;
use crate::gonogo::{Gonogo, Ran};

pub(super) fn bundle(house: &House) -> Bundle {
    Bundle::from_zip(&fs::read(house.gonogo.path("bundle.zip")).expect("a bundle")).expect("a bundle")
}

/// Lists made anew, as an attacker would.
pub(super) fn packed_anew(mut bundle: Bundle) -> Vec<u8> {
    bundle.files.remove("SHA256SUMS");
    let mut manifest: serde_json::Value = serde_json::from_slice(&bundle.files["MANIFEST.json"]).expect("JSON");
    manifest["files"] = bundle
        .files
        .iter()
        .filter(|(name, _)| *name != "MANIFEST.json")
        .map(|(name, bytes)| (name.clone(), serde_json::Value::from(Digest::of(bytes).to_string())))
        .collect::<serde_json::Map<_, _>>()
        .into();
    if let Some(report) = bundle.files.get("report.json") {
        manifest["report"] = Digest::of(report).to_string().into();
    }
    bundle.files.insert("MANIFEST.json".into(), serde_json::to_vec_pretty(&manifest).expect("JSON"));
    let sums: String = bundle.files.iter().map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes))).collect();
    bundle.files.insert("SHA256SUMS".into(), sums.into_bytes());
    bundle.to_zip().expect("a zip")
}

pub(super) fn audit(house: &House, zip: &[u8], more: &[&str]) -> Ran {
    let auditor = Gonogo::new().file("trusted", &house.gonogo.read("signers")).file("law.yaml", &house.plan());
    fs::write(auditor.path("b.zip"), zip).expect("written");
    auditor.run(["audit", "b.zip"].iter().chain(more))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_bundle_and_one_that_was_edited() {
    let house = House::new().await;
    let trusted = ["--signers", "trusted", "--policy", "law.yaml"];
    house.verify(&["--bundle", "bundle.zip"]).exits(0);
    let early = fs::read(house.gonogo.path("bundle.zip")).expect("a bundle");
    audit(&house, &early, &trusted).exits(4).says("`security` has not signed");
    house.all_sign();
    let head = house
        .gate(&[])
        .exits(0)
        .stdout
        .lines()
        .find_map(|line| line.trim().strip_prefix("ledger head ").map(str::to_owned))
        .expect("a head");
    house.gonogo.run(["report", "-q", "--bundle", "bundle.zip"]).exits(0);
    let sound = fs::read(house.gonogo.path("bundle.zip")).expect("a bundle");
    audit(&house, &sound, &trusted).exits(0).says("what was looked at agrees; the signers and the policy are yours").says("Sepp Security");
    audit(&house, &sound, &[]).exits(5).says("consistent with itself; signers not confirmed");
    audit(&house, &sound, &[&trusted[..], &["--head", &head]].concat()).exits(0);
    audit(&house, &early, &[&trusted[..], &["--head", &head]].concat()).exits(5).says("is not in the bundle's ledger");
    // Packed again with nothing changed, it is the same.
    audit(&house, &packed_anew(bundle(&house)), &trusted).exits(0);
    let edited = |name: &str, from: &str, to: &str| {
        let mut bundle = bundle(&house);
        let text = String::from_utf8(bundle.files[name].clone()).expect("text");
        assert!(text.contains(from), "{from} in {name}");
        bundle.files.insert(name.into(), text.replacen(from, to, 1).into_bytes());
        packed_anew(bundle)
    };
    audit(&house, &edited("report.html", "Sepp Security", "Mallory"), &trusted).exits(5).says("its report.html was edited");
    audit(&house, &edited("report.md", "Sepp Security", "Mallory"), &trusted).exits(5).says("its report.md was edited");
    audit(&house, &edited("record.json", "Sepp Security", "Mallory"), &trusted).exits(5).says("record.json is not what its ledger says");
    audit(&house, &edited("report.json", "\"first\"", "\"frist\""), &trusted).exits(5).says("is not in its ledger");
    audit(&house, &edited("plan/gonogo.yaml", "severity: warning", "severity: info"), &trusted).exits(5).says("gonogo.yaml");
    audit(&house, &edited("allowed_signers", "sec", "sek"), &trusted).exits(5).says("`allowed_signers` are not those of the plan");
    let ledger = |change: &dyn Fn(&mut Vec<&str>)| {
        let mut bundle = bundle(&house);
        let name = bundle.files.keys().find(|name| name.starts_with("ledger")).expect("a ledger").clone();
        let text = String::from_utf8(bundle.files[&name].clone()).expect("text");
        let mut lines: Vec<&str> = text.lines().collect();
        change(&mut lines);
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        bundle.files.insert(name, text.into_bytes());
        packed_anew(bundle)
    };
    audit(&house, &ledger(&|lines| _ = lines.remove(lines.len() - 2)), &trusted).exits(5);
    // The newest signature is cut off: its statement stands in the bundle and not in the ledger.
    audit(&house, &ledger(&|lines| _ = lines.pop()), &trusted).exits(5).says("statements/0006-sign-off.pae");
    // Pages that another version is said to have made are not taken on trust.
    let other = bundle(&house);
    let manifest = String::from_utf8(other.files["MANIFEST.json"].clone()).expect("text");
    let mut bundle_of_another = other;
    bundle_of_another.files.insert("MANIFEST.json".into(), manifest.replace("\"tool\": \"gonogo ", "\"tool\": \"gonogo 9").into_bytes());
    audit(&house, &packed_anew(bundle_of_another), &trusted).exits(3).says("cannot be compared");
    // Without a byte packed anew the lists show it.
    let mut careless = bundle(&house);
    careless.files.insert("report.html".into(), b"<h1>GO</h1>".to_vec());
    audit(&house, &careless.to_zip().expect("a zip"), &trusted).exits(5).says("report.html");
    // Signers of the auditor's own who are others.
    let stranger = Gonogo::new().file("trusted", &house.line("lead", "lead", ""));
    fs::write(stranger.path("b.zip"), &sound).expect("written");
    stranger.run(["audit", "b.zip", "--signers", "trusted"]).exits(5).says("is not among the allowed signers");
    stranger.run(["audit", "b.zip", "--signers", "missing"]).exits(2).says("missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_revoked_or_expired_since_is_said() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["report", "-q", "--bundle", "bundle.zip"]).exits(0);
    let sound = fs::read(house.gonogo.path("bundle.zip")).expect("a bundle");
    let before = super::house::now() + jiff::SignedDuration::from_secs(2);
    let line = house.line("sec", "sec", &format!("valid-before=\"{}\"", before.strftime("%Y%m%d%H%M%SZ")));
    std::thread::sleep(std::time::Duration::from_secs(4));
    let auditor = Gonogo::new().file("trusted", &line).file("law.yaml", &house.plan());
    fs::write(auditor.path("b.zip"), &sound).expect("written");
    auditor.run(["audit", "b.zip", "--signers", "trusted", "--policy", "law.yaml"]).exits(0).says("has since expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_release_is_shown_as_it_stood_when_it_was_deployed() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--status", "succeeded"]).exits(0);
    // Signed afterwards: that did not stand behind it.
    house.sign("security", "sec", &[]).exits(0);
    house.gonogo.run(["report", "-q", "--release", "1.4.2", "--format", "markdown=r.md", "--bundle", "bundle.zip"]).exits(0);
    let page = house.gonogo.read("r.md");
    assert!(page.contains("Not signed, waits for security"), "{page}");
    assert_eq!(page.matches("Sepp Security").count(), page.matches("after this moment: go by Sepp Security").count(), "{page}");
    audit(&house, &fs::read(house.gonogo.path("bundle.zip")).expect("a bundle"), &["--signers", "trusted", "--policy", "law.yaml"])
        .exits(4);
}
