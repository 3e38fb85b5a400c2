//! Lets one check look at a real target, without plan, engine or command line.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use gonogo::{
    check::{self, Context, Judged, Shared, Unseen},
    model::{GivenAnswer, GivenDrill, Masker, Outcome, Phase, ProcessEnv, Release},
    net::{Pins, Reach},
};
use serde_json::Value;

/// The id of the check that looks.
const ID: &str = "it";

/// One look, with what the run would otherwise hand down.
pub(crate) struct Look {
    kind: &'static str,
    settings: Value,
    pub(crate) env: ProcessEnv,
    pub(crate) pins: Pins,
    pub(crate) root: PathBuf,
    pub(crate) phase: Phase,
    pub(crate) release: Release,
    pub(crate) seed: String,
    pub(crate) timeout: Duration,
    pub(crate) at: jiff::Timestamp,
    masker: Arc<Masker>,
    answer: Option<GivenAnswer>,
    drills: Option<Arc<BTreeMap<String, GivenDrill>>>,
    roles: BTreeMap<String, Vec<String>>,
}

impl Look {
    pub(crate) fn new(kind: &'static str, settings: Value) -> Self {
        Self {
            kind,
            settings,
            env: ProcessEnv::default(),
            pins: Pins::default(),
            root: PathBuf::from("."),
            phase: Phase::PreDeploy,
            release: Release::default(),
            seed: "shop 1.4.2".into(),
            timeout: Duration::from_secs(10),
            at: crate::scripted::instant(),
            masker: Arc::default(),
            answer: None,
            drills: None,
            roles: BTreeMap::new(),
        }
    }

    /// The process environment the check sees.
    pub(crate) fn env(mut self, variables: &[(&str, &str)]) -> Self {
        self.env = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self
    }

    /// Where relative paths start.
    pub(crate) fn root(mut self, root: impl Into<PathBuf>) -> Self {
        self.root = root.into();
        self
    }

    /// Judged as of another instant.
    pub(crate) fn at(mut self, at: jiff::Timestamp) -> Self {
        self.at = at;
        self
    }

    /// Whatever the check hides, this one knows.
    pub(crate) fn masker(mut self, masker: Arc<Masker>) -> Self {
        self.masker = masker;
        self
    }

    /// With this answer on record.
    pub(crate) fn answer(mut self, answer: GivenAnswer) -> Self {
        self.answer = Some(answer);
        self
    }

    /// With these drills on record.
    pub(crate) fn drills(mut self, drills: BTreeMap<String, GivenDrill>) -> Self {
        self.drills = Some(Arc::new(drills));
        self
    }

    /// Where this person has this role.
    pub(crate) fn role(mut self, role: &str, person: &str) -> Self {
        self.roles.entry(role.into()).or_default().push(person.into());
        self
    }

    /// What the check saw; `Err` when it could not look. A time-out is the run's to say, here it is a panic.
    pub(crate) async fn look(self) -> Result<Judged, Unseen> {
        let check = check::parse(self.kind, &self.settings).expect("a known kind").expect("valid settings");
        let at = self.at;
        let shared = Shared {
            at,
            phase: self.phase,
            release: self.release,
            seed: self.seed,
            answers: Arc::new(self.answer.into_iter().map(|answer| (ID.to_owned(), answer)).collect()),
            drills: self.drills,
            roles: self.roles,
            ..Shared::of_look(self.root, self.env.clone(), Arc::new(Reach::new(self.env, self.pins, at)), self.masker)
        };
        let cx = Context::new(Arc::new(shared), ID, Instant::now() + self.timeout);
        tokio::time::timeout(self.timeout, check.look(&cx)).await.expect("an answer in time")
    }

    /// The outcome with its one-line reason, as the report would give them.
    pub(crate) async fn outcome(self) -> (Outcome, String) {
        match self.look().await {
            Ok(seen) => {
                let outcome = Outcome::of(&seen.expectations);
                (outcome, gonogo::model::Finding::reason_of(outcome, &seen.expectations))
            }
            Err(Unseen::Waiting(whom)) => (Outcome::Pending, whom),
            Err(Unseen::Unknown(why) | Unseen::Unreachable(why)) => (Outcome::Unknown, why),
        }
    }
}
