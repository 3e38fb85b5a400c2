//! Which ledger to start or to carry: the flag's, else the plan's, else the one beside the plan. With the flag no plan
//! is read.

use std::path::{Path, PathBuf};

use crate::{
    cli::{Failure, arguments::LedgerOptions, edge::Edge},
    ledger::{Postgres, Store, place},
    plan,
};

/// Where the ledger is. It may contain a password: never print it.
pub(super) struct Where {
    place: String,
    /// Where a relative path starts.
    root: PathBuf,
}

impl Where {
    /// Finds it. A path starts in the plan's folder.
    pub(super) fn find(edge: &Edge, options: &LedgerOptions) -> Result<Self, Failure> {
        if let Some(place) = &options.ledger {
            let root = edge.plan(&options.plan).config.parent().unwrap_or(Path::new("")).to_path_buf();
            return Ok(Self { place: place.clone(), root });
        }
        let plan = plan::load(&edge.plan(&options.plan))?;
        Ok(Self { place: plan.ledger.unwrap_or_else(|| place::DEFAULT.into()), root: plan.root })
    }

    /// Opens it; `create` starts a file where there is none.
    pub(super) fn open(&self, edge: &Edge, create: bool) -> Result<Box<dyn Store>, Failure> {
        place::open(&self.place, &self.root, &edge.env, edge.now, create).map_err(Failure::from)
    }

    /// The database, where it is in one.
    pub(super) fn database(&self, edge: &Edge) -> Result<Option<Postgres>, Failure> {
        place::database(&self.place, &self.root, &edge.env, edge.now).map_err(Failure::from)
    }

    /// The path, where it is a file.
    pub(super) fn path(&self) -> PathBuf {
        self.root.join(&self.place)
    }
}
