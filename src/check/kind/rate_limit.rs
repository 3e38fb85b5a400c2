//! Who asks too much is refused.

mod counterexamples;
mod judge;
mod observe;
mod seen;

use std::path::PathBuf;

use schemars::{JsonSchema, json_schema};
use serde::Deserialize;

use crate::{
    check::{
        Check, Manner, OneOrMore, Touch,
        http::{Method, SentBody, SentHeaders},
    },
    model::{ProcessEnv, from_forms, schema, without_contradiction},
    net::http::Address,
};

/// The largest limit that is tried.
const LARGEST: usize = 1_000;

/// Who asks an address more than `limit` times is refused, whichever way they ask. Headers that speak of limits prove nothing, so
/// it is tried, in three rounds of one request more than `limit` each: all at once, one after the other, and at once again as if
/// from elsewhere, with `X-Forwarded-For`, `Forwarded`, `X-Real-IP` and others that name another address each time. In each
/// round one must be refused with the status that the plan names. A limit that is declared but not applied, that runs dry, that
/// counts connections, or that a header evades shows so.
///
/// `gonogo plan` says how many requests are sent, which is never exceeded; none is sent without a guard in the environment. The check
/// runs when no other of the run does, the last of all that do not need it: whoever asks this host after it may be refused. A
/// round ends with its first refusal, but for the requests that are under way.
///
/// Choose an address that does no harm; at a login use an account that does not exist. Where requests trickle back in while it is
/// asked (`10r/s`), write a `limit` that includes them. A limit of several nodes is the sum of theirs. nginx refuses with 503 unless
/// `limit_req_status 429` is set, which an outage looks like.
///
/// Unknown is a round in which requests have no answer. Not seen: limits by account or key, what other shards of a run send
/// meanwhile, and whether an address of ours stands on a list of those who may; such a one is red.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct RateLimit {
    /// What is asked. A login in it is sent as Basic authorization and never shown.
    pub url: Address,
    /// `GET` or `POST`. Default: `GET`.
    pub method: Option<LimitedMethod>,
    /// Headers to send; the values of those whose name looks secret are never shown.
    #[serde(default)]
    pub headers: SentHeaders,
    /// What is sent with `POST`: a text, or a map or list as JSON.
    pub body: Option<SentBody>,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
    /// How many requests may be answered at most before one is refused, a burst included: from 1 to 1,000.
    pub limit: usize,
    /// The statuses that refuse: `429`, or a list. Default: `429`.
    pub status: Option<OneOrMore<RefusingStatus>>,
    /// `true`: the limit delays who asks one after the other, and refuses only who asks at once, as nginx does without `nodelay`; the
    /// second round is left out.
    #[serde(default)]
    pub delays: bool,
}

/// A method that a limit is tried with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline)]
pub enum LimitedMethod {
    /// Fetch.
    Get,
    /// May change something.
    Post,
}

/// A status that refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusingStatus(pub(super) u16);

impl std::fmt::Display for RefusingStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

from_forms!(
    RefusingStatus,
    "a status that refuses, from 400 to 599",
    whole
        | status
        | match u16::try_from(status) {
            Ok(status @ 400..600) => Ok(RefusingStatus(status)),
            _ => Err(format!("{status} is no status that refuses: 400 to 599")),
        },
);

schema!(inline RefusingStatus, |_| json_schema!({ "type": "integer", "minimum": 400, "maximum": 599 }));

without_contradiction!(RateLimit);

impl RateLimit {
    fn contradiction(&self) -> Option<String> {
        if self.limit == 0 || self.limit > LARGEST {
            return Some(format!("`limit` is from 1 to {LARGEST}"));
        }
        (self.body.is_some() && self.method() == Method::Get).then(|| "`body` goes with `method: POST`".into())
    }

    fn method(&self) -> Method {
        match self.method {
            Some(LimitedMethod::Post) => Method::Post,
            Some(LimitedMethod::Get) | None => Method::Get,
        }
    }

    /// The statuses that refuse.
    fn refusing(&self) -> Vec<u16> {
        self.status.as_ref().map_or_else(|| vec![429], |all| all.iter().map(|status| status.0).collect())
    }

    /// The requests of one round.
    fn requests(&self) -> usize {
        self.limit + 1
    }

    fn rounds(&self) -> usize {
        if self.delays { 2 } else { 3 }
    }
}

impl Check for RateLimit {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let (method, all) = (self.method(), self.rounds() * self.requests());
        let action = format!("{method} {}, up to {all} times in {} rounds, last and alone", self.url.path(), self.rounds());
        vec![Touch::over_http(&self.url, &self.headers, action)]
    }

    fn manner(&self) -> Manner {
        Manner::Strains
    }
}
