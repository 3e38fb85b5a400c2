//! What a signature is bound to: another plan, release, exception or answer voids it, the same again confirms it.

use std::time::Duration;

use gonogo::model::Exit;

use super::house::{House, now};

fn in_hours(hours: i64) -> String {
    (now() + jiff::SignedDuration::from_hours(hours)).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_run_confirms_only_what_is_no_worse() {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let signed = house.gate(&[]).exits(0).stdout;
    assert!(!signed.contains("confirmed"), "{signed}");
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(0).says("signed on the report").says("confirmed by this run");
    house.gonogo.run(["report", "-q", "--format", "html=r.html"]).exits(0);
    assert!(house.gonogo.read("r.html").contains("confirm"), "{}", house.gonogo.read("r.html"));
    // Worse: a warning is red; then a blocker.
    house.service.second(500);
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(4).says("given for an earlier run: `second` is newly red");
    house.service.first(500);
    house.verify(&[]).exits(1);
    house.gate(&[]).exits(1).says("the newest full run says NO-GO");
    house.service.first(200);
    house.service.second(200);
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(0).says("confirmed by this run");
    // Other options, another release.
    house.verify(&["--strict"]).exits(0);
    house.gate(&[]).exits(4).says("with other options");
    house.verify(&["--artifact", "shop@sha256:00"]).exits(0);
    house.gate(&[]).exits(4).says("it is another release");
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(0);
    // Half a run after it is no run.
    house.service.first(500);
    house.verify(&["--only", "second"]).exits(3);
    house.gate(&[]).exits(0);
    house.service.first(200);
    // Another plan.
    let house = house.checks("  - { id: third, http: { url: \"${api}/first\" } }\n");
    house.gate(&[]).exits(3).says("the plan has changed since the newest full run (gonogo.yaml)");
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(4).says("the plan or its variables have changed since");
    house.sign("security", "sec", &[]).exits(0).says("since you last signed:").says("`third` is new");
    house.gate(&[]).exits(0);
    house.also_signers(&[house.line("eve", "dev", "")]);
    house.gate(&[]).exits(3).says("(signers)");
}

#[tokio::test(flavor = "multi_thread")]
async fn exceptions_and_answers_void_and_run_out() {
    let drill = "  - { id: drill, manual: { question: Was it restored?, valid-for: 5d } }\n";
    let house = House::new().await.policy(&[("require", "[security]"), ("valid-for", "30d"), ("max-age", "30d")]).checks(drill);
    let key = |id: &str| house.key(id);
    house.verify(&[]).exits(4);
    house.sign("security", "sec", &[]).exits(2).says("HOLD");
    house.gate(&[]).exits(4).says("waits for people's answers");
    house.gonogo.run(["answer", "drill", "--key", &key("dev")]).exits(0);
    house.gate(&[]).exits(3).says("`drill` was answered anew since the newest full run");
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    // The answer runs out before the signature does.
    let (exit, said) = house.gate_in(Duration::from_secs(6 * 86_400)).await;
    assert!(exit == Exit::Hold && said.contains("the answer to `drill` ran out"), "{exit:?} {said}");
    // Another answer, be it the same word, is another thing than what was signed.
    house.gonogo.run(["answer", "drill", "no", "--reason", "it failed", "--key", &key("lead")]).exits(0);
    house.gate(&[]).exits(3).says("`drill` was answered anew");
    house.verify(&[]).exits(1).says("");
    house.gate(&[]).exits(1);
    house.gonogo.run(["answer", "drill", "--key", &key("lead")]).exits(0);
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(4).says("`drill` has another answer");
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    // An exception that was not there when it was signed.
    house.service.first(500);
    house.verify(&[]).exits(1);
    let waive =
        ["waive", "first", "--reason", "known", "--ticket", "T-1", "--owner", "dev", "--expires", &in_hours(48), "--key", &key("boss")];
    house.gonogo.run(waive).exits(0);
    house.gate(&[]).exits(1);
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(4).says("`first` is newly under an accepted exception");
    house.sign("security", "sec", &[]).exits(0).says("exceptions:").says("T-1");
    house.gate(&[]).exits(0);
    let (exit, said) = house.gate_in(Duration::from_secs(3 * 86_400)).await;
    assert!(exit == Exit::Red && said.contains("`first` is red, and its accepted exception does not count: it expired"), "{exit:?} {said}");
    house.gonogo.run(["report", "-q", "--format", "markdown=r.md"]).exits(0);
    for said in ["known", "T-1", "Devi Ops", "Bea Boss", "drill"] {
        assert!(house.gonogo.read("r.md").contains(said), "{said}: {}", house.gonogo.read("r.md"));
    }
}
