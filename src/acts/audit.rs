//! A bundle looked at offline, on another machine, trusting nothing in it: the law is brought by whoever looks.

mod drawn;
mod entries;
mod law;
mod tested;

use std::path::PathBuf;

use super::{
    ActError, Caller,
    bundle::{self, Opened},
    page,
};
use crate::{
    ledger::{History, LedgerError, Member, Store as _, chain_of},
    model::{Act, Digest, Exit, Record, Report},
};

pub(crate) use drawn::{AuditedDraw, AuditedItem};
use entries::Audit;
use law::{Law, law, signers_of};
use tested::Looked;
pub(crate) use tested::{Cell, Mark, Tested};

/// What is looked at, and by which law.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuditRequest {
    pub(crate) bundle: PathBuf,
    /// Whose key is whose, as the auditor knows.
    pub(crate) signers: Option<PathBuf>,
    /// The revoked keys, as the auditor knows.
    pub(crate) revoked: Option<PathBuf>,
    /// A plan whose `signoff` and `people` the auditor trusts.
    pub(crate) policy: Option<PathBuf>,
    /// Ledger heads that were kept.
    pub(crate) heads: Vec<Digest>,
}

/// What an audit found.
pub(crate) enum Audited {
    /// Of the bundle of one report.
    One(Box<AuditedRun>),
    /// Of a sample.
    Drawn(Box<AuditedDraw>),
}

/// What an audit found of a run.
pub(crate) struct AuditedRun {
    pub(crate) report: Report,
    pub(crate) digest: Digest,
    /// The record around it, by the law that was brought.
    pub(crate) record: Record,
    /// What the gate would have said; of a sample no go where anything that was tested does not hold.
    pub(crate) gate: Exit,
    /// What cannot be trusted.
    pub(crate) faults: Vec<String>,
    /// What could not be looked at.
    pub(crate) unseen: Vec<String>,
    /// What is to be said beside.
    pub(crate) lines: Vec<String>,
    /// What was tested of it, each with what came of it.
    pub(crate) tested: Tested,
    pub(crate) signers_brought: bool,
    pub(crate) policy_brought: bool,
    /// How many entries its ledger has, how many no signature covers, and its head.
    pub(crate) ledger: (usize, u64, Digest),
}

/// Looks at a bundle; an error where it cannot be read or its chain does not hold.
pub(crate) async fn audit(caller: &Caller, request: &AuditRequest) -> Result<Audited, ActError> {
    let bundle = bundle::read(&request.bundle)?;
    let named = request.bundle.display().to_string();
    match bundle.draw().map_err(|error| ActError::Bundle(named.clone(), error))? {
        Some(draw) => Ok(Audited::Drawn(Box::new(drawn::audit(caller, request, bundle, draw).await?))),
        None => Ok(Audited::One(Box::new(look(caller, request, &Opened::of(named, bundle).await?, None).await?))),
    }
}

/// What is known of a run beside its bundle where it is one of a sample.
struct Of<'a> {
    /// The entry of the deployment.
    entry: u64,
    /// What the sample was packed by.
    tool: &'a str,
}

/// Looks at a run.
async fn look(caller: &Caller, request: &AuditRequest, opened: &Opened, of: Option<Of<'_>>) -> Result<AuditedRun, ActError> {
    let law = Law::of(caller, request, opened).await?;
    let rows = opened.store.rows(&chain_of(&law.kept.project)).await?;
    let history = History::of(rows.clone(), &law.look(caller.now, caller))?;
    demand([&history, law.passkeys.chain()], &request.heads)?;
    // The pages say what was known of the keys when they were made.
    let written = opened.bundle.record().map_err(untrusted)?;
    let then = History::of(rows, &law.look(written.as_of, caller))?;
    let linked = history.linked().iter().find(|linked| linked.entry.seq == opened.seq);
    let entry = linked.map(|linked| history.verified(linked)).transpose()?;
    let entry = entry.ok_or_else(|| ActError::Untrusted(format!("the run's entry {} is gone", opened.seq)))?;
    let Act::Run(run) = &entry.statement.act else { return Err(ActError::Untrusted(format!("entry {} is no run", opened.seq))) };
    if **run != opened.run {
        return Err(ActError::Untrusted(format!("entry {} is the run of another report", opened.seq)));
    }
    let report = Report::from_json(opened.bundle.report()).map_err(untrusted)?;
    let mut audit = Audit::begun(opened, &report, &history);
    audit.entries()?;
    audit.plan();
    if of.is_none() {
        audit.keys(&law.kept);
        audit.statements()?;
    }
    audit.samples(&law.kept).await?;
    audit.passkeys(&law.passkeys);
    let members = Member::all(&history, (&report.project, &report.environment))?;
    let member = audit.deployed(&members, of.as_ref(), &written);
    let asking =
        page::Asking { as_of: Some(written.as_of), deployer: member.map(|member| member.deployer().name.as_str()), child_of: None };
    let made = page::beside(&law.record(caller, opened, &law.own, &then).await?, entry, run, asking).await?;
    let judged = law.record(caller, opened, law.brought.as_ref().unwrap_or(&law.own), &history).await?;
    let (shown, made) = match &law.brought {
        None => (made, None),
        Some(brought) => {
            let mut again = page::beside(&law.record(caller, opened, brought, &then).await?, entry, run, asking).await?;
            // Where the policy stood is the bundle's own word.
            again.record.policy.clone_from(&written.policy);
            // A bundle may have been packed by a protected policy, which is not the one in it.
            let made = if again.record == written { again } else { made };
            (page::beside(&judged, entry, run, asking).await?, Some(made))
        }
    };
    let tool = match &of {
        Some(of) => of.tool.to_owned(),
        None => opened.bundle.manifest().map_err(untrusted)?.tool,
    };
    audit.pages((caller, &tool), entry, &made.as_ref().unwrap_or(&shown).record, &written)?;
    let tested = Looked { record: &judged, shown: &shown, member, run: (entry, run), audit: &audit, request }.tested().await?;
    let Audit { signatures, faults, unseen, lines, .. } = audit;
    Ok(AuditedRun {
        digest: opened.run.report.clone(),
        // Of one report it is said what the gate says of it today, however an attempt went.
        gate: if of.is_some() { tested::judged(shown.gate, &tested) } else { shown.gate },
        record: shown.record,
        faults: signatures.into_iter().chain(faults).collect(),
        unseen,
        lines,
        tested,
        signers_brought: request.signers.is_some(),
        policy_brought: request.policy.is_some(),
        ledger: (history.len(), history.unsigned()?, history.head()),
        report,
    })
}

fn untrusted(error: impl std::fmt::Display) -> ActError {
    ActError::Untrusted(error.to_string())
}

/// The heads that the auditor kept are in one of its chains.
fn demand(chains: [&History; 2], heads: &[Digest]) -> Result<(), LedgerError> {
    let cut = |head| LedgerError::Cut(format!("the head {head} that you kept is not in the bundle's ledger"));
    heads.iter().find(|head| !chains.iter().any(|chain| chain.holds(head))).map_or(Ok(()), |head| Err(cut(head)))
}
