//! What a program says of itself to Prometheus can be read, and is whole.

mod counterexamples;
mod exposition;
mod judge;
mod observe;
mod sample;
mod seen;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use self::sample::Selector;
use crate::{
    check::{Check, OneOrMore, Touch, demand::Demand, http::SentHeaders},
    model::{ProcessEnv, from_forms, schema},
    net::http::Address,
};

/// An address gives metrics that a Prometheus can take in: the text format 0.0.4 or OpenMetrics 1.0, to the last line, without a
/// series twice. Of what is named, the series are there, the values are as demanded, and they are fresh.
///
/// The format is the one that the content type names; without one Prometheus 3 takes nothing in. Read are names, labels, values,
/// times, exemplars and `TYPE`, which stands once and before its samples; of a histogram the bucket `+Inf`. OpenMetrics ends with
/// `# EOF`, its counters with `_total`. NaN meets nothing.
///
/// That it is fresh is proven by something that `moves`. What a Pushgateway or a text file holds never grows old by itself: demand the
/// age of its `push_time_seconds` or `node_textfile_mtime_seconds`, as the value of a series. Unknown is also another format, and more
/// than 16 MiB; more than 200,000 series are red.
///
/// Not seen: whether Prometheus scrapes it (ask kind `prometheus` for `up`), and whether a metric measures what its name says.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MetricsEndpoint {
    /// The address: `https://api.example.com/metrics`. A login in it is sent as Basic authorization and never shown.
    pub url: Address,
    /// Headers to send; the values of those whose name looks secret are never shown. `Accept` asks for OpenMetrics and for text unless
    /// it stands here.
    #[serde(default)]
    pub headers: SentHeaders,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
    /// Series that must be there, by name and the labels that matter: `[process_start_time_seconds, 'http_requests_total{code="200"}']`.
    pub series: Option<OneOrMore<Selector>>,
    /// What the value of each series must be, by name and labels: `{'db_pool_free{pool="main"}': {min: 5}}`, and
    /// `{'push_time_seconds{job="nightly"}': {age: {max: 25h}}}`.
    pub values: Option<Values>,
    /// Series of which one must have another value a second later: `process_cpu_seconds_total`. It is asked twice then.
    pub moves: Option<OneOrMore<Selector>>,
}

/// Demands on values, by the series; never empty.
#[derive(Debug)]
pub struct Values(Vec<(Selector, Demand)>);

from_forms!(map Values, "demands by series, like `{process_open_fds: {max: 900}}`", Values::read);

schema!(inline Values, |generator| {
    let demand = generator.subschema_for::<Demand>();
    schemars::json_schema!({ "type": "object", "minProperties": 1, "additionalProperties": demand })
});

impl Values {
    fn read<'de, A: serde::de::MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut all: Vec<(Selector, Demand)> = Vec::new();
        while let Some(selector) = map.next_key::<Selector>()? {
            if all.iter().any(|(have, _)| have.to_string() == selector.to_string()) {
                return Err(serde::de::Error::custom(format!("`{selector}` stands here twice")));
            }
            all.push((selector, map.next_value()?));
        }
        if all.is_empty() { Err(serde::de::Error::custom("an empty map demands nothing: name at least one series")) } else { Ok(Self(all)) }
    }

    fn iter(&self) -> impl Iterator<Item = &(Selector, Demand)> {
        self.0.iter()
    }
}

impl MetricsEndpoint {
    /// Every series that is looked for, each once.
    fn selectors(&self) -> Vec<&Selector> {
        let values = self.values.iter().flat_map(Values::iter).map(|(selector, _)| selector);
        let named = [&self.series, &self.moves].into_iter().flatten().flat_map(|all| all.iter());
        let mut all: Vec<&Selector> = Vec::new();
        for selector in named.chain(values) {
            if all.iter().all(|have| have.to_string() != selector.to_string()) {
                all.push(selector);
            }
        }
        all
    }
}

impl Check for MetricsEndpoint {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let twice = if self.moves.is_some() { ", twice" } else { "" };
        vec![Touch::over_http(&self.url, &self.headers, format!("GET {}{twice}", self.url.path()))]
    }
}
