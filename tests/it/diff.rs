//! `gonogo diff`: what is newly red, and what asks less than before, told from two stored reports.

use gonogo::model::{Bound, Expectation, Finding, Outcome, Partial, Report, Retries, Severity};
use serde_json::{Value, json};

use crate::{
    gonogo::{Gonogo, Ran},
    render::sample::{finding, report, stored, waiver},
};

/// A check that was looked at.
fn looked(id: &str, met: Option<bool>) -> Finding {
    let demand = Expectation::new("status", "HTTP status").wanted("200").got("as seen");
    let demand = match met {
        Some(met) => demand.met(met),
        None => demand.undetermined("no answer"),
    };
    let demands = vec![demand];
    let outcome = Outcome::of(&demands);
    let reason = Finding::reason_of(outcome, &demands);
    let settings = json!({ "url": "https://shop.example.com/", "expect": { "status": 200 } });
    Finding { expectations: demands, settings: settings.into(), reason, ..finding(id, outcome, Severity::Blocker) }
}

fn bounded(id: &str, op: &str, limit: u64, wanted: &str) -> Finding {
    let mut finding = looked(id, Some(true));
    finding.expectations[0].wanted = wanted.into();
    finding.expectations[0].bound = Some(Bound { op: op.into(), value: limit.into(), got: None, unit: "s".into() });
    finding
}

fn folder(before: &Report, after: &Report) -> Gonogo {
    let text = |report: &Report| String::from_utf8(report.to_json()).expect("UTF-8");
    Gonogo::new().file("a.json", &text(before)).file("b.json", &text(after))
}

fn compared(before: &Report, after: &Report) -> (Ran, Value) {
    let gonogo = folder(before, after);
    let ran = gonogo.run(["diff", "a.json", "b.json", "--format", "json=out.json"]).exits(0);
    let json = serde_json::from_str(&gonogo.read("out.json")).expect("JSON");
    (ran, json)
}

/// `id what` of every change with this effect.
fn changes(json: &Value, effect: &str) -> Vec<String> {
    let mut all = Vec::new();
    for change in json["run"].as_array().into_iter().flatten().filter(|c| c["effect"] == effect) {
        all.push(format!("run {}", change["what"].as_str().expect("what")));
    }
    for check in json["checks"].as_array().into_iter().flatten() {
        for change in check["changes"].as_array().into_iter().flatten().filter(|c| c["effect"] == effect) {
            all.push(format!("{} {}", check["id"].as_str().expect("id"), change["what"].as_str().expect("what")));
        }
    }
    all
}

fn movement<'a>(json: &'a Value, id: &str) -> &'a str {
    let checks = json["checks"].as_array().expect("checks");
    checks.iter().find(|c| c["id"] == id).and_then(|c| c["movement"].as_str()).unwrap_or("unchanged")
}

#[test]
fn every_movement_is_told() {
    let gone = || finding("x", Outcome::Skipped, Severity::Blocker);
    let at = |id: &str, outcome| match outcome {
        Outcome::Pass => looked(id, Some(true)),
        Outcome::Fail => looked(id, Some(false)),
        Outcome::Unknown => looked(id, None),
        Outcome::Pending => finding(id, Outcome::Pending, Severity::Blocker),
        Outcome::Skipped => Finding { id: id.into(), ..gone() },
    };
    let (mut before, mut after) = (vec![looked("removed", Some(true))], vec![looked("added", Some(true))]);
    for was in Outcome::ALL {
        for is in Outcome::ALL {
            let id = format!("{was}-{is}");
            before.push(at(&id, was));
            after.push(at(&id, is));
        }
    }
    let (ran, json) = compared(&report(before), &report(after));
    for was in Outcome::ALL {
        for is in Outcome::ALL {
            let wanted = match (was, is) {
                (Outcome::Pass, Outcome::Pass) | (Outcome::Skipped, Outcome::Skipped) => "unchanged",
                (Outcome::Fail, Outcome::Fail) => "still-red",
                (Outcome::Unknown, Outcome::Unknown) => "still-unknown",
                (Outcome::Pending, Outcome::Pending) => "still-pending",
                (_, Outcome::Fail) => "newly-red",
                (_, Outcome::Unknown) => "newly-unknown",
                (_, Outcome::Pending) => "newly-pending",
                (_, Outcome::Pass) => "newly-green",
                (_, Outcome::Skipped) => "newly-skipped",
            };
            assert_eq!(movement(&json, &format!("{was}-{is}")), wanted, "{was} {is}");
            assert_eq!(ran.stdout.contains(&format!(" {was}-{is}: ")), wanted != "unchanged", "{was}-{is}:\n{}", ran.stdout);
        }
    }
    assert_eq!((movement(&json, "removed"), movement(&json, "added"), &json["unchanged"]), ("removed", "added", &json!(2)));
    assert!(changes(&json, "loosened").contains(&"pass-skipped is tried".to_owned()));
    assert!(changes(&json, "tightened").contains(&"skipped-pass is tried".to_owned()));
    ran.says("Newly red (4)").says("Removed (1)").says("passed → failed").says("4 newly red, 4 loosened, 1 removed");
}

#[test]
fn what_asks_less_is_loosened() {
    let plain = || looked("c", Some(true));
    let red = || looked("c", Some(false));
    let two = || {
        let mut two = plain();
        two.expectations.push(Expectation::new("header", "header").wanted("HSTS").got("HSTS").met(true));
        two
    };
    let other = |mut finding: Finding| {
        let mut settings = finding.settings.value();
        settings["expect"] = json!({ "status": [200, 500] });
        finding.settings = settings.into();
        finding
    };
    let until = |day: &str| {
        let expires = format!("{day}T00:00:00Z").parse().expect("an instant");
        Finding { waiver: Some(gonogo::model::Waived { expires, ..waiver() }), ..red() }
    };
    let timed =
        |timeout: u64, attempts: u32| Finding { timeout_ms: Some(timeout), retry: Some(Retries { attempts, delay_ms: 1_000 }), ..plain() };
    let cases: [(&str, Finding, Finding); 12] = [
        ("severity", plain(), Finding { severity: Severity::Warning, ..plain() }),
        ("severity", Finding { severity: Severity::Warning, ..plain() }, Finding { severity: Severity::Info, ..plain() }),
        ("expectation status (HTTP status)", bounded("c", "<=", 1, "at most 1 s"), bounded("c", "<=", 2, "at most 2 s")),
        ("expectation status (HTTP status)", bounded("c", ">=", 21, "at least 21 d"), bounded("c", ">=", 7, "at least 7 d")),
        ("expectation status (HTTP status)", bounded("c", "<=", 1, "at most 1 s"), other(plain())),
        ("expectation header", two(), other(plain())),
        ("needs", Finding { needs: vec!["dns".into()], ..plain() }, plain()),
        ("accepted exception", red(), until("2026-12-15")),
        ("accepted exception", until("2026-12-15"), until("2027-12-15")),
        ("guard", Finding { guard: true, ..plain() }, plain()),
        ("timeout", timed(10_000, 1), timed(60_000, 1)),
        ("retry", timed(10_000, 1), timed(10_000, 5)),
    ];
    for (what, before, after) in cases {
        let anchor = || looked("anchor", Some(true));
        let (before, after) = (report(vec![anchor(), before]), report(vec![anchor(), after]));
        let (ran, json) = compared(&before, &after);
        assert_eq!(changes(&json, "loosened"), [format!("c {what}")], "{}", ran.stdout);
        ran.says("Loosened (1)").says("1 loosened");
        let (_, back) = compared(&after, &before);
        assert_eq!(changes(&back, "loosened"), Vec::<String>::new(), "{what}, the other way round");
        assert_eq!(changes(&back, "tightened"), [format!("c {what}")], "{what}, the other way round");
    }
}

#[test]
fn how_a_check_is_tried_is_compared() {
    let tried = |from: Option<&str>, timeout: u64, delay: u64| Finding {
        from: from.map(str::to_owned),
        timeout_ms: Some(timeout),
        retry: Some(Retries { attempts: 3, delay_ms: delay }),
        ..looked("c", Some(true))
    };
    let (ran, json) = compared(&report(vec![tried(Some("cluster"), 10_000, 500)]), &report(vec![tried(None, 10_000, 2_000)]));
    assert_eq!(changes(&json, "changed"), ["c retry", "c from"], "{}", ran.stdout);
    ran.says("3 attempts, 500 ms apart").says("3 attempts, 2 s apart").says("cluster");
    let (ran, _) = compared(&report(vec![tried(None, 10_000, 500)]), &report(vec![tried(None, 90_500, 500)]));
    ran.says("10 s").says("90500 ms").says("1 loosened");
    // A report of a version that did not say it hides nothing else, and nothing is made up.
    let (_, json) = compared(&report(vec![looked("c", Some(true))]), &report(vec![tried(Some("cluster"), 1, 1)]));
    assert_eq!(json["checks"].as_array().map(Vec::len), Some(0), "{json}");
}

/// What a run writes is what the plan says.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_says_how_it_tries() {
    let plan = |more: &str| {
        format!("project: p\nenvironments: {{ local: {{}} }}\nchecks:\n  - id: a\n    http: {{ url: 'http://127.0.0.1:1/' }}\n{more}")
    };
    let gonogo = Gonogo::new().file("gonogo.yaml", &plan(""));
    let (_, before) = gonogo.verify(&[]);
    let finding = &before.findings[0];
    assert_eq!(finding.retry.map(|retry| retry.attempts), Some(1));
    assert!(finding.timeout_ms.is_some_and(|timeout| timeout >= 1_000) && finding.from.is_none());
    let gonogo = gonogo.file("gonogo.yaml", &plan("    timeout: 45s\n    retry: { attempts: 2, delay: 100ms }\n"));
    let (_, after) = gonogo.verify(&[]);
    let finding = &after.findings[0];
    assert_eq!((finding.timeout_ms, finding.retry), (Some(45_000), Some(Retries { attempts: 2, delay_ms: 100 })));
    let (_, json) = compared(&before, &after);
    assert_eq!(changes(&json, "loosened"), ["a timeout", "a retry"]);
}

#[test]
fn a_demand_in_other_words_is_shown_for_a_person_to_see() {
    let mut worded = looked("c", Some(true));
    worded.expectations[0].wanted = "200 or 500".into();
    let mut settings = worded.settings.value();
    settings["expect"]["status"] = json!([200, 500]);
    worded.settings = settings.into();
    let (ran, json) = compared(&report(vec![looked("c", Some(true))]), &report(vec![worded]));
    assert_eq!(changes(&json, "changed"), ["c expectation status (HTTP status)", "c setting expect.status"]);
    assert_eq!(changes(&json, "loosened"), Vec::<String>::new());
    ran.says("200 → 200 or 500").says("setting expect.status: 200 → [200,500]");
}

#[test]
fn what_was_not_looked_at_loosens_nothing() {
    let unseen = Finding { settings: looked("c", None).settings, ..finding("c", Outcome::Unknown, Severity::Blocker) };
    let mut fewer = looked("c", Some(false));
    fewer.expectations.push(Expectation::new("body", "body").wanted("JSON").got("JSON").met(true));
    let (_, json) = compared(&report(vec![fewer.clone()]), &report(vec![unseen]));
    assert_eq!((changes(&json, "loosened").len(), changes(&json, "changed").len()), (0, 0), "{json}");
    let (_, json) = compared(&report(vec![fewer]), &report(vec![looked("c", Some(false))]));
    assert_eq!((changes(&json, "loosened").len(), changes(&json, "changed")), (0, vec!["c expectation body".to_owned()]), "{json}");
}

#[test]
fn a_run_that_proves_less_is_loosened() {
    let go = || stored("go");
    let partial = || Some(Partial { only: vec!["tls".into()], ..Partial::default() });
    let cases: [(&str, Report); 5] = [
        ("run partial run", Report { partial: partial(), ..go() }),
        ("run advisory run", Report { advisory: true, ..go() }),
        ("run rehearsal", Report { rehearsal: true, ..go() }),
        ("run interrupted run", Report { interrupted: true, ..go() }),
        ("run hold allowed", Report { allow_hold: true, ..go() }),
    ];
    for (what, less) in cases {
        let (go, less) = (go().concluded(), less.concluded());
        let (ran, json) = compared(&go, &less);
        assert_eq!(changes(&json, "loosened"), [what], "{}", ran.stdout);
        ran.says("the run itself");
        assert_eq!(changes(&compared(&less, &go).1, "tightened"), [what]);
    }
    let strict = || Report { strict: true, ..report(vec![looked("c", Some(true))]) }.concluded();
    let (_, json) = compared(&strict(), &report(vec![looked("c", Some(true))]));
    assert_eq!(changes(&json, "loosened"), ["run strict"]);
}

#[test]
fn what_the_two_reports_are_stands_at_the_head() {
    let before = stored("go");
    let mut after = stored("no-go");
    after.environment = "staging".into();
    after.release.version = Some("1.5.0".into());
    let gonogo = folder(&before, &after);
    let ran = gonogo.run(["diff", "a.json", "b.json"]).exits(0);
    let head: String = ran.stdout.lines().take(12).collect::<Vec<_>>().join("\n");
    for said in
        ["GO → NO-GO", "1.4.2 → 1.5.0", "prod, pre-deploy → staging, pre-deploy", "WARNING: these are reports of different environments"]
    {
        assert!(head.contains(said), "{said}:\n{}", ran.stdout);
    }
    let markdown = gonogo.run(["diff", "a.json", "b.json", "--format", "markdown"]).exits(0).stdout;
    assert!(markdown.starts_with("# What changed: ") && markdown.contains("| Release | 1.4.2 | **1.5.0** |"), "{markdown}");
    assert!(markdown.contains("- **WARNING**: these are reports of different environments"), "{markdown}");
}

#[test]
fn the_same_report_twice_differs_in_nothing() {
    for name in crate::render::sample::NAMES {
        let (ran, json) = compared(&stored(name), &stored(name));
        assert_eq!((json["run"].as_array().map(Vec::len), changes(&json, "changed").len()), (Some(0), 0), "{json}");
        ran.says("both files are the same report");
    }
}

#[test]
fn a_file_that_is_no_report_is_refused() {
    let good = String::from_utf8(stored("go").to_json()).expect("UTF-8");
    let edited = good.replacen("\"verdict\": \"go\"", "\"verdict\": \"no-go\"", 1);
    let twice = Report { findings: vec![looked("c", Some(true)), looked("c", Some(true))], ..stored("go") }.concluded();
    let twice = String::from_utf8(twice.to_json()).expect("UTF-8");
    let gonogo = Gonogo::new().file("a.json", &good).file("edited.json", &edited).file("twice.json", &twice).file("no.json", "{}");
    gonogo.run(["diff", "a.json", "edited.json"]).exits(5).says("edited.json").says("contradicts itself");
    gonogo.run(["diff", "twice.json", "a.json"]).exits(5).says("`c` stands twice");
    gonogo.run(["diff", "a.json", "no.json"]).exits(2).says("no.json").says("not a report");
    gonogo.run(["diff", "a.json", "missing.json"]).exits(2).says("missing.json");
    gonogo.run(["diff", "a.json"]).exits(2);
    gonogo.run(["diff", "a.json", "a.json", "--format", "sarif"]).exits(2).says("there is no format `sarif`");
    gonogo.run(["diff", "a.json", "a.json", "--format", "json=no/folder/x.json"]).exits(6);
    let quiet = gonogo.run(["diff", "a.json", "a.json", "-q", "--format", "markdown=out.md"]).exits(0);
    assert_eq!(quiet.stdout, "");
    assert!(gonogo.read("out.md").starts_with("# What changed"));
}

#[test]
fn its_help_lists_its_formats() {
    Gonogo::new().run(["diff", "--help"]).exits(0).says("markdown").says("the comparison itself").says("The older report");
}
