//! From YAML to a [`Plan`]: one environment's checks, resolved and typed, or every problem at once with its place.

mod item;
mod problem;

use std::{collections::BTreeMap, path::PathBuf};

use crate::{
    model::{Digest, Release},
    net::Pins,
};

pub use item::{Item, Retry, Standing};
pub use problem::{Problem, Weight};

/// A plan read for one environment. Every check of the plan is in it, also those not meant for this environment.
pub struct Plan {
    /// The project's name.
    pub project: String,
    /// The environment it was read for.
    pub environment: String,
    /// The folder of `gonogo.yaml`; relative paths in checks start here.
    pub root: PathBuf,
    /// Every check in the plan's order: files as included, guards where they stand.
    pub items: Vec<Item>,
    /// Names pinned by the environment's `resolve`.
    pub pins: Pins,
    /// The plan's `release:` block, as far as it is given.
    pub release: Release,
    /// Every file read, packs included, with its fingerprint, by its name relative to [`root`](Self::root).
    pub files: BTreeMap<String, Digest>,
    /// Over the files' bytes and the resolved values of non-secret variables (secret ones by name).
    pub digest: Digest,
    /// Every secret the plan knows of, as name and value: secret variables, `Secret` fields, credential headers.
    pub secrets: Vec<(String, String)>,
    /// Scalars the author wrote for all to read; a secret that equals one of them is masked only as a credential.
    pub words: Vec<String>,
    /// Problems that do not stop a run: shown by `lint` and in the report's notes.
    pub warnings: Vec<Problem>,
}
