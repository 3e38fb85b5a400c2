//! Answers and accepted exceptions: who may give them, and for what.

use super::house::{House, now};

fn in_hours(hours: i64) -> String {
    (now() + jiff::SignedDuration::from_hours(hours)).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_are_asked_answer() {
    let drill = "  - { id: drill, manual: { question: Was it restored?, evidence: the ticket, by: security } }\n";
    let house = House::new().await.checks(drill);
    let answer = |key: &str, more: &[&str]| house.gonogo.run(["answer", "drill", "--key", &house.key(key)].iter().chain(more));
    answer("dev", &[]).exits(5).says("belongs to dev, not to sec");
    answer("ci", &[]).exits(5);
    house.gonogo.run(["answer", "dril", "--key", &house.key("sec")]).exits(2).says("did you mean `drill`?");
    house.gonogo.run(["answer", "first", "--key", &house.key("sec")]).exits(2).says("takes no answer");
    answer("sec", &["not-applicable"]).exits(2).says("--reason");
    answer("sec", &["maybe"]).exits(2);
    house.verify(&[]).exits(4).says("");
    answer("sec", &["no", "--reason", "the tape is torn"]).exits(0).says("sec answers no");
    let (ran, report) = house.gonogo.verify(&["--release", "1.4.2"]);
    assert_eq!(ran.code, 1);
    assert!(report.findings[3].reason.contains("the tape is torn (Sepp Security"), "{}", report.findings[3].reason);
    answer("sec", &["not-applicable", "--reason", "no data here", "--evidence", "https://tickets.example.com/1"]).exits(0);
    let (ran, report) = house.gonogo.verify(&["--release", "1.4.2"]);
    assert_eq!(ran.code, 0);
    assert!(report.findings[3].reason.contains("not applicable: no data here"), "{}", report.findings[3].reason);
    answer("sec", &["--evidence", "missing.txt"]).exits(2).says("missing.txt");
    house.write("ticket.txt", "done");
    answer("sec", &["--evidence", "ticket.txt"]).exits(0);
    house.verify(&[]).exits(0);
    house.gonogo.run(["report", "-q", "--format", "markdown=r.md"]).exits(0);
    assert!(house.gonogo.read("r.md").contains("ticket.txt"));
    // Without a policy there is nobody whose answer counts.
    let plan = house.plan();
    house.write(
        "gonogo.yaml",
        plan.split("signoff:").next().expect("a head").to_owned() + "checks:\n  - { id: drill, manual: { question: Q? } }\n",
    );
    answer("sec", &[]).exits(2).says("write `signoff:`");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_somebody_else_than_the_owner_accepts_and_not_for_long() {
    let house = House::new().await.policy(&[("longest-waiver", "{ blocker: 5d }")]);
    house.service.first(500);
    house.verify(&[]).exits(1);
    let waive = |key: &str, owner: &str, check: &str, expires: &str| {
        let key = house.key(key);
        house.gonogo.run(["waive", check, "--reason", "r", "--ticket", "T", "--owner", owner, "--expires", expires, "--key", &key])
    };
    waive("sec", "sec", "first", &in_hours(24)).exits(2).says("sec owns the exception");
    waive("sec", "dev", "first", &in_hours(24 * 6)).exits(2).says("is more than 5 d");
    waive("sec", "dev", "first", "2020-01-01").exits(2).says("would not count: it expired");
    waive("sec", "dev", "first", "soon").exits(2).says("--expires");
    waive("sec", "nobody", "first", &in_hours(24)).exits(2).says("no person `nobody`");
    waive("sec", "dev", "frist", &in_hours(24)).exits(2).says("no check `frist`");
    assert!(!house.log().contains("waiver"), "{}", house.log());
    house.verify(&[]).exits(1);
    waive("sec", "dev", "first", &in_hours(24)).exits(0).says("sec accepts this");
    house.verify(&[]).exits(0);
    // A machine's key accepts nothing.
    house.service.second(500);
    waive("ci", "dev", "second", &in_hours(24)).exits(5).says("belongs to ci");
    // One from the plan's file is signed by its approver alone.
    house.service.first(200);
    let text =
        format!("- {{ check: first, environment: prod, reason: q, ticket: U, owner: dev, approver: boss, expires: '{}' }}\n", in_hours(48));
    house.write("waivers.yaml", text);
    house.service.first(500);
    house.gonogo.run(["waive", "first", "--key", &house.key("sec")]).exits(5).says("belongs to sec, not to boss");
    house.gonogo.run(["waive", "first", "--key", &house.key("boss")]).exits(0);
    let (ran, report) = house.gonogo.verify(&["--release", "1.4.2"]);
    assert_eq!((ran.code, report.findings[0].waiver.as_ref().map(|waiver| waiver.ticket.as_str())), (0, Some("U")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_record_without_a_policy_too() {
    let house = House::new().await;
    let plan = house.plan();
    let (head, checks) = (plan.split("signoff:").next().expect("a head"), plan.split("checks:").nth(1).expect("checks"));
    house.write("gonogo.yaml", format!("{head}checks:{checks}"));
    house.verify(&[]).exits(0);
    assert!(!house.gonogo.path(".gonogo").exists());
    house.verify(&["--record", "--bundle", "b"]).exits(0);
    house.log();
    house.gonogo.run(["log", "verify"]).exits(0).says("unsigned 1 entries");
    house.gonogo.run(["deploy", "record", "--release", "1.4.2", "--status", "succeeded"]).exits(0);
    house.gonogo.run(["log"]).exits(0).says("1.4.2");
    house.gonogo.run(["report", "-q", "--format", "html=r.html"]).exits(0);
    house.gonogo.run(["audit", "b"]).exits(5).says("signers not confirmed");
    house.gate(&[]).exits(2).says("write `signoff:`");
    house.sign("security", "sec", &[]).exits(2).says("write `signoff:`");
    house.gonogo.run(["gate", "--release", "1.4.2", "--break-glass", "--as", "security", "--reason", "r", "--ticket", "t"]).exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_answered_and_accepted_at_once_as_it_is_today() {
    let lists = |regions: &str| {
        let drill = "{ id: drill, for-each: { region: REGIONS }, manual: { question: \"Was ${region} restored?\", by: security } }";
        let there = "{ id: there, for-each: { region: REGIONS }, file: { path: \"${region}.txt\", type: file } }";
        format!("  - {drill}\n  - {there}\n").replace("REGIONS", regions)
    };
    let house = House::new().await.checks(&lists("[eu, us]"));
    let (key, later) = (house.key("sec"), in_hours(24));
    let waive = |list: &str| {
        let said = ["--reason", "r", "--ticket", "T", "--owner", "dev", "--expires", &later, "--key", &key];
        house.gonogo.run(["waive", list].iter().copied().chain(said))
    };
    house.write("us.txt", "");
    house.verify(&[]).exits(1);
    house.gonogo.run(["answer", "drill", "--key", &key]).exits(0).says("drill[eu]: Was eu restored?").says("drill[us]: Was us restored?");
    waive("there").exits(0).says("there[eu] in prod: r").says("there[us] in prod: r");
    // One of the list needs its exception still, so nothing is said of the other's.
    let (ran, report) = house.gonogo.verify(&["--release", "1.4.2"]);
    assert_eq!((ran.code, report.notes.iter().filter(|note| note.contains("no longer needed")).count()), (0, 0), "{:?}", report.notes);
    // Each of these is for somebody else to accept: nobody signs for both.
    let one = |member: &str, approver: &str| {
        format!("- {{ check: '{member}', environment: prod, reason: r, ticket: T, owner: ci, approver: {approver}, expires: {later} }}\n")
    };
    house.write("waivers.yaml", one("there[eu]", "sec") + &one("there[us]", "dev"));
    house.gonogo.run(["waive", "there", "--key", &key]).exits(2).says("for several to accept: `there[eu]` for sec, `there[us]` for dev");
    // Nor does a file stand for whatever the list will have.
    house.write("waivers.yaml", one("there", "sec"));
    house.gonogo.run(["lint"]).exits(2).says("`there` is a list: an exception is accepted for one of its checks");
    std::fs::remove_file(house.gonogo.path("waivers.yaml")).expect("removed");
    // Where none does any more, it is said once.
    house.write("eu.txt", "");
    let (ran, report) = house.gonogo.verify(&["--release", "1.4.2"]);
    let said: Vec<&String> = report.notes.iter().filter(|note| note.contains("no longer needed")).collect();
    assert_eq!((ran.code, said.len()), (0, 1), "{said:?}");
    assert!(said[0].contains("`there[eu]`, and for 1 more of its list,"), "{said:?}");
    // What is in the list later is covered by neither.
    let plan = house.plan().replace(&lists("[eu, us]"), &lists("[eu, us, jp]"));
    house.write("gonogo.yaml", plan);
    let (ran, report) = house.gonogo.verify(&["--release", "1.4.2"]);
    let open: Vec<&str> = report
        .findings
        .iter()
        .filter(|one| one.outcome != gonogo::model::Outcome::Pass && one.waiver.is_none())
        .map(|one| one.id.as_str())
        .collect();
    assert_eq!((ran.code, open), (1, vec!["drill[jp]", "there[jp]"]));
    house.gonogo.run(["waive", "thare", "--key", &key]).exits(2).says("no check `thare`");
}
