//! The keys every check has, whatever its kind.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{item::Retry, moment::Moment};
use crate::{
    check::OneOrMore,
    model::{Period, Phase, Severity, Window},
};

/// The keys of [`Envelope`]; a check has these and one that names its kind.
pub(super) const KEYS: [&str; 18] = [
    "id",
    "title",
    "section",
    "severity",
    "owner",
    "why",
    "fix",
    "runbook",
    "tags",
    "environments",
    "phase",
    "window",
    "from",
    "needs",
    "timeout",
    "retry",
    "for-each",
    // Not a key of a check: `kind: http` is what people try who know other tools. It gets its own message.
    "kind",
];

const TIMEOUT: Period = Period::seconds(10);
const LONGEST_TIMEOUT: Period = Period::seconds(3_600);
const DELAY: Period = Period::seconds(1);
const LONGEST_DELAY: Period = Period::seconds(600);
const MOST_ATTEMPTS: u8 = 10;

/// The keys every check has.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Envelope {
    /// Unique in the plan, `[a-z0-9][a-z0-9-]*`: what `--only`, `needs`, waivers and the record call it.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9-]*$"))]
    #[expect(dead_code, reason = "typed here, used as read before the variables were known")]
    pub(super) id: String,
    /// What people read in reports. Default: the id.
    #[serde(default)]
    pub(super) title: Option<String>,
    /// The heading it stands under. Default: the file's `section`.
    #[serde(default)]
    pub(super) section: Option<String>,
    /// How much it weighs: `blocker` (the default), `warning` or `info`.
    #[serde(default)]
    pub(super) severity: Severity,
    /// Who looks after it: a person or a team.
    #[serde(default)]
    pub(super) owner: Option<String>,
    /// Why the team asks for it.
    #[serde(default)]
    pub(super) why: Option<String>,
    /// What to do when it is red.
    #[serde(default)]
    pub(super) fix: Option<String>,
    /// Where to read on: an address.
    #[serde(default)]
    pub(super) runbook: Option<String>,
    /// Labels for `--only` and `--skip`.
    #[serde(default)]
    pub(super) tags: Vec<String>,
    /// The environments it is meant for; elsewhere it is skipped, with the reason. Default: all.
    #[serde(default, deserialize_with = "at_least_one")]
    #[schemars(length(min = 1))]
    #[expect(dead_code, reason = "typed here, used as read before the variables were known")]
    pub(super) environments: Option<Vec<String>>,
    /// When it is meant to run: `pre-deploy`, `post-deploy`, or in a phase of the rollout: a stage by its name, `ready` before each
    /// stage begins, `rollback`, `cleanup`. Default: `[pre-deploy, post-deploy]`; `[post-deploy]` where a `window` stands.
    #[serde(default, deserialize_with = "at_least_one")]
    #[schemars(length(min = 1))]
    pub(super) phase: Option<Vec<Moment>>,
    /// In which windows after the deployment it is looked at: `immediate` (the default), `short-term`, `long-term`; the plan's
    /// `post-deploy` says by when each is due.
    #[serde(default)]
    pub(super) window: Option<OneOrMore<Window>>,
    /// The vantage it must be run from: the name given to `verify --from`. Default: anywhere.
    #[serde(default)]
    pub(super) from: Option<String>,
    /// Ids of checks that must pass here before this one is tried.
    #[serde(default)]
    #[expect(dead_code, reason = "typed here, used as read before the variables were known")]
    pub(super) needs: Vec<String>,
    /// How long one attempt may take, up to `1h`. Default: `10s`.
    #[serde(default = "default_timeout", deserialize_with = "timeout")]
    pub(super) timeout: Period,
    /// How often a target that cannot be reached is tried again. Default: not at all.
    #[serde(default)]
    pub(super) retry: Option<RetrySettings>,
    /// Makes one check of each row of a list, whose values are variables: `{service: [users, billing], region: [eu, us]}` is one
    /// check for every combination, with ids like `smoke[users,eu]`. Also a list of maps; `{file: hosts.csv}`, whose header
    /// names the variables; `{file: names.txt, as: host}`, a row a line; a `.json` or `.yaml` file with a list; and
    /// `{openapi: api.yaml, methods: [get], parameters: {id: 1}}`, with `operation`, `method` and `path` of each operation. `needs`,
    /// `guard` and `--only` may name all of them, by the id given here, or one of them.
    #[serde(default)]
    #[schemars(with = "Option<serde_json::Value>")]
    #[expect(dead_code, reason = "unfolded before the variables are known")]
    pub(super) for_each: Option<serde_json::Value>,
}

/// How often a target that cannot be reached, or does not answer in time, is tried.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RetrySettings {
    /// Attempts in all, 1 to 10.
    #[serde(deserialize_with = "attempts")]
    #[schemars(range(min = 1, max = 10))]
    attempts: u32,
    /// Between two attempts, up to `10m`. Default: `1s`.
    #[serde(default = "default_delay", deserialize_with = "delay")]
    delay: Period,
}

impl Envelope {
    /// Of a check of which nothing but the id can be read.
    pub(super) fn bare() -> Self {
        Self {
            id: String::new(),
            for_each: None,
            title: None,
            section: None,
            severity: Severity::default(),
            owner: None,
            why: None,
            fix: None,
            runbook: None,
            tags: Vec::new(),
            environments: None,
            phase: None,
            window: None,
            from: None,
            needs: Vec::new(),
            timeout: TIMEOUT,
            retry: None,
        }
    }

    pub(super) fn phases(&self) -> Vec<Phase> {
        let usual = || if self.window.is_some() { vec![Phase::PostDeploy] } else { Phase::ALL.to_vec() };
        let Some(moments) = &self.phase else { return usual() };
        let mut phases: Vec<Phase> = moments.iter().filter_map(|moment| moment.around_deployment()).collect();
        phases.sort_unstable();
        phases.dedup();
        phases
    }

    /// The phases of the rollout that it names.
    pub(super) fn stages(&self) -> impl Iterator<Item = &str> {
        self.phase.iter().flatten().filter_map(Moment::in_rollout)
    }

    pub(super) fn windows(&self) -> Vec<Window> {
        self.window.as_ref().map_or_else(|| vec![Window::default()], |windows| windows.to_vec())
    }

    pub(super) fn retry(&self) -> Retry {
        self.retry.as_ref().map_or(Retry { attempts: 1, delay: DELAY }, |retry| Retry { attempts: retry.attempts, delay: retry.delay })
    }
}

fn default_timeout() -> Period {
    TIMEOUT
}

fn default_delay() -> Period {
    DELAY
}

/// A value that is `right`, or why it is not.
fn only<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D, right: fn(&T) -> bool, why: String) -> Result<T, D::Error> {
    T::deserialize(deserializer).and_then(|value| if right(&value) { Ok(value) } else { Err(D::Error::custom(why)) })
}

fn at_least_one<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Vec<T>>, D::Error> {
    only(deserializer, |items: &Vec<T>| !items.is_empty(), "the list is empty, so the check would never run".into()).map(Some)
}

fn timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
    let right = |timeout: &Period| *timeout > Period::seconds(0) && *timeout <= LONGEST_TIMEOUT;
    only(deserializer, right, format!("a timeout is more than nothing and at most {LONGEST_TIMEOUT}"))
}

fn delay<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
    only(deserializer, |delay| *delay <= LONGEST_DELAY, format!("a delay is at most {LONGEST_DELAY}"))
}

fn attempts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    only(deserializer, |attempts: &u8| (1..=MOST_ATTEMPTS).contains(attempts), format!("a check is tried 1 to {MOST_ATTEMPTS} times"))
        .map(u32::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::KINDS;

    #[test]
    fn keys_are_the_fields() {
        let schema = schemars::schema_for!(Envelope).to_value();
        let fields: Vec<&str> = schema["properties"].as_object().expect("properties").keys().map(String::as_str).collect();
        assert_eq!(fields, KEYS[..17]);
    }

    #[test]
    fn no_kind_is_named_like_a_key() {
        for kind in KINDS {
            assert!(!KEYS.contains(&kind.name), "{}", kind.name);
        }
    }
}
