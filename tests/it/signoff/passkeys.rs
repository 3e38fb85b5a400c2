//! Passkeys as signatures, with an authenticator of the tests': whose count, and what attackers make of them. The browser's own is in
//! `desk`.

mod attacks;
mod authenticator;
mod register;
mod written;

use std::fs;

use gonogo::{
    ledger::{Assertion, Blob, Draft, Entry, Label, ORG, Store as _, chain_of, pae},
    model::{Act, Digest, Made, Method, Passkey, PasskeyStep, Revocation, Statement},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::signoff::house::{House, now};
pub(crate) use authenticator::{Asked, Authenticator, Kind};

const ORIGIN: &str = "https://desk.example.com";
const RP_ID: &str = "example.com";

/// A house in which `security` alone must sign, with keys or in the browser; two people confirm passkeys.
async fn house() -> House {
    let roles = "{ deployment-lead: [lead], devops: [dev], security: { people: [sec], methods: [ssh, webauthn] }, recorder: [ci] }";
    let desk = "{ origin: https://desk.example.com, rp-id: example.com, registrars: [lead, boss] }";
    let house = House::new().await.security_alone().policy(&[("roles", roles), ("desk", desk)]);
    house.verify(&[]).exits(0);
    house
}

/// The newest entry of a chain, or of the shared one where there is none.
async fn head(house: &House, chain: &str) -> Digest {
    let chains = house.store().chains().await.expect("chains");
    chains.get(chain).or_else(|| chains.get("")).expect("a ledger").clone()
}

/// Puts what is said of a passkey on record, signed with the key of `by`.
pub(crate) async fn says(house: &House, by: Option<&str>, step: PasskeyStep) {
    let (payload, signature) = said(house, by, step, now()).await;
    put(house, payload, signature).await.expect("added");
}

/// What is said, with its signature.
async fn said(house: &House, by: Option<&str>, step: PasskeyStep, moment: jiff::Timestamp) -> (Vec<u8>, Option<String>) {
    let at = head(house, ORG).await;
    let made = Made {
        project: "shop".into(),
        environment: String::new(),
        at: moment,
        org: Some(at.clone()),
        head: at,
        by: by.map(str::to_owned),
        method: if by.is_some() { Method::Ssh } else { Method::Recorded },
        tool: "a test".into(),
    };
    let payload = Statement { subject: Vec::new(), made, act: Act::Passkey(Box::new(step)) }.to_json();
    let signature = by.map(|by| signed_by_key(house, by, &payload));
    (payload, signature)
}

pub(super) fn signed_by_key(house: &House, by: &str, payload: &[u8]) -> String {
    let file = house.keys.path().join("to-sign");
    fs::write(&file, pae(payload)).expect("written");
    let _ = fs::remove_file(house.keys.path().join("to-sign.sig"));
    assert!(house.shell("ssh-keygen", &["-q", "-Y", "sign", "-n", "gonogo", "-f", by, "to-sign"]).0);
    fs::read_to_string(house.keys.path().join("to-sign.sig")).expect("a signature")
}

async fn put(house: &House, payload: Vec<u8>, signature: Option<String>) -> Result<(), gonogo::ledger::LedgerError> {
    house.store().append(Draft { payload, signature }, Vec::<Blob>::new(), now(), None).await.map(drop)
}

/// The passkey with confirmations of these.
pub(crate) async fn confirmed(house: &House, passkey: &Passkey, by: &[&str]) {
    for by in by {
        says(house, Some(by), PasskeyStep::Confirmed(passkey.clone())).await;
    }
}

pub(crate) async fn revoked(house: &House, by: Option<&str>, passkey: &Passkey) {
    says(house, by, revocation(house, passkey).await).await;
}

async fn revocation(house: &House, passkey: &Passkey) -> PasskeyStep {
    let (person, credential) = (passkey.person.clone(), passkey.credential.clone());
    let heads = Revocation::heads_of(house.store().chains().await.expect("chains"));
    PasskeyStep::Revoked(Revocation { person, credential, heads, since: None, reason: "lost".into() })
}

/// The statement that `by` would sign as security, to be signed with a passkey, with other words in it.
async fn statement(house: &House, by: &str, more: &[&str], change: impl Fn(&mut Value)) -> Vec<u8> {
    let export = ["sign", "--as", "security", "--export", "s.pae", "--signer", by];
    house.gonogo.run(export.iter().chain(more)).exits(0);
    let bytes = fs::read(house.gonogo.path("s.pae")).expect("exported");
    let start = bytes.iter().position(|byte| *byte == b'{').expect("JSON");
    let mut statement: Value = serde_json::from_slice(&bytes[start..]).expect("JSON");
    statement["predicate"]["method"] = "webauthn".into();
    statement["predicate"]["org"] = head(house, ORG).await.to_string().into();
    change(&mut statement);
    serde_json::to_vec(&statement).expect("JSON")
}

/// What a passkey signs for a statement.
pub(crate) fn challenge(payload: &[u8]) -> Vec<u8> {
    Sha256::digest(pae(payload)).to_vec()
}

/// `sec` signs GO with their passkey, asked so.
async fn signs(house: &House, key: &Authenticator, asked: impl Fn(&mut Asked)) {
    let payload = statement(house, "sec", &[], |_| {}).await;
    let assertion = key.assert(&challenge(&payload), asked);
    put(house, payload, Some(assertion.to_text())).await.expect("added");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_and_an_auditor_believe_each_algorithm() {
    for kind in [Kind::Es256, Kind::Ed25519, Kind::Rs256] {
        let house = house().await;
        let key = Authenticator::new(kind);
        confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
        house.gate(&[]).exits(4);
        signs(&house, &key, |_| {}).await;
        house.gate(&[]).exits(0).says("go by Sepp Security as security").says("PASSKEY SHA256:");
        house.gonogo.run(["log", "verify"]).exits(0);
        // On a machine with nothing but the auditor's own files.
        house.gonogo.run(["report", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
        let auditor = house.elsewhere().await;
        fs::remove_file(auditor.gonogo.path(".gonogo/ledger.db")).ok();
        auditor.write("bundle.zip", fs::read(house.gonogo.path("bundle.zip")).expect("a bundle"));
        auditor.write("law.yaml", house.gonogo.read("gonogo.yaml"));
        let audit = ["audit", "bundle.zip", "--signers", "signers", "--policy", "law.yaml"];
        auditor.gonogo.run(audit).exits(0).says("is of sec: confirmed by lead on").says("boss on");
        house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--status", "succeeded", "--recorder-key", &house.key("ci")]).exits(0);
        let log = ["log", "--from", "2020-01-01", "--to", "2099-12-31", "--sample", "1", "--seed", "1", "--bundle", "s.zip"];
        house.gonogo.run(log).exits(0);
        auditor.write("s.zip", fs::read(house.gonogo.path("s.zip")).expect("a sample"));
        let sample = ["audit", "s.zip", "--signers", "signers", "--policy", "law.yaml"];
        auditor.gonogo.run(sample).exits(0).says("is of sec: confirmed by lead on").says("0 of 1 that were drawn");
        // An auditor who knows of no registrar believes no passkey.
        auditor.write("law.yaml", house.gonogo.read("gonogo.yaml").replace("registrars: [lead, boss]", "registrars: [dev, boss]"));
        auditor.gonogo.run(audit).exits(5).says("was not confirmed");
        auditor.gonogo.run(sample).exits(5).says("was not confirmed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_carries_whose_passkey_is_whose() {
    let house = house().await;
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    signs(&house, &key, |_| {}).await;
    house.gonogo.run(["report", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
    let other = house.copied_without_ledger();
    other.write("bundle.zip", fs::read(house.gonogo.path("bundle.zip")).expect("a bundle"));
    other.gate(&["--bundle", "bundle.zip"]).exits(0);
    // It is on record there now.
    other.gate(&[]).exits(0);
    // A revocation that is known here alone counts for what is signed after it, and here for ever.
    revoked(&house, Some("boss"), &key.passkey("sec")).await;
    house.gate(&["--bundle", "bundle.zip"]).exits(0).says("the passkey has since been revoked");
    assert_eq!(house.store().entries(&chain_of("shop")).await.expect("entries").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_of_openssls_own_confirms_what_stands_in_a_bundle() {
    for kind in [Kind::Es256, Kind::Rs256] {
        let house = house().await;
        let key = Authenticator::new(kind);
        confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
        signs(&house, &key, |_| {}).await;
        house.gonogo.run(["report", "--release", "1.4.2", "--bundle", "bundle.zip"]).exits(0);
        let bundle = crate::signoff::audited::bundle(&house);
        let of =
            |ending: &str| bundle.files.iter().find(|(name, _)| name.contains("sign-off") && name.ends_with(ending)).expect("a file").1;
        fs::write(house.keys.path().join("s.pae"), of(".pae")).expect("written");
        fs::write(house.keys.path().join("s.sig"), of(".sig")).expect("written");
        let (_, registered) = bundle.files.iter().find(|(name, _)| name.starts_with("statements/org-")).expect("a passkey");
        fs::write(house.keys.path().join("org.pae"), registered).expect("written");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/signoff/passkeys/verify.sh");
        let (ended_well, said) = house.shell("bash", &[script, "s.pae", "s.sig", "org.pae", ORIGIN]);
        assert!(ended_well && said.contains("Good: GO by sec"), "{said}");
        // A byte of it changed, and it is not good.
        let mut altered = of(".pae").clone();
        let at = altered.windows(2).position(|two| two == b"go").expect("go");
        altered[at] = b'G';
        fs::write(house.keys.path().join("s.pae"), altered).expect("written");
        let (ended_well, said) = house.shell("bash", &[script, "s.pae", "s.sig", "org.pae", ORIGIN]);
        assert!(!ended_well, "{said}");
    }
}

/// Writes an entry behind the newest of its chain as whoever can write to the database does: at whatever time they like.
pub(super) async fn written(house: &House, payload: Vec<u8>, signature: Option<String>, recorded: jiff::Timestamp) {
    let statement = Statement::from_json(&payload).expect("a statement");
    let label = Label::of(&statement);
    let (store, chain) = (house.store(), label.chain());
    let newest = store.entries(&chain).await.expect("entries").pop().expect("an entry");
    let (seq, prev) = (newest.seq + 1, newest.digest());
    let entry = Entry { version: 2, chain, seq, prev, recorded, label, payload, signature, bare: None };
    store.adopt(entry, Vec::new()).await.expect("written");
}

/// What a text of an assertion becomes when a part of it is changed.
fn altered(assertion: &Assertion, part: impl Fn(&mut Assertion)) -> String {
    let mut altered = assertion.clone();
    part(&mut altered);
    altered.to_text()
}
