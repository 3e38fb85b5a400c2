//! Alertmanager reaches people, and nobody has told it to be quiet.

mod counterexamples;
mod judge;
mod observe;
mod seen;

use std::{collections::BTreeMap, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    check::{
        Check, OneOrMore, Touch,
        demand::{Count, Demand},
        http::SentHeaders,
    },
    model::{Period, ProcessEnv, without_contradiction},
    net::http::Address,
};

/// An Alertmanager is part of a cluster that is ready, or alone; and, as far as it is demanded: its receivers reach somebody, no
/// silence is without an end or an owner, none covers the service that is released, no such alert fires, and the alert that always
/// fires arrives.
///
/// Alerts that are silenced or inhibited count as firing. A silence that looks at labels which `service` does not name covers it
/// where another of its labels is the service's, and else nothing is known; name more labels of its alerts then. That nothing fires
/// is worth something only where alerts arrive: `none-firing` goes with `watchdog`. Unknown is also a page instead of JSON, more than
/// 8 MiB, 10,000 alerts or silences, and a clock more than five minutes off ours, by the `Date` of its answers.
///
/// Not seen: whether what a receiver sends is taken at the other end, the other members of a cluster, and silences and alerts that
/// these have not passed on yet. Which receiver an alert comes to is told by kind `prometheus-rules`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Alertmanager {
    /// The Alertmanager, without `/api/v2`: `https://alertmanager.example.com`. A login in it is sent as Basic authorization and never
    /// shown.
    pub url: Address,
    /// Headers to send: `Authorization: Bearer ${ALERTMANAGER_TOKEN}`.
    #[serde(default)]
    pub headers: SentHeaders,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
    /// Receivers that must be there with at least one way to reach somebody: `[on-call, shop-team]`.
    pub receivers: Option<OneOrMore<String>>,
    /// How long a silence may last at most, from its start to its end: `24h`. One until 2099 has no end. Each must also say who made it.
    pub longest_silence: Option<Period>,
    /// What the maker of each silence must be, as text: `{matches: ".+@example\\.com"}`. Default: anything but nothing.
    pub silenced_by: Option<Demand>,
    /// Labels that all alerts of the service have, by name: `{service: shop, environment: production}`. No silence may cover it, now or
    /// as one that is to come.
    pub service: Option<BTreeMap<String, String>>,
    /// Labels by name; no alert that has all of these may be there: `{severity: critical, service: shop}`. Goes with `watchdog`.
    pub none_firing: Option<BTreeMap<String, String>>,
    /// The name of an alert that always fires, `Watchdog`: it must be there, not silenced, and heard of within ten minutes.
    pub watchdog: Option<String>,
    /// How many members the cluster must have: a number, or `{min: 3}`. Default: any, also one that is alone.
    pub peers: Option<Count>,
}

without_contradiction!(Alertmanager);

impl Alertmanager {
    fn contradiction(&self) -> Option<String> {
        let empty = |labels: &Option<BTreeMap<String, String>>| labels.as_ref().is_some_and(BTreeMap::is_empty);
        let why = match self {
            _ if self.url.url().query().is_some() => "`url` has a query of its own: write the address of the server alone",
            _ if empty(&self.service) || empty(&self.none_firing) => "a map without labels means every alert: name at least one label",
            Self { silenced_by: Some(_), longest_silence: None, .. } => "`silenced-by` goes with `longest-silence`",
            Self { none_firing: Some(_), watchdog: None, .. } => {
                "`none-firing` goes with `watchdog`: an Alertmanager that hears nothing has nothing firing"
            }
            Self { receivers: None, longest_silence: None, service: None, watchdog: None, peers: None, .. } => {
                "this demands nothing: give `receivers`, `longest-silence`, `service`, `watchdog` or `peers`"
            }
            _ => return None,
        };
        Some(why.into())
    }

    fn looks_at_silences(&self) -> bool {
        self.longest_silence.is_some() || self.service.is_some()
    }
}

impl Check for Alertmanager {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let parts = [(true, "its status"), (self.looks_at_silences(), "its silences"), (self.watchdog.is_some(), "its alerts")];
        let parts: Vec<&str> = parts.iter().filter(|(is_read, _)| *is_read).map(|(_, what)| *what).collect();
        vec![Touch::over_http(&self.url, &self.headers, format!("reads {}", parts.join(", ")))]
    }
}
