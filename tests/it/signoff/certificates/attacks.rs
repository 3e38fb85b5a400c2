//! One key that would be several people by its certificates, and certificates that are not what they look like.

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gonogo::model::{Act, Emergency};
use jiff::SignedDuration;

use super::{Desk, certify};
use crate::signoff::{
    authors::{commit, git},
    house::{House, now, version},
};

/// A house whose people are all vouched for by one authority, besides those who are listed.
async fn house(policy: &[(&str, &str)]) -> House {
    let house = House::new().await.policy(policy);
    for name in ["ca", "kay"] {
        house.keygen(name, &["-t", "ed25519"]);
    }
    house.signers(&[house.line("* cert-authority", "ca", ""), house.line("ci", "ci", ""), house.line("boss", "boss", "")]);
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_is_one_person_however_many_certificates_it_has() {
    let house = house(&[("require", "[security, devops]")]).await;
    house.verify(&[]).exits(0);
    certify(&house, "kay", "ca", &["-n", "sec,dev"]);
    house.sign("security", "kay", &[]).exits(5).says("it is for dev and sec, who would not be two people");
    // By another of their names, in whatever letters.
    certify(&house, "kay", "ca", &["-n", "sec,DEV@example.com"]);
    house.sign("security", "kay", &[]).exits(5).says("it is for dev and sec");
    certify(&house, "kay", "ca", &["-n", "sec,sec@example.com,SEC"]);
    house.sign("security", "kay", &[]).exits(0);
    certify(&house, "kay", "ca", &["-n", "dev"]);
    house.sign("devops", "kay", &[]).exits(0);
    house.gate(&[]).exits(4).says("signed with the key that signed for `sec`");
    // Two certificates of one person are that person.
    certify(&house, "kay", "ca", &["-n", "sec", "-z", "8"]);
    house.sign("security", "kay", &[]).exits(0);
    house.gate(&[]).exits(4);
    house.keygen("dee", &["-t", "ed25519"]);
    certify(&house, "dee", "ca", &["-n", "dev"]);
    house.sign("devops", "dee", &[]).exits(0);
    house.gate(&[]).exits(0);
    // The listed key of one, with a certificate for another.
    certify(&house, "boss", "ca", &["-n", "sec"]);
    house.sign("security", "boss", &[]).exits(5).says("it is for boss and sec");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_is_not_somebody_else_by_certificate() {
    let house = house(&[("require", "[security]"), ("independence", "required")]).await;
    git(&house.gonogo.path("."), &["init", "-q"]);
    let made = commit(&house, "lead@example.com", "a");
    house.verify(&["--commit", &made]).exits(0);
    certify(&house, "kay", "ca", &["-n", "sec,lead@example.com"]);
    house.sign("security", "kay", &[]).exits(5).says("it is for lead and sec");
    certify(&house, "kay", "ca", &["-n", "sec"]);
    house.sign("security", "kay", &[]).exits(0);
    house.gate(&["--deployer", "boss"]).exits(0);
    // Security wrote the next one, and has a certificate by an address of theirs.
    let made = commit(&house, "sec@example.com", "b");
    house.verify(&["--commit", &made]).exits(0);
    certify(&house, "kay", "ca", &["-n", "sec@example.com,sec"]);
    house.sign("security", "kay", &[]).exits(0);
    house.gate(&["--deployer", "boss"]).exits(4).says("whoever approved (sec) wrote or deploys");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_signs_with_a_certificate_and_counts_as_one_with_whom_they_speak_for() {
    let house = house(&[("require", "[{ role: security, count: 2 }]"), ("deputies", "{ sec: [eve] }")]).await;
    let house = house.policy(&[("roles", "{ security: [sec, dev], recorder: [ci] }")]);
    house.verify(&[]).exits(0);
    for (key, person) in [("sec", "sec"), ("kay", "eve"), ("dev", "dev")] {
        certify(&house, key, "ca", &["-n", person]);
    }
    let until = (crate::gonogo::now() + jiff::SignedDuration::from_hours(48)).to_string();
    let appoint = ["--appoint", "eve", "--until", &until, "--comment", "on leave"];
    house.sign("security", "sec", &appoint).exits(0).says("the two count as one person");
    house.sign("security", "kay", &["--deputy-for", "sec"]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(4);
    house.sign("security", "dev", &[]).exits(0);
    house.gate(&[]).exits(0);
    // With a certificate for both, the deputy is neither.
    certify(&house, "kay", "ca", &["-n", "eve,sec"]);
    house.sign("security", "kay", &["--deputy-for", "sec"]).exits(5).says("it is for eve and sec");
}

/// Wherever two people are asked for, one key with a certificate for each is one of them.
#[tokio::test(flavor = "multi_thread")]
async fn one_key_is_no_second_voice() {
    let house = house(&[("require", "[security, devops]"), ("break-glass", "{ roles: [security, devops], review-within: 2d }")]).await;
    house.verify(&[]).exits(0);
    house.keygen("dee", &["-t", "ed25519"]);
    certify(&house, "dee", "ca", &["-n", "dev"]);
    let as_person = |person: &str| certify(&house, "kay", "ca", &["-n", person]);
    // An emergency while the review of another is overdue.
    let review_by = now() - SignedDuration::from_hours(1);
    let earlier =
        Emergency { release: version("1.4.1"), role: "security".into(), reason: "down".into(), ticket: "INC-6".into(), review_by };
    as_person("sec");
    house.put_with(Some("sec"), Some("kay-cert.pub"), (Vec::new(), Act::Emergency(earlier.clone()), Vec::new()), now()).await;
    let glass = |role: &str, key: &str| {
        let words = ["gate", "--break-glass", "--as", role, "--reason", "down", "--ticket", "INC-7", "--release", "1.4.2", "--key"];
        house.gonogo.run(words.iter().chain(&[house.key(key).as_str()]))
    };
    let deploy = || house.gonogo.run(["deploy", "--release", "1.4.2", "--", "touch", "moved"]);
    house.service.first(500);
    house.verify(&[]).exits(1);
    let _ = glass("security", "kay");
    as_person("dev");
    let _ = glass("devops", "kay");
    assert_ne!(deploy().code, 0);
    assert!(!house.gonogo.path("moved").exists());
    let _ = glass("devops", "dee");
    let _ = deploy();
    assert!(house.gonogo.path("moved").exists());
    // Whoever opened the gate does not look at it afterwards.
    as_person("sec");
    let opened = glass("security", "kay").stdout;
    let opened = opened.split("gonogo deploy review ").nth(1).and_then(|rest| rest.split('`').next()).expect("its entry").to_owned();
    as_person("dev");
    let review = |key: &str| house.gonogo.run(["deploy", "review", &opened, "--comment", "it was right", "--key", &house.key(key)]);
    review("kay").exits(2).says("the gate was opened with this very key");
    review("dee").exits(0);
    // A row that nobody signed is set aside by two.
    house.put_with(Some("sec"), None, (Vec::new(), Act::Emergency(earlier), Vec::new()), now()).await;
    let repair = |role: &str, key: &str| {
        let words = ["log", "repair", "--apply", "--as", role, "--comment", "by nobody", "--key"];
        house.gonogo.run(words.iter().chain(&[house.key(key).as_str()]))
    };
    as_person("sec");
    repair("security", "kay").exits(4);
    as_person("dev");
    repair("devops", "kay").exits(4);
    repair("devops", "dee").exits(0);
}

/// A certificate whose bytes were changed, at every place; `ssh-keygen` does not read it either.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_was_altered_is_none() {
    let desk = Desk::new().await;
    let house = &desk.house;
    house.signers(&[house.line("sec cert-authority", "ca", "")]);
    house.verify(&[]).exits(0);
    desk.certify("sepp", "ca", &["-n", "sec", "-V", "20200101Z:20200102Z"]);
    let signed = desk.signed_by_ssh("sepp-cert.pub");
    let armored = fs::read_to_string(format!("{signed}.sig")).expect("a signature");
    let text: String = armored.lines().filter(|line| !line.starts_with("-----")).collect();
    let blob = STANDARD.decode(text).expect("base64");
    let message = fs::read(&signed).expect("a statement");
    let at = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).position(|window| window == word).expect("it is there");
    let written = |blob: &[u8]| {
        let lines: Vec<String> =
            STANDARD.encode(blob).as_bytes().chunks(70).map(|line| String::from_utf8(line.to_vec()).expect("text")).collect();
        format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"))
    };
    assert_eq!(written(&blob), armored);
    let verify = |blob: &[u8]| gonogo::ledger::signing::verify(&message, &written(blob));
    assert!(verify(&blob).is_ok());
    for place in 0..blob.len() {
        let mut altered = blob.clone();
        altered[place] ^= 1 << (place % 8);
        assert!(verify(&altered).is_err(), "byte {place}");
        assert!(verify(&blob[..place]).is_err(), "the first {place} bytes");
    }
    // Valid for ever, by another hand than the authority's: named as what it is.
    let validity = at(&blob, b"sepp") + 4 + 4 + 7 + 8;
    let mut forged = blob.clone();
    forged[validity..validity + 8].fill(0xff);
    fs::write(format!("{signed}.sig"), written(&forged)).expect("written");
    assert!(!super::confirmed(house, &signed, "sec").0);
    house.gonogo.run(["sign", "--statement", &signed]).exits(5).says("the authority did not sign its certificate");
}
