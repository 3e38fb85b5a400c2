//! Past the gate in an emergency: signed, marked for ever, looked at afterwards.

use std::time::Duration;

use gonogo::model::Exit;

use super::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn the_glass_is_broken_by_those_who_may_and_somebody_else_looks_at_it() {
    let house = House::new().await.security_alone().policy(&[("break-glass", "{ roles: [engineering-manager], review-within: 2d }")]);
    let glass = |key: &str, role: &str, more: &[&str]| {
        let common = ["gate", "--release", "1.4.2", "--break-glass", "--as", role, "--key", &house.key(key)].map(str::to_owned);
        house.gonogo.run(common.into_iter().chain(more.iter().map(|more| (*more).to_owned())))
    };
    let why = ["--reason", "the shop is down", "--ticket", "INC-7"];
    house.service.first(500);
    house.verify(&[]).exits(1);
    glass("sec", "security", &why).exits(2).says("the role `security` may not pass the gate in an emergency: engineering-manager may");
    glass("sec", "engineering-manager", &why).exits(5).says("belongs to sec, not to boss");
    glass("boss", "engineering-manager", &["--ticket", "INC-7"]).exits(2).says("--reason");
    glass("boss", "engineering-manager", &["--reason", "r"]).exits(2).says("--ticket");
    house
        .gonogo
        .run(["gate", "--break-glass", "--as", "engineering-manager", "--reason", "r", "--ticket", "t"])
        .exits(2)
        .says("which release");
    assert!(!house.log().contains("EMERGENCY"), "{}", house.log());
    glass("boss", "engineering-manager", &why)
        .exits(0)
        .says("EMERGENCY: shop 1.4.2 may be deployed to prod, by boss")
        .says("deploy review 3");
    // It opens the gate once, for whoever asked; the gate itself says what it said before.
    house.gate(&[]).exits(1);
    house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--status", "succeeded"]).exits(0).says("EMERGENCY deployment");
    house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--status", "failed"]).exits(0);
    let log = house.gonogo.run(["log"]).exits(0).stdout;
    assert_eq!(log.matches("EMERGENCY").count(), 1, "{log}");
    assert!(house.log().contains("EMERGENCY 1.4.2: the shop is down (INC-7)"), "{}", house.log());
    let csv = house.gonogo.run(["log", "--format", "csv"]).exits(0).stdout;
    assert_eq!((csv.matches("\"yes\",\"succeeded\"").count(), csv.matches("\"no\",\"failed\"").count()), (1, 1), "{csv}");
    house.gonogo.run(["report", "-q", "--format", "html=r.html", "--format", "markdown=r.md"]).exits(0);
    for page in ["r.html", "r.md"] {
        let page = house.gonogo.read(page);
        for said in ["the shop is down", "INC-7", "Bea Boss"] {
            assert!(page.contains(said), "{said} in {page}");
        }
        assert!(page.to_lowercase().contains("emergency"), "{page}");
    }
    // The next release, healthy and signed, is held once the review is overdue.
    house.service.first(200);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    let late = Duration::from_secs(2 * 86_400 + 60);
    let policy = [("valid-for", "9d"), ("max-age", "9d")];
    let house = house.policy(&policy);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    assert_eq!(house.gate_in(Duration::from_secs(86_400)).await.0, Exit::Go);
    let (exit, said) = house.gate_in(late).await;
    assert!(exit == Exit::Hold && said.contains("was to be reviewed by") && said.contains("INC-7"), "{exit:?} {said}");
    let review =
        |key: &str, entry: &str| house.gonogo.run(["deploy", "review", entry, "--comment", "it was right", "--key", &house.key(key)]);
    review("boss", "3").exits(5).says("belongs to boss");
    review("ci", "3").exits(5);
    review("sec", "2").exits(2).says("entry 2 is no emergency");
    review("sec", "3").exits(0);
    assert_eq!(house.gate_in(late).await.0, Exit::Go);
    house.gonogo.run(["log", "verify"]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_word_in_the_policy_nobody_passes() {
    let house = House::new().await;
    house.verify(&[]).exits(0);
    let glass = ["gate", "--release", "1.4.2", "--break-glass", "--as", "engineering-manager", "--reason", "r", "--ticket", "t"];
    house.gonogo.run(glass.iter().chain(&["--key", house.key("boss").as_str()])).exits(2).says("the policy has no `break-glass`");
}
