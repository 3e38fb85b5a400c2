//! `gonogo log verify`: every hash, link, signature and kept byte.

use crate::{
    acts::{
        EnvironmentRecord,
        log::{Looked, verify as look},
    },
    cli::{
        Failure,
        arguments::LogVerifyOptions,
        edge::{self, Edge},
        runtime,
    },
    model::{Exit, plain},
};

/// Looks at everything there is: 0 when all of it can be trusted, 5 with the entry where it cannot.
pub(super) fn verify(edge: &Edge, options: &LogVerifyOptions) -> Result<Exit, Failure> {
    let heads = edge::heads(&options.head)?;
    runtime::block_on(async {
        let caller = edge.caller();
        let record = EnvironmentRecord::open(&caller, &edge.of(&options.record)?, false).await?;
        let looked = look(&record, &heads).await?;
        looked.untrusted.iter().for_each(|why| edge::complain(why));
        say(&record, &looked)?;
        Ok(if looked.untrusted.is_empty() && looked.newer.is_none() { Exit::Go } else { Exit::Untrusted })
    })
}

fn say(record: &EnvironmentRecord, looked: &Looked) -> Result<(), Failure> {
    let history = &record.history;
    let signed = history.entries()?.iter().filter(|entry| entry.signer().is_some()).count();
    let (covered, unsigned) = (history.covered()?, history.unsigned()?);
    let mut lines = vec![
        format!("{}: {} entries, every hash and link holds", record.store.place(), history.len()),
        format!("signed   {signed} entries; signatures vouch for entries 1 to {covered}"),
        format!("unsigned {unsigned} entries that nobody signed and no later signature vouches for"),
    ];
    lines.extend(looked.notes.iter().map(|note| format!("note     {note}")));
    let (project, environment) = (&record.plan.project, &record.plan.environment);
    let elsewhere = history.elsewhere(project, environment);
    if elsewhere > 0 {
        lines.push(format!("others   {elsewhere} entries of other projects or environments: their signatures were not judged"));
    }
    if let Some((seq, version)) = looked.newer {
        lines.push(format!("newer    entry {seq} was written by a newer gonogo (version {version}); what it says was not looked at"));
    }
    lines.push(format!("head     {} (keep it: `gonogo log verify --head` demands it later)", history.head()));
    let lines: Vec<String> = lines.iter().map(|line| plain(line).into_owned()).collect();
    edge::print_lines(&lines)
}
