//! Whose signature counts, how often, for how long, and in whose hand.

use std::time::Duration;

use gonogo::model::Exit;

use super::house::House;

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test(flavor = "multi_thread")]
async fn one_person_counts_once_and_one_key_is_one_person() {
    let roles = "{ security: [sec, eve, dev], recorder: [ci] }";
    let house = House::new().await.policy(&[("roles", roles), ("require", "[{ role: security, count: 2 }]")]);
    house.keygen("second", &["-t", "ed25519"]);
    // Two keys of one person.
    house.also_signers(&[house.line("sec", "second", "")]);
    house.verify(&[]).exits(0);
    house.gate(&[]).exits(4).says("2 people of `security` have not signed (sec, eve, dev)");
    house.sign("security", "sec", &[]).exits(0);
    house.sign("security", "second", &[]).exits(0);
    house.gate(&[]).exits(4).says("decided again later, in entry 4").says("`security` has not signed");
    house.sign("security", "dev", &[]).exits(0);
    house.gate(&[]).exits(0);
    // One key of two people: neither a run nor a gate goes by such a file.
    house.also_signers(&[house.line("eve", "dev", "")]);
    house.gate(&[]).exits(2).says("dev and eve could sign with one key");
    house.verify(&[]).exits(2).says("give each a line and a key of their own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_blocks_whatever_the_count_until_it_is_taken_back() {
    let roles = "{ security: [sec, eve], devops: [dev], recorder: [ci] }";
    let house = House::new().await.policy(&[("roles", roles), ("require", "[security]")]);
    house.keygen("eve", &["-t", "ed25519"]);
    house.also_signers(&[house.line("eve", "eve", "")]);
    house.verify(&[]).exits(0);
    house.sign("security", "dev", &[]).exits(5).says("belongs to dev");
    house.sign("devops", "sec", &[]).exits(5).says("belongs to sec");
    house.sign("security", "lead", &[]).exits(5);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.sign("security", "eve", &["--no-go", "--comment", "the key leaked"]).exits(0);
    house.gate(&[]).exits(1).says("Eve Else (security) says no-go: the key leaked");
    // Another run of the same release does not make it go away.
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(1).says("the key leaked");
    house.gonogo.run(["report", "-q", "--format", "html=r.html", "--format", "markdown=r.md"]).exits(0);
    for text in [house.gonogo.read("r.html"), house.gonogo.read("r.md"), house.log()] {
        assert!(text.contains("the key leaked"), "{text}");
    }
    house.sign("security", "eve", &["--withdraw", "--comment", "it did not"]).exits(0);
    house.gate(&[]).exits(0).says("no-go by Eve Else as security").says("withdrawn at");
    assert!(house.log().contains("it did not") && house.log().contains("the key leaked"), "{}", house.log());
    // A no of a role that need not sign is told and does not block.
    house.sign("devops", "dev", &["--no-go", "--comment", "too late in the week"]).exits(0);
    house.gate(&[]).exits(0).says("too late in the week");
    house.sign("devops", "sec", &["--withdraw", "--comment", "x"]).exits(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_and_run_counts_only_for_its_time() {
    let house = House::new().await.policy(&[("require", "[security]"), ("valid-for", "3d"), ("max-age", "6d")]);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    for (later, exit, said) in [
        (hours(71), Exit::Go, ""),
        (hours(73), Exit::Hold, "sign-offs count for 3 d"),
        (hours(145), Exit::Unchecked, "longer than 6 d ago"),
    ] {
        let (came, text) = house.gate_in(later).await;
        assert!(came == exit && text.contains(said), "{later:?}: {came:?}\n{text}");
    }
    // No end of time is a crash.
    let house = house.policy(&[("valid-for", "7000000d"), ("max-age", "7000000d")]);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(0);
    assert_eq!(house.gate_in(DAY * 3000).await.0, Exit::Go);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_full_run_before_a_deployment_can_be_signed() {
    let house = House::new().await.security_alone();
    let tomorrow = (super::house::now() + jiff::SignedDuration::from_hours(24)).to_string();
    for (more, said) in [
        (&["--only", "first"][..], "no full run"),
        (&["--skip", "second"], "no full run"),
        (&["--advisory"], "no full run"),
        (&["--at", &tomorrow], "no full run"),
        (&["--phase", "post-deploy"], "no full run"),
    ] {
        house.verify(&[more, &["--bundle", "partial"]].concat()).exits(0);
        house.sign("security", "sec", &[]).exits(2).says(said);
        house.gate(&[]).exits(3).says("no full run");
        house.gonogo.run(["sign", "partial", "--as", "security", "--key", &house.key("sec")]).exits(2).says("nobody can sign it as go");
    }
    house.service.first(500);
    house.verify(&[]).exits(1);
    house.sign("security", "sec", &[]).exits(2).says("NO-GO").says("`--no-go` signs a no");
    house.sign("security", "sec", &["--no-go"]).exits(0);
    house.gate(&[]).exits(1);
    house.service.first(200);
    house.gonogo.run(["verify", "-q"]).exits(0);
    house.sign("security", "sec", &[]).exits(2).says("names neither a version nor a commit");
    house.verify(&["--no-record"]).exits(0);
    house.gate(&[]).exits(1);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &["--release", "1.4.2"]).exits(0);
    house.gate(&[]).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_can_demand_runs_that_a_recorder_signed() {
    let house = House::new().await.security_alone().policy(&[("unsigned-runs", "refused")]);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.gate(&[]).exits(3).says("not signed by a `recorder`");
    // The wrong key is told before anything is touched.
    let before = house.service.visits();
    house.verify(&["--recorder-key", &house.key("sec")]).exits(5).says("belongs to sec");
    assert_eq!(house.service.visits(), before);
    house.verify(&["--recorder-key", &house.key("ci")]).exits(0);
    // The recorder's run confirms what was signed on the other.
    house.gate(&[]).exits(0).says("confirmed by this run");
    house
        .gonogo
        .run(["deploy", "record", "--release", "1.4.2", "--status", "succeeded", "--recorder-key", &house.key("ci")])
        .exits(0)
        .says("by ci");
    house.gonogo.run(["log"]).exits(0).says("CI (key)");
    house.gonogo.run(["log", "verify"]).exits(0).says("unsigned 0 entries");
    // Nobody else's word makes a deployment look like the machine's own.
    let declared =
        ["deploy", "record", "--release", "1.4.2", "--status", "failed", "--deployer", "dev", "--recorder-key", &house.key("ci")];
    house.gonogo.run(declared).exits(0);
    house.gonogo.run(["log"]).exits(0).says("dev (declared)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_without_a_key_is_entered_and_never_shown_as_signed() {
    let roles = "{ deployment-lead: [lead], security: { people: [sec], methods: [ssh, recorded] }, \
                 engineering-manager: { people: [boss], methods: [recorded] }, devops: [dev], recorder: [ci] }";
    let house = House::new().await.policy(&[("roles", roles), ("require", "[security, engineering-manager, deployment-lead]")]);
    house.write("mail.eml", "yes, go\n");
    house.verify(&[]).exits(0);
    house.sign("devops", "lead", &["--for", "dev", "--evidence", "mail.eml"]).exits(2).says("`methods` have no `recorded`");
    house.sign("security", "lead", &["--for", "sec"]).exits(2).says("--evidence");
    house.sign("security", "lead", &["--for", "dev", "--evidence", "mail.eml"]).exits(2).says("`dev` does not have the role");
    house.sign("security", "ci", &["--for", "sec", "--evidence", "mail.eml"]).exits(5).says("belongs to ci");
    house.sign("engineering-manager", "boss", &[]).exits(2).says("`methods`");
    // One transcriber enters two decisions and signs an own one.
    for (role, person) in [("security", "sec"), ("engineering-manager", "boss")] {
        house.sign(role, "lead", &["--for", person, "--evidence", "mail.eml"]).exits(0).says(&format!("signs GO for {person}"));
    }
    house.sign("deployment-lead", "lead", &[]).exits(0);
    let gate = house.gate(&[]).exits(0).stdout;
    assert!(gate.contains("go by Sepp Security as security") && gate.contains("not signed but entered by lead"), "{gate}");
    house.gonogo.run(["report", "-q", "--format", "html=r.html", "--format", "markdown=r.md"]).exits(0);
    let (html, markdown) = (house.gonogo.read("r.html"), house.gonogo.read("r.md"));
    for text in [&html, &markdown] {
        assert!(text.contains("entered by") && text.contains("mail.eml"), "{text}");
    }
    let rows: Vec<&str> = markdown.lines().filter(|line| line.contains("Sepp Security") && line.contains("**GO**")).collect();
    assert!(rows.len() == 1 && rows[0].contains("(entered, not signed)") && !rows[0].contains("own SSH key"), "{rows:?}");
    house.gonogo.run(["log", "verify"]).exits(0);
    // The transcriber may take it back, and so may the person.
    house.sign("security", "lead", &["--for", "sec", "--withdraw", "--comment", "misread", "--evidence", "mail.eml"]).exits(0);
    house.gate(&[]).exits(4).says("`security` has not signed");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_in_two_roles_is_one_person() {
    let roles = "{ security: [sec, dev], devops: [sec, dev], recorder: [ci] }";
    let house = House::new().await.policy(&[("roles", roles), ("require", "[security, devops]")]);
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    house.sign("devops", "sec", &[]).exits(0);
    house.gate(&[]).exits(4);
    house.sign("devops", "dev", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.gonogo.run(["lint"]).exits(0);
}
