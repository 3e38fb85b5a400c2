//! What a request leaves in the log is found there, seconds later.

mod counterexamples;
mod judge;
mod level;
mod observe;
mod seen;
mod store;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use self::store::Store;
use crate::{
    check::{
        Check, Manner, Touch,
        http::{Named, SentHeaders},
    },
    model::{Period, ProcessEnv, without_contradiction},
    net::http::Address,
};

/// So long the line is waited for.
const WITHIN: Period = Period::seconds(10);

/// A request that the check itself sends, with an id that nobody else has, is found in the log within seconds. Every line with the
/// id is one JSON object with a level that is known. One GET is sent; there must be a guard in the environment.
///
/// A level stands under `level`, `severity`, `log.level`, `lvl`, `levelname` or `severity_text`, as a word (`info`, `WARN`, `error`, …)
/// or as a number of pino and bunyan (10 to 60); of another nothing is known. An entry of Elasticsearch is an object by itself. The
/// log reaches back as far as demanded where it has an entry that old: a service that is younger is red.
///
/// Unknown is also a log that cannot be read, one that answers in part (shards that failed, `warnings`), and more than 100 lines
/// with the id. Not seen: lines of other requests, what rotation will drop, and who may read the log.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Logging {
    /// What is asked, with GET, so that a line is written: an address that logs its requests. Any answer under 500 will do. A login in
    /// it is sent as Basic authorization and never shown.
    pub url: Address,
    /// Headers to send; the values of those whose name looks secret are never shown.
    #[serde(default)]
    pub headers: SentHeaders,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
    /// The header that carries the id. Default: `X-Request-Id`.
    pub id_header: Option<Named>,
    /// Where the log is: `{journald: {unit: shop.service}}`, `{loki: {url: …, streams: '{app="shop"}'}}`, or
    /// `{elasticsearch: {url: …, index: "logs-shop-*"}}`.
    pub log: Store,
    /// How long the line may take to be found, from `1s` on; it must fit into the check's `timeout`. Default: `10s`.
    pub within: Option<Period>,
    /// How far the log must reach back: `30d`.
    pub reaches_back: Option<Period>,
}

without_contradiction!(Logging);

impl Logging {
    fn contradiction(&self) -> Option<String> {
        let why = match () {
            () if self.within.is_some_and(|within| within < Period::seconds(1)) => "`within` is at least `1s`: a log takes its time",
            () if self.headers.map().contains_key(&self.id_header().0) => {
                "the header of the id is set by the check: take it out of `headers`"
            }
            () => return None,
        };
        Some(why.into())
    }

    fn id_header(&self) -> Named {
        self.id_header.clone().unwrap_or(Named(crate::net::http::HeaderName::from_static("x-request-id")))
    }

    fn within(&self) -> Period {
        self.within.unwrap_or(WITHIN)
    }
}

impl Check for Logging {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let sent = Touch::over_http(&self.url, &self.headers, format!("GET {}, once, with an id of its own", self.url.path()));
        vec![sent, self.log.touch()]
    }

    fn manner(&self) -> Manner {
        Manner::Sends
    }
}
