//! Which ledger a command is about: the flag's, else the plan's, else the one beside the plan.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokio::runtime::Runtime;

use super::{Failure, arguments::LedgerOptions, edge::Edge, lint};
use crate::{
    ledger::{Postgres, Store, place},
    model::Exit,
    plan,
};

/// Where the ledger is. It may contain a password: never print it.
pub(super) struct Where {
    place: String,
    /// Where a relative path starts.
    root: PathBuf,
}

impl Where {
    /// Finds it; where a plan is needed and cannot be read, its problems have been said. A path in the flag starts in
    /// the current folder, one in the plan in the plan's.
    pub(super) fn find(edge: &Edge, options: &LedgerOptions) -> Result<Self, Exit> {
        if let Some(place) = &options.ledger {
            return Ok(Self { place: place.clone(), root: PathBuf::new() });
        }
        let plan = plan::load(&lint::request(edge, &options.plan)).map_err(|problems| lint::refuse(&problems))?;
        Ok(Self { place: plan.ledger.unwrap_or_else(|| place::DEFAULT.into()), root: plan.root })
    }

    /// Opens it; `create` starts a file where there is none.
    pub(super) fn open(&self, edge: &Edge, create: bool) -> Result<Box<dyn Store>, Failure> {
        place::open(&self.place, &self.root, &edge.env, edge.now, create).map_err(Failure::ledger)
    }

    /// The database, where it is in one.
    pub(super) fn database(&self, edge: &Edge) -> Result<Option<Postgres>, Failure> {
        place::database(&self.place, &self.root, &edge.env, edge.now).map_err(Failure::ledger)
    }

    /// The path, where it is a file.
    pub(super) fn path(&self) -> PathBuf {
        Path::new(&self.root).join(&self.place)
    }
}

/// What the ledger's work runs on.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.context("the work could not be started").map_err(Failure::output)
}
