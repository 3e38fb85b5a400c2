//! Checks that end as the test says, in plans made without YAML: for what the engine makes of outcomes.

use std::{
    collections::BTreeMap,
    future::Future,
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use gonogo::{
    check::{AnyCheck, Context, Judged, KINDS, Manner, Touch, Unseen},
    model::{
        Digest, Event, Expectation, Json, Location, Masker, Period, Phase, ProcessEnv, Release, Report, Severity, Signoff, Tool, Unsigned,
        Vantage, Window, Windows,
    },
    net::Pins,
    plan::{Item, Plan, Retry, Standing},
    run::{Limits, SelectionError, Settings, verify},
};
use jiff::Timestamp;
use serde_json::{Value, json};

/// How a scripted check ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Met,
    Unmet,
    Undetermined,
    ExpectsNothing,
    Unknown,
    Unreachable,
    UnreachableOnce,
    Waiting,
    Panics,
    Hangs,
    HangsWithoutYielding,
}

/// How often, and how many at once, scripted checks looked.
#[derive(Default)]
pub(crate) struct Looks {
    pub(crate) total: AtomicUsize,
    now: AtomicUsize,
    pub(crate) most: AtomicUsize,
}

pub(crate) struct Scripted {
    pub(crate) ending: Ending,
    pub(crate) target: String,
    pub(crate) looks: Arc<Looks>,
    tries: AtomicUsize,
}

impl AnyCheck for Scripted {
    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        vec![Touch::new(&self.target, "looks")]
    }

    fn manner(&self) -> Manner {
        if self.target.starts_with("strain") { Manner::Strains } else { Manner::Looks }
    }

    fn look<'a>(&'a self, _: &'a Context) -> Pin<Box<dyn Future<Output = Result<Judged, Unseen>> + Send + 'a>> {
        Box::pin(async move {
            let before = self.tries.fetch_add(1, Ordering::SeqCst);
            self.looks.total.fetch_add(1, Ordering::SeqCst);
            let now = self.looks.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.looks.most.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.looks.now.fetch_sub(1, Ordering::SeqCst);
            let judged = |met: Option<bool>| {
                let expectation = Expectation::new("scripted", "the script").wanted("met").got("as written");
                let expectation = match met {
                    Some(met) => expectation.met(met),
                    None => expectation.undetermined("half of it was out of sight"),
                };
                Ok(Judged { observation: json!({ "seen": true }).into(), expectations: vec![expectation] })
            };
            match self.ending {
                Ending::Met => judged(Some(true)),
                Ending::Unmet => judged(Some(false)),
                Ending::Undetermined => judged(None),
                Ending::ExpectsNothing => Ok(Judged { observation: Json::default(), expectations: Vec::new() }),
                Ending::Unknown => Err(Unseen::Unknown("nothing to see".into())),
                Ending::UnreachableOnce if before > 0 => judged(Some(true)),
                Ending::Unreachable | Ending::UnreachableOnce => Err(Unseen::Unreachable("the connection was refused".into())),
                Ending::Waiting => Err(Unseen::Waiting("the security officer's answer".into())),
                Ending::Panics => panic!("with a secret in it"),
                Ending::Hangs => std::future::pending().await,
                Ending::HangsWithoutYielding => {
                    // Far beyond the time-out, but not for ever: the test's runtime waits for its threads.
                    std::thread::sleep(Duration::from_secs(2));
                    judged(Some(true))
                }
            }
        })
    }

    fn judge_value(&self, _: Value, _: Timestamp) -> Result<Vec<Expectation>, serde_json::Error> {
        Ok(Vec::new())
    }

    fn counterexamples(&self, _: Timestamp) -> Vec<Judged> {
        Vec::new()
    }
}

/// A blocker named `id` that ends so.
pub(crate) fn item(id: &str, ending: Ending) -> Item {
    scripted(id, ending, &Arc::default())
}

/// The same, counted in `looks`.
pub(crate) fn scripted(id: &str, ending: Ending, looks: &Arc<Looks>) -> Item {
    let check = Scripted { ending, target: format!("script {id}"), looks: looks.clone(), tries: AtomicUsize::new(0) };
    with_check(id, Box::new(check))
}

/// Any check, enveloped.
pub(crate) fn with_check(id: &str, check: Box<dyn AnyCheck>) -> Item {
    Item {
        id: id.into(),
        title: id.into(),
        section: String::new(),
        severity: Severity::Blocker,
        owner: None,
        why: None,
        fix: None,
        runbook: None,
        tags: Vec::new(),
        stages: Vec::new(),
        awaits: Default::default(),
        phases: Phase::ALL.to_vec(),
        windows: vec![Window::Immediate],
        from: None,
        needs: Vec::new(),
        guard: false,
        timeout: Period::seconds(5),
        retry: Retry { attempts: 1, delay: Period::millis(1) },
        location: Location { file: "gonogo.yaml".into(), line: 1, column: None },
        kind: &KINDS[0],
        settings: Json::default(),
        needs_command: None,
        standing: Standing::Ready(check),
    }
}

/// A plan of these checks.
pub(crate) fn plan(items: Vec<Item>) -> Plan {
    Plan {
        notify: Vec::new(),
        notify_unset: Vec::new(),
        rollout: None,
        rollout_awaits: Default::default(),
        per_target: None,
        project: "scripted".into(),
        environment: "prod".into(),
        environments: vec!["prod".into()],
        people: BTreeMap::new(),
        signoff: None,
        waivers: Vec::new(),
        ledger: None,
        windows: Windows::default(),
        runbook: None,
        root: PathBuf::from("."),
        config: PathBuf::from("gonogo.yaml"),
        items,
        pins: Pins::default(),
        release: Release::default(),
        release_elsewhere: false,
        files: BTreeMap::new(),
        kept: Vec::new(),
        digest: Digest::of(b""),
        secrets: Vec::new(),
        words: Arc::default(),
        warnings: Vec::new(),
    }
}

/// A sign-off policy that says this of unsigned waivers, and nothing else out of the ordinary.
pub(crate) fn signoff(unsigned: Unsigned) -> Signoff {
    let policy =
        json!({ "allowed-signers": "signers", "roles": { "security": ["bob"] }, "require": ["security"], "unsigned-waivers": unsigned });
    serde_json::from_value(policy).expect("a policy")
}

/// Settings of an ordinary run.
pub(crate) fn settings() -> Settings {
    Settings {
        stage: None,
        signoff: None,
        notes: Vec::new(),
        at: instant(),
        rehearsal: false,
        phase: Phase::PreDeploy,
        window: Window::Immediate,
        keep: Default::default(),
        strict: false,
        advisory: false,
        allow_hold: false,
        only: Vec::new(),
        shard: None,
        skip: Vec::new(),
        from: None,
        limits: Limits::default(),
        seed: None,
        release: Release::default(),
        vantage: Vantage::default(),
        tool: Tool { name: "gonogo".into(), version: "0".into() },
        env: ProcessEnv::default(),
        waivers: Vec::new(),
        answers: Arc::default(),
        drills: None,
        clock: instant,
    }
}

/// The instant of every test.
pub(crate) fn instant() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().expect("an instant")
}

/// Runs `plan` to its end.
pub(crate) async fn run(plan: Plan, settings: &Settings) -> Result<Report, SelectionError> {
    run_observed(plan, settings, |_| ()).await
}

/// The same, watched.
pub(crate) async fn run_observed(plan: Plan, settings: &Settings, observer: impl FnMut(&Event)) -> Result<Report, SelectionError> {
    let (_sender, stop) = tokio::sync::watch::channel(None);
    let signoff = settings.signoff.clone().or_else(|| plan.signoff.clone());
    let settings = Settings { signoff, ..settings.clone() };
    verify(Arc::new(plan), &settings, Arc::new(Masker::default()), stop, observer).await
}

/// A check on a target of that name.
pub(crate) fn on_target(target: &str, ending: Ending, looks: &Arc<Looks>) -> Standing {
    Standing::Ready(Box::new(Scripted { ending, target: target.into(), looks: looks.clone(), tries: AtomicUsize::new(0) }))
}
