//! A recorder that is known by the identity token of its CI (OpenID Connect) instead of a key.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the identity token of a CI job must say for the job to record. Claims are those of GitHub Actions and of GitLab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CiToken {
    /// Who issues it: `https://token.actions.githubusercontent.com`, `https://gitlab.example.com`.
    pub issuer: String,
    /// A file with the issuer's public keys (JWK set, RFC 7517), beside the plan. Keys it has dropped stay in it as long as what they
    /// signed is to be believed.
    pub keys: String,
    /// For whom the token is. GitHub's is made for `AUDIENCE:` and the job's own key. GitLab's `aud` must be `AUDIENCE:PROJECT:ENVIRONMENT`:
    /// it names no key, so whoever can write the ledger while the job runs could put a run in its place. Default: `gonogo`.
    #[serde(default = "audience")]
    pub audience: String,
    /// The repository whose job it is: `acme/shop`.
    #[schemars(length(min = 1))]
    pub repository: String,
    /// The full name of the branch or tag it runs for: `refs/heads/main`.
    #[serde(rename = "ref")]
    #[schemars(regex(pattern = "^refs/"))]
    pub reference: String,
    /// The environment of the CI that the job runs in. Default: any, or none.
    #[serde(default)]
    pub environment: Option<String>,
    /// What may have started it. Default: `[push, schedule, web, workflow_dispatch]`; a pull request's job runs what nobody has approved.
    #[serde(default = "events")]
    #[schemars(length(min = 1))]
    pub events: Vec<String>,
    /// Further claims, each with the only value that counts: `repository_id`, `job_workflow_ref`.
    #[serde(default)]
    pub claims: BTreeMap<String, String>,
    /// What the file of keys says.
    #[serde(skip)]
    pub jwks: Vec<u8>,
}

fn audience() -> String {
    "gonogo".into()
}

fn events() -> Vec<String> {
    ["push", "schedule", "web", "workflow_dispatch"].map(str::to_owned).into()
}
