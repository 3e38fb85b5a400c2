//! Requests are spread over instances.

mod counterexamples;
mod judge;
mod observe;
mod seen;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    check::{
        Check, Manner, OneOrMore, Touch,
        demand::Count,
        http::{Picked, SentHeaders},
        volley,
    },
    model::{ProcessEnv, without_contradiction},
    net::http::Address,
};

/// Requests, where the plan does not say how many.
const REQUESTS: usize = 60;

/// Requests of one conversation that keeps its cookies.
const CONVERSATION: usize = 20;

/// Instances that can be told apart.
const MOST_INSTANCES: u64 = 40;

/// How likely one of the instances may be missed by chance.
const MISSED: f64 = 0.001;

/// Behind one address so many instances answer, none of them keeps a visitor to itself, and one that is drained gets nothing.
/// Each request goes over a connection of its own, without cookies, eight at once; where an answer sets a cookie, 20 more follow
/// one after the other that bring it back. `gonogo plan` says how many are sent, which is never exceeded. There must be a
/// guard in the environment.
///
/// So few requests that one of the instances could be missed by chance more than once in a thousand times, were they all
/// asked alike, are refused when the plan is read. Answers that name no instance, that come from a cache, and failures are red.
///
/// Not seen: balancers that decide by our address (then all answers are one instance's, which is red), what happens to requests
/// under way when an instance is drained, and whether one that fails is taken out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct LoadBalancer {
    /// What is asked, with GET: an address that says which instance answers. A login in it is sent as Basic authorization and never
    /// shown.
    pub url: Address,
    /// Headers to send; the values of those whose name looks secret are never shown.
    #[serde(default)]
    pub headers: SentHeaders,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
    /// Where an answer says its instance: `{header: X-Served-By}`, `{json: $.hostname}`, or `{matches: "on (\\S+)"}` in its text.
    pub instance: Picked,
    /// How many requests are sent, at most 5,000. Default: 60.
    pub requests: Option<usize>,
    /// How many instances must answer: a number, or `{min: 2}`.
    pub instances: Count,
    /// Instances that must not answer: those that are taken out of service now.
    pub drained: Option<OneOrMore<String>>,
    /// `true`: a visitor may be kept to one instance by a cookie. Default: that is red.
    #[serde(default)]
    pub sticky: bool,
}

without_contradiction!(LoadBalancer);

impl LoadBalancer {
    fn contradiction(&self) -> Option<String> {
        let requests = self.requests();
        if requests == 0 || requests > volley::MOST {
            return Some(format!("`requests` is from 1 to {}", volley::MOST));
        }
        let Some(least) = (0..=MOST_INSTANCES).find(|count| self.instances.takes(*count)) else {
            return Some(format!("`instances` is at most {MOST_INSTANCES}"));
        };
        if least == 0 {
            return Some("`instances` is at least 1: where none answers there is no service".into());
        }
        let instances = least as f64;
        let needed = ((MISSED / instances).ln() / (1.0 - 1.0 / instances).ln()).ceil();
        if least > 1 && needed > requests as f64 {
            return Some(format!("of {least} instances one can be missed by {requests} requests: write `requests: {needed}`"));
        }
        None
    }

    fn requests(&self) -> usize {
        self.requests.unwrap_or(REQUESTS)
    }
}

impl Check for LoadBalancer {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let more = if self.sticky { String::new() } else { format!(", and {CONVERSATION} times more where it sets a cookie") };
        let action = format!("GET {}, {} times{more}", self.url.path(), self.requests());
        vec![Touch::over_http(&self.url, &self.headers, action)]
    }

    fn manner(&self) -> Manner {
        Manner::Sends
    }
}
