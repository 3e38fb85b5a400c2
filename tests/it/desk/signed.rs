//! The whole way in a real browser: an invitation, a passkey, a login, a report that is read, decisions that are signed.

use serde_json::json;

use super::{
    browser::Browser,
    office::{Office, at},
};
use crate::signoff::{
    deputies::{appoint, until},
    house::House,
};

/// A house in which `security` alone must sign, and may in the browser; with a run that waits for that, and for an answer.
async fn house(port: u16) -> House {
    let roles = "{ deployment-lead: { people: [lead], methods: [ssh, webauthn] }, devops: [dev], engineering-manager: [boss], \
        security: { people: [sec], methods: [ssh, webauthn] }, recorder: [ci] }";
    let house = House::new().await.security_alone().policy(&[("roles", roles), ("desk", &at(port))]);
    house.verify(&[]).exits(0);
    house
}

/// Fills in a field.
fn fill(browser: &mut Browser, selector: &str, value: &str) {
    assert_eq!(browser.eval(&format!("document.querySelector({selector:?}).value = {value:?}")), json!(value), "{selector}");
}

/// Presses the button that calls for the passkey, and waits for what comes of it.
fn with_passkey(browser: &mut Browser, until: &str) {
    let there = browser.eval("!!document.querySelector('form[data-passkey] button[type=submit]')");
    assert_eq!(there, json!(true), "{}", browser.text());
    browser.eval("document.querySelector('form[data-passkey] button[type=submit]').click()");
    browser.until(&format!("document.body.innerText.includes({until:?})"));
}

/// Somebody is invited, makes a passkey, and two people confirm it; they sign in.
fn welcomed(house: &House, office: &Office, browser: &mut Browser, person: &str, desk: &[&str]) {
    let invited = house.gonogo.run(["desk", "invite", person].iter().chain(desk)).exits(0).stdout;
    let link = invited.split_whitespace().find(|word| word.contains("/invite/")).expect("a link").to_owned();
    browser.open(&link);
    assert!(browser.text().contains("counts only after others have confirmed"), "{}", browser.text());
    with_passkey(browser, "Read this out");
    let fingerprint = browser.eval("document.querySelector('.spoken').innerText").as_str().expect("a fingerprint").to_owned();
    // It signs nobody in before.
    browser.open(&format!("{}/login", office.origin));
    with_passkey(browser, "You are not signed in");
    for registrar in ["boss", "lead"] {
        let key = house.key(registrar);
        house.gonogo.run(["desk", "confirm", person, &fingerprint, "--key", &key, "--yes"].iter().chain(desk)).exits(0);
    }
    browser.open(&link);
    assert!(browser.text().contains("was used already"), "{}", browser.text());
    browser.open(&format!("{}/login", office.origin));
    with_passkey(browser, "Where every service stands");
}

#[tokio::test(flavor = "multi_thread")]
async fn invited_confirmed_signed_in_read_and_signed() {
    let port = crate::port::unused();
    let house = house(port).await;
    let office = Office::at(&house, port, &[]).await;
    let desk = ["--policy", "desk.yaml", "--ledger", ".gonogo/ledger.db"];
    let mut browser = Browser::start();
    browser.authenticator();
    welcomed(&house, &office, &mut browser, "sec", &desk);
    let cookies = browser.call("Network.getCookies", json!({ "urls": [office.origin] }))["cookies"].clone();
    assert_eq!(cookies[0]["name"], "__Host-gonogo");
    for (word, value) in [("secure", json!(true)), ("httpOnly", json!(true)), ("sameSite", json!("Strict"))] {
        assert_eq!(cookies[0][word], value, "{word}: {cookies}");
    }
    // No, and then yes.
    for (decision, exit) in [("no-go", 1), ("go", 0)] {
        browser.open(&format!("{}/p/shop/prod", office.origin));
        browser.click_through("a.button");
        browser.eval(&format!("document.querySelector('input[value={decision}]').click()"));
        fill(&mut browser, "#comment", "I <b>say</b> so");
        browser.click_through("form.card button[type=submit]");
        let text = browser.text();
        assert!(text.contains("fingerprint") && text.contains("I have read this report"), "{text}");
        assert_eq!(browser.complaints(), Vec::<String>::new());
        with_passkey(&mut browser, "Signed, and on record");
        house.gate(&[]).exits(exit).says("PASSKEY");
    }
    assert!(house.log().contains("I <b>say</b> so"));
    // Who I am, and the end of this passkey.
    browser.open(&format!("{}/me", office.origin));
    assert!(browser.text().contains("confirmed by boss"), "{}", browser.text());
    browser.eval("[...document.querySelectorAll('.card')].find(card => card.innerText.includes(\"this session's\")).id = 'this'");
    fill(&mut browser, "#this input[name=comment]", "lost");
    browser.click_through("#this button");
    with_passkey(&mut browser, "Signed, and on record");
    browser.open(&format!("{}/login", office.origin));
    with_passkey(&mut browser, "was revoked");
    house.gate(&[]).exits(0).says("has since been revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_decides_in_the_browser_for_whoever_is_absent() {
    let port = crate::port::unused();
    let house = house(port).await.policy(&[("deputies", "{ sec: [eve] }")]);
    house.keygen("eve", &["-t", "ed25519"]);
    house.also_signers(&[house.line("eve", "eve", "")]);
    house.verify(&[]).exits(0);
    let office = Office::at(&house, port, &[]).await;
    let mut browser = Browser::start();
    browser.authenticator();
    welcomed(&house, &office, &mut browser, "eve", &["--policy", "desk.yaml", "--ledger", ".gonogo/ledger.db"]);
    let release = format!("{}/p/shop/prod", office.origin);
    browser.open(&release);
    assert!(!browser.text().contains("whose deputy you are"), "nobody has said so: {}", browser.text());
    appoint(&house, "sec", "eve", &until(2)).exits(0);
    browser.open(&release);
    assert!(browser.text().contains("You have not signed as security for Sepp Security, whose deputy you are."), "{}", browser.text());
    browser.click_through("a.button");
    assert!(browser.text().contains("You sign as the deputy of Sepp Security"), "{}", browser.text());
    assert!(!browser.text().contains("I take my decision back"), "{}", browser.text());
    browser.eval("document.querySelector('input[value=go]').click()");
    browser.click_through("form.card button[type=submit]");
    assert!(browser.text().contains("eve signs GO as deputy for sec as security"), "{}", browser.text());
    assert_eq!(browser.complaints(), Vec::<String>::new());
    with_passkey(&mut browser, "Signed, and on record");
    house.gate(&[]).exits(0).says("go by Eve Else, deputy for Sepp Security as security").says("PASSKEY");
    browser.open(&release);
    assert!(browser.text().contains("You have signed as security for Sepp Security, whose deputy you are."), "{}", browser.text());
    // Whom it is over for, it is over at the desk too.
    appoint(&house, "sec", "eve", &crate::signoff::house::now().to_string()).exits(0);
    browser.open(&release);
    assert!(!browser.text().contains("whose deputy you are"), "{}", browser.text());
}
