//! Bundles: a run with everything around it, in one file.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{ActError, Caller, ChosenPolicy, EnvironmentRecord, RecordRequest, kept_plan, log};
use crate::{
    ledger::{self, Blob, Bundle, Contents, Entry, LedgerError, Memory, Store, VerifiedEntry, export},
    model::{Act, Digest, Record, Report, Run, Size, Statement},
    net::regular_file,
    plan, render,
};

/// No bundle is larger.
const LARGEST: Size = Size(1 << 30);

/// Writes the bundle of a run.
pub(super) async fn write(
    record: &EnvironmentRecord,
    entry: &VerifiedEntry,
    run: &Run,
    beside: &Record,
    file: &Path,
) -> Result<(), ActError> {
    let seq = entry.entry.seq;
    let json = record.store.blob(&run.report).await?;
    let json = json.ok_or_else(|| LedgerError::Broken { seq, why: "its report is gone".into() })?;
    let report = Report::from_json(&json).map_err(|error| LedgerError::Broken { seq, why: format!("its report: {error}") })?;
    let pages = render::pages(&report, &json, Some(beside));
    let files = kept_plan::files(record.store.as_ref(), seq, run).await?;
    let kept = record.plans.of_run(record.store.as_ref(), entry, run).await.ok();
    let plan = kept.as_deref();
    let policy = plan.and_then(|plan| plan.signoff.as_ref());
    let named = |name: Option<&String>| name.and_then(|name| plan?.keys(name));
    let mut ledger = Vec::new();
    let chain = ledger::chain_of(&report.project);
    export::write(record.store.as_ref(), Some(&[chain]), &mut ledger).await.map_err(|error| ActError::Output(error.to_string()))?;
    let of_environment = record.history.entries()?.into_iter().filter(|entry| entry.is_of(&report.project, &report.environment));
    let entries: Vec<Entry> = of_environment.map(|entry| (*entry.entry).clone()).collect();
    let contents = Contents {
        report: &json,
        html: &pages.html,
        markdown: &pages.markdown,
        record: beside,
        plan: &files,
        evidence: &evidence(record.store.as_ref(), &entries).await?,
        entries: &entries,
        ledger: &ledger,
        allowed_signers: named(policy.map(|policy| &policy.allowed_signers)).unwrap_or_default(),
        revoked_keys: named(policy.and_then(|policy| policy.revoked_keys.as_ref())),
    };
    let zip = Bundle::of(&contents).to_zip().map_err(|error| ActError::Output(error.to_string()))?;
    std::fs::write(file, zip).map_err(|error| ActError::Output(format!("the bundle `{}` could not be written: {error}", file.display())))
}

/// What answers and sign-offs rest on.
async fn evidence(store: &dyn Store, entries: &[Entry]) -> Result<Vec<Blob>, ActError> {
    let mut all: BTreeMap<Digest, Blob> = BTreeMap::new();
    for entry in entries {
        let Ok(statement) = Statement::from_json(&entry.payload) else { continue };
        if matches!(statement.act, Act::Run(_)) {
            continue;
        }
        for digest in statement.kept() {
            if let Some(bytes) = store.blob(digest).await? {
                all.insert(digest.clone(), Blob::of(bytes));
            }
        }
    }
    Ok(all.into_values().collect())
}

/// A bundle that was read and agrees with itself.
pub(super) struct Opened {
    pub(super) bundle: Bundle,
    /// Its ledger.
    pub(super) store: Memory,
    /// Where its run stands there.
    pub(super) seq: u64,
    /// Its run.
    pub(super) run: Run,
}

/// Reads a bundle: its files are those its manifest names, and its report is on record in its ledger.
pub(super) async fn open(file: &Path) -> Result<Opened, ActError> {
    let named = file.display().to_string();
    let bytes = regular_file::read_bytes(file, LARGEST).map_err(|error| ActError::unread(&named, error))?;
    let broken = |error: ledger::BundleError| ActError::Bundle(named.clone(), error);
    let bundle = Bundle::from_zip(&bytes).map_err(broken)?;
    bundle.check_manifest().map_err(broken)?;
    let exported = export::read(&mut bundle.ledger())?;
    let report = Digest::of(bundle.report());
    let of_report = exported.entries.iter().rev().find_map(|entry| match Statement::from_json(&entry.payload).ok()?.act {
        Act::Run(run) if run.report == report => Some((entry.seq, *run)),
        _ => None,
    });
    let (seq, run) = of_report.ok_or_else(|| ActError::Untrusted(format!("{named}: its report {report} is not in its ledger")))?;
    let store = Memory::new(named, exported);
    ledger::kept::check(&store, &export::entries(&store, None).await?).await?;
    Ok(Opened { bundle, store, seq, run })
}

impl Opened {
    /// The files of the plan, as the ledger has them.
    pub(super) async fn plan_files(&self) -> Result<BTreeMap<String, Vec<u8>>, ActError> {
        kept_plan::files(&self.store, self.seq, &self.run).await
    }

    /// The environment that its report is about.
    pub(super) fn environment(&self) -> Result<String, ActError> {
        let report = Report::from_json(self.bundle.report());
        report.map(|report| report.environment).map_err(|error| ActError::Untrusted(format!("its report: {error}")))
    }
}

/// The record of the plan that stands here, with what the bundle adds taken in; the bundle's alone where the two have grown
/// apart, with all that is known here against it. Nothing that cannot be believed is taken in.
pub(super) async fn taken_in(caller: &Caller, request: &RecordRequest, file: &Path) -> Result<EnvironmentRecord, ActError> {
    let opened = open(file).await?;
    let plan = Arc::new(plan::load_leniently(&request.plan(caller)).map_err(ActError::Plan)?);
    let policy = ChosenPolicy::of(caller, &plan, request.policy_from.as_deref()).await?;
    let place = super::record::place(request, &policy);
    let exported = export::read(&mut opened.bundle.ledger())?;
    // Everything in it is looked at before any of it is added.
    let files = Box::new(Memory::new(file.display().to_string(), exported.clone()));
    let mut brought = EnvironmentRecord::with(caller, plan.clone(), policy.clone(), files).await?;
    brought.history.entries()?;
    if let Some((seq, version)) = brought.history.newer(&plan.project, &plan.environment) {
        return Err(ActError::Untrusted(format!(
            "{}: its entry {seq} was written by a newer gonogo (version {version}): use that one",
            file.display()
        )));
    }
    let store = ledger::place::open(&place, &plan.root, &caller.env, caller.now, true)?;
    // A ledger that has gone on since the bundle was made has all of it.
    let here = store.entries(&ledger::chain_of(&plan.project)).await?;
    if let Some(apart) = here.iter().zip(&exported.entries).position(|(here, there)| here != there) {
        // A ledger of its own at each end is usual where only files go to and fro.
        let own = EnvironmentRecord::with(caller, plan, policy, store).await?;
        let place = own.store.place();
        brought
            .remarks
            .push(format!("judged by the files alone: {place} has gone another way since entry {}, nothing was added to it", apart + 1));
        brought.elsewhere = Some(own.history);
        return Ok(brought);
    }
    if exported.entries.len() > here.len() {
        if let Some(why) = log::never_believed(caller, &brought, here.last().map_or(0, |entry| entry.seq)).await? {
            return Err(ActError::Untrusted(format!("{}: {why}: nothing of it was taken in", file.display())));
        }
        export::import(exported, store.as_ref()).await.map_err(ActError::NotRecorded)?;
    }
    EnvironmentRecord::with(caller, plan, policy, store).await
}
