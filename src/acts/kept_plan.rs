//! A plan as it was when a run was made: from the files that are kept with the run.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use tempfile::TempDir;
use tokio::sync::Mutex;

use super::ActError;
use crate::{
    ledger::{LedgerError, Store, VerifiedEntry},
    model::{Digest, Run},
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
    pub(super) fn of(files: &BTreeMap<String, Vec<u8>>, config: &str, environment: &str) -> Result<Self, ActError> {
        let output = |error: std::io::Error| ActError::Output(format!("a folder for the kept plan: {error}"));
        let folder = TempDir::new().map_err(output)?;
        let root = (0..DEPTH).fold(folder.path().to_path_buf(), |path, _| path.join("plan"));
        std::fs::create_dir_all(&root).map_err(output)?;
        // A path from the root can only be a file of keys, which is not read from there.
        for (name, bytes) in files.iter().filter(|(name, _)| !name.starts_with("pack:") && !name.starts_with('/')) {
            let path =
                inside(folder.path(), &root, name).ok_or_else(|| ActError::Untrusted(format!("the kept plan has a file `{name}`")))?;
            write(&path, bytes).map_err(|error| ActError::Output(format!("the kept plan's file `{name}`: {error}")))?;
        }
        let main = inside(folder.path(), &root, config);
        let main = main.ok_or_else(|| ActError::Untrusted(format!("the kept plan is called `{config}`")))?;
        let request = Request { config: main, environment: Some(environment.to_owned()), ..Request::default() };
        let plan = plan::load_kept(&request, files).map_err(|problems| {
            let first = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
            ActError::Untrusted(format!("the plan that is kept with the run cannot be read: {first}"))
        })?;
        Ok(Self { plan, folder })
    }
}

/// The plans of runs, each read once however many runs were made with it.
#[derive(Default)]
pub(super) struct KeptPlans(Mutex<HashMap<Digest, Arc<KeptPlan>>>);

impl KeptPlans {
    /// The plan of a run on record.
    pub(super) async fn of_run(&self, store: &dyn Store, entry: &VerifiedEntry, run: &Run) -> Result<Arc<KeptPlan>, ActError> {
        let environment = &entry.statement.made.environment;
        // All that it is made from.
        let made_of = Digest::of(format!("{environment:?} {:?} {:?}", run.config, run.files).as_bytes());
        let mut known = self.0.lock().await;
        if let Some(plan) = known.get(&made_of) {
            return Ok(plan.clone());
        }
        let plan = Arc::new(KeptPlan::of(&files(store, entry.entry.seq, run).await?, &run.config, environment)?);
        known.insert(made_of, plan.clone());
        Ok(plan)
    }
}

/// The bytes of a run's plan files.
pub(super) async fn files(store: &dyn Store, seq: u64, run: &Run) -> Result<BTreeMap<String, Vec<u8>>, ActError> {
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
