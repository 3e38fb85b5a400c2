//! Alert rules are there, work, and reach somebody.

mod counterexamples;
mod judge;
mod observe;
mod seen;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    check::{Check, OneOrMore, Touch, demand::Fields, http::SentHeaders},
    model::{Period, ProcessEnv, without_contradiction},
    net::http::Address,
};

/// Alert rules are loaded by a Prometheus, are evaluated without error and lately, and look at metrics that are there. With
/// `alertmanager` they also lead to somebody: the Prometheus sends to an Alertmanager, and by the routes of that one each alert
/// comes to a receiver that has a way to reach people. A rule over a metric that was renamed is `ok` and never fires; an alert that a
/// route sends to `null` fires unheard.
///
/// Where several rules have one name, all of them must be so. A label that the rule itself does not set, or makes of a template, is
/// unknown here: its routes are followed both ways, and every receiver they may lead to must be one. Unknown is also an answer with
/// `warnings`, a part of the rules, more than 4 MiB, a rule not evaluated yet or over no metric, and a clock more than five minutes
/// off ours.
///
/// Not seen: whether a threshold is a good one, whether a label in a rule selects nothing, what relabelling changes on the way,
/// what inhibits an alert, and whether the receiver's service takes what it is sent. Kind `alertmanager` looks at silences.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct PrometheusRules {
    /// The Prometheus, without `/api/v1`: `https://prometheus.example.com`; that of Mimir and Cortex ends in `/prometheus`. A login in
    /// it is sent as Basic authorization and never shown.
    pub url: Address,
    /// Headers to send: `Authorization: Bearer ${PROMETHEUS_TOKEN}`, `X-Scope-OrgID: shop`.
    #[serde(default)]
    pub headers: SentHeaders,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
    /// The names of the alerts that must be there: `[HighErrorRate, InstanceDown]`.
    pub rules: Option<OneOrMore<String>>,
    /// What the labels that each of `rules` sets must be, by name: `{severity: {one-of: [page, ticket]}}`.
    pub labels: Option<Fields>,
    /// What their annotations must be, by name: `{runbook_url: {matches: "https://.*"}}`.
    pub annotations: Option<Fields>,
    /// How long ago each may have been evaluated, by the server's clock. Default: three times the interval of its group, at least `1m`.
    pub max_age: Option<Period>,
    /// Metrics that need not be there now, as a counter that begins with the first error: `[payment_errors_total]`. Default: none.
    pub may_be_absent: Option<OneOrMore<String>>,
    /// The name of an alert that always fires, so that somebody hears when alerting itself has stopped: `Watchdog`. It must be firing.
    pub watchdog: Option<String>,
    /// The Alertmanager that the alerts go to, without `/api/v2`. Trusted like `url`. Default: not asked.
    pub alertmanager: Option<Address>,
    /// Headers to send to the Alertmanager.
    #[serde(default)]
    pub alertmanager_headers: SentHeaders,
    /// `true`: a route that is mute or active at certain times only will do; else nothing is known of the other times.
    #[serde(default)]
    pub timed_routes: bool,
}

without_contradiction!(PrometheusRules);

impl PrometheusRules {
    fn contradiction(&self) -> Option<String> {
        let queried = [Some(&self.url), self.alertmanager.as_ref()].into_iter().flatten().any(|url| url.url().query().is_some());
        let why = match (&self.rules, &self.watchdog, &self.alertmanager) {
            _ if queried => "an address has a query of its own: write the address of the server alone",
            (None, None, _) => "this demands nothing: name `rules`, or the `watchdog`",
            (None, Some(_), None) if self.labels.is_some() || self.annotations.is_some() => {
                "`labels` and `annotations` are those of `rules`: name them"
            }
            (_, _, None) if self.timed_routes || !self.alertmanager_headers.map().is_empty() => {
                "`alertmanager-headers` and `timed-routes` go with `alertmanager`"
            }
            _ => return None,
        };
        Some(why.into())
    }

    /// The rules, then the watchdog, each once.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.rules.iter().flat_map(|names| names.iter()).map(String::as_str).collect();
        names.extend(self.watchdog.as_deref().filter(|watchdog| !names.contains(watchdog)));
        names
    }

    fn is_rule(&self, name: &str) -> bool {
        self.rules.iter().flat_map(|names| names.iter()).any(|rule| rule == name)
    }

    fn may_be_absent(&self, metric: &str) -> bool {
        self.may_be_absent.iter().flat_map(|names| names.iter()).any(|name| name == metric)
    }
}

impl Check for PrometheusRules {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let what = if self.rules.is_some() { "its alerting rules, and whether their metrics are there" } else { "its alerting rules" };
        let prometheus = Touch::over_http(&self.url, &self.headers, format!("reads {what}"));
        let alertmanager =
            self.alertmanager.iter().map(|url| Touch::over_http(url, &self.alertmanager_headers, "reads the settings it runs with".into()));
        std::iter::once(prometheus).chain(alertmanager).collect()
    }
}
