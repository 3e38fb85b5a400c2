//! From YAML to a [`Plan`]: one environment's checks, resolved and typed, or every problem at once with its place.
//!
//! The way of a plan: files to trees of nodes (`yaml`, `include`, `pack_use`), trees to drafts of checks (`tree`,
//! `draft`), for one environment its variables (`variables`) filled in (`interpolate`), then typed (`typed`). Every step
//! tells all it finds and goes on with what is right.

mod allow;
mod beside;
mod conceal;
mod deserialize;
mod digest;
mod draft;
mod envelope;
mod fault;
mod fields;
mod for_each;
mod foreign;
mod form;
mod given;
mod include;
mod interpolate;
mod item;
mod lack;
mod lint;
mod load;
mod marks;
mod mismatch;
mod moment;
mod names;
mod needs;
mod node;
mod notify;
mod number;
mod pack;
mod pack_page;
mod pack_pin;
mod pack_use;
mod people;
mod place;
mod problem;
mod release;
mod request;
mod resolve;
mod rollout;
mod root;
mod runbook;
mod schema;
mod scope;
mod secrecy;
mod settings;
mod shelf;
mod suggest;
mod teeth;
mod template;
mod topics;
mod tree;
mod typed;
mod unused;
mod variables;
mod waivers;
mod windows;
mod yaml;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::RangeInclusive,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    model::{Digest, Location, Person, Release, Runbook, Signoff, Waiver, Windows},
    net::Pins,
    notify::{Notify, Occasion},
    rollout::{Rollout, Several},
};

pub use fault::Weight;
pub use foreign::{GOSS, Tool};
pub use item::{Item, Retry, Standing};
pub use lint::{Lint, lint, rollout_warnings};
pub use load::load;
pub use names::{Names, names};
pub use pack::{Pack, PackVar, packs};
pub use pack_page::pack_page;
pub use pack_pin::PackPin;
pub use problem::Problem;
pub use request::{Purpose, Request};
pub(crate) use runbook::unfilled;
pub use schema::File;
pub use topics::{TOPICS, Topic};

/// So many checks may be let run at once, in all or on one target.
pub const AT_ONCE: RangeInclusive<u16> = 1..=1024;

/// A plan read for one environment. Every check of the plan is in it, also those not meant for this environment.
pub struct Plan {
    /// The project's name.
    pub project: String,
    /// The environment it was read for.
    pub environment: String,
    /// Every environment of the plan, in its order.
    pub environments: Vec<String>,
    /// The folder of `gonogo.yaml`; relative paths in checks start here.
    pub root: PathBuf,
    /// The name of the main file, in [`root`](Self::root).
    pub config: PathBuf,
    /// Every check in the plan's order: files as included, guards where they stand.
    pub items: Vec<Item>,
    /// Names pinned by the environment's `resolve`.
    pub pins: Pins,
    /// Checks at once on one target, at most, where the environment says so.
    pub per_target: Option<usize>,
    /// The plan's `release:` block, as far as it is given.
    pub release: Release,
    /// Whether the commits of the release are in another repository than the plan's.
    pub release_elsewhere: bool,
    /// Who answers and signs, by id.
    pub people: BTreeMap<String, Person>,
    /// Whose signatures this environment needs.
    pub signoff: Option<Signoff>,
    /// The accepted exceptions for this environment, in the order of their file.
    pub waivers: Vec<PlacedWaiver>,
    /// Where the record is kept: a path or an address.
    pub ledger: Option<String>,
    /// Whom to reach and where to look when something goes wrong.
    pub runbook: Option<Runbook>,
    /// The windows after a deployment.
    pub windows: Windows,
    /// Who hears of what happens.
    pub notify: Vec<Notify>,
    /// Who would hear of what, but for variables that are not set here, with the sentence that says which.
    pub notify_unset: Vec<(Vec<Occasion>, String)>,
    /// How a release goes out.
    pub rollout: Option<Arc<Rollout>>,
    /// What [`rollout`](Self::rollout) names and only a run can give and did not: something stands in for it.
    pub rollout_awaits: BTreeSet<String>,
    /// Every file read, packs included, with its fingerprint, by its name relative to [`root`](Self::root).
    pub files: BTreeMap<String, Digest>,
    /// The bytes of each of the [`files`](Self::files), which a run on record keeps.
    pub kept: Vec<(String, Vec<u8>)>,
    /// Over the files' bytes and the resolved values of non-secret variables (secret ones by name).
    pub digest: Digest,
    /// Every secret the plan knows of, as name and value: secret variables, `Secret` fields, credential headers.
    pub secrets: Vec<(String, String)>,
    /// Scalars the author wrote for all to read; a secret that equals one of them is masked only as a credential.
    pub words: Arc<HashSet<String>>,
    /// Problems that do not stop a run: shown by `lint` and in the report's notes.
    pub warnings: Vec<Problem>,
}

impl Plan {
    /// Those who hear of what happens, with those who hear of the rollout alone.
    pub fn hearers(&self, of_rollout: bool) -> impl Iterator<Item = &Notify> {
        let rollout = self.rollout.iter().filter(move |_| of_rollout).filter_map(|rollout| rollout.notify.as_ref());
        self.notify.iter().chain(rollout.flat_map(Several::all))
    }

    /// The bytes of the file of keys that `signoff` names so, as they were read with the plan.
    pub fn keys(&self, name: &str) -> Option<&[u8]> {
        let recorded = shelf::shown(Path::new(name));
        self.kept.iter().find(|(kept, _)| *kept == recorded).map(|(_, bytes)| bytes.as_slice())
    }
}

/// An accepted exception and where the plan says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedWaiver {
    /// What is accepted.
    pub waiver: Waiver,
    /// Its file and line.
    pub location: Location,
}
