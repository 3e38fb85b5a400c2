//! How a chain is read: every row followed, and what is asked for looked at.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use jiff::Timestamp;

use super::{CLOCKS, LinkedEntry, SignatureStanding, VerifiedEntry};
use crate::{
    ledger::{
        Checked, Entry, Fault, FaultKind, JobSignature, Look, ORG, VERSION, Verifier,
        chain::Links,
        contradiction,
        row::{Sound, Unsound},
    },
    model::{Act, Digest, Made, Statement, utc},
};

/// What was read.
#[derive(Clone, Default)]
pub(super) struct Read {
    pub(super) links: Links,
    /// Every entry that counts.
    pub(super) entries: Vec<LinkedEntry>,
    /// The newest time of an entry that is not still to come.
    pub(super) newest: Option<Timestamp>,
    /// The number of the end of the shared chain, which says nothing that anybody could sign.
    pub(super) closing: Option<u64>,
    /// Whose key each token of a CI job was used with first, and in which entry.
    tokens: HashMap<Digest, (u64, Digest)>,
    /// What a recorder signed and is here as a link alone, with when: a token may have been used there.
    links_of_recorders: Vec<(u64, Timestamp)>,
    /// Judges signatures; there is one where there are entries.
    verifier: Option<Arc<dyn Verifier>>,
    pub(super) now: Timestamp,
}

impl Read {
    /// Nothing yet of a chain with so many rows.
    pub(super) fn of(look: &Look<'_>, rows: usize) -> Self {
        let entries = Vec::with_capacity(rows);
        let verifier = Some(look.verifier.clone());
        Self {
            links: Links::new(look.repairs),
            entries,
            newest: None,
            closing: None,
            tokens: HashMap::new(),
            links_of_recorders: Vec::new(),
            verifier,
            now: look.now,
        }
    }

    /// Follows a row, and looks at it where that cannot wait.
    pub(super) fn take(&mut self, row: Result<Sound, Unsound>) -> Result<(), Fault> {
        let Some(Sound { entry, digest, statement }) = self.links.take(row)? else { return Ok(()) };
        let (seq, now) = (entry.seq, CLOCKS.after(self.now));
        if entry.chain.is_empty() && entry.version == VERSION {
            self.closing = Some(seq);
        }
        let own = entry.recorded;
        let to_come = own > now;
        let mut linked = LinkedEntry { entry: Arc::new(entry), digest, statement, own, aside: None, at: own, verified: OnceLock::new() };
        let pulled = to_come && linked.entry.version == 1;
        if pulled && let Ok(statement) = Statement::from_json(&linked.entry.payload) {
            linked.own = statement.made.at;
        }
        linked.at = self.newest.max(Some(linked.own.min(self.now))).unwrap_or(linked.own);
        if linked.own > now {
            linked.aside = Some(format!("recorded at {}, which is still to come by the clock here", utc(linked.own)));
        }
        if let Some((token, key)) = linked.entry.signature.as_deref().and_then(JobSignature::use_of) {
            self.tokens.entry(token).or_insert((seq, key));
        }
        if linked.entry.bare.as_ref().is_some_and(|bare| bare.signature.is_some()) && JobSignature::may_sign(&linked.label().act) {
            self.links_of_recorders.push((seq, own));
        }
        // What an act that is not known bears on cannot be told: it is looked at like everything where faults are gone past.
        if self.links.goes_past() || !linked.label().is_known() {
            let mut faults = Vec::new();
            let verified = self.verify(&linked, &mut |fault| {
                faults.push(fault);
                Ok(())
            });
            let verified = verified.map_err(|fault| faults.push(fault));
            for fault in faults {
                self.links.past(fault)?;
            }
            let Ok(verified) = verified else { return Ok(()) };
            linked.verified = OnceLock::from(verified);
        }
        if linked.aside.is_none() {
            self.newest = self.newest.max(Some(linked.own));
        }
        self.entries.push(linked);
        Ok(())
    }

    /// What an entry says and who says it. `past` goes past what is wrong where the entry counts all the same.
    pub(super) fn verify(&self, linked: &LinkedEntry, past: &mut dyn FnMut(Fault) -> Result<(), Fault>) -> Result<VerifiedEntry, Fault> {
        let LinkedEntry { entry, digest, own, aside, .. } = linked;
        let (entry, own, aside) = (entry.clone(), *own, aside.clone());
        if entry.version > VERSION {
            return Ok(unread(entry, own));
        }
        let statement = self.links.statement(&entry, digest, past)?;
        let made = &statement.made;
        let judged = match (&entry.signature, &made.by, &self.verifier) {
            (None, None, _) => Ok(SignatureStanding::Unsigned),
            // No gonogo writes either: somebody took the one away.
            (None, Some(by), _) => Err(format!("it names `{by}` as its signer and bears no signature")),
            (Some(_), None, _) => Err("it is signed and does not say by whom".into()),
            (Some(_), Some(_), None) => Ok(SignatureStanding::Untrusted("nobody judged its signature".into())),
            (Some(signature), Some(by), Some(verifier)) => match verifier.check(&entry.payload, signature, by, linked.at) {
                Checked::Signed { key, since, confirmed_by } => Ok(SignatureStanding::Signed { key, since, confirmed_by }),
                Checked::Untrusted(why) => Ok(SignatureStanding::Untrusted(why)),
                Checked::Forged(why) => Err(why),
            },
        };
        let mut standing = judged.map_err(|why| Fault::of(FaultKind::Forged, &entry, digest, None, why))?;
        if matches!(standing, SignatureStanding::Signed { .. }) && made.at > CLOCKS.after(own) {
            let (made, own) = (utc(made.at), utc(own));
            standing = SignatureStanding::Untrusted(format!("it says it was signed at {made}, after it was recorded at {own}"));
        }
        let signature = entry.signature.as_deref();
        // What stands after the end of a key was signed after it, whatever time it says.
        let ended = signature.zip(self.verifier.as_ref()).and_then(|(signature, verifier)| verifier.revoked_over(signature, &entry.chain));
        if let Some((head, why)) = ended.filter(|_| !statement.act.is_no())
            && self.links.places.get(&head).is_none_or(|place| *place < entry.seq)
        {
            standing = SignatureStanding::Untrusted(why);
        }
        if let Some(why) = signature.map_or_else(|| statement.contradiction(), |signature| contradiction(&statement, signature)) {
            standing = SignatureStanding::Untrusted(why.into());
        }
        if let Some(why) = signature.and_then(|signature| self.used_before(signature, entry.seq)) {
            standing = SignatureStanding::Untrusted(why);
        }
        // What somebody saw of the chain of all projects is in it for ever: a revocation that was cut off is found so.
        if let (Some(org), Some(verifier)) = (&made.org, &self.verifier)
            && !verifier.has_seen(org)
        {
            let why = format!("it was made over {org} of `{ORG}`, which is not in it any more");
            past(Fault::of(FaultKind::Head, &entry, digest, None, why))?;
        }
        Ok(VerifiedEntry { entry, statement, standing, own, at: linked.at, aside })
    }
}

impl Read {
    /// Why the token of a CI job may have been used before this entry with another key.
    fn used_before(&self, signature: &str, seq: u64) -> Option<String> {
        let (token, key) = JobSignature::use_of(signature)?;
        if let Some((first, _)) = self.tokens.get(&token).filter(|(first, of)| *of != key && *first < seq) {
            return Some(format!("the CI's token was used before with another key, in entry {first}"));
        }
        let since = JobSignature::open_since(signature)?;
        let earlier = |(link, at): &&(u64, Timestamp)| *link < seq && CLOCKS.after(*at) >= since;
        let (link, _) = self.links_of_recorders.iter().find(earlier)?;
        Some(format!("the CI's token may have been used before, in entry {link}, which is here as a link alone"))
    }
}

impl std::fmt::Debug for Read {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Read").field("entries", &self.entries).finish_non_exhaustive()
    }
}

/// What a newer program wrote: it is there, and nothing of what it says is believed.
fn unread(entry: Arc<Entry>, own: Timestamp) -> VerifiedEntry {
    let made = Made::by_nobody(entry.recorded, Digest::none(), String::new());
    let act = Act::Other(format!("an entry of version {}", entry.version));
    let standing =
        SignatureStanding::Untrusted(format!("it was written by a newer gonogo (version {}) and was not looked at", entry.version));
    VerifiedEntry { statement: Statement { subject: Vec::new(), made, act }, standing, own, at: own, aside: None, entry }
}
