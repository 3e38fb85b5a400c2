//! The plan's `rollout`.

use std::{collections::BTreeMap, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Demand, Origin, Several, Stage, Trigger, WayBack, Whose, measure::Measures};
use crate::{
    check::http::SentHeaders,
    model::{Percent, Period, Times, without_contradiction},
    net::http::Address,
    notify::Notify,
};

/// The old version is the one on record.
const RECORDED: &str = "recorded";

/// How a release goes out: in stages, each held against limits and against the old version before the next one may begin. gonogo moves no
/// traffic; it says whether a stage has earned the next one, and it starts and proves the way back.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rollout {
    /// What one count is, for the texts. Default: `requests`.
    #[serde(default = "requests")]
    pub unit: String,
    /// Where the measures come from that name no `document`.
    pub prometheus: Option<Server>,
    /// How long after an instant all that came before it is counted in the documents. Default: `1m`.
    #[serde(default = "minute")]
    pub counted_within: Period,
    /// What the two versions are called in the queries.
    #[serde(default)]
    pub versions: Versions,
    /// How long the whole may take.
    pub until: Option<Period>,
    /// Between two samples, `1s` to `1h`. Default: `1m`.
    #[serde(default = "minute")]
    pub interval: Period,
    /// How sure the bounds are. Default: `95%`.
    #[serde(default = "sure")]
    pub confidence: Percent,
    /// Which share of the time since a stage began must have been seen. Default: `95%`.
    #[serde(default = "sure")]
    pub coverage: Percent,
    /// When no stage is begun.
    #[serde(default)]
    pub freeze: Vec<Times>,
    /// What is measured, by name.
    pub measures: Measures,
    /// What `of baseline` means, by measure. Default: the old version at the same time.
    #[serde(default)]
    pub baseline: BTreeMap<String, Baseline>,
    /// What the measures must be at the end of each stage that says nothing else.
    #[serde(default)]
    pub demands: BTreeMap<String, Demand>,
    /// What ends, stops or marks each stage before its time.
    #[serde(default)]
    pub triggers: Vec<Trigger>,
    /// The way back: one, or several that are tried in turn.
    pub rollback: Option<Several<WayBack>>,
    /// A check that is looked at all the while a stage is begun; one that fails is told, and holds the stage.
    pub zero_downtime: Option<ZeroDowntime>,
    /// Who hears of it.
    #[serde(default)]
    pub notify: Option<Several<Notify>>,
    /// How long after a decision's evidence the decision may be made. Default: `1h`.
    #[serde(default = "hour")]
    pub decide_within: Period,
    /// The stages, in their order.
    pub stages: Vec<Stage>,
    /// What the rollout is to have shown in the end: the last table of the report.
    #[serde(default)]
    pub success: Vec<Success>,
}

/// The Prometheus that the measures come from; Thanos, Mimir and VictoriaMetrics speak like it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Server {
    /// Its address, without `/api/v1`.
    pub url: Address,
    /// Headers to send.
    #[serde(default)]
    pub headers: SentHeaders,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
    /// How old the newest value may be. Default: `2m`.
    #[serde(default = "two_minutes")]
    pub max_stale: Period,
}

/// What the two versions are called where the measures come from.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Versions {
    /// The new one. Default: the version of the release.
    pub new: Option<String>,
    /// The old one; `recorded`, the default, is the release that was live when the first stage began.
    pub old: Option<String>,
}

/// What `of baseline` means for a measure.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Baseline {
    /// Whose values: `old`.
    #[serde(default = "old")]
    pub of: Whose,
    /// Those of the same time.
    #[serde(default)]
    pub live: bool,
    /// Those of so long before the stage began, taken once.
    pub window: Option<Period>,
}

/// A check that is looked at all the while a stage is begun.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ZeroDowntime {
    /// The check, by its id.
    pub check: String,
    /// Between two looks. Default: `1s`.
    #[serde(default = "second")]
    pub every: Period,
}

/// What the rollout is to have shown in the end: of a measure in a stage or over all of it, of a check, or that it came to its end.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Success {
    /// What people read.
    pub text: String,
    /// The measure, as it was demanded.
    pub measure: Option<String>,
    /// The stage in which.
    pub stage: Option<String>,
    /// `rollout`: in every stage.
    pub over: Option<Whole>,
    /// The check, by its id.
    pub check: Option<String>,
    /// `finished`: every stage was decided, and nothing was rolled back.
    pub rollout: Option<Finished>,
}

/// All stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Whole {
    /// All stages.
    Rollout,
}

/// The end of a rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Finished {
    /// Every stage was decided, and nothing was rolled back.
    Finished,
}

without_contradiction!(Rollout);
without_contradiction!(Baseline);
without_contradiction!(Success);

impl Rollout {
    fn contradiction(&self) -> Option<String> {
        if self.stages.is_empty() {
            return Some("`stages` is empty: name at least one".into());
        }
        if self.measures.is_empty() {
            return Some("`measures` is empty, so nothing would be judged: name at least one".into());
        }
        let nowhere = self.measures.iter().find(|(_, measure)| measure.document.is_none() && self.prometheus.is_none());
        if let Some((name, _)) = nowhere {
            return Some(format!("`{name}` comes from nowhere: write `prometheus: {{ url: … }}`, or give it a `document`"));
        }
        if !(Period::seconds(1)..=Period::seconds(3_600)).contains(&self.interval) {
            return Some(format!("`interval` is {}: write `1s` to `1h`", self.interval));
        }
        if !(0.5..1.0).contains(&self.confidence.fraction()) {
            return Some(format!("`confidence` is {}: write at least `50%` and less than `100%`", self.confidence));
        }
        (self.coverage.fraction() <= 0.0).then(|| "`coverage` is nothing: write `95%`".into())
    }

    /// The stage so called, and its number from 0.
    pub fn stage(&self, name: &str) -> Option<(usize, &Stage)> {
        self.stages.iter().enumerate().find(|(_, stage)| stage.name == name)
    }

    /// What a stage demands of the measures.
    pub fn demands<'a>(&'a self, stage: &'a Stage) -> &'a BTreeMap<String, Demand> {
        stage.demands.as_ref().unwrap_or(&self.demands)
    }

    /// The triggers that can fire in a stage.
    pub fn triggers<'a>(&'a self, stage: &'a Stage) -> impl Iterator<Item = &'a Trigger> {
        // After a way back there is none to take again: the old version is judged by its demands.
        let of_all = if stage.is_recovery() { &[][..] } else { &self.triggers[..] };
        of_all.iter().chain(&stage.triggers)
    }

    /// The checks that a stage looks at by name: its own, those of the triggers, and the one that must not fail while it begins.
    pub fn checks<'a>(&'a self, stage: &'a Stage) -> impl Iterator<Item = &'a str> {
        let triggering = self.triggers(stage).filter_map(|trigger| trigger.check.as_ref());
        stage.checks.iter().chain(triggering).chain(self.zero_downtime.as_ref().map(|zero| &zero.check)).map(String::as_str)
    }

    /// The ways back, in the order in which they are tried.
    pub fn ways_back(&self) -> &[WayBack] {
        self.rollback.as_ref().map_or(&[], Several::all)
    }

    /// What the old version must show after the way back so called, as a stage is judged.
    pub fn recovery(&self, way: Option<&str>) -> Option<Stage> {
        self.ways_back().iter().find(|back| back.name.as_deref() == way)?.recovery_stage()
    }

    /// How late the newest sample may be because documents count late.
    pub fn lag(&self) -> Period {
        let late = self.measures.values().filter_map(|measure| measure.document.as_ref()).any(Origin::is_of_stretch);
        if late { Period::from(self.counted_within.get() + self.interval.get()) } else { Period::seconds(0) }
    }

    /// How old the newest value may be.
    pub fn max_stale(&self) -> Period {
        self.prometheus.as_ref().map_or_else(two_minutes, |server| server.max_stale)
    }

    /// The stretch before a stage that is the baseline of a measure; `None` for the old version at the same time.
    pub fn window(&self, measure: &str) -> Option<Period> {
        self.baseline.get(measure)?.window
    }
}

impl Versions {
    /// What the old one is called, where the plan says so.
    pub fn old(&self) -> Option<&str> {
        self.old.as_deref().filter(|old| *old != RECORDED)
    }
}

impl Baseline {
    fn contradiction(&self) -> Option<String> {
        match (self.of, self.live, self.window) {
            (Whose::New, ..) => Some("the new version is no baseline for itself: write `of: old`".into()),
            (_, true, Some(_)) | (_, false, None) => Some("a baseline is `live: true` or from a `window` before the stage: `24h`".into()),
            (_, _, Some(window)) if window < Period::seconds(60) || window > Period::days(31) => Some("`window` is `1m` to `31d`".into()),
            _ => None,
        }
    }
}

impl Success {
    fn contradiction(&self) -> Option<String> {
        let given = [self.measure.is_some(), self.check.is_some(), self.rollout.is_some()].into_iter().filter(|given| *given).count();
        match (given, self.measure.is_some(), self.stage.is_some() || self.over.is_some()) {
            (1, true, true) | (1, false, false) => {
                (self.stage.is_some() && self.over.is_some()).then(|| "`stage` and `over` exclude each other".into())
            }
            (1, true, false) => Some("say where: `stage: full` or `over: rollout`".into()),
            (1, false, true) => Some("`stage` and `over` go with `measure`".into()),
            _ => Some("one of these is shown: a `measure`, a `check` or `rollout: finished`".into()),
        }
    }
}

fn requests() -> String {
    "requests".into()
}

fn second() -> Period {
    Period::seconds(1)
}

fn minute() -> Period {
    Period::seconds(60)
}

fn two_minutes() -> Period {
    Period::seconds(120)
}

fn hour() -> Period {
    Period::seconds(3_600)
}

fn old() -> Whose {
    Whose::Old
}

/// The share that stands where none is given; it is one by its type.
fn sure() -> Percent {
    "95%".parse().unwrap_or_else(|_| unreachable!())
}
