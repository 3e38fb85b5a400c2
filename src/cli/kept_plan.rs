//! A plan as it was when a run was made: from the files that are kept with the run.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use tempfile::TempDir;

use super::Failure;
use crate::{
    ledger::{LedgerError, Store, VerifiedEntry},
    model::Run,
    plan::{self, Plan, Request},
};

/// How deep the plan's folder lies in its own: files of a plan may stand beside that folder (`../shared/checks.yaml`).
const DEPTH: usize = 8;

/// A plan whose files are in a folder that goes away with it.
pub(super) struct KeptPlan {
    pub(super) plan: Plan,
    /// Where they are.
    pub(super) folder: TempDir,
}

impl KeptPlan {
    /// Writes the files out again and reads the plan from them.
    pub(super) fn of(files: &BTreeMap<String, Vec<u8>>, config: &str, environment: &str) -> Result<Self, Failure> {
        let folder = TempDir::new().context("a folder for the kept plan").map_err(Failure::output)?;
        let root = (0..DEPTH).fold(folder.path().to_path_buf(), |path, _| path.join("plan"));
        std::fs::create_dir_all(&root).context("a folder for the kept plan").map_err(Failure::output)?;
        // A path from the root can only be a file of keys, which is not read from there.
        for (name, bytes) in files.iter().filter(|(name, _)| !name.starts_with("pack:") && !name.starts_with('/')) {
            let path =
                inside(folder.path(), &root, name).ok_or_else(|| Failure::untrusted(anyhow!("the kept plan has a file `{name}`")))?;
            write(&path, bytes).with_context(|| format!("the kept plan's file `{name}`")).map_err(Failure::output)?;
        }
        let main = inside(folder.path(), &root, config).ok_or_else(|| Failure::untrusted(anyhow!("the kept plan is called `{config}`")))?;
        let request = Request { config: main, environment: Some(environment.to_owned()), ..Request::default() };
        let plan = plan::load_kept(&request, files).map_err(|problems| {
            let first = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
            Failure::untrusted(anyhow!("the plan that is kept with the run cannot be read: {first}"))
        })?;
        Ok(Self { plan, folder })
    }

    /// The plan of a run on record.
    pub(super) async fn of_run(store: &dyn Store, proven: &VerifiedEntry, run: &Run) -> Result<Self, Failure> {
        Self::of(&files(store, proven.entry.seq, run).await?, &run.config, &proven.statement.made.environment)
    }
}

/// The bytes of a run's plan files.
pub(super) async fn files(store: &dyn Store, seq: u64, run: &Run) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut files = BTreeMap::new();
    for (name, digest) in &run.files {
        let bytes = store.blob(digest).await?;
        let gone = || LedgerError::Broken { seq, why: format!("the plan's file `{name}` that is kept with it is gone") };
        files.insert(name.clone(), bytes.ok_or_else(gone)?);
    }
    Ok(files)
}

/// Where a file of the plan goes; nowhere outside `folder`.
fn inside(folder: &Path, root: &Path, name: &str) -> Option<PathBuf> {
    let mut path = root.to_path_buf();
    for part in Path::new(name).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir => _ = path.pop(),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (path.starts_with(folder) && path != folder).then_some(path)
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(path.parent().unwrap_or(path))?;
    std::fs::write(path, bytes)
}
