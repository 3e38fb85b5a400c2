//! Signatures that were made elsewhere, taken into the ledger: each verified first.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use crate::{
    cli::{Failure, arguments::SignOptions, case::Case, edge, evidence},
    ledger::{Blob, Checked, Draft, Entry, Envelope, Trust, Verifier as _, signing::Detached},
    model::{Act, Exit, Made, Period, Size, Statement},
    net::regular_file,
};

/// How far a signer's clock may be ahead; the ledger allows a little more.
const CLOCKS: Period = Period::seconds(50);
/// No signature file is meant to be larger.
const LARGEST: Size = Size(32 << 20);

/// Takes in what `--add` or `--dsse` names.
pub(super) async fn add(case: &mut Case, options: &SignOptions) -> Result<Exit, Failure> {
    let blobs = evidence::read(&options.evidence)?.blobs;
    let entries = match &options.dsse {
        Some(file) => {
            let envelope = Detached::of(file).read().map_err(Failure::untrusted)?;
            let brought = Brought::of(case, envelope, &file.display().to_string())?;
            vec![brought.take(case, &blobs).await?]
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
    let mut all = Vec::new();
    for file in files(paths)? {
        let named = file.display().to_string();
        let bytes = regular_file::read_bytes(&file, LARGEST).with_context(|| named.clone()).map_err(Failure::usage)?;
        let envelope = Envelope::from_json(&bytes).map_err(|why| Failure::untrusted(anyhow!("{named}: {why}")))?;
        all.push(Brought::of(case, envelope, &named)?);
    }
    // One that cannot be believed keeps all of them out.
    let mut entries = Vec::new();
    for brought in all {
        entries.push(brought.take(case, blobs).await?);
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

/// A signature that was looked at: one that cannot be believed never enters the ledger.
struct Brought {
    envelope: Envelope,
    statement: Statement,
}

impl Brought {
    fn of(case: &Case, envelope: Envelope, named: &str) -> Result<Self, Failure> {
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
        fits(case, &statement).map_err(refused)?;
        Ok(Self { envelope, statement })
    }

    async fn take(self, case: &mut Case, blobs: &[Blob]) -> Result<Entry, Failure> {
        let kept = blobs.iter().filter(|blob| self.statement.kept().contains(&&blob.digest)).cloned().collect();
        case.append(Draft { payload: self.envelope.payload, signature: Some(self.envelope.signature) }, kept).await
    }
}

/// Whether it is a decision on a report that this ledger has.
fn fits(case: &Case, statement: &Statement) -> Result<(), String> {
    let Made { at, head, .. } = &statement.made;
    // In the ledger it would be one that cannot be trusted, for ever.
    if *at > CLOCKS.after(case.now) {
        return Err(format!("it says it was signed at {at}, which is still to come: set the clock and sign again"));
    }
    if !case.history.holds(head) {
        return Err(format!("it was signed over the ledger head {head}, which is not in this ledger"));
    }
    if let Some(why) = statement.contradiction() {
        return Err(why.into());
    }
    let mut earlier = case.history.of_environment(&case.plan.project, &case.plan.environment);
    match &statement.act {
        Act::SignOff(said) => {
            let known = earlier.any(|proven| matches!(&proven.statement.act, Act::Run(run) if run.report == said.report));
            known.then_some(()).ok_or_else(|| format!("it is about the report {}, of which no run is on record here", said.report))
        }
        Act::Withdrawal(said) => {
            let known = earlier.any(|proven| proven.entry.statement() == said.sign_off);
            known.then_some(()).ok_or_else(|| format!("it withdraws the sign-off {}, which is not on record here", said.sign_off))
        }
        other => Err(format!("it is no decision on a report but `{}`", other.word())),
    }
}
