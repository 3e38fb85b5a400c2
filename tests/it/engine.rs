//! The engine: what one check does to the others (nothing), limits, deadlines, needs, guards, order.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use gonogo::{
    model::{Event, Exit, Masker, Outcome, Period, Phase, Report, Severity, Verdict},
    plan::{Item, Retry, Standing},
    run::{Limits, SelectionError, verify},
};

use crate::scripted::{Ending, Looks, item, on_target, plan, run, run_observed, scripted, settings};

fn outcomes(report: &Report) -> Vec<(&str, Outcome)> {
    report.findings.iter().map(|finding| (finding.id.as_str(), finding.outcome)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_panic_a_hang_or_a_refusal_costs_only_its_own_check() {
    let quick = |id: &str, ending| Item { timeout: Period::millis(200), ..item(id, ending) };
    let items = vec![
        quick("panics", Ending::Panics),
        quick("hangs", Ending::Hangs),
        quick("spins", Ending::HangsWithoutYielding),
        quick("refused", Ending::Unreachable),
        item("fine", Ending::Met),
    ];
    let began = Instant::now();
    let report = run(plan(items), &settings()).await.expect("a report");
    assert!(began.elapsed() < Duration::from_millis(1500), "{:?}", began.elapsed());
    let unknown = |id| (id, Outcome::Unknown);
    assert_eq!(outcomes(&report), [unknown("panics"), unknown("hangs"), unknown("spins"), unknown("refused"), ("fine", Outcome::Pass)]);
    assert_eq!((report.verdict, report.exit), (Verdict::NoGo, Exit::Unchecked.code()));
    assert!(!String::from_utf8_lossy(&report.to_json()).contains("with a secret in it"), "a panic's message is not shown");
    assert!(report.findings[1].reason.contains("no result within 200 ms"), "{}", report.findings[1].reason);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_strains_its_target_runs_last_and_alone() {
    let looks = Arc::default();
    let strains = |id: &str| Item { standing: on_target("strain", Ending::Met, &looks), ..item(id, Ending::Met) };
    let after = |id: &str, need: &str| Item { needs: vec![need.into()], ..item(id, Ending::Met) };
    // `second` needs what needs `first`; nothing waits for ever.
    let items = vec![
        strains("first"),
        after("then", "first"),
        item("a", Ending::Met),
        Item { needs: vec!["then".into()], ..strains("second") },
        after("b", "a"),
        strains("third"),
        item("c", Ending::Unreachable),
        Item { needs: vec!["c".into()], ..strains("blocked") },
    ];
    let (mut running, mut begun) = (Vec::new(), Vec::new());
    let settings = settings();
    let report = run_observed(plan(items), &settings, |event| match event {
        Event::Began { id, .. } => {
            let is_alone = |id: &str| ["first", "second", "third"].contains(&id);
            assert!(
                running.is_empty() || !(is_alone(id) || running.iter().any(|other: &String| is_alone(other))),
                "{id} beside {running:?}"
            );
            running.push(id.clone());
            begun.push(id.clone());
        }
        Event::Finished { finding, .. } => running.retain(|id| *id != finding.id),
        _ => {}
    });
    let report = report.await.expect("a report");
    begun[..3].sort();
    assert_eq!(begun, ["a", "b", "c", "first", "then", "third", "second"], "{begun:?}");
    assert_eq!(outcomes(&report).iter().filter(|(_, outcome)| *outcome == Outcome::Pass).count(), 6);
}

#[tokio::test]
async fn nothing_expected_is_unknown() {
    let report = run(plan(vec![item("empty", Ending::ExpectsNothing), item("fine", Ending::Met)]), &settings()).await.expect("a report");
    assert_eq!(outcomes(&report)[0].1, Outcome::Unknown);
    assert_eq!(report.exit, 3);
}

#[tokio::test]
async fn an_empty_plan_is_refused() {
    assert!(matches!(run(plan(Vec::new()), &settings()).await, Err(SelectionError::Nothing(_))));
    let post = Item { phases: vec![Phase::PostDeploy], ..item("later", Ending::Met) };
    assert!(matches!(run(plan(vec![post]), &settings()).await, Err(SelectionError::Nothing(_))));
    let elsewhere = Item { standing: Standing::Excluded("meant for staging".into()), ..item("elsewhere", Ending::Met) };
    assert!(matches!(run(plan(vec![elsewhere]), &settings()).await, Err(SelectionError::Nothing(_))));
}

#[tokio::test]
async fn a_retry_that_helps_is_marked_flaky() {
    let retry = Retry { attempts: 3, delay: Period::millis(1) };
    let report = run(plan(vec![Item { retry, ..item("once", Ending::UnreachableOnce) }]), &settings()).await.expect("a report");
    let finding = &report.findings[0];
    assert_eq!((finding.outcome, finding.attempts, finding.flaky), (Outcome::Pass, 2, true));
}

#[tokio::test]
async fn only_what_cannot_be_reached_is_tried_again() {
    let retry = Retry { attempts: 3, delay: Period::millis(1) };
    for (ending, attempts) in [(Ending::Unmet, 1), (Ending::Unknown, 1), (Ending::Unreachable, 3)] {
        let report = run(plan(vec![Item { retry, ..item("x", ending) }]), &settings()).await.expect("a report");
        assert_eq!(report.findings[0].attempts, attempts, "{ending:?}");
    }
}

#[tokio::test]
async fn what_needs_a_failed_check_is_unknown_and_names_it() {
    let needs = |id: &str, needed: &str| Item { needs: vec![needed.into()], ..item(id, Ending::Met) };
    let looks: Arc<Looks> = Arc::default();
    let after = Item { needs: vec!["child".into()], ..scripted("grandchild", Ending::Met, &looks) };
    let report = run(plan(vec![after, needs("child", "root"), item("root", Ending::Unmet)]), &settings()).await.expect("a report");
    assert_eq!(outcomes(&report), [("grandchild", Outcome::Unknown), ("child", Outcome::Unknown), ("root", Outcome::Fail)]);
    assert_eq!(report.findings[1].because.as_deref(), Some("root"));
    assert_eq!(report.findings[0].because.as_deref(), Some("child"));
    assert_eq!(looks.total.load(Ordering::SeqCst), 0, "it was not tried");
}

#[tokio::test]
async fn what_needs_an_answer_waits_too() {
    let after = Item { needs: vec!["asked".into()], ..item("after", Ending::Met) };
    let report = run(plan(vec![item("asked", Ending::Waiting), after, item("fine", Ending::Met)]), &settings()).await.expect("a report");
    assert_eq!(outcomes(&report)[1].1, Outcome::Pending);
    assert_eq!((report.verdict, report.exit), (Verdict::Hold, Exit::Hold.code()));
    let allowed =
        run(plan(vec![item("asked", Ending::Waiting)]), &gonogo::run::Settings { allow_hold: true, ..settings() }).await.expect("a report");
    assert_eq!((allowed.verdict, allowed.exit), (Verdict::Hold, 0));
}

#[tokio::test]
async fn nothing_is_touched_before_the_guard_has_passed() {
    for ending in [Ending::Unmet, Ending::Unknown, Ending::Waiting, Ending::Panics, Ending::Unreachable] {
        let looks: Arc<Looks> = Arc::default();
        let guard = Item { guard: true, ..item("is-prod", ending) };
        let report = run(plan(vec![scripted("other", Ending::Met, &looks), guard]), &settings()).await.expect("a report");
        assert_eq!(looks.total.load(Ordering::SeqCst), 0, "{ending:?}");
        assert_eq!(report.findings[0].outcome, Outcome::Unknown, "{ending:?}");
        assert_eq!(report.findings[0].because.as_deref(), Some("is-prod"));
        assert_eq!(report.verdict, Verdict::NoGo);
    }
}

#[tokio::test]
async fn a_guard_runs_under_only_and_skip() {
    let guard = || Item { guard: true, ..item("is-prod", Ending::Unmet) };
    for (only, skip) in [(vec!["a".to_owned()], vec![]), (vec![], vec!["is-prod".to_owned()])] {
        let settings = gonogo::run::Settings { only, skip, ..settings() };
        let report = run(plan(vec![guard(), item("a", Ending::Met), item("b", Ending::Met)]), &settings).await.expect("a report");
        assert_eq!(report.findings[0].outcome, Outcome::Fail);
        assert_eq!(report.findings[1].outcome, Outcome::Unknown);
    }
}

#[tokio::test]
async fn a_guard_that_is_asked_for_by_itself_is_a_run() {
    let guard = Item { guard: true, ..item("is-prod", Ending::Met) };
    let settings = gonogo::run::Settings { only: vec!["is-prod".into()], ..settings() };
    let report = run(plan(vec![guard, item("a", Ending::Met)]), &settings).await.expect("a report");
    assert_eq!(outcomes(&report), [("is-prod", Outcome::Pass), ("a", Outcome::Skipped)]);
    assert!(report.partial.is_some());
}

#[tokio::test]
async fn only_pulls_in_what_it_needs_and_is_seen_as_partial() {
    let b = Item { needs: vec!["a".into()], ..item("b", Ending::Met) };
    let settings = gonogo::run::Settings { only: vec!["b".into()], ..settings() };
    let report = run(plan(vec![item("a", Ending::Met), b, item("c", Ending::Unmet)]), &settings).await.expect("a report");
    assert_eq!(outcomes(&report), [("a", Outcome::Pass), ("b", Outcome::Pass), ("c", Outcome::Skipped)]);
    assert_eq!(report.partial.expect("partial").only, ["b"]);
}

#[tokio::test]
async fn a_selector_that_fits_nothing_is_refused_with_a_suggestion() {
    let settings = gonogo::run::Settings { only: vec!["tls-ap".into()], ..settings() };
    let error = run(plan(vec![item("tls-api", Ending::Met)]), &settings).await.expect_err("no such check");
    assert_eq!(error.to_string(), "`--only tls-ap` fits no id, tag or kind of the plan: did you mean `tls-api`?");
}

#[tokio::test]
async fn a_check_bound_to_a_vantage_is_unknown_elsewhere() {
    let inside = || Item { from: Some("inside".into()), ..item("inside", Ending::Met) };
    let unnamed = run(plan(vec![inside(), item("any", Ending::Met)]), &settings()).await.expect("a report");
    assert_eq!((unnamed.findings[0].outcome, unnamed.exit), (Outcome::Unknown, 3));
    let there = gonogo::run::Settings { from: Some("inside".into()), ..settings() };
    let report = run(plan(vec![inside(), item("any", Ending::Met)]), &there).await.expect("a report");
    assert_eq!((report.verdict, report.partial), (Verdict::Go, None));
    let outside = || Item { from: Some("outside".into()), ..item("outside", Ending::Met) };
    let report = run(plan(vec![inside(), outside()]), &there).await.expect("a report");
    assert_eq!(report.findings[1].outcome, Outcome::Skipped);
    assert_eq!(report.partial.expect("partial").from.as_deref(), Some("inside"));
}

#[tokio::test]
async fn the_report_is_in_plan_order_whatever_the_schedule() {
    let mut items: Vec<Item> = (0..50).map(|i| item(&format!("c{i}"), Ending::Met)).collect();
    items[0].needs = vec!["c49".into()];
    let settings = gonogo::run::Settings { limits: Limits { jobs: 7, ..Limits::default() }, ..settings() };
    let report = run(plan(items), &settings).await.expect("a report");
    let ids: Vec<String> = report.findings.iter().map(|finding| finding.id.clone()).collect();
    assert_eq!(ids, (0..50).map(|i| format!("c{i}")).collect::<Vec<_>>());
    assert_eq!(report.verdict, Verdict::Go);
}

#[tokio::test]
async fn the_limits_hold() {
    for (jobs, per_target, one_target, most) in [(3, 100, false, 3), (100, 2, true, 2)] {
        let looks: Arc<Looks> = Arc::default();
        let items = (0..40)
            .map(|i| {
                let mut item = scripted(&format!("c{i}"), Ending::Met, &looks);
                if one_target {
                    item.standing = crate::scripted::on_target("script shared", Ending::Met, &looks);
                }
                item
            })
            .collect();
        let limits = Limits { jobs, per_target, ..Limits::default() };
        let report = run(plan(items), &gonogo::run::Settings { limits, ..settings() }).await.expect("a report");
        assert_eq!(report.counts.blocker.pass, 40);
        assert!(looks.most.load(Ordering::SeqCst) <= most, "{} at once, {most} allowed", looks.most.load(Ordering::SeqCst));
    }
}

#[tokio::test]
async fn the_deadline_ends_the_run_with_a_report() {
    let limits = Limits { deadline: Period::millis(300), ..Limits::default() };
    let items = vec![item("fine", Ending::Met), item("hangs", Ending::Hangs), item("red", Ending::Unmet)];
    let report = run(plan(items), &gonogo::run::Settings { limits, ..settings() }).await.expect("a report");
    assert!(report.interrupted);
    assert_eq!(outcomes(&report), [("fine", Outcome::Pass), ("hangs", Outcome::Unknown), ("red", Outcome::Fail)]);
    assert_eq!(report.exit, Exit::Red.code());
}

#[tokio::test]
async fn an_interrupt_ends_the_run_and_is_never_a_go() {
    let (sender, stop) = tokio::sync::watch::channel(None);
    let slow = Item { severity: Severity::Warning, ..item("slow-warning", Ending::Hangs) };
    let observer = |event: &Event| {
        if matches!(event, Event::Finished { .. }) {
            let _ = sender.send(Some("an interrupt (Ctrl-C) was received".to_owned()));
        }
    };
    let masker = Arc::new(Masker::default());
    let report =
        verify(Arc::new(plan(vec![item("fine", Ending::Met), slow])), &settings(), masker, stop, observer).await.expect("a report");
    assert_eq!(outcomes(&report), [("fine", Outcome::Pass), ("slow-warning", Outcome::Unknown)]);
    assert!(report.interrupted);
    assert_eq!((report.verdict, report.exit), (Verdict::NoGo, Exit::Unchecked.code()), "less was seen than was asked for");
}

#[tokio::test]
async fn warnings_block_only_when_strict() {
    let items = || vec![item("fine", Ending::Met), Item { severity: Severity::Warning, ..item("warning", Ending::Unmet) }];
    assert_eq!(run(plan(items()), &settings()).await.expect("a report").exit, 0);
    let strict = run(plan(items()), &gonogo::run::Settings { strict: true, ..settings() }).await.expect("a report");
    assert_eq!((strict.verdict, strict.exit), (Verdict::NoGo, 1));
}

#[tokio::test]
async fn warnings_alone_are_nothing_to_go_on() {
    let items = vec![Item { severity: Severity::Warning, ..item("warning", Ending::Met) }];
    let report = run(plan(items), &settings()).await.expect("a report");
    assert_eq!((report.verdict, report.exit), (Verdict::NoGo, 3));
    assert!(report.notes.iter().any(|note| note.contains("no blocker")), "{:?}", report.notes);
}

#[tokio::test]
async fn an_advisory_run_exits_0_and_keeps_its_verdict() {
    let report =
        run(plan(vec![item("red", Ending::Unmet)]), &gonogo::run::Settings { advisory: true, ..settings() }).await.expect("a report");
    assert_eq!((report.verdict, report.exit, report.headline().as_str()), (Verdict::NoGo, 0, "ADVISORY: NO-GO"));
}

#[tokio::test]
async fn every_check_begins_at_most_once_and_finishes_once() {
    let mut finished = vec![0; 30];
    let items: Vec<Item> = (0..30)
        .map(|i| Item {
            needs: (0..i % 3).map(|n| format!("c{n}")).collect(),
            ..item(&format!("c{i}"), if i % 5 == 0 { Ending::Unmet } else { Ending::Met })
        })
        .collect();
    run_observed(plan(items), &settings(), |event| {
        if let Event::Finished { index, .. } = event {
            finished[*index] += 1;
        }
    })
    .await
    .expect("a report");
    assert!(finished.iter().all(|times| *times == 1), "{finished:?}");
}
