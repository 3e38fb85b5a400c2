//! `gonogo log verify`: every hash, link, signature and kept byte.

use anyhow::anyhow;

use crate::{
    cli::{Failure, case::Case, edge},
    ledger::{self, LedgerError, Standing},
    model::{Act, Digest, Exit, plain},
};

/// Looks at everything there is: 0 when all of it can be trusted, 5 with the entry where it cannot.
pub(super) async fn verify(case: &Case, heads: &[String]) -> Result<Exit, Failure> {
    for head in heads {
        let digest =
            Digest::parse(head).ok_or_else(|| Failure::usage(anyhow!("--head {head}: a ledger head has 64 hexadecimal digits")))?;
        if !case.history.holds(&digest) {
            let lost =
                LedgerError::Cut(format!("the head {digest} that you kept is not in it: entries were cut off, or it is another ledger"));
            return Err(lost.into());
        }
    }
    let mut untrusted = 0;
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
        if let Standing::Untrusted(why) = &proven.standing {
            untrusted += 1;
            edge::complain(&format!("entry {}: {why}", proven.entry.seq));
        }
    }
    say(case)?;
    if untrusted > 0 || case.history.newer().is_some() { Ok(Exit::Untrusted) } else { Ok(Exit::Go) }
}

fn say(case: &Case) -> Result<(), Failure> {
    let history = &case.history;
    let signed = history.entries().iter().filter(|proven| proven.signer().is_some()).count();
    let mut lines = vec![
        format!("{}: {} entries, every hash and link holds", case.store.place(), history.entries().len()),
        format!("signed   {signed} entries; signatures vouch for entries 1 to {}", history.covered()),
        format!("unsigned {} entries that nobody signed and no later signature vouches for", history.unsigned()),
    ];
    for proven in history.entries() {
        if let Standing::Signed { since: Some(since), .. } = &proven.standing {
            lines.push(format!("note     entry {}: {since}", proven.entry.seq));
        }
    }
    if let Some((seq, version)) = history.newer() {
        lines.push(format!("newer    entry {seq} was written by a newer gonogo (version {version}); what it says was not looked at"));
    }
    lines.push(format!("head     {} (keep it: `gonogo log verify --head` demands it later)", history.head()));
    let text: String = lines.iter().map(|line| format!("{}\n", plain(line))).collect();
    edge::print(&text).map_err(Failure::output)
}
