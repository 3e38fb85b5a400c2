//! A21 and A22: what cannot be read is an objection, and what a statement says of a report is compared with it.

use std::fs;

use gonogo::{
    ledger::pae,
    model::{Act, Json, SignOff, Statement, Verdict},
};
use jiff::SignedDuration;

use crate::{
    gonogo::Ran,
    signoff::house::{House, now, shell},
};

/// A report on record whose answer was changed so.
async fn answered(change: impl Fn(&mut serde_json::Value)) -> House {
    let house = House::new().await.security_alone().checks("  - { id: drill, manual: { question: Was it restored? } }\n");
    house.gonogo.run(["answer", "drill", "--key", &house.key("dev")]).exits(0);
    house.verify(&[]).exits(0);
    let (run, mut report) = house.newest_run().await;
    let drill = report.findings.iter_mut().find(|finding| finding.id == "drill").expect("a finding");
    let mut seen = drill.observation.value().clone();
    change(&mut seen);
    drill.observation = Json::from(seen);
    report.finished = now();
    house.put_report(&run, &report).await;
    house.sign("security", "sec", &[]).exits(0);
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a21_an_answer_that_cannot_be_read_is_an_objection() {
    for (what, value) in [("reply", serde_json::json!("perhaps")), ("at", serde_json::json!("yesterday")), ("entry", serde_json::json!([]))]
    {
        let house = answered(|seen| seen[what] = value.clone()).await;
        house.gate(&[]).exits(3).says("the answer to `drill` in the newest full run cannot be read");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a21_an_answer_that_is_not_on_record_as_the_report_has_it() {
    let untouched = answered(|_| ()).await;
    untouched.gate(&[]).exits(0);
    for (what, value) in [
        ("by", serde_json::json!("sec")),
        ("entry", serde_json::json!(3)),
        ("reason", serde_json::json!("I was there")),
        ("at", serde_json::json!((now() + SignedDuration::from_hours(2)).to_string())),
    ] {
        let house = answered(|seen| seen[what] = value.clone()).await;
        let gate = house.gate(&[]);
        assert_eq!(gate.code, 3, "{what}: {}{}", gate.stdout, gate.stderr);
        gate.says("`drill`");
    }
    let house = answered(|seen| *seen = serde_json::json!("yes")).await;
    house.gate(&[]).exits(3).says("cannot be read");
}

/// A statement that says other things than the program would have signed, brought in the way that `ssh-keygen` allows.
fn brought(house: &House, change: impl Fn(&mut SignOff)) -> Ran {
    house.gonogo.run(["sign", "--as", "security", "--export", "s.dsse", "--signer", "sec"]).exits(0);
    let exported = fs::read(house.gonogo.path("s.dsse")).expect("a statement");
    let start = exported.iter().position(|byte| *byte == b'{').expect("JSON");
    let mut statement = Statement::from_json(&exported[start..]).expect("a statement");
    let Act::SignOff(said) = &mut statement.act else { panic!("a sign-off") };
    change(said);
    house.write("c.dsse", pae(&statement.to_json()));
    let folder = house.gonogo.path(".");
    let _ = fs::remove_file(folder.join("c.dsse.sig"));
    let (ok, said) = shell(&folder, "ssh-keygen", &["-q", "-Y", "sign", "-n", "gonogo", "-f", &house.key("sec"), "c.dsse"]);
    assert!(ok, "{said}");
    house.gonogo.run(["sign", "--dsse", "c.dsse"])
}

/// A release with an accepted exception.
async fn excepted() -> House {
    let house = House::new().await.security_alone();
    house.service.first(500);
    house.verify(&[]).exits(1);
    let until = (now() + SignedDuration::from_hours(24)).to_string();
    let key = house.key("boss");
    let waive = ["waive", "first", "--reason", "known", "--ticket", "T-1", "--owner", "dev", "--expires", &until, "--key", &key];
    house.gonogo.run(waive).exits(0);
    house.verify(&[]).exits(0);
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a22_a_statement_that_leaves_the_exceptions_out() {
    let house = excepted().await;
    let _ = brought(&house, |said| said.exceptions.clear());
    house.gate(&[]).exits(4).says("it says other things of the report than the report does");
    brought(&house, |_| ()).exits(0);
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a22_a_statement_with_another_exception_verdict_or_release() {
    type Change = fn(&mut SignOff);
    let changes: [Change; 5] = [
        |said| said.exceptions[0].id = "second".into(),
        |said| said.exceptions.push(said.exceptions[0].clone()),
        |said| said.verdict = Verdict::Hold,
        |said| said.release.version = Some("1.4.3".into()),
        |said| said.release.dirty = !said.release.dirty,
    ];
    for change in changes {
        let house = excepted().await;
        let _ = brought(&house, change);
        let gate = house.gate(&[]).exits(4).stdout;
        assert!(gate.contains("has not signed"), "{gate}");
    }
}
