//! Deployments that began and have no end on record: until somebody says what became of them, nobody knows what is live.

use super::{AskedRelease, History, LedgerError, VerifiedEntry};
use crate::model::{Act, Begun, Digest, utc};

/// The deployments of an environment that began and did not end, oldest first. An entry from the future began all the same,
/// and ends nothing yet.
pub fn unended<'h>(history: &'h History, place: (&'h str, &'h str)) -> Result<Vec<(&'h VerifiedEntry, &'h Begun)>, LedgerError> {
    let mut open: Vec<(&VerifiedEntry, &Begun)> = Vec::new();
    for entry in history.said(place, &[Act::BEGUN, Act::DEPLOYMENT]) {
        let entry = entry?;
        match &entry.statement.act {
            Act::Begun(begun) => open.push((entry, begun)),
            Act::Deployment(end) if entry.aside.is_none() => open.retain(|(began, _)| !ends(entry, end.begun.as_ref(), began)),
            _ => {}
        }
    }
    Ok(open)
}

/// Whether this deployment's entry is the end of the one that began: nobody ends what was signed without a signature.
pub(super) fn ends(end: &VerifiedEntry, names: Option<&Digest>, began: &VerifiedEntry) -> bool {
    names == Some(&began.entry.statement()) && (end.signer().is_some() || began.entry.signature.is_none())
}

/// What they hold, a sentence each. The one whose own child asks, which `child_of` shows by its token's fingerprint, holds
/// nothing that its release is asked about for.
pub(super) fn holds(history: &History, asked: &AskedRelease, child_of: Option<&Digest>) -> Result<Vec<String>, LedgerError> {
    let open = unended(history, asked.place())?;
    let others = open.into_iter().filter(|(_, begun)| !(child_of == Some(&begun.token) && asked.covered(&begun.release).is_ok()));
    Ok(others.map(|(entry, begun)| sentence(entry, begun)).collect())
}

/// What began and did not end, and what to do.
pub fn sentence(entry: &VerifiedEntry, begun: &Begun) -> String {
    let host = begun.host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default();
    format!(
        "the deployment of {} that {} began at {}{host} (process {}) has no end on record: wait for it, or say what became of it with `gonogo deploy settle {}`",
        begun.release.name().unwrap_or_else(|| "a release".into()),
        begun.deployer.name,
        utc(entry.own),
        begun.pid,
        entry.entry.seq
    )
}
