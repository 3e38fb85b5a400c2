//! `gonogo merge`: shares of one run make its full report, never a better one than they are.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use gonogo::{
    model::{Digest, Outcome, Report, Verdict},
    render::{FORMATS, Page},
};

use crate::gonogo::{Gonogo, Ran};

/// A server that answers `/ok` with 200, and `/switch` with 200 while the switch is on, else with 500.
async fn server() -> (String, Arc<AtomicBool>) {
    use axum::{Router, http::StatusCode, routing::get};
    let switch = Arc::new(AtomicBool::new(true));
    let state = switch.clone();
    let answer = move || {
        let on = state.load(Ordering::SeqCst);
        async move { if on { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR } }
    };
    let router = Router::new().route("/ok", get(|| async { "fine" })).route("/switch", get(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}"), switch)
}

/// Two vantages, a check for each, one for both, one that needs the other vantage's, one not meant for this environment.
const PLAN: &str = "\
project: shop
environments:
  prod: { vars: { api: \"${API}\" } }
  staging: { vars: { api: \"${API}\" } }
checks:
  - { id: edge, from: outside, tags: [t], http: { url: \"${api}/ok\" } }
  - { id: deep, from: inside, http: { url: \"${api}/ok\" } }
  - { id: everywhere, http: { url: \"${api}/switch\" } }
  - { id: after-deep, needs: [deep], http: { url: \"${api}/ok\" } }
  - { id: other, environments: [staging], http: { url: \"${api}/ok\" } }
";

fn gonogo(api: &str) -> Gonogo {
    Gonogo::new().plan(PLAN).env("API", api)
}

/// Runs one share into `NAME.json`.
fn share(gonogo: &Gonogo, name: &str, arguments: &[&str]) -> Ran {
    let file = format!("json={name}.json");
    let fixed = ["verify", "--env", "prod", "--release", "1.4.2", "--commit", "0a1b2c", "-q", "--format", &file];
    gonogo.run(fixed.iter().chain(arguments))
}

fn merge(gonogo: &Gonogo, names: &[&str]) -> (Ran, Report) {
    let files: Vec<String> = names.iter().map(|name| format!("{name}.json")).collect();
    let ran = gonogo.run(["merge", "--format", "json=full.json"].into_iter().map(str::to_owned).chain(files));
    let json = std::fs::read(gonogo.path("full.json")).unwrap_or_else(|error| panic!("{error}:\n{}{}", ran.stdout, ran.stderr));
    let report = Report::from_json(&json).unwrap_or_else(|error| panic!("{error}"));
    (ran, report)
}

fn outcome(report: &Report, id: &str) -> Outcome {
    report.findings.iter().find(|finding| finding.id == id).unwrap_or_else(|| panic!("{id}")).outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn two_vantages_make_the_full_report() {
    let (api, _) = server().await;
    let gonogo = gonogo(&api);
    share(&gonogo, "inside", &["--from", "inside"]).exits(0);
    // There `after-deep` cannot be tried: it needs what only the other vantage can see.
    share(&gonogo, "outside", &["--from", "outside"]).exits(3);
    let (ran, report) = merge(&gonogo, &["inside", "outside"]);
    assert_eq!((ran.code, report.verdict, &report.partial), (0, Verdict::Go, &None), "{}", ran.stdout);
    let ids: Vec<&str> = report.findings.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["edge", "deep", "everywhere", "after-deep", "other"]);
    for id in ["edge", "deep", "everywhere", "after-deep"] {
        assert_eq!(outcome(&report, id), Outcome::Pass, "{id}");
    }
    assert_eq!(outcome(&report, "other"), Outcome::Skipped);
    assert_eq!(report.vantage.name.as_deref(), Some("inside, outside"));
    assert_eq!(report.notes[1..], ["1 check was tried in more than one share: the gravest outcome counts"]);
    let shares: Vec<Report> =
        ["inside", "outside"].map(|name| serde_json::from_str(&gonogo.read(&format!("{name}.json"))).expect("JSON")).into();
    assert_eq!(report.at, shares[0].at.min(shares[1].at));
    assert_eq!((report.started, report.finished), (shares[0].started, shares[1].finished));
    let digests: Vec<Digest> = ["inside", "outside"].map(|name| Digest::of(gonogo.read(&format!("{name}.json")).as_bytes())).into();
    assert_eq!(report.merged.iter().map(|share| share.digest.clone()).collect::<Vec<_>>(), digests);
    for format in FORMATS {
        let text = (format.render)(&Page::new(&report)).replace("\n│ ", "");
        assert!(text.contains(digests[1].as_str()), "{} does not name the shares:\n{text}", format.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_from_anywhere_and_a_share_make_the_full_report() {
    let (api, _) = server().await;
    let gonogo = Gonogo::new().env("API", &api).plan(
        "project: shop\nenvironments: { prod: {} }\nchecks:\n  - { id: a, http: { url: \"${API}/ok\" } }\n  - { id: deep, from: inside, http: { url: \"${API}/ok\" } }\n",
    );
    share(&gonogo, "here", &[]).exits(3);
    share(&gonogo, "inside", &["--from", "inside"]).exits(0);
    let (ran, report) = merge(&gonogo, &["here", "inside"]);
    assert_eq!((ran.code, report.verdict), (0, Verdict::Go), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gravest_outcome_counts_whatever_the_order() {
    let (api, switch) = server().await;
    let gonogo = gonogo(&api);
    share(&gonogo, "inside", &["--from", "inside"]).exits(0);
    switch.store(false, Ordering::SeqCst);
    share(&gonogo, "outside", &["--from", "outside"]).exits(1);
    for names in [["inside", "outside"], ["outside", "inside"]] {
        let (ran, report) = merge(&gonogo, &names);
        assert_eq!((ran.code, report.exit, report.verdict), (1, 1, Verdict::NoGo), "{}", ran.stdout);
        assert_eq!(outcome(&report, "everywhere"), Outcome::Fail);
        let note = report.notes.iter().find(|note| note.starts_with("`everywhere` ")).expect("a note");
        assert!(note.contains("passed in the share from `inside`") && note.contains("failed in the share from `outside`"), "{note}");
        ran.says("`everywhere` ");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_share_tried_is_named() {
    let (api, _) = server().await;
    let gonogo = gonogo(&api);
    share(&gonogo, "inside", &["--from", "inside"]).exits(0);
    share(&gonogo, "again", &["--from", "inside"]).exits(0);
    let ran = gonogo.run(["merge", "inside.json", "again.json", "--format", "json=full.json"]).exits(2);
    assert!(!gonogo.path("full.json").exists(), "nothing is written");
    ran.says("tried in no share").says("`edge` (runs from `outside`, this share runs from `inside`)");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_large_plan_make_the_full_report() {
    let (api, _) = server().await;
    let checks: String = (0..6).map(|n| format!("  - {{ id: c{n}, tags: [t{}], http: {{ url: \"${{API}}/ok\" }} }}\n", n % 3)).collect();
    let guard = "  - { id: is-prod, http: { url: \"${API}/ok\" } }\n";
    let plan = format!("project: shop\nenvironments: {{ prod: {{ guard: [is-prod] }} }}\nchecks:\n{guard}{checks}");
    let gonogo = Gonogo::new().plan(&plan).env("API", &api);
    share(&gonogo, "a", &["--only", "t0"]).exits(0);
    share(&gonogo, "b", &["--only", "t1"]).exits(0);
    share(&gonogo, "c", &["--skip", "t0,t1"]).exits(0);
    let (ran, report) = merge(&gonogo, &["a", "b", "c"]);
    assert_eq!((ran.code, report.verdict, report.counts.total().pass), (0, Verdict::Go, 7), "{}", ran.stdout);
    assert!(report.findings.iter().all(|finding| !finding.elsewhere));
    gonogo.run(["merge", "a.json", "b.json"]).exits(2).says("`c2` (not among those asked for with `--only`)").says("`c5`");
    gonogo.run(["merge", "a.json", "a.json"]).exits(2).says("named twice");
    gonogo.run(["merge", "a.json"]).exits(2);
    gonogo.run(["merge", "full.json", "a.json"]).exits(2).says("is itself a merged report");
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_of_different_runs_are_refused() {
    let (api, _) = server().await;
    let gonogo = gonogo(&api);
    share(&gonogo, "inside", &["--from", "inside"]).exits(0);
    let launch = ["--from", "outside", "--at", "2100-01-01T00:00:00Z"];
    let others: [(&str, &[&str], &str); 6] = [
        ("phase", &["--from", "outside", "--phase", "post-deploy"], "the phase is `pre-deploy` in the share from `inside`"),
        ("strict", &["--from", "outside", "--strict"], "`--strict` is off in"),
        ("advisory", &["--from", "outside", "--advisory"], "`--advisory` is off in"),
        ("rehearsal", &launch, "a rehearsal (`--at`) is off in"),
        ("artifact", &["--from", "outside", "--artifact", "x@sha256:1"], ""),
        ("env", &["--from", "outside"], "the environment is `prod`"),
    ];
    for (name, arguments, said) in others {
        share(&gonogo, name, arguments);
        if name == "env" {
            let json = gonogo.read("env.json").replacen("\"environment\": \"prod\"", "\"environment\": \"staging\"", 1);
            std::fs::write(gonogo.path("env.json"), json).expect("written");
        }
        let ran = gonogo.run(["merge".to_owned(), "inside.json".into(), format!("{name}.json")]);
        if said.is_empty() {
            ran.exits(0)
        } else {
            ran.exits(2).says("do not belong together").says(said)
        };
    }
    let release = ["verify", "--env", "prod", "--release", "1.5.0", "-q", "--from", "outside", "--format", "json=release.json"];
    gonogo.run(release).exits(3);
    gonogo.run(["merge", "inside.json", "release.json"]).exits(2).says("the released version is `1.4.2`").says("`--release`");
    let gonogo = gonogo.file("gonogo.yaml", &format!("{PLAN}  - {{ id: new, http: {{ url: \"${{api}}/ok\" }} }}\n"));
    share(&gonogo, "plan", &["--from", "outside"]);
    gonogo.run(["merge", "inside.json", "plan.json"]).exits(2).says("the plan's fingerprint is");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_share_is_not_trusted() {
    let (api, _) = server().await;
    let gonogo = gonogo(&api);
    share(&gonogo, "inside", &["--from", "inside"]).exits(0);
    share(&gonogo, "outside", &["--from", "outside"]).exits(3);
    let good = gonogo.read("outside.json");
    let verdict = good.replacen("\"verdict\": \"no-go\"", "\"verdict\": \"go\"", 1);
    let severity = |report: &mut Report| report.findings[2].severity = gonogo::model::Severity::Info;
    let renamed = |report: &mut Report| report.findings[2].id = "elsewhere".into();
    let fewer = |report: &mut Report| drop(report.findings.remove(2));
    let hidden = |report: &mut Report| report.findings[2].elsewhere = true;
    let unmeant = |report: &mut Report| {
        let row = &mut report.findings[2];
        (row.outcome, row.expectations, row.attempts) = (Outcome::Skipped, Vec::new(), 0);
    };
    type Edit<'a> = &'a dyn Fn(&mut Report);
    let edits: [(Edit<'_>, &str); 5] = [
        (&severity, "they describe the check `everywhere` differently"),
        (&renamed, "has the check `everywhere`, the other has `elsewhere`"),
        (&fewer, "one lists 5 checks, the other 4"),
        (&hidden, "is left to another run although it was tried"),
        (&unmeant, "`everywhere` is not meant for this environment or phase in one share and is in another"),
    ];
    let gonogo = gonogo.file("edited.json", &verdict);
    gonogo.run(["merge", "inside.json", "edited.json"]).exits(5).says("contradicts itself");
    for (edit, said) in edits {
        let mut report: Report = serde_json::from_str(&good).expect("JSON");
        edit(&mut report);
        std::fs::write(gonogo.path("edited.json"), report.concluded().to_json()).expect("written");
        gonogo.run(["merge", "inside.json", "edited.json"]).exits(5).says(said);
    }
    let unmarked = good.replace("\"elsewhere\":true,", "");
    assert_ne!(unmarked, good);
    std::fs::write(gonogo.path("edited.json"), unmarked).expect("written");
    gonogo.run(["merge", "inside.json", "edited.json"]).exits(2).says("does not say which checks it left to others");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_weakens_a_share_weakens_the_whole() {
    let (api, _) = server().await;
    let gonogo = gonogo(&api);
    share(&gonogo, "inside", &["--from", "inside"]).exits(0);
    share(&gonogo, "outside", &["--from", "outside"]).exits(3);
    let edit = |change: &dyn Fn(&mut Report)| {
        let mut report: Report = serde_json::from_str(&gonogo.read("outside.json")).expect("JSON");
        change(&mut report);
        std::fs::write(gonogo.path("edited.json"), report.concluded().to_json()).expect("written");
        merge(&gonogo, &["inside", "edited"])
    };
    let (ran, report) = edit(&|report| report.interrupted = true);
    assert_eq!((ran.code, report.verdict, report.interrupted), (3, Verdict::NoGo, true));
    let (_, report) = edit(&|report| report.release.dirty = true);
    assert!(report.release.dirty);
    let (_, report) = edit(&|report| report.at = "2020-01-01T00:00:00Z".parse().expect("an instant"));
    assert!(report.notes.iter().any(|note| note.contains("d apart")), "{:?}", report.notes);
    assert_eq!(report.at.to_string(), "2020-01-01T00:00:00Z");
    // A hold is allowed only where every share allows it.
    share(&gonogo, "held", &["--from", "outside", "--allow-hold"]).exits(3);
    assert!(!merge(&gonogo, &["inside", "held"]).1.allow_hold);
    let _ = share(&gonogo, "advisory-in", &["--from", "inside", "--advisory"]).exits(0);
    let _ = share(&gonogo, "advisory-out", &["--from", "outside", "--advisory"]).exits(0);
    let (ran, report) = merge(&gonogo, &["advisory-in", "advisory-out"]);
    assert!(report.advisory);
    ran.exits(0).says("ADVISORY: GO");
}

#[test]
fn its_help_says_how_shares_become_one() {
    Gonogo::new().run(["merge", "--help"]).exits(0).says("the gravest outcome").says("SHARE");
}
