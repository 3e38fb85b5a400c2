//! Deputies: whoever is absent has signed who signs for them, until when; the two are one person.

use jiff::SignedDuration;

use crate::signoff::{
    authors::{commit, git},
    house::House,
    passkeys::{signed_by_key, written},
};

/// A house in which `security` must sign: Sepp, for whom Eve may sign who has no role. She has a key.
async fn house(policy: &[(&str, &str)]) -> House {
    let deputies = ("deputies", "{ sec: [eve, dev], eve: [dev] }");
    let house = House::new().await.security_alone().policy(&[deputies]).policy(policy);
    house.keygen("eve", &["-t", "ed25519"]);
    house.also_signers(&[house.line("eve", "eve", "")]);
    house.verify(&[]).exits(0);
    house
}

#[track_caller]
pub(crate) fn appoint(house: &House, key: &str, deputy: &str, until: &str) -> crate::gonogo::Ran {
    let key = house.key(key);
    house.gonogo.run(["sign", "--as", "security", "--appoint", deputy, "--until", until, "--comment", "on leave", "--key", key.as_str()])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_signs_and_the_record_says_for_whom() {
    let house = house(&[]).await;
    house.sign("security", "eve", &["--deputy-for", "sec"]).exits(2).says("has not made `eve` their deputy");
    appoint(&house, "sec", "eve", "2 days ago").exits(2);
    appoint(&house, "sec", "eve", &until(2)).exits(0).says("the two count as one person");
    house.gate(&[]).exits(4);
    house.sign("security", "eve", &["--deputy-for", "sec"]).exits(0);
    house.gate(&[]).exits(0).says("go by Eve Else, deputy for Sepp Security as security");
    house.gonogo.run(["report", "--release", "1.4.2", "--format", "markdown=signed.md", "--bundle", "bundle.zip"]).exits(0);
    assert!(house.gonogo.read("signed.md").contains("Eve Else, deputy for Sepp Security"));
    let audit = house.gonogo.run(["audit", "bundle.zip", "--signers", "signers", "--policy", "gonogo.yaml"]);
    audit.exits(0).says("go by Eve Else, deputy for Sepp Security as security");
    assert!(house.gonogo.read("signed.md").contains("(Eve Else, deputy for Sepp Security as security)"));
    assert!(house.log().contains("eve may sign for sec as security until"));
    house.gonogo.run(["deploy", "--release", "1.4.2", "--", "true"]).exits(0);
    // Whoever is back decides anew.
    house.sign("security", "sec", &["--no-go", "--comment", "no"]).exits(0);
    house.gate(&[]).exits(1).says("decided again later");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_has_come_ends_it() {
    let house = house(&[]).await;
    appoint(&house, "sec", "eve", &until(2)).exits(0);
    appoint(&house, "sec", "eve", &crate::signoff::house::now().to_string()).exits(0).says("signs for sec as security no more");
    house.sign("security", "eve", &["--deputy-for", "sec"]).exits(2).says("had `eve` as deputy until");
    appoint(&house, "sec", "eve", &until(200)).exits(2).says("a matter of the policy");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_hands_on_what_was_handed_to_them() {
    let house = house(&[]).await;
    appoint(&house, "sec", "eve", &until(2)).exits(0);
    // Eve has no role of her own to speak for.
    appoint(&house, "eve", "dev", &until(2)).exits(5).says("belongs to eve, not to sec");
    house.sign("security", "dev", &["--deputy-for", "eve"]).exits(2).says("`eve` does not have the role `security`");
    // Nobody may be made one whom the policy does not name, nor by anybody else.
    appoint(&house, "sec", "boss", &until(2)).exits(2).says("may be nobody's deputy");
    house.sign("security", "dev", &["--deputy-for", "sec"]).exits(2).says("has not made `dev` their deputy");
    // A policy that names her no more ends it.
    house.sign("security", "eve", &["--deputy-for", "sec"]).exits(0);
    house.gate(&[]).exits(0);
    let other = house.policy(&[("deputies", "{ sec: [dev] }")]);
    other.verify(&[]).exits(0);
    other.gate(&[]).exits(4).says("the policy's `deputies` do not name `eve` for `sec`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_and_whom_they_speak_for_are_one_person() {
    let roles = "{ security: [sec, boss], devops: [dev], recorder: [ci] }";
    let house =
        house(&[("roles", roles), ("require", "[{ role: security, count: 2 }]"), ("deputies", "{ sec: [eve], boss: [eve] }")]).await;
    for principal in ["sec", "boss"] {
        appoint(&house, principal, "eve", &until(2)).exits(0);
        house.sign("security", "eve", &["--deputy-for", principal]).exits(0);
    }
    // Twice, and one person: her newest word counts, for Bea.
    house.gate(&[]).exits(4);
    house.sign("security", "boss", &[]).exits(0);
    house.gate(&[]).exits(4);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_who_wrote_the_release_does_not_approve_it_alone() {
    let house = house(&[("independence", "required")]).await;
    git(&house.gonogo.path("."), &["init", "-q"]);
    let written = commit(&house, "eve@example.com", "a");
    house.verify(&["--commit", &written]).exits(0);
    appoint(&house, "sec", "eve", &until(2)).exits(0);
    house.sign("security", "eve", &["--deputy-for", "sec"]).exits(0);
    house.gate(&["--deployer", "lead"]).exits(4).says("wrote or deploys the release");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputys_yes_settles_no_doubtful_no_of_whom_they_speak_for() {
    let house = house(&[]).await;
    house.sign("security", "sec", &["--no-go", "--comment", "not this one"]).exits(0);
    appoint(&house, "sec", "eve", &until(2)).exits(0);
    // Named otherwise, the no is doubtful.
    let named = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    house.gonogo.run(["verify", "-q", "--commit", named]).exits(0);
    let key = house.key("eve");
    house.gonogo.run(["sign", "--as", "security", "--commit", named, "--deputy-for", "sec", "--key", key.as_str()]).exits(0);
    house.gonogo.run(["gate", "--commit", named]).exits(4).says("no-go");
    let own = house.key("sec");
    house.gonogo.run(["sign", "--as", "security", "--commit", named, "--key", own.as_str()]).exits(0);
    house.gonogo.run(["gate", "--commit", named]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_whose_time_is_over_writes_nothing_from_before() {
    let house = house(&[]).await;
    let end = crate::signoff::house::now() + SignedDuration::from_secs(3);
    appoint(&house, "sec", "eve", &end.to_string()).exits(0);
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    // Something is on record from after the end.
    house.verify(&[]).exits(0);
    let before = end - SignedDuration::from_secs(1);
    let payload = statement_of_eve(&house, before);
    let signature = signed_by_key(&house, "eve", &payload);
    written(&house, payload, Some(signature), before).await;
    house.gate(&[]).exits(4).says("had `eve` as deputy until");
}

/// What Eve would have signed for Sepp at a moment.
fn statement_of_eve(house: &House, at: jiff::Timestamp) -> Vec<u8> {
    house.gonogo.run(["sign", "--as", "security", "--export", "s.pae", "--signer", "sec"]).exits(0);
    let bytes = std::fs::read(house.gonogo.path("s.pae")).expect("exported");
    let start = bytes.iter().position(|byte| *byte == b'{').expect("JSON");
    let mut statement: serde_json::Value = serde_json::from_slice(&bytes[start..]).expect("JSON");
    let predicate = &mut statement["predicate"];
    (predicate["at"], predicate["by"]) = (at.to_string().into(), "eve".into());
    (predicate["act"]["person"], predicate["act"]["deputy_of"]) = ("eve".into(), "sec".into());
    serde_json::to_vec(&statement).expect("JSON")
}

/// So many days from now, as a date.
pub(crate) fn until(days: i64) -> String {
    let at = crate::signoff::house::now() + jiff::SignedDuration::from_hours(24 * days);
    at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}
