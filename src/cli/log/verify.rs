//! `gonogo log verify`: every hash, link, signature and kept byte.

use anyhow::anyhow;

use crate::{
    cli::{
        Failure,
        case::Case,
        edge::{self, Edge},
        kept_plan::KeptPlan,
        policy,
    },
    ledger::{self, Checked, LedgerError, SignatureStanding, Trust, VerifiedEntry, Verifier as _},
    model::{Act, Digest, Exit, plain},
};

/// Looks at everything there is: 0 when all of it can be trusted, 5 with the entry where it cannot.
pub(super) async fn verify(edge: &Edge, case: &Case, heads: &[String]) -> Result<Exit, Failure> {
    for head in heads {
        let digest =
            Digest::parse(head).ok_or_else(|| Failure::usage(anyhow!("--head {head}: a ledger head has 64 hexadecimal digits")))?;
        if !case.history.holds(&digest) {
            let lost =
                LedgerError::Cut(format!("the head {digest} that you kept is not in it: entries were cut off, or it is another ledger"));
            return Err(lost.into());
        }
    }
    let (project, environment) = (&case.plan.project, &case.plan.environment);
    let newer = case.history.newer(project, environment);
    let mut untrusted = 0;
    let mut notes = Vec::new();
    for proven in case.history.entries() {
        for digest in proven.statement.kept() {
            let seq = proven.entry.seq;
            let bytes = case.store.blob(digest).await?;
            let bytes = bytes.ok_or_else(|| LedgerError::Broken { seq, why: format!("the bytes {digest} that belong to it are gone") })?;
            if Digest::of(&bytes) != *digest {
                return Err(LedgerError::Broken { seq, why: format!("the bytes {digest} that belong to it were altered") }.into());
            }
        }
        if let Act::Run(run) = &proven.statement.act {
            ledger::recorded(case.store.as_ref(), proven, run).await?;
        }
        // Others sign there: by the signers of this plan nothing can be said of them.
        if let SignatureStanding::Untrusted(why) = &proven.standing
            && proven.is_of(project, environment)
        {
            match formerly(edge, case, proven).await {
                Some(run) => notes.push(format!(
                    "entry {}: {why}; it counted when it was recorded, by the signers kept with entry {run}",
                    proven.entry.seq
                )),
                None => {
                    untrusted += 1;
                    edge::complain(&format!("entry {}: {why}", proven.entry.seq));
                }
            }
        }
    }
    say(case, &notes)?;
    if untrusted > 0 || newer.is_some() { Ok(Exit::Untrusted) } else { Ok(Exit::Go) }
}

/// The run whose signers vouch for a signature that does not count today: the newest before it. A key that has expired,
/// was revoked or belongs to nobody any more makes no old entry a forgery.
async fn formerly(edge: &Edge, case: &Case, proven: &VerifiedEntry) -> Option<u64> {
    let (signature, by) = (proven.entry.signature.as_deref()?, proven.statement.made.by.as_deref()?);
    let recorded = proven.entry.recorded;
    let checked = |trust: Trust<'_>| trust.check(&proven.entry.payload, signature, by, recorded);
    let of_the_key = matches!(checked(Trust { signers: &case.signers, now: case.now }), Checked::Untrusted(_));
    if !of_the_key || proven.statement.contradiction().is_some() {
        return None;
    }
    let mut earlier = case.history.of_environment(&case.plan.project, &case.plan.environment).rev();
    let (entry, run) = earlier.find_map(|other| match &other.statement.act {
        Act::Run(run) if other.entry.seq < proven.entry.seq => Some((other, run)),
        _ => None,
    })?;
    let kept = KeptPlan::of_run(case.store.as_ref(), entry, run).await.ok()?;
    let mut signers = policy::signers_of(&kept.plan).ok()?;
    signers.ask_revoked(&edge.env).await;
    matches!(checked(Trust { signers: &signers, now: recorded }), Checked::Signed { .. }).then_some(entry.entry.seq)
}

fn say(case: &Case, notes: &[String]) -> Result<(), Failure> {
    let history = &case.history;
    let signed = history.entries().iter().filter(|proven| proven.signer().is_some()).count();
    let mut lines = vec![
        format!("{}: {} entries, every hash and link holds", case.store.place(), history.entries().len()),
        format!("signed   {signed} entries; signatures vouch for entries 1 to {}", history.covered()),
        format!("unsigned {} entries that nobody signed and no later signature vouches for", history.unsigned()),
    ];
    for proven in history.entries() {
        if let SignatureStanding::Signed { since: Some(since), .. } = &proven.standing {
            lines.push(format!("note     entry {}: {since}", proven.entry.seq));
        }
    }
    lines.extend(notes.iter().map(|note| format!("note     {note}")));
    let (project, environment) = (&case.plan.project, &case.plan.environment);
    let elsewhere = history.elsewhere(project, environment);
    if elsewhere > 0 {
        lines.push(format!("others   {elsewhere} entries of other projects or environments: their signatures were not judged"));
    }
    if let Some((seq, version)) = history.newer(project, environment) {
        lines.push(format!("newer    entry {seq} was written by a newer gonogo (version {version}); what it says was not looked at"));
    }
    lines.push(format!("head     {} (keep it: `gonogo log verify --head` demands it later)", history.head()));
    let text: String = lines.iter().map(|line| format!("{}\n", plain(line))).collect();
    edge::print(&text).map_err(Failure::output)
}
