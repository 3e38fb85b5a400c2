//! Feature flags exist and stand as the release needs them.

mod counterexamples;
mod flagd;
mod judge;
mod observe;
mod ofrep;
mod seen;
mod unleash;
mod wanted;

use std::{collections::BTreeMap, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use self::wanted::{Share, State, Wanted};
use crate::{
    check::{Check, Touch, http::SentHeaders},
    model::{ProcessEnv, without_contradiction},
    net::http::Address,
};

/// Feature flags exist and are on, off or on for a share of all, as the release needs it: in Unleash, behind OFREP, or in a file of flagd.
///
/// A flag that does not exist is never one that is off: clients take its default for both, and one that was misspelt or not made yet shows
/// in neither. `on` means for everybody: one that is on for a share, some users or another flag's is red, unless `percentage` says so.
///
/// - `unleash`, the client API: what servers are told, with strategies. The environment is that of the answer, else of the token
///   (`project:environment.secret`), and must be `environment`. Disabled strategies count for nothing.
/// - `api: frontend` tells only flags that are on, for one `context`: there `off` and `absent` are unknown unless it is on.
/// - `api: admin` is asked about each flag in `project`: one that is archived does not exist.
/// - `ofrep`: each flag is evaluated (POST, which changes nothing) for one `context`; its value counts, and a flag is on where it is `true`.
/// - `file`: flags as flagd reads them, as JSON or YAML; on where the default variant is `true`, for a share by `fractional`.
///
/// Unknown is an answer that is not whole, a state that is no boolean, a share that follows from several strategies or from
/// conditions that only a user can meet, and a server that refuses the token. At most 200 flags, an answer of 16 MiB.
///
/// Not seen: whether the application asks for the flag by this name, and what it does when the flag service is away.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct FeatureFlag {
    /// The address of Unleash, without `/api`. Goes with `headers: { Authorization: "${UNLEASH_TOKEN}" }`.
    pub unleash: Option<Address>,
    /// The address of a service that speaks OFREP, without `/ofrep`.
    pub ofrep: Option<Address>,
    /// A file with flags for flagd, relative to the plan's folder.
    pub file: Option<PathBuf>,
    /// Which API of Unleash: `client`, `frontend` or `admin`. Default: `client`.
    pub api: Option<Api>,
    /// The environment in Unleash. Default: `production`.
    pub environment: Option<String>,
    /// The project in Unleash, of the admin API. Default: `default`.
    pub project: Option<String>,
    /// Headers to send; those whose name looks secret are never shown.
    #[serde(default)]
    pub headers: SentHeaders,
    /// Of OFREP and the frontend API: for whom the flag is evaluated: `{ targetingKey: someone }`, `{ userId: someone }`. Default: nobody.
    #[serde(default)]
    pub context: BTreeMap<String, String>,
    /// The flags by name, each `on`, `off`, `exists`, `absent`, or more: `{ state: on, percentage: 25% }` (`any` for whatever share),
    /// `{ value: "blue" }` of OFREP and flagd.
    pub flags: BTreeMap<String, Wanted>,
    /// A PEM file of certificates to trust instead of the host's, relative to the plan's folder.
    pub ca_file: Option<PathBuf>,
}

/// An API of Unleash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Api {
    /// For servers.
    Client,
    /// For browsers.
    Frontend,
    /// For people.
    Admin,
}

/// More are asked for nowhere.
const MOST: usize = 200;

without_contradiction!(FeatureFlag);

impl FeatureFlag {
    fn contradiction(&self) -> Option<&'static str> {
        let places = [self.unleash.is_some(), self.ofrep.is_some(), self.file.is_some()].iter().filter(|given| **given).count();
        let of_unleash = self.api.is_some() || self.environment.is_some() || self.project.is_some();
        let one = self.ofrep.is_some() || self.api == Some(Api::Frontend);
        let has = |is: fn(&Wanted) -> bool| self.flags.values().any(is);
        match () {
            () if places != 1 => Some("say where the flags are by one of `unleash`, `ofrep` and `file`"),
            () if self.flags.is_empty() || self.flags.len() > MOST => Some("`flags` names from 1 to 200 flags"),
            () if of_unleash && self.unleash.is_none() => Some("`api`, `environment` and `project` go with `unleash`"),
            () if self.project.is_some() && self.api != Some(Api::Admin) => {
                Some("`project` goes with `api: admin`; a client's token says its own")
            }
            () if !self.context.is_empty() && !one => Some("`context` goes with `ofrep` and `api: frontend`, which evaluate for somebody"),
            () if one && has(|wanted| matches!(wanted.percentage, Some(Share::Of(_)))) => {
                Some("what is evaluated for one `context` says no `percentage`: ask Unleash's client API")
            }
            () if self.unleash.is_some() && has(|wanted| wanted.value.is_some()) => Some("`value` goes with `ofrep` and `file`"),
            () if self.api == Some(Api::Frontend) && has(|wanted| matches!(wanted.state, Some(State::Off | State::Absent))) => {
                Some("the frontend API tells only what is on, so `off` and `absent` cannot be proven: ask the client API")
            }
            () => None,
        }
    }

    fn environment(&self) -> &str {
        self.environment.as_deref().unwrap_or("production")
    }

    fn api(&self) -> Api {
        self.api.unwrap_or(Api::Client)
    }
}

impl Check for FeatureFlag {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        let names = self.flags.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let unleash = self.unleash.iter().map(|url| {
            let path = match self.api() {
                Api::Client => "GET /api/client/features".to_owned(),
                Api::Frontend => "GET /api/frontend".to_owned(),
                Api::Admin => format!("GET /api/admin/projects/…/features/… about {names}"),
            };
            Touch::over_http(url, &self.headers, path)
        });
        let ofrep = self
            .ofrep
            .iter()
            .map(|url| Touch::over_http(url, &self.headers, format!("POST /ofrep/v1/evaluate/flags/…, which evaluates {names}")));
        let file = self.file.iter().map(|file| Touch::new(format!("file {}", file.display()), "reads it"));
        unleash.chain(ofrep).chain(file).collect()
    }
}
