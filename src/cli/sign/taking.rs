//! Signatures that were made elsewhere, taken into the ledger: each verified first.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use crate::{
    cli::{Failure, arguments::SignOptions, case::Case, edge, evidence},
    ledger::{Blob, Checked, Draft, Entry, Envelope, Trust, Verifier as _, signing::Detached},
    model::{Exit, Size, Statement},
    net::regular_file,
};

/// No signature file is meant to be larger.
const LARGEST: Size = Size(32 << 20);

/// Takes in what `--add` or `--dsse` names.
pub(super) async fn add(case: &mut Case, options: &SignOptions) -> Result<Exit, Failure> {
    let blobs = evidence::read(&options.evidence)?.blobs;
    let entries = match &options.dsse {
        Some(file) => {
            let envelope = Detached::of(file).read().map_err(Failure::untrusted)?;
            vec![take(case, envelope, &blobs, &file.display().to_string()).await?]
        }
        None => take_in(case, &options.add, &blobs).await?,
    };
    for entry in &entries {
        edge::print(&format!("on record: entry {}\n", entry.seq)).map_err(Failure::output)?;
    }
    edge::print(&format!("ledger head {}\n", case.history.head())).map_err(Failure::output)?;
    Ok(Exit::Go)
}

/// Takes in signature files, and those of folders, by name.
pub(in crate::cli) async fn take_in(case: &mut Case, paths: &[PathBuf], blobs: &[Blob]) -> Result<Vec<Entry>, Failure> {
    let mut entries = Vec::new();
    for file in files(paths)? {
        let named = file.display().to_string();
        let bytes = regular_file::read_bytes(&file, LARGEST).with_context(|| named.clone()).map_err(Failure::usage)?;
        let envelope = Envelope::from_json(&bytes).map_err(|why| Failure::untrusted(anyhow!("{named}: {why}")))?;
        entries.push(take(case, envelope, blobs, &named).await?);
    }
    Ok(entries)
}

fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let listed = std::fs::read_dir(path).with_context(|| path.display().to_string()).map_err(Failure::usage)?;
        let mut found: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_signature(path)).collect();
        found.sort();
        all.extend(found);
    }
    Ok(all)
}

fn is_signature(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json") && path.is_file()
}

/// A signature that cannot be believed never enters the ledger.
async fn take(case: &mut Case, envelope: Envelope, blobs: &[Blob], named: &str) -> Result<Entry, Failure> {
    let refused = |why: String| Failure::untrusted(anyhow!("{named}: {why}"));
    let statement = Statement::from_json(&envelope.payload).map_err(|error| refused(error.to_string()))?;
    let made = &statement.made;
    if made.project != case.plan.project || made.environment != case.plan.environment {
        return Err(refused(format!(
            "it is about {} in {}, not about {} in {}",
            made.project, made.environment, case.plan.project, case.plan.environment
        )));
    }
    let by = made.by.as_deref().ok_or_else(|| refused("it does not say who signed it".into()))?;
    let trust = Trust { signers: &case.signers, now: case.now };
    match trust.check(&envelope.payload, &envelope.signature, by, case.now) {
        Checked::Signed { .. } => {}
        Checked::Untrusted(why) | Checked::Forged(why) => return Err(refused(why)),
    }
    let kept = blobs.iter().filter(|blob| statement.kept().contains(&&blob.digest)).cloned().collect();
    case.append(Draft { payload: envelope.payload, signature: Some(envelope.signature) }, kept).await
}
