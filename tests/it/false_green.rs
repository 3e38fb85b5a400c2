//! The ways in which other tools go green wrongly, each tried on the real program, from its plan to its exit code.
//!
//! A row is a way that was found in another tool's source or documentation; those not tried here are tried elsewhere:
//!
//! | row | what | where |
//! | --- | --- | --- |
//! | 1 | an operand that cannot be read becomes 0 | [`an_operand_that_cannot_be_read_is_refused`] |
//! | 2, 17 | nothing is demanded | [`nothing_demanded_is_refused_or_means_a_2xx`], `engine::nothing_expected_is_unknown` |
//! | 3 | the run ended before anything was measured | [`a_run_cut_short_is_no_go`], `cli::an_interrupt_leaves_a_report_of_what_is_known` |
//! | 4, 6 | no number fulfils no condition | [`targets::what_is_no_number_meets_no_bound`] |
//! | 5 | only the first of several values is judged | [`targets::every_value_counts`] |
//! | 7 | nothing is left to run | [`nothing_left_to_run_is_refused_or_no_go`] |
//! | 8 | a misspelt kind, key or status word is passed over | [`a_misspelt_word_is_never_passed_over`], `plan` |
//! | 9 | what may not be read is left out | [`targets::what_may_not_be_read_is_unknown`] |
//! | 10 | an empty list, a key that stands twice | [`nothing_demanded_is_refused_or_means_a_2xx`], [`an_id_stands_once_in_all_files`] |
//! | 11 | a check that is to be skipped is not | [`what_is_skipped_is_not_touched_and_carries_nothing`] |
//! | 12 | a tool that failed says nothing, and nothing contains no error | [`targets::silence_is_no_absence_of_errors`] |
//! | 15 | an expression that is not anchored | [`targets::an_expression_on_a_value_means_all_of_it`] |
//! | 16 | a standby, a pooler, another database answers | `postgres::a_standby_is_told_from_a_primary`, `postgres_indexes::nothing_to_look_at_is_never_green` |
//! | 13 | a waiver for a check that does not exist is passed over | [`people::an_exception_for_nothing_is_said_and_covers_nothing`], `waivers` |
//! | 18 | a policy that nobody or one person can meet | [`people::a_policy_that_lets_one_person_decide_twice_is_refused`] |
//! | 14 | a gate that was opened stays open | `signoff::whole::a_gate_that_was_passed_is_shut_for_the_next`, `signoff::voided`, `signoff::emergency` |
//!
//! Traps of each kind: `health` answers in [`targets::a_health_answer_that_contradicts_itself_is_red`] and the module `health`;
//! indexes in [`targets::what_is_called_like_the_index_is_not_the_index`] and the module `postgres_indexes`; `secrets` in the
//! kind's own tests (`assess::what_fools_others`).

mod people;
mod targets;

use gonogo::model::{Outcome, Report, Verdict};

use crate::{
    gonogo::{Gonogo, Ran},
    hostile::Hostile,
};

/// A server that answers each path in its own bad way.
async fn server() -> Hostile {
    Hostile::new(|mut visit| {
        Box::pin(async move {
            let json = ["Content-Type: application/json"];
            match visit.path() {
                "/ok" => visit.answer(200, &[], "fine").await,
                "/empty" => visit.answer(200, &[], "").await,
                "/none" => visit.say("HTTP/1.1 204 No Content\r\n\r\n").await,
                "/cut" => {
                    visit.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nall is well").await;
                    false
                }
                "/nan" => visit.answer(200, &json, r#"{"errors": NaN}"#).await,
                "/null" => visit.answer(200, &json, r#"{"errors": null, "text": "0", "list": []}"#).await,
                "/many" => visit.answer(200, &json, r#"{"parts": [{"n": 1}, {"n": 900}], "host": "evil-example.com.attacker.net"}"#).await,
                "/flips" if visit.nth.is_multiple_of(2) => visit.answer(200, &json, r#"{"status": "UP"}"#).await,
                "/flips" => visit.answer(200, &json, r#"{"status": "DOWN"}"#).await,
                "/beside" => visit.answer(200, &json, r#"{"status": "ok", "database": "down"}"#).await,
                "/beside-deep" => visit.answer(200, &json, r#"{"status": "ok", "cache": {"status": "DOWN"}}"#).await,
                "/beside-flag" => visit.answer(200, &json, r#"{"status": "ok", "ready": false}"#).await,
                "/misspelt" => visit.answer(200, &json, r#"{"status": "EROR"}"#).await,
                "/login" => visit.answer(200, &["Content-Type: text/html"], "<title>Sign in</title> status: ok").await,
                "/old" => visit.answer(200, &json, r#"{"status": "UP", "version": "1.4", "commit": "0a1b2c3"}"#).await,
                "/slow" => std::future::pending().await,
                _ => visit.answer(404, &[], "").await,
            }
        })
    })
    .await
}

fn plan(checks: &str) -> String {
    format!(
        "project: shop\nenvironments: {{ prod: {{ vars: {{ api: \"${{API}}\" }} }}, staging: {{ vars: {{ api: \"${{API}}\" }} }} }}\nchecks:\n{checks}"
    )
}

/// One blocker of these settings, beside one that passes.
fn beside_a_pass(check: &str) -> String {
    plan(&format!("  - {{ id: good, http: {{ url: \"${{api}}/ok\" }} }}\n  - id: it\n    {check}\n"))
}

fn gonogo(server: &Hostile, plan: &str) -> Gonogo {
    Gonogo::new().plan(plan).env("API", server.url("").trim_end_matches('/'))
}

/// What comes of `it`; the run must not be a go.
#[track_caller]
fn not_green(server: &Hostile, check: &str, arguments: &[&str], outcome: Outcome) -> String {
    let gonogo = gonogo(server, &beside_a_pass(check)).env("GONOGO_ENV", "prod");
    let (ran, report) = gonogo.verify(arguments);
    let it = report.findings.iter().find(|finding| finding.id == "it").expect("the check");
    assert_eq!((it.outcome, report.verdict), (outcome, Verdict::NoGo), "{check}: {}", it.reason);
    assert!(ran.code == 1 || ran.code == 3, "{check}: exit {}", ran.code);
    it.reason.clone()
}

/// The plan is refused, and nothing was touched.
#[track_caller]
fn refused(server: &Hostile, plan: &str, arguments: &[&str]) -> Ran {
    let before = server.connections();
    let ran = gonogo(server, plan).run(["verify", "--env", "prod"].iter().chain(arguments)).exits(2);
    assert_eq!(server.connections(), before, "{plan}");
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operand_that_cannot_be_read_is_refused() {
    let server = server().await;
    for demand in [
        "max-time: 30",
        "max-time: 30 moons",
        "max-size: 10 apples",
        "json: { \"$.a\": { max: 30d } }",
        "json: { \"$.a\": { max: .nan } }",
        "json: { \"$.a\": { min: .inf } }",
        "json: { \"$.a\": { max: \"${NOT_A_NUMBER}\" } }",
        "status: OK",
        "status: 20",
        "latency: { p95: fast }",
        "matches: \"(\"",
    ] {
        let plan = beside_a_pass(&format!("http: {{ url: \"${{api}}/ok\", expect: {{ {demand} }} }}"));
        let ran = gonogo(&server, &plan).env("NOT_A_NUMBER", "30d").run(["verify", "--env", "prod"]);
        assert_eq!(ran.code, 2, "{demand}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("gonogo.yaml:"), "{demand}: {}", ran.stderr);
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_demanded_is_refused_or_means_a_2xx() {
    let server = server().await;
    for check in [
        "http: { url: \"${api}/ok\", expect: {} }",
        "http: { url: \"${api}/ok\", expect: ~ }",
        "http: { url: \"${api}/ok\", expect: { status: [] } }",
        "http: { url: \"${api}/ok\", expect: { headers: {} } }",
        "http: { url: \"${api}/ok\", expect: { json: {} } }",
        "http: { url: \"${api}/ok\", expect: { contains: [] } }",
        "http: { url: \"${api}/ok\", expect: { contains: \"\" } }",
        "http: { url: \"${api}/ok\", expect: { matches: \"\" } }",
        "http: { url: \"${api}/ok\", expect: { json: { \"$.a\": {} } } }",
        "http: { url: \"${api}/ok\", method: HEAD, expect: { not-contains: error } }",
        "http: { url: \"${api}/ok\", method: HEAD, expect: { max-size: 10KiB } }",
        "health: { url: \"${api}/ok\", components: [] }",
        "health: { url: \"${api}/ok\", healthy: {} }",
        "health: { url: \"${api}/ok\", successes: 0 }",
        "postgres-indexes: { database: \"postgres://127.0.0.1:1/x\", indexes: [] }",
        "secrets: { source: { environment: true }, looks-secret: false }",
        "http: { url: \"${api}/ok\" }\n    retry: { attempts: 0 }",
        "http: { url: \"${api}/ok\" }\n    timeout: 0s",
        "http: { url: \"${api}/ok\" }\n    phase: []",
        "http: { url: \"${api}/ok\" }\n    environments: []",
        "http:",
    ] {
        refused(&server, &beside_a_pass(check), &[]);
    }
    not_green(&server, "http: { url: \"${api}/missing\" }", &[], Outcome::Fail);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_cut_short_is_no_go() {
    let server = server().await;
    let slow = "http: { url: \"${api}/slow\" }\n    timeout: 60s\n    severity: info";
    for extra in [&["--deadline", "1s"][..], &["--deadline", "1s", "--allow-hold"]] {
        let reason = not_green(&server, slow, extra, Outcome::Unknown);
        assert!(reason.contains("its deadline of 1 s passed"), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_left_to_run_is_refused_or_no_go() {
    let server = server().await;
    let check = |more: &str| format!("  - {{ id: it, {more}http: {{ url: \"${{api}}/ok\" }} }}\n");
    refused(&server, &plan(&check("environments: [staging], ")), &[]).says("no check is selected");
    refused(&server, &plan(&check("phase: [post-deploy], ")), &[]).says("no check is selected");
    refused(&server, &plan(&check("")), &["--skip", "it"]).says("no check is selected");
    refused(&server, &plan(&check("")), &["--only", "its"]).says("did you mean `it`?");
    refused(&server, &plan("  []\n"), &[]);
    refused(&server, &(plan(&check("")) + "include: []\n"), &[]);
    refused(&server, &(plan(&check("")) + "include: [checks/*.yaml]\n"), &[]).says("matches no file");
    // Something is left, but nothing to rely on.
    let later = plan(&(check("phase: [post-deploy], ") + "  - { id: w, severity: warning, http: { url: \"${api}/ok\" } }\n"));
    for extra in [&[][..], &["--strict"], &["--allow-hold"]] {
        let (ran, report) = gonogo(&server, &later).env("GONOGO_ENV", "prod").verify(extra);
        assert_eq!((ran.code, report.verdict), (3, Verdict::NoGo), "{extra:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misspelt_word_is_never_passed_over() {
    let server = server().await;
    for check in [
        "htpp: { url: \"${api}/ok\" }",
        "http: { url: \"${api}/ok\", expext: { status: 500 } }",
        "http: { url: \"${api}/ok\" }\n    severity: bloker",
        "http: { url: \"${api}/ok\" }\n    phase: [predeploy]",
        "http: { url: \"${api}/ok\" }\n    environments: [prd]",
        "http: { url: \"${api}/ok\" }\n    needs: [godo]",
        "http: { url: \"${api}/ok\" }\n    health: { url: \"${api}/ok\" }",
    ] {
        refused(&server, &beside_a_pass(check), &[]);
    }
    not_green(&server, "health: { url: \"${api}/misspelt\" }", &[], Outcome::Unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_stands_once_in_all_files() {
    let server = server().await;
    let plan = plan("  - { id: it, http: { url: \"${api}/missing\" } }\n");
    let again = "checks:\n  - { id: it, http: { url: \"${api}/ok\" } }\n";
    let files = gonogo(&server, &(plan.clone() + "include: [more.yaml]\n")).file("more.yaml", again);
    files.run(["verify", "--env", "prod"]).exits(2).says("duplicate id `it`");
    let pack =
        "include: [{ pack: web-api, as: web, vars: { url: \"${api}/ok\" } }, { pack: web-api, as: web, vars: { url: \"${api}/ok\" } }]\n";
    refused(&server, &(plan.clone() + pack), &[]).says("two packs are called `web`");
    refused(&server, &plan.replace("url: \"${api}/missing\"", "url: \"${api}/missing\", url: \"${api}/ok\""), &[]).says("url");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_skipped_is_not_touched_and_carries_nothing() {
    let server = server().await;
    let checks = "  - { id: root, http: { url: \"${api}/missing\" } }\n  - { id: it, needs: [root], http: { url: \"${api}/ok\" } }\n";
    let gonogo = gonogo(&server, &plan(checks)).env("GONOGO_ENV", "prod");
    let outcomes = |report: &Report| report.findings.iter().map(|finding| finding.outcome).collect::<Vec<_>>();
    // What hangs on a skipped check is not proven by leaving that out.
    let (ran, report) = gonogo.verify(&["--skip", "root"]);
    assert_eq!((ran.code, outcomes(&report)), (3, vec![Outcome::Skipped, Outcome::Unknown]));
    assert_eq!(server.connections(), 0);
    assert!(report.partial.is_some());
    // Asking for it alone brings in what it needs.
    let (ran, report) = gonogo.verify(&["--only", "it", "--allow-hold"]);
    assert_eq!((ran.code, outcomes(&report)), (1, vec![Outcome::Fail, Outcome::Unknown]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_is_asked_first_whatever_is_selected() {
    let server = server().await;
    let checks = "  - { id: is-prod, http: { url: \"${api}/missing\" } }\n  - { id: it, http: { url: \"${api}/ok\" } }\n";
    let guarded = plan(checks).replace("prod: {", "prod: { guard: [is-prod],");
    let gonogo = gonogo(&server, &guarded).env("GONOGO_ENV", "prod");
    for extra in [&[][..], &["--only", "it"], &["--skip", "is-prod"], &["--phase", "post-deploy"], &["--allow-hold", "--strict"]] {
        let (ran, report) = gonogo.verify(extra);
        let outcomes: Vec<_> = report.findings.iter().map(|finding| finding.outcome).collect();
        assert_eq!((ran.code, outcomes), (1, vec![Outcome::Fail, Outcome::Unknown]), "{extra:?}");
    }
    assert!(server.heads().iter().all(|head| head.starts_with("GET /missing ")), "nothing else was touched");
    for wrong in ["phase: [pre-deploy]", "severity: warning", "environments: [staging]", "needs: [it]"] {
        refused(&server, &guarded.replace("{ id: is-prod,", &format!("{{ id: is-prod, {wrong},")), &[]);
    }
}
