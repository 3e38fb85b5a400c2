//! Whose passkey is whose: by whose word it counts, and until when.

use gonogo::model::PasskeyStep;

use super::{Authenticator, Kind, challenge, confirmed, house, put, revoked, says, signs, statement};
use crate::signoff::certificates::certify;

#[tokio::test(flavor = "multi_thread")]
async fn it_counts_by_two_registrars_or_by_one_and_their_own_key() {
    for (by, counts) in [
        (&["lead", "boss"][..], true),
        (&["lead", "sec"], true),
        (&["lead"], false),
        (&["lead", "lead"], false),
        (&["sec"], false),
        (&["dev", "lead"], false),
        (&["dev", "ci"], false),
    ] {
        let house = house().await;
        let key = Authenticator::new(Kind::Es256);
        confirmed(&house, &key.passkey("sec"), by).await;
        signs(&house, &key, |_| {}).await;
        if counts {
            house.gate(&[]).exits(0)
        } else {
            house.gate(&[]).exits(4).says("the passkey of `sec` was not confirmed")
        };
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_with_two_certificates_is_one_registrar() {
    let house = house().await;
    for name in ["ca", "kay", "dee"] {
        house.keygen(name, &["-t", "ed25519"]);
    }
    house.also_signers(&[house.line("* cert-authority", "ca", "")]);
    house.verify(&[]).exits(0);
    // Where `ssh-keygen` finds a certificate beside the key, it signs with that.
    let holds = |person: &str, key: &str| {
        certify(&house, key, "ca", &["-n", person]);
        for (from, to) in [(key.to_owned(), person.to_owned()), (format!("{key}-cert.pub"), format!("{person}.pub"))] {
            std::fs::copy(house.key(&from), house.key(&to)).expect("copied");
        }
    };
    holds("lead", "kay");
    holds("boss", "kay");
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    signs(&house, &key, |_| {}).await;
    house.gate(&[]).exits(4).says("the passkey of `sec` was not confirmed");
    holds("boss", "dee");
    confirmed(&house, &key.passkey("sec"), &["boss"]).await;
    signs(&house, &key, |_| {}).await;
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_that_somebody_wrote_into_the_database_approves_nothing() {
    let house = house().await;
    let key = Authenticator::new(Kind::Es256);
    for _ in 0..2 {
        says(&house, None, PasskeyStep::Confirmed(key.passkey("sec"))).await;
    }
    signs(&house, &key, |_| {}).await;
    house.gate(&[]).exits(4).says("the passkey of `sec` was not confirmed");
    house.gonogo.run(["log", "verify"]).exits(5).says("confirms a passkey of `sec` and counts nothing: nobody signed it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_signed_before_it_was_confirmed_counts_nothing() {
    let house = house().await;
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead"]).await;
    signs(&house, &key, |_| {}).await;
    confirmed(&house, &key.passkey("sec"), &["boss"]).await;
    house.gate(&[]).exits(4).says("was confirmed only later");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_after_its_revocation_counts_nothing() {
    for by in ["boss", "sec"] {
        let house = house().await;
        let key = Authenticator::new(Kind::Es256);
        confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
        signs(&house, &key, |_| {}).await;
        revoked(&house, Some(by), &key.passkey("sec")).await;
        house.gate(&[]).exits(0).says("the passkey has since been revoked");
        house.verify(&[]).exits(0);
        signs(&house, &key, |_| {}).await;
        house.log();
        house.gate(&[]).exits(0);
        house.gonogo.run(["log", "verify"]).exits(5).says(&format!("was revoked by `{by}`"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_by_whoever_may_not_approves_nothing_and_takes_no_no_away() {
    let house = house().await;
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    // What nobody signed anybody can write.
    revoked(&house, None, &key.passkey("sec")).await;
    signs(&house, &key, |_| {}).await;
    house.gate(&[]).exits(0);
    // They may have been a registrar when they signed it.
    revoked(&house, Some("dev"), &key.passkey("sec")).await;
    house.gate(&[]).exits(4).says("whether `dev` may say so is not known");
    let no = statement(&house, "sec", &["--no-go"], |_| {}).await;
    let assertion = key.assert(&challenge(&no), |_| {});
    put(&house, no, Some(assertion.to_text())).await.expect("added");
    house.gate(&[]).exits(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_outlives_the_registrar_who_signed_it() {
    let house = house().await;
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    signs(&house, &key, |_| {}).await;
    revoked(&house, Some("boss"), &key.passkey("sec")).await;
    // Two others have confirmed it since; whoever revoked it is no registrar any more.
    let desk = "{ origin: https://desk.example.com, rp-id: example.com, registrars: [lead, dev] }";
    confirmed(&house, &key.passkey("sec"), &["dev"]).await;
    let house = house.policy(&[("desk", desk)]);
    house.verify(&[]).exits(0);
    signs(&house, &key, |_| {}).await;
    house.gate(&[]).exits(4).says("whether `boss` may say so is not known");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_that_was_cut_off_is_found() {
    let house = house().await;
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    revoked(&house, Some("boss"), &key.passkey("sec")).await;
    // Somebody saw it: the run says so.
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(4);
    let cut = "DELETE FROM chains WHERE chain = '@org' AND seq = (SELECT max(seq) FROM chains WHERE chain = '@org')";
    let sql = house.sql();
    sql.execute_batch(cut).expect("cut off");
    sql.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("written");
    drop(sql);
    house.gate(&[]).exits(5).says("@org");
    // Also where nobody has kept a head.
    let elsewhere = house.copied();
    elsewhere.gate(&[]).exits(5).says("of `@org`, which is not in it any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_confirmed_it_and_its_holder_count_as_one() {
    let roles = "{ deployment-lead: [lead], devops: [dev], security: { people: [sec], methods: [ssh, webauthn] }, recorder: [ci] }";
    for (by, exit) in [(["lead", "sec"], 4), (["boss", "sec"], 0)] {
        let house = house().await.policy(&[("require", "[security, deployment-lead]"), ("roles", roles)]);
        house.verify(&[]).exits(0);
        let key = Authenticator::new(Kind::Es256);
        confirmed(&house, &key.passkey("sec"), &by).await;
        signs(&house, &key, |_| {}).await;
        house.sign("deployment-lead", "lead", &[]).exits(0);
        house.gate(&[]).exits(exit);
    }
}
