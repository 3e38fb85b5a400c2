//! A9 and A13: what a machine knows counts beside a bundle; and an auditor brings the law.

use std::fs;

use gonogo::{
    ledger::{Entry, Label},
    model::{Act, Emergency},
};
use jiff::SignedDuration;

use crate::{
    gonogo::{Gonogo, Ran},
    signoff::{
        apart::{copy, gate, sign_at_home},
        audited::{bundle, packed_anew},
        house::{House, now, version},
    },
};

/// A machine that took in a bundle and a signature, and of whose ledger the bundle knows nothing any more: its own ledger
/// goes on, and so does the one that bundles come from.
struct Apart {
    house: House,
    here: House,
}

impl Apart {
    /// Both with one signed run.
    async fn new(policy: &[(&str, &str)]) -> Self {
        let house = House::new().await.security_alone().policy(policy);
        house.verify(&["--bundle", "bundle"]).exits(0);
        house.sign("security", "sec", &[]).exits(0);
        let here = house.copied();
        Self { house, here }
    }

    /// The gate of `here` with the newest bundle.
    #[track_caller]
    fn gate(&self) -> Ran {
        self.house.verify(&[]).exits(0);
        self.house.gonogo.run(["report", "-q", "--bundle", "bundle.zip"]).exits(0);
        fs::copy(self.house.gonogo.path("bundle.zip"), self.here.gonogo.path("bundle.zip")).expect("a copy");
        self.here.gate(&["--bundle", "bundle.zip"])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a9_a_withdrawal_that_the_bundle_does_not_know() {
    let apart = Apart::new(&[]).await;
    apart.here.sign("security", "sec", &["--withdraw", "--comment", "it smells"]).exits(0);
    apart.gate().exits(4).says("judged by the files alone").says("withdrawn at").says("it smells");
}

#[tokio::test(flavor = "multi_thread")]
async fn a9_a_no_and_a_red_run_that_the_bundle_does_not_know() {
    let apart = Apart::new(&[]).await;
    apart.here.sign("security", "sec", &["--no-go", "--comment", "a hole"]).exits(0);
    apart.gate().exits(1).says("says no-go").says("(in the ledger here)");
    let apart = Apart::new(&[]).await;
    apart.here.service.first(500);
    apart.here.verify(&[]).exits(1);
    apart.here.service.first(200);
    // A look that is newer than it overtakes it, wherever it stands.
    apart.gate().exits(0);
    let bundle = apart.house.gonogo.path("bundle.zip");
    apart.here.service.first(500);
    apart.here.verify(&[]).exits(1);
    fs::copy(bundle, apart.here.gonogo.path("bundle.zip")).expect("a copy");
    apart.here.gate(&["--bundle", "bundle.zip"]).exits(1).says("(in the ledger here)");
}

/// The bytes of the no that stands here, in the bundle, without their signature and said to be about something else: they
/// are not that no, and whoever put them there is to be told.
#[tokio::test(flavor = "multi_thread")]
async fn a9_a_bundle_with_a_twin_of_the_no_that_nobody_signed() {
    let apart = Apart::new(&[]).await;
    apart.here.sign("security", "sec", &["--no-go", "--comment", "a hole"]).exits(0);
    let no = apart.here.entries().await.pop().expect("the no");
    apart.gate().exits(1);
    let newest = apart.house.entries().await.pop().expect("a newest entry");
    let label = Label { environment: "staging".into(), ..no.label.clone() };
    let twin = Entry { seq: newest.seq + 1, prev: newest.digest(), signature: None, label, ..no };
    let export = |house: &House| house.gonogo.run(["log", "export", "lines"]).exits(0);
    export(&apart.here);
    let lines = apart.here.gonogo.read("lines");
    let mut line: serde_json::Value = serde_json::from_str(lines.lines().last().expect("the no")).expect("JSON");
    line["signature"] = serde_json::Value::Null;
    line["label"]["environment"] = "staging".into();
    for (name, value) in [("seq", twin.seq.into()), ("prev", twin.prev.as_str().into()), ("digest", twin.digest().as_str().into())] {
        line[name] = value;
    }
    let mut bundle = bundle(&apart.here);
    bundle.files.get_mut("ledger.jsonl").expect("its ledger").extend(format!("{line}\n").bytes());
    fs::write(apart.here.gonogo.path("bundle.zip"), packed_anew(bundle)).expect("written");
    let ran = apart.here.gate(&["--bundle", "bundle.zip"]).exits(5);
    assert!(ran.stderr.contains("its label says other things"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a9_an_overdue_review_and_an_open_deployment_that_the_bundle_does_not_know() {
    let glass = [("break-glass", "{ roles: [engineering-manager] }")];
    let apart = Apart::new(&glass).await;
    let review_by = now() - SignedDuration::from_hours(1);
    let (role, ticket) = ("engineering-manager".into(), "INC-7".into());
    let emergency = Emergency { release: version("1.4.1"), role, reason: "down".into(), ticket, review_by };
    apart.here.put(Some("boss"), Vec::new(), Act::Emergency(emergency), now()).await;
    apart.gate().exits(4).says("INC-7").says("was to be reviewed by").says("(in the ledger here)");
    let apart = Apart::new(&[]).await;
    let killed = "kill -KILL $PPID; sleep 1";
    let program = apart.here.gonogo.command(["deploy", "--release", "1.4.2", "--", "sh", "-c", killed]).output().expect("it runs");
    assert_eq!(program.status.code(), None);
    apart.gate().exits(4).says("has no end on record").says("(in the ledger here)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a9_a_machine_without_a_ledger_goes_by_the_bundle() {
    let house = House::new().await.security_alone();
    house.verify(&["--bundle", "bundle"]).exits(0);
    let fifth = copy(&house, "bundle");
    gate(&fifth).exits(4);
    sign_at_home(&house, "sec", "security", &fifth, &[]).exits(0);
    gate(&fifth).exits(0);
}

/// Eve's own shop: a plan in which she has the role, a key that the auditor trusts as hers, and a release that she signed.
async fn by_eve(change: impl Fn(String) -> String) -> (House, Vec<u8>) {
    let house = House::new().await.policy(&[("roles", "{ security: [eve] }"), ("require", "[security]")]);
    house.keygen("eve", &["-t", "ed25519"]);
    house.also_signers(&[house.line("eve", "eve", "")]);
    house.write("gonogo.yaml", change(house.plan()));
    house.verify(&[]).exits(0);
    house.sign("security", "eve", &[]).exits(0);
    house.gate(&[]).exits(0);
    house.gonogo.run(["report", "-q", "--bundle", "bundle.zip"]).exits(0);
    let bundle = fs::read(house.gonogo.path("bundle.zip")).expect("a bundle");
    (house, bundle)
}

/// The auditor's own machine: their signers, and the plan that they know.
fn auditor(house: &House, bundle: &[u8], plan: &str, more: &[&str]) -> Ran {
    let signers = house.gonogo.read("signers");
    let auditor = Gonogo::new().file("trusted", &signers).file("signers", &signers).file("gonogo.yaml", plan);
    fs::write(auditor.path("b.zip"), bundle).expect("written");
    auditor.run(["audit", "b.zip"].iter().chain(more))
}

const TRUSTED: [&str; 4] = ["--signers", "trusted", "--policy", "gonogo.yaml"];

#[tokio::test(flavor = "multi_thread")]
async fn a13_a_bundle_whose_own_plan_gives_the_role() {
    let (house, bundle) = by_eve(|plan| plan).await;
    let honest = house.plan().replace("{ security: [eve] }", "{ security: [sec] }");
    auditor(&house, &bundle, &honest, &TRUSTED[..2])
        .exits(5)
        .says("by the bundle's own claim of who has which role")
        .says("the signatures are valid; who has which role is the bundle's own claim");
    auditor(&house, &bundle, &honest, &TRUSTED).exits(4).says("`eve` does not have the role `security`");
    auditor(&house, &bundle, &house.plan(), &TRUSTED).exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a13_a_bundle_with_other_names_or_fewer_roles_than_the_auditor_knows() {
    let (house, bundle) = by_eve(|plan| plan.replace("name: Eve Else", "name: Sepp Security")).await;
    let said = auditor(&house, &bundle, &house.plan(), &TRUSTED).exits(0).says("go by Eve Else").stdout;
    assert!(!said.contains("go by Sepp Security"), "{said}");
    let two = house.plan().replace("{ security: [eve] }", "{ security: [eve], devops: [dev] }");
    let two = two.replace("require: [security]", "require: [security, devops]");
    auditor(&house, &bundle, &two, &TRUSTED).exits(4).says("`devops` has not signed");
    auditor(&house, &bundle, &house.plan(), &TRUSTED[2..]).exits(5);
    auditor(&house, &bundle, &house.plan(), &["--signers", "trusted", "--policy", "missing.yaml"]).exits(2).says("missing.yaml");
}
