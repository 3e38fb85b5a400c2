//! Accepted exceptions: which of them turn a red check into an exception, and what people are told of the others.

use gonogo::{
    model::{Location, Outcome, Report, Severity, Unsigned, Verdict, Waiver},
    plan::{Item, Plan},
    run::{GivenWaiver, Settings},
};

use crate::{
    gonogo::{Gonogo, Ran, now},
    scripted::{Ending, item, plan, run, settings, signoff},
};

/// A waiver on `red`, written in the plan, until this instant.
fn given(expires: &str, signed: bool) -> GivenWaiver {
    let waiver = Waiver {
        check: "red".into(),
        environment: "prod".into(),
        reason: "renewed on Monday".into(),
        ticket: "OPS-1".into(),
        owner: "eve".into(),
        approver: "bob".into(),
        granted: None,
        expires: expires.parse().expect("an instant"),
    };
    GivenWaiver { waiver, signed, location: Some(Location { file: "waivers.yaml".into(), line: 3, column: None }) }
}

const LATER: &str = "2026-12-24T00:00:00Z";

async fn ran(items: Vec<Item>, policy: Option<Unsigned>, settings: Settings) -> Report {
    run(Plan { signoff: policy.map(signoff), ..plan(items) }, &settings).await.expect("a report")
}

/// A blocker that passes and one called `red`, which ends so.
async fn with(ending: Ending, waivers: Vec<GivenWaiver>) -> Report {
    ran(vec![item("fine", Ending::Met), item("red", ending)], None, Settings { waivers, ..settings() }).await
}

fn came(report: &Report) -> (Verdict, u8, bool) {
    (report.verdict, report.exit, report.findings[1].waiver.is_some())
}

#[tokio::test]
async fn on_a_blocker_it_counts_only_signed_or_where_policy_says_so() {
    let go = (Verdict::Go, 0, true);
    let no_go = (Verdict::NoGo, 1, false);
    for (signed, policy, severity, strict, wanted) in [
        (true, None, Severity::Blocker, false, go),
        (true, Some(Unsigned::Refused), Severity::Blocker, false, go),
        (false, None, Severity::Blocker, false, no_go),
        (false, Some(Unsigned::Refused), Severity::Blocker, false, no_go),
        (false, Some(Unsigned::Allowed), Severity::Blocker, false, go),
        (false, None, Severity::Warning, false, go),
        (false, None, Severity::Warning, true, no_go),
        (true, None, Severity::Warning, true, go),
        (false, None, Severity::Info, true, go),
    ] {
        let items = vec![item("fine", Ending::Met), Item { severity, ..item("red", Ending::Unmet) }];
        let report = ran(items, policy, Settings { waivers: vec![given(LATER, signed)], strict, ..settings() }).await;
        assert_eq!(came(&report), wanted, "{signed} {policy:?} {severity} {strict}");
        assert_eq!(report.findings[1].outcome, Outcome::Fail, "it stays a failure");
        if wanted == no_go {
            let said = "waivers.yaml:3: the accepted exception for `red` does not count: `bob` has not signed it, as the approver must where a check blocks";
            assert_eq!(report.notes, [said]);
        } else {
            assert_eq!(report.notes, [""; 0]);
        }
    }
}

#[tokio::test]
async fn only_a_failure_is_waived() {
    for ending in [Ending::Undetermined, Ending::ExpectsNothing, Ending::Unknown, Ending::Unreachable, Ending::Panics, Ending::Hangs] {
        let items = vec![item("fine", Ending::Met), Item { timeout: gonogo::model::Period::millis(100), ..item("red", ending) }];
        let report = ran(items, Some(Unsigned::Allowed), Settings { waivers: vec![given(LATER, true)], ..settings() }).await;
        assert_eq!((report.verdict, report.exit, report.findings[1].waiver.is_none()), (Verdict::NoGo, 3, true), "{ending:?}");
        assert!(report.notes[0].ends_with("does not count: only a failure can be accepted, and the check could not be checked"));
    }
    let report = with(Ending::Waiting, vec![given(LATER, true)]).await;
    assert_eq!(came(&report), (Verdict::Hold, 4, false));
}

#[tokio::test]
async fn a_guard_is_never_waived() {
    let items = vec![item("fine", Ending::Met), Item { guard: true, severity: Severity::Info, ..item("red", Ending::Unmet) }];
    let report = ran(items, Some(Unsigned::Allowed), Settings { waivers: vec![given(LATER, true)], ..settings() }).await;
    assert_eq!(came(&report), (Verdict::NoGo, 1, false));
    assert!(report.notes[0].contains("a check that guards the environment cannot be waived"), "{:?}", report.notes);
}

#[tokio::test]
async fn it_is_judged_at_the_instant_of_the_run() {
    let at = async |at: &str, expires: &str| {
        let settings = Settings { at: at.parse().expect("an instant"), rehearsal: true, waivers: vec![given(expires, true)], ..settings() };
        ran(vec![item("fine", Ending::Met), item("red", Ending::Unmet)], None, settings).await
    };
    let report = at("2026-12-23T23:59:59Z", LATER).await;
    assert_eq!(came(&report), (Verdict::Go, 0, true));
    assert_eq!(report.notes, ["waivers.yaml:3: the accepted exception for `red` ends in 1 s, at 2026-12-24T00:00:00Z"]);
    let report = at("2026-12-26T12:00:00Z", LATER).await;
    assert_eq!(came(&report), (Verdict::NoGo, 1, false));
    let said = "waivers.yaml:3: the accepted exception for `red` expired 2 d 12 h ago, at 2026-12-24T00:00:00Z: the check counts as red";
    assert_eq!(report.notes, [said]);
}

#[tokio::test]
async fn one_that_ends_within_seven_days_is_said() {
    for (expires, said) in [("2026-11-27T12:00:00Z", true), ("2026-11-27T12:00:01Z", false)] {
        let report = with(Ending::Unmet, vec![given(expires, true)]).await;
        assert_eq!((came(&report), report.notes.iter().any(|note| note.contains("ends in 7 d"))), ((Verdict::Go, 0, true), said));
    }
}

#[tokio::test]
async fn one_on_a_check_that_passes_is_no_longer_needed() {
    let report = with(Ending::Met, vec![given(LATER, true)]).await;
    assert_eq!(came(&report), (Verdict::Go, 0, false));
    let said =
        "waivers.yaml:3: the accepted exception for `red` is no longer needed: the check passed (it lasts until 2026-12-24T00:00:00Z)";
    assert_eq!(report.notes, [said]);
    let report = with(Ending::Met, vec![given("2026-11-01T00:00:00Z", true)]).await;
    assert!(report.notes[0].contains("expired at 2026-11-01T00:00:00Z and is no longer needed"), "{:?}", report.notes);
}

#[tokio::test]
async fn one_that_lasts_too_long_does_not_count() {
    let report = with(Ending::Unmet, vec![given("2027-11-20T00:00:00Z", true)]).await;
    assert_eq!(came(&report), (Verdict::NoGo, 1, false));
    let said =
        "does not count: from 2026-11-20T12:00:00Z to 2027-11-20T00:00:00Z is more than 90 d, the longest on a check of severity `blocker`";
    assert!(report.notes[0].ends_with(said), "{:?}", report.notes);
    let info = vec![item("fine", Ending::Met), Item { severity: Severity::Info, ..item("red", Ending::Unmet) }];
    let report = ran(info, None, Settings { waivers: vec![given("2027-11-20T00:00:00Z", false)], ..settings() }).await;
    assert!(report.findings[1].waiver.is_some(), "{:?}", report.notes);
}

#[tokio::test]
async fn what_is_renewed_in_the_record_is_no_matter_any_more() {
    let recorded = |expires: &str| GivenWaiver { location: None, ..given(expires, true) };
    let old = || [recorded("2026-10-01T00:00:00Z"), recorded("2026-11-01T00:00:00Z")];
    let report = with(Ending::Unmet, old().into_iter().chain([recorded(LATER)]).collect()).await;
    assert_eq!((came(&report), report.notes.len()), ((Verdict::Go, 0, true), 0));
    let report = with(Ending::Unmet, old().into()).await;
    assert_eq!(came(&report), (Verdict::NoGo, 1, false));
    assert!(report.notes.len() == 1 && report.notes[0].contains("expired 19 d ago"), "{:?}", report.notes);
    assert!(with(Ending::Met, old().into()).await.notes.is_empty());
    // The plan's has run out, the record's renews it.
    let report = with(Ending::Unmet, vec![given("2026-11-01T00:00:00Z", true), recorded(LATER)]).await;
    assert_eq!((came(&report), report.notes.len()), ((Verdict::Go, 0, true), 1));
    assert!(report.notes[0].ends_with("at 2026-11-01T00:00:00Z: another one covers the check"), "{:?}", report.notes);
    // A longer one that does not count takes nothing from a shorter one that does.
    let report = with(Ending::Unmet, vec![recorded(LATER), recorded("2028-12-24T00:00:00Z")]).await;
    assert_eq!((came(&report), report.notes.len()), ((Verdict::Go, 0, true), 0));
    let stray = GivenWaiver { waiver: Waiver { check: "gone".into(), ..given(LATER, true).waiver }, signed: true, location: None };
    let report = with(Ending::Met, vec![stray.clone()]).await;
    assert!(report.notes[0].contains("`gone` covers nothing"), "{:?}", report.notes);
    let elsewhere = GivenWaiver { waiver: Waiver { environment: "staging".into(), ..given(LATER, true).waiver }, ..stray };
    assert_eq!(came(&with(Ending::Unmet, vec![elsewhere]).await), (Verdict::NoGo, 1, false));
}

/// A plan of files that are there or not, with a policy.
fn program(policy: &str, waivers: &str) -> Gonogo {
    let plan = format!(
        "project: shop\nenvironments: {{ prod: {{}}, staging: {{}} }}\npeople: {{ bob: {{ name: Bob }}, eve: {{ name: Eve }} }}\n\
         signoff: {{ allowed-signers: signers, roles: {{ security: [bob] }}, require: [security]{policy} }}\n\
         checks:\n{}{}",
        "  - { id: fine, secrets: { source: { env-file: fine.env }, keys: [JWT_SECRET] } }\n",
        "  - { id: red, secrets: { source: { env-file: red.env }, keys: [JWT_SECRET] } }\n"
    );
    Gonogo::new()
        .plan(&plan)
        .file("signers", "bob ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL7nlcoOCnU2ujj9u4pJDtdifwMI85uGIi3gow4mgl+v\n")
        .file("fine.env", "JWT_SECRET=q8Zr5vXw2NfKp9LsT4bYc7Hd1Gm3Jx6UaE0oRiVt\n")
        .file("red.env", "JWT_SECRET=changeme\n")
        .file("waivers.yaml", waivers)
}

fn verify(gonogo: &Gonogo, more: &[&str]) -> (Ran, Report) {
    gonogo.verify(&[&["--env", "prod"], more].concat())
}

fn written(expires: &str) -> String {
    format!(
        "- {{ check: red, environment: prod, reason: rotated on Monday, ticket: OPS-1, owner: eve, approver: bob, expires: {expires} }}\n"
    )
}

/// Days from now, as the program's clock has it.
fn in_days(days: i64) -> String {
    let later = now().to_zoned(jiff::tz::TimeZone::UTC).date().checked_add(jiff::Span::new().days(days)).expect("a date");
    later.to_string()
}

#[test]
fn the_program_reads_the_file_beside_the_plan() {
    let refused = program("", &written(&in_days(20)));
    let (ran, report) = verify(&refused, &[]);
    assert_eq!((ran.code, report.counts.blocker.waived), (1, 0));
    assert!(report.notes[0].contains("`bob` has not signed it"), "{:?}", report.notes);
    assert!(report.plan.files.contains_key("waivers.yaml"));
    let allowed = program(", unsigned-waivers: allowed", &written(&in_days(20)));
    let (ran, report) = verify(&allowed, &[]);
    assert_eq!((ran.code, report.headline().as_str()), (0, "GO with 1 exception"));
    let waived = report.findings[1].waiver.as_ref().expect("an exception");
    assert_eq!((waived.reason.as_str(), waived.ticket.as_str(), waived.owner.as_str()), ("rotated on Monday", "OPS-1", "eve"));
    // A rehearsal of the day after is red.
    let (ran, report) = verify(&allowed, &["--at", &format!("{}T00:00:00Z", in_days(21))]);
    assert_eq!(ran.code, 1);
    assert!(report.notes.iter().any(|note| note.contains("expired")), "{:?}", report.notes);
    // The last second of the day still counts.
    assert_eq!(verify(&allowed, &["--at", &format!("{}T23:59:59Z", in_days(20))]).0.code, 0);
    allowed.run(["lint"]).exits(0);
}

#[test]
fn its_bytes_are_part_of_the_plans_fingerprint() {
    let digest = |waivers: &str| verify(&program("", waivers), &[]).1.plan.digest;
    let waiver = written(&in_days(20));
    assert_eq!(digest(&waiver), digest(&waiver));
    assert_ne!(digest(&waiver), digest(&waiver.replace("Monday", "Tuesday")));
    assert_ne!(digest(&waiver), digest("[]"));
}

#[test]
fn a_file_that_the_plan_names_is_read_instead() {
    let gonogo = program(", unsigned-waivers: allowed", "- this is not read\n").file("accepted/prod.yaml", &written(&in_days(20)));
    let plan = gonogo.read("gonogo.yaml") + "waivers: accepted/prod.yaml\n";
    let gonogo = gonogo.plan(&plan);
    assert_eq!(verify(&gonogo, &[]).0.code, 0);
    let without = gonogo.plan(&(plan.replace("accepted/prod", "accepted/prd")));
    without
        .run(["verify", "--env", "prod"])
        .exits(2)
        .says("there is no file `accepted/prd.yaml`")
        .says("did you mean `accepted/prod.yaml`?");
}

#[test]
fn a_glob_of_check_files_passes_the_waivers_over() {
    let gonogo = program(", unsigned-waivers: allowed", &written(&in_days(20)));
    let plan = gonogo.read("gonogo.yaml") + "include: ['*.yaml']\n";
    let gonogo = gonogo
        .plan(&plan)
        .file("more.yaml", "checks:\n  - { id: more, secrets: { source: { env-file: fine.env }, keys: [JWT_SECRET] } }\n");
    let (ran, report) = verify(&gonogo, &[]);
    assert_eq!((ran.code, report.findings.len()), (0, 3));
}
