//! Two versions of a service answer recorded requests alike.

mod body;
mod counterexamples;
mod judge;
mod latency;
mod observe;
mod recorded;
mod seen;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use self::body::{Ignored, Tolerances};
use crate::{
    check::{
        Check, Manner, OneOrMore, Touch,
        demand::Text,
        http::{Method, SentHeaders},
    },
    model::{Period, ProcessEnv, without_contradiction},
    net::http::Address,
};

/// A new version answers recorded requests as the old one does: in status, named headers and body.
///
/// The requests come from a file: JSON Lines of `{"method": "GET", "path": "/users?page=2", "headers": {…}, "body": …}`, or a HAR, of which the path
/// with its query, the headers and the content are taken. `Cookie`, `Authorization` and every other header whose name looks
/// secret are dropped, as are those of the connection: give logins as `headers`. Each request is sent to both, one after the other,
/// the first alternating; redirects are not followed.
///
/// Differences are told by class, by the request and the first place: `status`, `headers`, `structure` (a key, a type, the length of a list) and
/// `values`. A body that is no JSON is compared byte for byte. No value stands in the report, and of an address the path alone.
///
/// `latency` is about the differences in time, request by request: the middle one (median) with its 95 % interval by order statistics (sign
/// test), which assumes nothing of how times are spread. It is met where the whole interval is within the limit, red where all of it is beyond,
/// and unknown between, or with fewer than six pairs.
///
/// It sends requests, so many as `gonogo plan` says at most; there must be a guard in the environment. Only `GET`, `HEAD` and `OPTIONS` are
/// sent unless `methods` says otherwise. Unknown is a pair of which one was not answered whole (4 MiB at most), what
/// the old version refuses (401, 403, 429, 5xx: that proves nothing), what did not fit into the check's `timeout`, and a request that cannot be read.
///
/// Not seen: what a request changes inside the service, and whether what was recorded is what users do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Compare {
    /// The address of the version that runs; the recorded paths are put behind its own.
    pub old: Address,
    /// The address of the new version.
    pub new: Address,
    /// The file of recorded requests, relative to the plan's folder: a HAR by its name `….har`, else JSON Lines.
    pub requests: PathBuf,
    /// How many of them are sent to each at most, from the first on. Default: 100, at most 1,000.
    #[serde(default = "hundred")]
    pub most: usize,
    /// The methods that are sent; others are left out and counted. Default: `[GET, HEAD, OPTIONS]`.
    pub methods: Option<OneOrMore<Method>>,
    /// Headers to send with each, to both. Those whose name looks secret are never shown.
    #[serde(default)]
    pub headers: SentHeaders,
    /// Headers of the answers that must be the same: `[Content-Type, Cache-Control]`. Default: none.
    pub same_headers: Option<OneOrMore<Text>>,
    /// How far the bodies must be the same: `values`, `structure` of JSON alone, or `any`. Default: `values`.
    #[serde(default)]
    pub body: Extent,
    /// Places of JSON bodies, by JSONPath, that may differ: `[$.requestId, "$..updatedAt"]`. They are listed in the report.
    #[serde(default)]
    pub ignore: Ignored,
    /// How far numbers may be apart at places of JSON bodies: `{ "$.score": 0.01 }`. They are listed in the report.
    #[serde(default)]
    pub tolerances: Tolerances,
    /// How much longer the new version may take, by the median of the differences: `20ms`. Default: not demanded.
    pub latency: Option<Period>,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
}

/// How far bodies must be the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// In everything.
    #[default]
    Values,
    /// In their keys, types and lengths, where they are JSON.
    Structure,
    /// They may differ.
    Any,
}

fn hundred() -> usize {
    100
}

without_contradiction!(Compare);

impl Compare {
    fn contradiction(&self) -> Option<&'static str> {
        let of_json = !self.ignore.0.is_empty() || !self.tolerances.0.is_empty();
        match () {
            () if self.old.same_origin(&self.new) && self.old.path() == self.new.path() && self.old.at() == self.new.at() => {
                Some("`old` and `new` are one address, and whatever it answers is the same")
            }
            () if !(1..=1_000).contains(&self.most) => Some("`most` is a number from 1 to 1,000"),
            () if self.body == Extent::Any && of_json => Some("`body: any` looks at no body: leave `ignore` and `tolerances` out"),
            () if self.body == Extent::Structure && !self.tolerances.0.is_empty() => {
                Some("`body: structure` looks at no number: leave `tolerances` out")
            }
            () => None,
        }
    }

    /// Whether requests of this method are sent.
    fn sends(&self, method: Method) -> bool {
        self.methods.as_ref().map_or_else(|| method.is_safe(), |methods| methods.contains(&method))
    }
}

impl Check for Compare {
    rooms!();

    fn manner(&self) -> Manner {
        Manner::Sends
    }

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let methods = self.methods.as_ref().map_or_else(|| "GET, HEAD or OPTIONS".to_owned(), ToString::to_string);
        let more = if self.latency.is_some() { ", and one before them" } else { "" };
        let action = format!("sends up to {} recorded requests ({methods}){more}", self.most);
        let sides = [&self.old, &self.new].map(|url| Touch::over_http(url, &self.headers, action.clone()));
        sides.into_iter().chain([Touch::new(format!("file {}", self.requests.display()), "reads the requests")]).collect()
    }
}
