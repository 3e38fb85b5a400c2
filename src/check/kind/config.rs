//! The settings of an environment have the values they must have.

mod counterexamples;
mod judge;
mod observe;
mod seen;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    check::{
        Check, Touch,
        demand::{Demands, Fields},
        environment::Source,
    },
    model::{ProcessEnv, looks_secret, without_contradiction},
};

/// The settings of an environment have the values they must have in production.
///
/// They are read from the sources that `secrets` knows too: an env file, the process environment, a folder with one file a key,
/// or what a program prints of a Kubernetes ConfigMap, of Vault or as JSON. A value is a text: `true` demands the text `true`,
/// `min` and `max` read the number in it, and never one with a unit. An empty value is neither there nor absent: only
/// `{equals: null}` takes it.
///
/// Unknown is a key that is set twice to different things, one that the programs that read env files read differently (say
/// which, with `syntax`), and one that rests on what is not in the file.
///
/// Not seen: whether the service has read the values since they were changed. They stand in the report, so a key whose name looks
/// secret is refused here: kind `secrets` judges it without showing it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Where the values are.
    source: Source,
    /// What each key must be: `{RATE_LIMIT_ENABLED: true, DATABASE_POOL_MAX_SIZE: {min: 100}, DEBUG: {exists: false}}`.
    values: Option<Fields>,
    /// What the JSON in a value must be, by the key and JSONPath: `{CORS_ORIGINS: {"$[*]": {matches: "https://.*"}}}`.
    #[serde(default)]
    json: BTreeMap<String, Demands>,
    /// Keys that must all be set, to different values: `[[DATABASE_NAME, TEST_DATABASE_NAME]]`.
    #[serde(default)]
    differ: Vec<Vec<String>>,
}

without_contradiction!(Config);

impl Config {
    fn contradiction(&self) -> Option<String> {
        if self.values.is_none() && self.json.is_empty() && self.differ.is_empty() {
            return Some("nothing is demanded: give `values`, `json` or `differ`".into());
        }
        if self.differ.iter().any(|keys| keys.len() < 2) {
            return Some("`differ` compares lists of two or more keys, as in `[[DATABASE_NAME, TEST_DATABASE_NAME]]`".into());
        }
        if let Some(path) = self.values.iter().flat_map(Fields::names).find(|name| name.starts_with('$')) {
            return Some(format!("`{path}`: `values` are demanded by key; what JSON in a value holds stands under `json`"));
        }
        let secret = self.keys().find(|key| looks_secret(key))?;
        Some(format!("`{secret}` looks secret, and its value would stand in the report: judge it with kind `secrets`"))
    }

    /// The demands on values, which are all texts.
    fn values(&self) -> Option<Fields> {
        self.values.clone().map(Fields::of_texts)
    }

    /// Every key that is asked for.
    fn keys(&self) -> impl Iterator<Item = &str> {
        let named = self.values.iter().flat_map(Fields::names);
        named.chain(self.json.keys().map(String::as_str)).chain(self.differ.iter().flatten().map(String::as_str))
    }
}

impl Check for Config {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        vec![self.source.touch()]
    }
}
