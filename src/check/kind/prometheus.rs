//! A Prometheus query gives what is demanded.

mod counterexamples;
mod judge;
mod observe;
mod seen;

use std::path::PathBuf;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    check::{
        Check, Touch,
        demand::{Demand, Fields},
        http::SentHeaders,
        prometheus::Query,
    },
    model::{Period, ProcessEnv, without_contradiction},
    net::{http::Address, tls::TlsFiles},
};

/// The most evaluations of a stretch of time.
const MOST_STEPS: u128 = 1_000;

/// A Prometheus query gives what is demanded. Of every series that is its value, its labels and its age, over a stretch of time or
/// beside that of a week ago. Thanos, Mimir and VictoriaMetrics speak like it. The comparison stands in the demand, not in the query: one
/// like `x > 5` drops every series that fails it, so that nothing is left to judge; such a query is refused unless nothing is what is
/// wanted.
///
/// A query that gives no series is undetermined, and green only by `exists: false` or `series: {max: 0}`, once every metric that it
/// names is known to be there; one that is nowhere is named. `ALERTS` is there where an alerting rule is. NaN and infinite values
/// meet nothing, and where a comparison drops them, nothing is known. Unknown is also an answer with `warnings` or `infos` (a part of the stores did not answer), a page instead of JSON,
/// more than 4 MiB or 1,000 series, native histograms, and a clock more than five minutes off ours.
///
/// Not seen: whether the metric measures what its name says, whether a label that selects nothing is misspelt, and what was pushed long ago: a Pushgateway's values are scraped
/// anew each time and never grow old. Demand `time() - push_time_seconds` there. Where nothing was asked of a service, its rates are NaN.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Prometheus {
    /// The server, without `/api/v1`: `https://prometheus.example.com`; that of Mimir and Cortex ends in `/prometheus`. A login in it is
    /// sent as Basic authorization and never shown.
    pub url: Address,
    /// Headers to send: `Authorization: Bearer ${PROMETHEUS_TOKEN}`, `X-Scope-OrgID: shop`.
    #[serde(default)]
    pub headers: SentHeaders,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
    /// A PEM file with our own certificate, for servers that demand one. Goes with `key-file`.
    pub cert_file: Option<PathBuf>,
    /// A PEM file with the key of `cert-file`.
    pub key_file: Option<PathBuf>,
    /// The query, in PromQL, evaluated at the server's own now; at most 4 KiB. Checks that ask the same of a server ask once a run.
    pub query: Query,
    /// What the value of every series must be: `{max: 0.01}`; `{any: …}` and `{none: …}` ask for one, or none.
    pub value: Option<Demand>,
    /// What the labels of every series must be, by name: `{job: {one-of: [api, web]}}`. The metric's own name is `__name__`.
    pub labels: Option<Fields>,
    /// How many series there must be: a number, or `{min, max}`.
    pub series: Option<Demand>,
    /// `false`: there is no series. `true`: there is one.
    pub exists: Option<bool>,
    /// How old the newest sample of each series may be that the query selects, by the server's own clock. A series that has vanished is
    /// not there to be old; where none is left nothing is known.
    pub max_stale: Option<Period>,
    /// What is demanded of `value` and `labels` must have held so long: the query is evaluated over this time up to now, every `step`. A
    /// series without a value at one of them has a gap, of which nothing is known. Prometheus fills gaps of up to five minutes.
    pub r#for: Option<Period>,
    /// Between two evaluations of `for`: at least `1s`, and no more than 1,000 of them. Default: a sixtieth of `for`, at least `15s`.
    pub step: Option<Period>,
    /// How long ago the query is evaluated too, for `ratio`: `7d`.
    pub against: Option<Period>,
    /// What each value now, divided by that of the same series then, must be: `{max: 1.2}`. Of a series that was not there then, or was 0,
    /// nothing is known; one that is no longer there is not asked for.
    pub ratio: Option<Demand>,
}

without_contradiction!(Prometheus);

impl Prometheus {
    fn contradiction(&self) -> Option<String> {
        if self.cert_file.is_some() != self.key_file.is_some() {
            return Some("`cert-file` and `key-file` go together".into());
        }
        if self.cert_file.is_some() && !self.url.is_https() {
            return Some("`cert-file` is shown over TLS only: write an `https` address".into());
        }
        if self.url.url().query().is_some() {
            return Some("`url` has a query of its own: write the address of the server, and what to ask as `query`".into());
        }
        if self.against.is_some() != self.ratio.is_some() {
            return Some("`against` and `ratio` go together: `against: 7d` with `ratio: {max: 1.2}`".into());
        }
        let on_series = self.value.is_some() || self.labels.is_some() || self.ratio.is_some() || self.max_stale.is_some();
        if !on_series && self.series.is_none() && self.exists.is_none() {
            return Some("this demands nothing: give `value: {max: …}`, `labels`, `series`, `exists`, `max-stale` or `against`".into());
        }
        if self.exists == Some(false) && (on_series || self.series.is_some()) {
            return Some("`exists: false` stands alone: what is not there has no value, labels or age".into());
        }
        self.stretch_contradiction().or_else(|| self.query_contradiction())
    }

    fn stretch_contradiction(&self) -> Option<String> {
        let Some(stretch) = self.r#for else {
            return self.step.map(|_| "`step` goes with `for`".into());
        };
        if self.against.is_some() {
            return Some("`for` and `against` exclude each other: write a check for each".into());
        }
        let step = self.step();
        if step < Period::seconds(1) || step > stretch {
            return Some(format!("`step` is {step}: write at least `1s`, and no more than `for`"));
        }
        (stretch.get().as_nanos() / step.get().as_nanos() > MOST_STEPS)
            .then(|| format!("{step} fits more than {MOST_STEPS} times into {stretch}: raise `step`"))
    }

    fn query_contradiction(&self) -> Option<String> {
        let read = self.query.read();
        if read.selectors.is_empty() {
            return Some("the query selects no metric, so it says nothing of what runs".into());
        }
        if self.may_be_empty() {
            let nameless = read.selectors.iter().find(|selector| selector.metric.is_none());
            let why = |text: &str| format!("`{text}` names no metric, so that one that vanished looks like none that is wrong: name it");
            return nameless.map(|selector| why(&selector.text));
        }
        read.filters.first().map(|filter| {
            format!(
                "`{filter}` in the query drops the series that fail it, and nothing would be left to judge: write the query without it and \
                 demand `value`, like `value: {{max: …}}`; `sum(… {} bool …)` counts them",
                filter.split(' ').next().unwrap_or_default()
            )
        })
    }

    /// Whether no series at all may be green.
    fn may_be_empty(&self) -> bool {
        let at_zero = |demand: &Demand| {
            let fields = demand.of("series");
            fields.judge(&Ok(&fields.look(&json!([{ "series": 0 }]))), Timestamp::UNIX_EPOCH).iter().all(|one| one.met == Some(true))
        };
        self.exists == Some(false) || self.series.as_ref().is_some_and(at_zero)
    }

    fn step(&self) -> Period {
        let sixtieth = self.r#for.map_or(Period::seconds(15), |stretch| Period::seconds(stretch.get().as_secs() / 60));
        self.step.unwrap_or_else(|| sixtieth.max(Period::seconds(15)).min(self.r#for.unwrap_or(Period::seconds(15))))
    }

    fn files(&self) -> TlsFiles {
        TlsFiles { ca: self.ca_file.clone(), identity: self.cert_file.clone().zip(self.key_file.clone()) }
    }
}

impl Check for Prometheus {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let how = match (self.r#for, self.against) {
            (Some(stretch), _) => format!(" over {stretch}"),
            (None, Some(against)) => format!(", also {against} ago"),
            (None, None) => String::new(),
        };
        let mut touch = Touch::over_http(&self.url, &self.headers, format!("evaluates {}{how}", self.query));
        touch.credentials.extend(self.key_file.iter().map(|file| file.display().to_string()));
        vec![touch]
    }
}
