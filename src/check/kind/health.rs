//! A service says that it is healthy, and which release it is.

mod component;
mod counterexamples;
mod fresh;
mod judge;
mod member;
mod name;
mod observe;
mod reading;
mod release;
mod seen;
mod shape;
mod standing;
mod words;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

pub use release::{Field, ReleaseBinding};

use crate::{
    check::{
        Check, OneOrMore, Touch,
        demand::{Demands, Text},
        http::SentHeaders,
    },
    model::{Period, ProcessEnv, without_contradiction},
    net::http::Address,
};

/// A service says that it is healthy: the status is 2xx and the body says so. Recognised are
/// `application/health+json`, Spring Boot Actuator, ASP.NET Core, Kubernetes `livez`/`readyz` (also `?verbose`),
/// MicroProfile Health, Terminus, a JSON object with a `status` word or components that have one, a list of such, and one
/// plain word like `ok`. Every member counts, at any depth: a known good word, or `true`, is a component that is well; a
/// bad word, anything under a name like `errors` or `failedChecks`, and `false` under one like `connected` is red. Names
/// that describe (`region`, `version`, `host`, `commit`, `uptime`, `message`, …), numbers, times, addresses and digests say
/// nothing of health, nor does what explains beside a status of its own, unless it contradicts that. All else is not
/// understood and cannot be checked until `allow-unread` says that it does not matter. A page, a redirect, a failing
/// component, an answer out of a cache by any header that tells of one are red; a body that says nothing recognisable
/// cannot be checked until `healthy` says what to look for.
///
/// Not seen: what the service leaves out of its answer, whether its words are true, and other instances behind the address
/// than those that answer; `successes` asks several times, over a connection each.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Health {
    /// The health address. A login in it is sent as Basic authorization and never shown.
    pub url: Address,
    /// Headers to send. Give secrets as variables: `Authorization: Bearer ${HEALTH_TOKEN}`.
    #[serde(default)]
    pub headers: SentHeaders,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
    /// Components the answer must name, each of them well: `[database, cache]`. Nested ones count; `outer/inner` names
    /// one exactly. Every other component it names must be well too.
    pub components: Option<OneOrMore<Text>>,
    /// Components that do not matter, by name.
    pub ignore_components: Option<OneOrMore<Text>>,
    /// Parts of the answer that need not be understood, by where they stand, with all below them: `[queue/mode]`. They are
    /// shown in the report.
    pub allow_unread: Option<OneOrMore<String>>,
    /// Accept `degraded` and `warn`. Default `false`.
    #[serde(default)]
    pub allow_degraded: bool,
    /// What healthy means where the answer follows no known convention.
    pub healthy: Option<Healthy>,
    /// Where the answer says which release gave it. After the deployment it must be the one under sign-off; before it
    /// the release now running is recorded, as the one to go back to.
    pub release: Option<ReleaseBinding>,
    /// So many good answers in a row, each over a connection of its own, from 1 to 20. Default 1.
    #[serde(default = "once")]
    #[schemars(range(min = 1, max = 20))]
    pub successes: usize,
    /// Between two answers. Default `1s`. All must fit into the check's `timeout`.
    pub interval: Option<Period>,
    /// Each whole answer, connecting included, takes at most this.
    pub max_time: Option<Period>,
}

fn once() -> usize {
    1
}

/// What healthy means where the answer follows no known convention.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Healthy {
    /// Values by JSONPath, as under `expect` of the kind `http`: `{"$.alive": true}`.
    pub json: Option<Demands>,
    /// The whole body, but for white space at its ends: one text or a list of them.
    pub text: Option<OneOrMore<Text>>,
}

without_contradiction!(Healthy);

impl Healthy {
    fn contradiction(&self) -> Option<&'static str> {
        match (&self.json, &self.text) {
            (None, None) => Some("`healthy` demands nothing: give `json` or `text`"),
            (Some(_), Some(_)) => Some("a body is either JSON or text: give `json` or `text`, not both"),
            _ => None,
        }
    }
}

without_contradiction!(Health);

impl Health {
    /// Keys that cannot stand together.
    fn contradiction(&self) -> Option<String> {
        if !(1..=20).contains(&self.successes) {
            return Some(format!("`successes` is {}: write a number from 1 to 20", self.successes));
        }
        if self.interval.is_some() && self.successes == 1 {
            return Some("`interval` needs `successes`: one answer has no interval".into());
        }
        let ignored = |name: &Text| self.ignores(name.as_str());
        let both = self.components.iter().flat_map(|names| names.iter()).find(|name| ignored(name));
        both.map(|name| format!("{name} is both demanded and ignored"))
    }

    fn ignores(&self, name: &str) -> bool {
        self.ignore_components.iter().flat_map(|names| names.iter()).any(|ignored| ignored.as_str().eq_ignore_ascii_case(name))
    }

    fn interval(&self) -> Period {
        self.interval.unwrap_or(Period::seconds(1))
    }
}

impl Check for Health {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let times = if self.successes > 1 { format!(", {} times", self.successes) } else { String::new() };
        vec![Touch::over_http(&self.url, &self.headers, format!("GET {}{times}", self.url.path()))]
    }
}
