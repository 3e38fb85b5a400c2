//! What whoever can write to the database, or packs a bundle, makes of the end of a passkey.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gonogo::{
    ledger::ORG,
    model::{Digest, PasskeyStep, Revocation},
};
use jiff::SignedDuration;

use super::{Authenticator, Kind, challenge, confirmed, head, house, put, revocation, revoked, said, says, signs, statement, written};
use crate::signoff::{audited, house::now};

const ROLES: &str = "{ deployment-lead: [lead], security: { people: [sec, dev], methods: [ssh, webauthn] }, recorder: [ci] }";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_after_the_end_counts_nothing_whatever_time_it_says() {
    let house = house().await;
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    let (before, seen) = (now(), head(&house, ORG).await);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    revoked(&house, Some("boss"), &key.passkey("sec")).await;
    let change = |it: &mut serde_json::Value| {
        it["predicate"]["at"] = before.to_string().into();
        it["predicate"]["org"] = seen.to_string().into();
    };
    let payload = statement(&house, "sec", &[], change).await;
    let signature = key.assert(&challenge(&payload), |_| {}).to_text();
    written(&house, payload, Some(signature), before).await;
    house.gate(&[]).exits(4).says("was revoked by `boss`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_that_is_still_to_come_takes_away_already() {
    let house = house().await;
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    let later = now() + SignedDuration::from_mins(5);
    let step = revocation(&house, &key.passkey("sec")).await;
    let (payload, signature) = said(&house, Some("boss"), step, later).await;
    written(&house, payload, signature, later).await;
    signs(&house, &key, |_| {}).await;
    house.gate(&[]).exits(4).says("was revoked by `boss`");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_registrar_takes_a_no_away() {
    let house = house().await.policy(&[("roles", ROLES)]);
    house.verify(&[]).exits(0);
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    let began = now();
    let no = statement(&house, "sec", &["--no-go"], |_| {}).await;
    let signature = key.assert(&challenge(&no), |_| {}).to_text();
    put(&house, no, Some(signature)).await.expect("added");
    let PasskeyStep::Revoked(said) = revocation(&house, &key.passkey("sec")).await else { panic!("a revocation") };
    let since = Some(began - SignedDuration::from_hours(1));
    says(&house, Some("boss"), PasskeyStep::Revoked(Revocation { since, heads: BTreeMap::default(), ..said })).await;
    house.sign("security", "dev", &[]).exits(0);
    house.gate(&[]).exits(1).says("Sepp Security (security) says no-go");
    // Sepp himself does, with a key of his own.
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_hides_no_revocation_behind_its_link() {
    let house = house().await;
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    signs(&house, &key, |_| {}).await;
    revoked(&house, Some("boss"), &key.passkey("sec")).await;
    house.gonogo.run(["report", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    let mut bundle = audited::bundle(&house);
    let ledger = String::from_utf8(bundle.files["ledger.jsonl"].clone()).expect("text");
    let linked: String = ledger.lines().map(|line| as_link(line) + "\n").collect();
    assert_ne!(linked, ledger);
    bundle.files.insert("ledger.jsonl".into(), linked.into_bytes());
    let other = house.copied_without_ledger();
    other.write("bundle.zip", audited::packed_anew(bundle));
    other.gate(&["--bundle", "bundle.zip"]).exits(5).says("only its link is here");
}

/// The line of the revocation as a link; every other as it is.
fn as_link(line: &str) -> String {
    let entry: serde_json::Value = serde_json::from_str(line).expect("JSON");
    let payload = entry["payload"].as_str().map(|payload| STANDARD.decode(payload).expect("base64")).unwrap_or_default();
    if !String::from_utf8_lossy(&payload).contains("\"revoked\"") {
        return line.to_owned();
    }
    let signature = entry["signature"].as_str().map(|signature| Digest::of(signature.as_bytes()).to_string());
    serde_json::json!({
        "link": entry["digest"], "version": entry["version"], "seq": entry["seq"], "prev": entry["prev"], "recorded": entry["recorded"],
        "statement": Digest::of(&payload).to_string(), "signature": signature, "chain": entry["chain"], "label": entry["label"],
    })
    .to_string()
}
