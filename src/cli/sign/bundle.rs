//! Signing far from any ledger: a bundle in, one small signature file out.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{decide, write};
use crate::{
    cli::{Failure, arguments::SignOptions, bundled, case::Case, edge::Edge, kept_plan::KeptPlan},
    model::Exit,
};

/// Signs the report of the bundle.
pub(super) async fn sign(edge: &Edge, options: &SignOptions, file: &Path) -> Result<Exit, Failure> {
    let opened = bundled::open(file).await?;
    let files = opened.plan_files().await?;
    let report = opened.run.report.clone();
    let environment = bundled::environment(&opened)?;
    let KeptPlan { plan, folder } = KeptPlan::of(&files, &opened.run.config, &environment)?;
    let case = Case::with(edge, Arc::new(plan), None, Box::new(opened.store)).await?;
    // The signers' file was read from there.
    drop(folder);
    let Some(made) = decide(edge, options, &case, Some(&report)).await? else { return Ok(Exit::Go) };
    let out = options.out.clone().unwrap_or_else(|| beside(options, &report.as_str()[..12], made.by.as_str()));
    write(&out, &made)
}

/// The signature file's name where none is said.
fn beside(options: &SignOptions, report: &str, by: &str) -> PathBuf {
    let plain = |text: &str| text.chars().map(|c| if c.is_ascii_alphanumeric() || "-.@".contains(c) { c } else { '_' }).collect::<String>();
    format!("{report}.{}.{}.sig.json", plain(options.role.as_deref().unwrap_or("role")), plain(by)).into()
}
