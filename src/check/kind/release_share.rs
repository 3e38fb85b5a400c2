//! So much of what is asked, the release answers.

mod counterexamples;
mod judge;
mod observe;
mod seen;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    check::{
        Check, Manner, Touch,
        demand::Text,
        http::{Picked, SentHeaders},
        volley,
    },
    model::{Percent, ProcessEnv, from_forms, schema, without_contradiction},
    net::http::Address,
};

/// Requests, where the plan does not say how many.
const REQUESTS: usize = 300;

/// Of many requests to one address a named share is answered by a version, as its canary or its rollout has it, and no other version
/// answers. Each goes over a connection of its own, without cookies, eight at once; `gonogo plan` says how many are sent, which is
/// never exceeded. There must be a guard in the environment.
///
/// A share of some answers is a share of all only within bounds: the exact ones of Clopper and Pearson, each wrong at most once in
/// twenty times. A demand is met where both bounds are within it, red where they are outside, and undetermined between; what
/// the number of requests cannot prove, however they are answered, is refused when the plan is read, with the number that can.
/// Answers that name no version, that come from a cache, and failures count against every demand.
///
/// Not seen: other places, users or cookies that a balancer decides by, and traffic that is split by something else than chance.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReleaseShare {
    /// What is asked, with GET: an address that says which version answers. A login in it is sent as Basic authorization and never shown.
    pub url: Address,
    /// Headers to send; the values of those whose name looks secret are never shown.
    #[serde(default)]
    pub headers: SentHeaders,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
    /// Where an answer says its version: `{json: $.version}`, `{header: X-Version}`, or `{matches: "v([0-9.]+)"}` in its text.
    pub version: Picked,
    /// How many requests are sent, at most 5,000. Default: 300.
    pub requests: Option<usize>,
    /// Which versions must answer, each with its share: `[{version: "1.5.0", min: 5%, max: 20%}]`.
    pub shares: Shares,
    /// `true`: versions that are not named may answer too.
    #[serde(default)]
    pub others: bool,
}

/// Shares, at least one.
#[derive(Debug)]
pub struct Shares(pub(super) Vec<Share>);

/// A version and its share.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Share {
    /// The version, as the answer says it. Default: that of the release under sign-off.
    version: Option<Text>,
    /// The least share of all requests, under 100%.
    min: Option<Percent>,
    /// The largest, over 0%.
    max: Option<Percent>,
}

without_contradiction!(Share);

from_forms!(
    Shares,
    "a list of shares, like `[{version: \"1.5.0\", min: 5%}]`",
    list | list
        | match list {
            list if Vec::is_empty(&list) => Err("an empty list demands nothing: name at least one share".into()),
            list => Ok(Shares(list)),
        }
);

schema!(inline Shares, |generator| {
    let one = generator.subschema_for::<Share>();
    schemars::json_schema!({ "type": "array", "items": one, "minItems": 1 })
});

impl Share {
    fn contradiction(&self) -> Option<&'static str> {
        let (min, max) = (self.min.map(Percent::fraction), self.max.map(Percent::fraction));
        match (min, max) {
            (None, None) => Some("a share demands nothing without `min` or `max`"),
            (Some(min), _) if min <= 0.0 => Some("every share is at least 0%: leave `min` out, or raise it"),
            (_, Some(max)) if max >= 1.0 => Some("every share is at most 100%: leave `max` out, or lower it"),
            (Some(min), _) if min >= 1.0 => Some("no number of answers proves that all are so: write `min: 99%`"),
            (_, Some(max)) if max <= 0.0 => Some("no number of answers proves that there is none: write `max: 1%`"),
            (Some(min), Some(max)) if min >= max => Some("`min` is less than `max`"),
            _ => None,
        }
    }

    /// Of what it is, for people and as a name.
    fn name<'a>(&'a self, release: Option<&'a str>) -> Option<&'a str> {
        self.version.as_ref().map(Text::as_str).or(release)
    }
}

without_contradiction!(ReleaseShare);

impl ReleaseShare {
    fn contradiction(&self) -> Option<String> {
        let requests = self.requests();
        if requests == 0 || requests > volley::MOST {
            return Some(format!("`requests` is from 1 to {}", volley::MOST));
        }
        let mut names: Vec<Option<&str>> = self.shares.0.iter().map(|share| share.name(None)).collect();
        names.sort_unstable();
        if names.windows(2).any(|two| two[0] == two[1]) {
            return Some("a version stands twice among `shares`: give it one entry with `min` and `max`".into());
        }
        let ends = self.shares.0.iter().flat_map(|share| [share.min.map(|min| 1.0 - min.fraction()), share.max.map(Percent::fraction)]);
        let needed = ends.flatten().filter_map(volley::needed).max().unwrap_or_default();
        (needed > requests as u64).then(|| {
            format!("{requests} requests cannot prove such a share, whoever answers them: write `requests: {needed}`, or a wider share")
        })
    }

    fn requests(&self) -> usize {
        self.requests.unwrap_or(REQUESTS)
    }
}

impl Check for ReleaseShare {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let action = format!("GET {}, {} times", self.url.path(), self.requests());
        vec![Touch::over_http(&self.url, &self.headers, action)]
    }

    fn manner(&self) -> Manner {
        Manner::Sends
    }
}
