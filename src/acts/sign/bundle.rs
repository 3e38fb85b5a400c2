//! Signing far from any ledger: a bundle in, one small signature file out.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{SignRequest, Signed, decide, write};
use crate::acts::{ActError, Caller, ChosenPolicy, Dialogue, EnvironmentRecord, bundle};

/// Signs the report of the bundle.
pub(super) async fn sign(caller: &Caller, dialogue: &dyn Dialogue, request: &SignRequest, file: &Path) -> Result<Signed, ActError> {
    let opened = bundle::open(file).await?;
    let report = &opened.run.report;
    let plan = opened.plan().await?;
    let policy = ChosenPolicy::of(caller, &plan, None).await?;
    let record = EnvironmentRecord::with(caller, Arc::new(plan), policy, Box::new(opened.store.clone())).await?;
    // Whoever signs vouches for all of it.
    record.history.whole(record.place()).try_for_each(|entry| entry.map(drop))?;
    opened.demand_whole(&record)?;
    let Some(made) = decide(caller, dialogue, request, &record, Some(report)).await? else {
        return Ok(Signed::Exported(request.export.clone().map(|(file, _)| file).unwrap_or_default()));
    };
    write(request.out.clone().unwrap_or_else(|| beside(request, &report.as_str()[..12], made.by.as_str())), &made)
}

/// The signature file's name where none is said.
fn beside(request: &SignRequest, report: &str, by: &str) -> PathBuf {
    let plain = |text: &str| text.chars().map(|c| if c.is_ascii_alphanumeric() || "-.@".contains(c) { c } else { '_' }).collect::<String>();
    format!("{report}.{}.{}.sig.json", plain(&request.role), plain(by)).into()
}
