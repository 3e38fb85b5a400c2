//! Every hash, link, signature and kept byte of a ledger.

use crate::{
    acts::{ActError, Caller, ChosenPolicy, EnvironmentRecord, policy, record::passkeys},
    ledger::{self, Checked, LedgerError, LinkedEntry, ORG, SignatureStanding, Trust, VerifiedEntry, Verifier as _},
    model::{Act, Digest},
};

/// What was looked at in a ledger, and what was found.
pub(crate) struct Looked {
    /// Entries that cannot be believed, each with the reason.
    pub(crate) untrusted: Vec<String>,
    /// What is to be said of entries that are believed.
    pub(crate) notes: Vec<String>,
    /// The first entry that a newer program wrote, with its version.
    pub(crate) newer: Option<(u64, u32)>,
}

/// Looks at everything there is; an error where hashes, links or kept bytes do not hold, or one of `heads` is gone.
pub(crate) async fn verify(caller: &Caller, record: &EnvironmentRecord, heads: &[Digest]) -> Result<Looked, ActError> {
    for head in heads {
        if !record.history.holds(head) {
            let lost = format!("the head {head} that you kept is not in it: entries were cut off, or it is another ledger");
            return Err(LedgerError::Cut(lost).into());
        }
    }
    org(record).await?;
    let (project, environment) = (&record.plan.project, &record.plan.environment);
    let notes = ledger::told_repairs(&record.history);
    let mut looked = Looked { untrusted: Vec::new(), notes, newer: record.history.newer(project, environment) };
    let entries = record.history.entries()?;
    looked.untrusted = ledger::sample_faults(record.store.as_ref(), &entries).await?;
    looked.untrusted.extend(record.policy.passkeys.ignored().iter().map(|why| format!("{ORG}: {why}")));
    looked.notes.extend(ledger::counters_that_went_back(&record.history));
    for entry in entries {
        bytes(record, entry).await?;
        let seq = entry.entry.seq;
        if let SignatureStanding::Signed { since: Some(since), .. } = &entry.standing {
            looked.notes.push(format!("entry {seq}: {since}"));
        }
        if let Some(aside) = &entry.aside {
            looked.notes.push(format!("entry {seq} is set aside: {aside}"));
        }
        // Others sign there: by the signers of this plan nothing can be said of them.
        if let SignatureStanding::Untrusted(why) = &entry.standing
            && entry.is_of(project, environment)
        {
            match formerly(caller, record, entry).await {
                Some(run) => {
                    looked.notes.push(format!("entry {seq}: {why}; it counted when it was recorded, by the signers kept with entry {run}"))
                }
                None => looked.untrusted.push(format!("entry {seq}: {why}")),
            }
        }
    }
    Ok(looked)
}

/// What entries saw of the chain that concerns all projects is in it, and what its checkpoints name of this chain is here.
async fn org(record: &EnvironmentRecord) -> Result<(), ActError> {
    let all = record.read_chain(ORG, record.now).await?;
    for entry in record.history.entries()? {
        if let Some(seen) = entry.statement.made.org.as_ref().filter(|seen| !all.holds(seen)) {
            let (seq, why) = (entry.entry.seq, format!("it was made over {seen} of `{ORG}`, which is not in it any more"));
            return Err(LedgerError::Broken { seq, why }.into());
        }
    }
    for entry in all.entries()? {
        if let Act::Checkpoint(checkpoint) = &entry.statement.act {
            checkpoint.demand(&ledger::chain_of(&record.plan.project), &record.history)?;
        }
    }
    Ok(())
}

/// Why the first of the environment's entries after `seq` was never to be believed by any signers, where there is one.
///
/// Those signers are kept with the runs of `record`, or of the ledger that it goes on from.
pub(in crate::acts) async fn never_believed(
    caller: &Caller,
    record: &EnvironmentRecord,
    known: &EnvironmentRecord,
    seq: u64,
) -> Result<Option<String>, LedgerError> {
    for entry in record.history.whole(record.place()) {
        let entry = entry?;
        if entry.entry.seq > seq
            && let SignatureStanding::Untrusted(why) = &entry.standing
            && formerly(caller, record, entry).await.is_none()
            && formerly(caller, known, entry).await.is_none()
        {
            return Ok(Some(format!("entry {}: {why}", entry.entry.seq)));
        }
    }
    Ok(None)
}

/// The bytes that belong to an entry are there, and a run's report is what the entry says.
async fn bytes(record: &EnvironmentRecord, entry: &VerifiedEntry) -> Result<(), ActError> {
    let seq = entry.entry.seq;
    for digest in entry.statement.kept() {
        let bytes = record.store.blob(digest).await?;
        let bytes = bytes.ok_or_else(|| LedgerError::Broken { seq, why: format!("the bytes {digest} that belong to it are gone") })?;
        if Digest::of(&bytes) != *digest {
            return Err(LedgerError::Broken { seq, why: format!("the bytes {digest} that belong to it were altered") }.into());
        }
    }
    if let Act::Run(run) = &entry.statement.act {
        ledger::recorded(record.store.as_ref(), entry, run).await?;
    }
    Ok(())
}

/// The run whose signers vouch for a signature that does not count today: the newest before it. A key that has expired,
/// was revoked or belongs to nobody any more makes no old entry a forgery.
async fn formerly(caller: &Caller, record: &EnvironmentRecord, entry: &VerifiedEntry) -> Option<u64> {
    let (signature, by) = (entry.entry.signature.as_deref()?, entry.statement.made.by.as_deref()?);
    let checked = |trust: Trust| trust.check(&entry.entry.payload, signature, by, entry.own);
    let of_the_key = matches!(checked(record.policy.trust(record.now)), Checked::Untrusted(_));
    if !of_the_key || ledger::contradiction(&entry.statement, signature).is_some() {
        return None;
    }
    let earlier = |linked: &LinkedEntry| linked.entry.seq < entry.entry.seq;
    let made = record.history.said_where(record.place(), &[Act::RUN], earlier).next_back()?.ok()?;
    let Act::Run(run) = &made.statement.act else { return None };
    let kept = record.plans.of_run(record.store.as_ref(), made, run).await.ok()?;
    let mut signers = policy::signers_of(&kept).ok()?;
    signers.ask_revoked(&caller.env).await;
    let then = ChosenPolicy::packed(kept.signoff.clone(), kept.people.clone(), signers.clone());
    let passkeys = passkeys(record.store.as_ref(), &then, record.now).await.ok()?;
    matches!(checked(Trust { signers: signers.into(), passkeys, ci_tokens: then.ci_tokens(), now: entry.own }), Checked::Signed { .. })
        .then_some(made.entry.seq)
}
