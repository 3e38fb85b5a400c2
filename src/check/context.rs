//! What a check may touch while it looks.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{Keep, Memo};
use crate::{
    model::{GivenAnswer, GivenDrill, InRollout, Masker, Phase, ProcessEnv, Release, Secret},
    net::Reach,
};

/// What all checks of a run share.
pub struct Shared {
    /// The instant everything is judged at.
    pub at: Timestamp,
    /// Before or after the deployment.
    pub phase: Phase,
    /// Which phase of a rollout, where it is one.
    pub stage: Option<InRollout>,
    /// What is being released.
    pub release: Release,
    /// What draws where a check tries a choice of many: the same seed, the same choice.
    pub seed: String,
    /// Paths in the plan are relative to this folder: the one `gonogo.yaml` stands in.
    pub root: PathBuf,
    /// The process environment.
    pub env: ProcessEnv,
    /// How to reach targets.
    pub reach: Arc<Reach>,
    /// Hides secrets in everything the run puts out.
    pub masker: Arc<Masker>,
    /// Bytes of evidence for the record.
    pub keep: Arc<Keep>,
    /// Answers fetched once a run.
    pub memo: Memo,
    /// What people answered, by the id of the check: one answer each, its signature verified.
    pub answers: Arc<BTreeMap<String, GivenAnswer>>,
    /// The newest drill of the way back by the record, by environment; `None` where the run has no record.
    pub drills: Option<Arc<BTreeMap<String, GivenDrill>>>,
    /// Who has which role, by the role's name.
    pub roles: BTreeMap<String, Vec<String>>,
}

impl Shared {
    /// What a look needs that belongs to no run: nothing is asked of people, and nothing is fetched yet.
    pub fn of_look(root: PathBuf, env: ProcessEnv, reach: Arc<Reach>, masker: Arc<Masker>) -> Self {
        Self {
            at: reach.now(),
            phase: Phase::PreDeploy,
            stage: None,
            release: Release::default(),
            seed: String::new(),
            root,
            env,
            reach,
            masker,
            keep: Arc::default(),
            memo: Memo::default(),
            answers: Arc::default(),
            drills: None,
            roles: BTreeMap::new(),
        }
    }
}

/// Kept back at the end of an attempt: a twentieth of its time, and no more than this.
const RESERVE: Duration = Duration::from_millis(250);

/// What one attempt of one check may touch.
#[derive(Clone)]
pub struct Context {
    /// What it shares with the run's other checks.
    pub shared: Arc<Shared>,
    /// The check's id.
    pub id: Arc<str>,
    /// When this attempt ends.
    pub deadline: Instant,
    led: Arc<Mutex<Vec<String>>>,
}

impl Context {
    /// For one attempt at the check `id` that ends at `deadline`.
    pub fn new(shared: Arc<Shared>, id: &str, deadline: Instant) -> Self {
        Self { shared, id: id.into(), deadline, led: Arc::default() }
    }

    /// What somebody answered to this check, whatever was asked then.
    pub fn answer(&self) -> Option<&GivenAnswer> {
        self.shared.answers.get(&*self.id)
    }

    /// Whether `person` is meant by `name`: their id, or a role they have.
    pub fn is_meant(&self, person: &str, name: &str) -> bool {
        person == name || self.shared.roles.get(name).is_some_and(|people| people.iter().any(|id| id == person))
    }

    /// A path of the plan, made absolute: relative ones start at the folder of `gonogo.yaml`.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.shared.root.join(path)
    }

    /// Hides `value` in every output from now on; it will read `${name}`. To be called before the value is used.
    pub fn hide(&self, name: &str, value: &str) {
        self.shared.masker.hide(name, value);
    }

    /// The same for what stands in `secret`; it will read as the variable that this was written as, else as `${name}`.
    pub fn hide_of(&self, secret: Option<&Secret>, name: &str, value: &str) {
        let variable = secret.and_then(|secret| secret.written().strip_prefix("${")?.strip_suffix('}'));
        self.hide(variable.filter(|variable| !variable.contains(['$', '{'])).unwrap_or(name), value);
    }

    /// Says that the look was led to `target`, which no touch of the check names. To be called before it goes there.
    pub fn lead(&self, target: String) {
        self.led.lock().unwrap_or_else(PoisonError::into_inner).push(target);
    }

    /// Where the look was led.
    pub fn led(&self) -> Vec<String> {
        self.led.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When to stop waiting: a little before this attempt is cut off, so that the check can still say what it waited for.
    pub fn until(&self) -> Instant {
        self.deadline - RESERVE.min(self.remaining() / 20)
    }

    /// How long this attempt may still take.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}
