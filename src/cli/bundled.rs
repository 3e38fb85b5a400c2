//! Bundles: a run with everything around it, in one file.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context as _, anyhow};

use super::{
    Failure,
    arguments::RecordOptions,
    case::Case,
    edge::Edge,
    kept_plan::{self, KeptPlan},
    lint,
    shown::Ground,
};
use crate::{
    ledger::{self, Blob, Bundle, Contents, Entry, LedgerError, Memory, VerifiedEntry, export},
    model::{Act, Digest, Record, Report, Run, Size, Statement},
    net::regular_file,
    plan, render,
};

/// No bundle is larger.
const LARGEST: Size = Size(1 << 30);

/// Writes the bundle of a run.
pub(super) async fn write(ground: Ground<'_>, proven: &VerifiedEntry, run: &Run, record: &Record, file: &Path) -> Result<(), Failure> {
    let seq = proven.entry.seq;
    let json = ground.store.blob(&run.report).await?;
    let json = json.ok_or_else(|| LedgerError::Broken { seq, why: "its report is gone".into() })?;
    let report = Report::from_json(&json).map_err(|error| LedgerError::Broken { seq, why: format!("its report: {error}") })?;
    let pages = render::pages(&report, &json, Some(record));
    let files = kept_plan::files(ground.store, seq, run).await?;
    let plan = KeptPlan::of(&files, &run.config, &report.environment).ok().map(|kept| kept.plan);
    let policy = plan.as_ref().and_then(|plan| plan.signoff.as_ref());
    let named = |name: Option<&String>| name.and_then(|name| plan.as_ref()?.keys(name));
    let mut ledger = Vec::new();
    export::write(ground.store, Some(&[ledger::chain_of(&report.project)]), &mut ledger)
        .await
        .map_err(|error| Failure::output(anyhow!("{error}")))?;
    let entries: Vec<Entry> =
        ground.history.of_environment(&report.project, &report.environment).map(|proven| proven.entry.clone()).collect();
    let contents = Contents {
        report: &json,
        html: &pages.html,
        markdown: &pages.markdown,
        record,
        plan: &files,
        evidence: &evidence(ground, &entries).await?,
        entries: &entries,
        ledger: &ledger,
        allowed_signers: named(policy.map(|policy| &policy.allowed_signers)).unwrap_or_default(),
        revoked_keys: named(policy.and_then(|policy| policy.revoked_keys.as_ref())),
    };
    let zip = Bundle::of(&contents).to_zip().map_err(Failure::output)?;
    std::fs::write(file, zip).with_context(|| format!("the bundle `{}` could not be written", file.display())).map_err(Failure::output)
}

/// What answers and sign-offs rest on.
async fn evidence(ground: Ground<'_>, entries: &[Entry]) -> Result<Vec<Blob>, Failure> {
    let mut all: BTreeMap<Digest, Blob> = BTreeMap::new();
    for entry in entries {
        let Ok(statement) = Statement::from_json(&entry.payload) else { continue };
        if matches!(statement.act, Act::Run(_)) {
            continue;
        }
        for digest in statement.kept() {
            if let Some(bytes) = ground.store.blob(digest).await? {
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
pub(super) async fn open(file: &Path) -> Result<Opened, Failure> {
    let named = file.display().to_string();
    let bytes = regular_file::read_bytes(file, LARGEST).with_context(|| named.clone()).map_err(Failure::usage)?;
    let broken = |error: ledger::BundleError| Failure { exit: error.exit(), cause: Some(anyhow::Error::new(error).context(named.clone())) };
    let bundle = Bundle::from_zip(&bytes).map_err(broken)?;
    bundle.check_manifest().map_err(broken)?;
    let exported = export::read(&mut bundle.ledger())?;
    let report = Digest::of(bundle.report());
    let of_report = exported.entries.iter().rev().find_map(|entry| match Statement::from_json(&entry.payload).ok()?.act {
        Act::Run(run) if run.report == report => Some((entry.seq, *run)),
        _ => None,
    });
    let (seq, run) = of_report.ok_or_else(|| Failure::untrusted(anyhow!("{named}: its report {report} is not in its ledger")))?;
    let store = Memory::new(named, exported);
    ledger::kept::check(&store, &export::entries(&store, None).await?).await?;
    Ok(Opened { bundle, store, seq, run })
}

impl Opened {
    /// The files of the plan, as the ledger has them.
    pub(super) async fn plan_files(&self) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
        kept_plan::files(&self.store, self.seq, &self.run).await
    }
}

/// The environment that the bundle's report is about.
pub(super) fn environment(opened: &Opened) -> Result<String, Failure> {
    let report = Report::from_json(opened.bundle.report()).map_err(|error| Failure::untrusted(anyhow!("its report: {error}")))?;
    Ok(report.environment)
}

/// The record of the plan that stands here, with what the bundle adds taken in; the bundle's alone where the two have grown
/// apart.
pub(super) async fn taken_in(edge: &Edge, options: &RecordOptions, file: &Path) -> Result<Case, Failure> {
    let opened = open(file).await?;
    let request = lint::request(edge, &options.plan);
    let plan = plan::load_leniently(&request).map_err(|problems| Failure::said(lint::refuse(&problems)))?;
    let place = options.ledger.as_deref().or(plan.ledger.as_deref()).unwrap_or(ledger::place::DEFAULT).to_owned();
    let store = ledger::place::open(&place, &plan.root, &edge.env, edge.now, true)?;
    let exported = export::read(&mut opened.bundle.ledger())?;
    // A ledger that has gone on since the bundle was made has all of it.
    let here = store.entries(&ledger::chain_of(&plan.project)).await?;
    let plan = std::sync::Arc::new(plan);
    let apart = here.iter().zip(&exported.entries).position(|(here, there)| here != there);
    if let Some(apart) = apart {
        // A ledger of its own at each end is usual where only files go to and fro.
        let own = Case::with(edge, plan.clone(), options.policy_from.as_deref(), store).await?;
        let files = Box::new(Memory::new(file.display().to_string(), exported));
        let mut case = Case::with(edge, plan, options.policy_from.as_deref(), files).await?;
        let place = own.store.place();
        let said = format!("judged by the files alone: {place} has gone another way since entry {}, nothing was added to it", apart + 1);
        case.remark = Some(case.remark.map_or(said.clone(), |remark| format!("{remark}; {said}")));
        case.elsewhere = Some(own.history);
        return Ok(case);
    }
    if exported.entries.len() > here.len() {
        export::import(exported, store.as_ref()).await.map_err(Failure::unrecorded)?;
    }
    Case::with(edge, plan, options.policy_from.as_deref(), store).await
}
