//! Assertions that are not what they should be: none opens the gate.

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use super::{Asked, Authenticator, Kind, altered, challenge, confirmed, house, put, signs, statement};

/// What an authenticator is asked otherwise.
type Change = fn(&mut Asked);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_asked_at_the_desk_of_a_verified_person_counts_nothing() {
    let asked: [(&str, i32, Change); 11] = [
        ("made over something else", 5, |asked| asked.challenge = vec![7; 32]),
        ("made over something else", 5, |asked| asked.challenge = Vec::new()),
        ("wanted a `webauthn.get`", 5, |asked| asked.kind = "webauthn.create".into()),
        ("wanted https://desk.example.com", 4, |asked| asked.origin = "https://desk.example.com.evil.example".into()),
        ("wanted https://desk.example.com", 4, |asked| asked.origin = "http://desk.example.com".into()),
        ("bound to another domain", 4, |asked| asked.rp_id = "desk.example.com".into()),
        ("did not verify who it was", 4, |asked| asked.flags = 0b0001),
        ("nobody touched the authenticator", 4, |asked| asked.flags = 0b0100),
        ("is synced and cannot be", 4, |asked| asked.flags = 0b1_0101),
        ("in the frame of another site", 4, |asked| asked.more = ",\"crossOrigin\":true".into()),
        ("stands twice", 5, |asked| asked.more = ",\"origin\":\"https://evil.example\"".into()),
    ];
    for (why, exit, change) in asked {
        let house = house().await;
        let key = Authenticator::new(Kind::Es256);
        confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
        signs(&house, &key, change).await;
        house.gate(&[]).exits(exit).says(why);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_was_altered_or_is_anothers_counts_nothing() {
    let house = house().await;
    let (own, foreign) = (Authenticator::new(Kind::Es256), Authenticator::new(Kind::Es256));
    confirmed(&house, &own.passkey("sec"), &["lead", "boss"]).await;
    confirmed(&house, &foreign.passkey("dev"), &["lead", "boss"]).await;
    let ledger = std::fs::read(house.gonogo.path(".gonogo/ledger.db")).expect("a ledger");
    let payload = statement(&house, "sec", &[], |_| {}).await;
    let honest = own.assert(&challenge(&payload), |_| {});
    let other = statement(&house, "sec", &["--comment", "another"], |_| {}).await;
    let of_other = own.assert(&challenge(&other), |_| {});
    let cases = [
        (foreign.assert(&challenge(&payload), |_| {}).to_text(), 4, "is of `dev`, not of `sec`"),
        (of_other.to_text(), 5, "made over something else"),
        (altered(&honest, |it| it.signature = of_other.signature.clone()), 5, "does not fit"),
        (altered(&honest, |it| it.authenticator_data = BASE64URL_NOPAD.encode(&[0; 37])), 5, "does not fit"),
        (altered(&honest, |it| it.signature = String::new()), 5, "does not fit"),
        (altered(&honest, |it| it.client_data.push('=')), 5, "is not base64url"),
        (altered(&honest, |it| it.credential = "AAAA".into()), 4, "no passkey of `sec` with this id"),
        (altered(&honest, |it| it.credential = foreign.passkey("dev").credential), 4, "is of `dev`"),
        ("{}".into(), 5, "no signature with a passkey"),
        ("{\"credential\":\"\u{202e}<script>\"}".into(), 5, "no signature with a passkey"),
        (json!({ "credential": honest.credential, "more": 1 }).to_string(), 5, "no signature with a passkey"),
    ];
    for (signature, exit, why) in cases {
        house.write(".gonogo/ledger.db", &ledger);
        for beside in ["ledger.db-wal", "ledger.db-shm"] {
            let _ = std::fs::remove_file(house.gonogo.path(&format!(".gonogo/{beside}")));
        }
        put(&house, payload.clone(), Some(signature.clone())).await.expect("added");
        let copy = house.copied();
        copy.gate(&[]).exits(exit).says(why);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_says_whether_it_signs_so() {
    let roles = "{ deployment-lead: [lead], devops: [dev], security: [sec], recorder: [ci] }";
    let house = house().await.policy(&[("roles", roles)]);
    house.verify(&[]).exits(0);
    let key = Authenticator::new(Kind::Ed25519);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    signs(&house, &key, |_| {}).await;
    house.gate(&[]).exits(4).says("the role `security` may not sign this way");
    // A no is a no.
    let no = statement(&house, "sec", &["--no-go"], |_| {}).await;
    let assertion = key.assert(&challenge(&no), |_| {});
    put(&house, no, Some(assertion.to_text())).await.expect("added");
    house.gate(&[]).exits(1).says("Sepp Security (security) says no-go");
    // It cannot be taken back so either.
    let back = statement(&house, "sec", &["--withdraw", "--comment", "no more"], |_| {}).await;
    let assertion = key.assert(&challenge(&back), |_| {});
    put(&house, back, Some(assertion.to_text())).await.expect("added");
    house.gate(&[]).exits(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_says_how_it_is_signed() {
    let house = house().await;
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    for method in ["ssh", "recorded"] {
        let payload = statement(&house, "sec", &[], |it| it["predicate"]["method"] = method.into()).await;
        let assertion = key.assert(&challenge(&payload), |_| {});
        put(&house, payload, Some(assertion.to_text())).await.expect("added");
        house.gate(&[]).exits(4).says("signed with a passkey and does not say so");
    }
    let payload = statement(&house, "sec", &[], |_| {}).await;
    let signature = super::signed_by_key(&house, "sec", &payload);
    put(&house, payload, Some(signature)).await.expect("added");
    house.gate(&[]).exits(4).says("says that it is signed with a passkey and is not");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_desk_in_the_policy_no_passkey_counts() {
    let house = house().await;
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    signs(&house, &key, |_| {}).await;
    house.gate(&[]).exits(0);
    house.write("gonogo.yaml", house.plan().replace("  desk: ", "  # desk: "));
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(4).says("the policy names no desk");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_that_goes_back_is_told() {
    let house = house().await;
    let key = Authenticator::new(Kind::Es256);
    confirmed(&house, &key.passkey("sec"), &["lead", "boss"]).await;
    for counter in [9, 5] {
        signs(&house, &key, |asked| asked.counter = counter).await;
    }
    house.gonogo.run(["log", "verify"]).exits(0).says("the counter of the passkey is 5, and was 9");
}
