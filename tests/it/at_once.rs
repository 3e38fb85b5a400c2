//! How much a run asks at once: of one target, and of this machine's descriptors.

use std::{
    process::Command,
    sync::{Arc, atomic::Ordering},
};

use gonogo::{
    plan::Plan,
    run::{Limits, Settings},
};

use crate::{
    gonogo::{Gonogo, Ran},
    nginx::Nginx,
    scripted::{Ending, Looks, on_target, plan, run, scripted, settings},
};

/// The most looks at once that a run makes of 600 checks on one target.
async fn most(limits: Limits, per_target: Option<usize>, ending: Ending) -> usize {
    let looks: Arc<Looks> = Arc::default();
    let items = (0..600).map(|number| {
        let mut item = scripted(&format!("c{number}"), Ending::Met, &looks);
        item.standing = on_target("script shared", ending, &looks);
        item
    });
    let plan = Plan { per_target, ..plan(items.collect()) };
    run(plan, &Settings { limits, ..settings() }).await.expect("a report");
    looks.most.load(Ordering::SeqCst)
}

#[tokio::test]
async fn a_target_that_keeps_up_is_asked_more_and_one_that_refuses_less() {
    let most_of = async |per_target, ending| most(Limits::default(), per_target, ending).await;
    assert!(most_of(None, Ending::Met).await > 64, "it answers as fast as ever");
    assert!(most_of(None, Ending::Unreachable).await <= 32, "it refuses from the start");
    assert!(most_of(Some(3), Ending::Met).await <= 3, "the plan says so");
    let limits = Limits { per_target: 2, ..Limits::default() };
    assert!(most(limits, Some(3), Ending::Met).await <= 2, "the command line says fewer");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_few_descriptors_a_run_waits_for_them() {
    const TARGETS: usize = 100;
    let nginx = Nginx::start(|plain, tls| {
        let listen: String = (1..=TARGETS).map(|number| format!("listen 127.0.0.{number}:{plain};")).collect();
        format!("server {{ {listen} listen 127.0.0.1:{tls}; return 200 ok; }}")
    })
    .await;
    let checks: String =
        (1..=TARGETS).map(|n| format!("  - {{ id: c{n}, http: {{ url: \"http://127.0.0.{n}:{}/\" }} }}\n", nginx.plain)).collect();
    let house = Gonogo::new().plan(&format!("project: p\nenvironments: {{ prod: {{}} }}\nchecks:\n{checks}"));
    let inner = house.command(["verify"]);
    let mut few = Command::new("sh");
    few.args(["-c", "ulimit -n 80; exec \"$0\" \"$@\""]).arg(inner.get_program()).args(inner.get_args());
    few.current_dir(house.path("")).envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ran = Ran::of(&mut few).exits(0).says("100 blockers passed");
    let told = "this process may have open 80 files";
    assert_eq!(ran.stderr.matches("so at most 4 checks run at once").count(), 1, "{told}: {}", ran.stderr);
}

#[test]
fn what_one_target_takes_is_read_strictly() {
    let plan = |said: &str| {
        let plan = format!(
            "project: p\nenvironments: {{ prod: {{ per-target: {said} }} }}\nchecks: [{{ id: a, http: {{ url: \"http://127.0.0.1:1/\" }} }}]\n"
        );
        Gonogo::new().plan(&plan).run(["lint"])
    };
    plan("16").exits(0);
    for wrong in ["0", "1025", "many", "-1", "1.5"] {
        plan(wrong).exits(2).says(&format!("expected a whole number from 1 to 1024, found `{wrong}`")).says("gonogo.yaml:2");
    }
}
