//! A plan as it was when a run was made: from the files that are kept with the run.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::Arc,
};

use tokio::sync::Mutex;

use super::ActError;
use crate::{
    ledger::{LedgerError, Store, VerifiedEntry},
    model::{Digest, Run},
    plan::{self, Plan, Purpose, Request},
};

/// Reads the plan from its files.
pub(super) fn of(files: &BTreeMap<String, Vec<u8>>, config: &str, environment: &str) -> Result<Plan, ActError> {
    let request = Request {
        config: PathBuf::from(config),
        environment: Some(environment.to_owned()),
        files: Some(files.clone()),
        purpose: Purpose::Kept,
        ..Request::default()
    };
    plan::load(&request).map_err(|problems| {
        let first = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
        ActError::Untrusted(format!("the plan that is kept with the run cannot be read: {first}"))
    })
}

/// The plans of runs, each read once however many runs were made with it.
#[derive(Default)]
pub(super) struct KeptPlans(Mutex<HashMap<Digest, Arc<Plan>>>);

impl KeptPlans {
    /// The plan of a run on record.
    pub(super) async fn of_run(&self, store: &dyn Store, entry: &VerifiedEntry, run: &Run) -> Result<Arc<Plan>, ActError> {
        let environment = &entry.statement.made.environment;
        // All that it is made from.
        let made_of = Digest::of(format!("{environment:?} {:?} {:?}", run.config, run.files).as_bytes());
        let mut known = self.0.lock().await;
        if let Some(plan) = known.get(&made_of) {
            return Ok(plan.clone());
        }
        let plan = Arc::new(of(&files(store, entry.entry.seq, run).await?, &run.config, environment)?);
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
