//! Signing far from any ledger: a bundle in, one small signature file out.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{SignRequest, Signed, decide, write};
use crate::{
    acts::{ActError, Caller, ChosenPolicy, Dialogue, EnvironmentRecord, bundle, kept_plan},
    ledger::LedgerError,
};

/// Signs the report of the bundle.
pub(super) async fn sign(caller: &Caller, dialogue: &dyn Dialogue, request: &SignRequest, file: &Path) -> Result<Signed, ActError> {
    let opened = bundle::open(file).await?;
    let files = opened.plan_files().await?;
    let report = opened.run.report.clone();
    let environment = opened.environment()?;
    let plan = kept_plan::of(&files, &opened.run.config, &environment)?;
    let policy = ChosenPolicy::of(caller, &plan, None).await?;
    let record = EnvironmentRecord::with(caller, Arc::new(plan), policy, Box::new(opened.store)).await?;
    // Whoever signs vouches for all of it.
    record.history.whole(record.place()).try_for_each(|entry| entry.map(drop))?;
    if let Some(missing) = record.history.missing(&record.asked(opened.run.release.clone())) {
        let why = "only its link is in the bundle, and it may bear on the release".into();
        return Err(LedgerError::Broken { seq: missing.entry.seq, why }.into());
    }
    let Some(made) = decide(caller, dialogue, request, &record, Some(&report)).await? else {
        return Ok(Signed::Exported(request.export.clone().map(|(file, _)| file).unwrap_or_default()));
    };
    write(request.out.clone().unwrap_or_else(|| beside(request, &report.as_str()[..12], made.by.as_str())), &made)
}

/// The signature file's name where none is said.
fn beside(request: &SignRequest, report: &str, by: &str) -> PathBuf {
    let plain = |text: &str| text.chars().map(|c| if c.is_ascii_alphanumeric() || "-.@".contains(c) { c } else { '_' }).collect::<String>();
    format!("{report}.{}.{}.sig.json", plain(&request.role), plain(by)).into()
}
