//! The rules by which an entry comes into a ledger: one place for every store.

use jiff::{SignedDuration, Timestamp};

use super::{Blob, Draft, Entry, LedgerError, VERSION};
use crate::model::{Act, Digest, Size, Statement};

/// The most that one statement may have.
pub(super) const LARGEST_STATEMENT: Size = Size(16 << 20);
/// The most that one blob may have: what both stores can take, and keep up with.
pub(super) const LARGEST_BLOB: Size = Size(256 << 20);
/// The most that one signature may have; real ones have a few KiB.
pub(super) const LARGEST_SIGNATURE: Size = Size(64 << 10);
/// How far a clock may be behind the one that recorded the newest entry.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// Something that wants in.
pub(super) struct Candidate {
    draft: Draft,
    now: Timestamp,
    pub(super) needs: Needs,
}

/// What must be looked up in the ledger, and what is to be stored.
pub(super) struct Needs {
    /// The statement's fingerprint.
    pub(super) statement: Digest,
    /// Whether it is signed.
    pub(super) signed: bool,
    /// The head it was made over.
    pub(super) head: Digest,
    /// What must be stored already, since it was not given.
    pub(super) kept: Vec<Digest>,
    /// What was given, in the order of the fingerprints: two writers never wait for each other in a circle.
    pub(super) blobs: Vec<Blob>,
}

/// What a store has found, under its lock.
pub(super) struct ChainState {
    /// The newest entry.
    pub(super) newest: Option<Entry>,
    /// The first entry of a newer program.
    pub(super) newer: Option<(u64, u32)>,
    /// Whether the wanted head is an entry.
    pub(super) has_head: bool,
    /// The entry that has the same statement, signed or not as the candidate is.
    pub(super) twin: Option<Entry>,
    /// The first of the kept bytes that are not there.
    pub(super) absent: Option<Digest>,
}

/// What is to be done.
pub(super) enum Admitted {
    /// Add this entry.
    New(Entry),
    /// Add nothing: it stands there.
    Stands(Entry),
}

impl Candidate {
    /// Checks all that can be told without the ledger. `place` is for messages.
    pub(super) fn new(place: &str, draft: Draft, blobs: Vec<Blob>, now: Timestamp) -> Result<Self, LedgerError> {
        let refused = |why: String| refused(place, why);
        check_sizes(&draft.payload, draft.signature.as_deref()).map_err(refused)?;
        let statement = Statement::from_json(&draft.payload).map_err(|error| refused(error.to_string()))?;
        if let Act::Other(kind) = &statement.act {
            return Err(refused(format!("`{kind}` is a statement of a newer gonogo: add it with that")));
        }
        let needs = Needs::of(&draft.payload, draft.signature.is_some(), Some(&statement), blobs).map_err(refused)?;
        Ok(Self { draft, now, needs })
    }

    /// Decides, from what the store has found.
    pub(super) fn admit(&self, place: &str, found: ChainState) -> Result<Admitted, LedgerError> {
        if let Some((seq, version)) = found.newer {
            return Err(LedgerError::Newer { seq, version });
        }
        if let Some(twin) = found.twin {
            return Ok(Admitted::Stands(twin));
        }
        let recorded = match &found.newest {
            Some(newest) if self.now < newest.recorded - TOLERANCE => {
                return Err(LedgerError::ClockBehind { now: self.now, newest: newest.recorded });
            }
            Some(newest) => newest.recorded.max(self.now),
            None => self.now,
        };
        if !found.has_head && self.needs.head != Digest::none() {
            return Err(LedgerError::ForeignHead(self.needs.head.clone()));
        }
        if let Some(absent) = found.absent {
            return Err(refused(place, format!("the bytes {absent} that the statement names were not given")));
        }
        Ok(Admitted::New(Entry {
            version: VERSION,
            seq: found.newest.as_ref().map_or(1, |newest| newest.seq + 1),
            prev: found.newest.as_ref().map_or_else(Digest::none, Entry::digest),
            recorded,
            payload: self.draft.payload.clone(),
            signature: self.draft.signature.clone(),
        }))
    }
}

impl Needs {
    fn of(payload: &[u8], signed: bool, statement: Option<&Statement>, mut blobs: Vec<Blob>) -> Result<Self, String> {
        blobs.sort_by(|a, b| a.digest.cmp(&b.digest));
        blobs.dedup_by(|a, b| a.digest == b.digest);
        for blob in &blobs {
            if blob.bytes.len() as u64 > LARGEST_BLOB.0 {
                return Err(format!("the bytes {} are {} long, more than {LARGEST_BLOB}", blob.digest, Size(blob.bytes.len() as u64)));
            }
            if Digest::of(&blob.bytes) != blob.digest {
                return Err(format!("the bytes given for {} are others", blob.digest));
            }
        }
        let kept = statement.map(Statement::kept).unwrap_or_default();
        let mut kept: Vec<Digest> = kept.into_iter().filter(|digest| blobs.iter().all(|blob| blob.digest != **digest)).cloned().collect();
        kept.sort();
        kept.dedup();
        let head = statement.map_or_else(Digest::none, |statement| statement.made.head.clone());
        Ok(Self { statement: Digest::of(payload), signed, head, kept, blobs })
    }

    /// Those of an entry that is taken over as it is.
    ///
    /// # Errors
    /// [`LedgerError::Newer`], [`LedgerError::Broken`]: this program cannot have written it.
    pub(super) fn of_entry(entry: &Entry, blobs: Vec<Blob>) -> Result<Self, LedgerError> {
        if entry.version > VERSION {
            return Err(LedgerError::Newer { seq: entry.seq, version: entry.version });
        }
        let broken = |why: String| LedgerError::Broken { seq: entry.seq, why };
        check_sizes(&entry.payload, entry.signature.as_deref()).map_err(broken)?;
        let statement = Statement::from_json(&entry.payload).map_err(|error| broken(error.to_string()))?;
        Self::of(&entry.payload, entry.signature.is_some(), Some(&statement), blobs).map_err(broken)
    }
}

/// Whether an entry may be taken over as it is: `false` where it stands here already. `same` is what stands in its place.
pub(super) fn adoptable(entry: &Entry, head: &Digest, same: Option<&Entry>, found: &ChainState) -> Result<bool, LedgerError> {
    let broken = |why: String| Err(LedgerError::Broken { seq: entry.seq, why });
    if let Some((seq, version)) = found.newer {
        return Err(LedgerError::Newer { seq, version });
    }
    if let Some(same) = same {
        return if same == entry { Ok(false) } else { broken("another entry stands in its place already".into()) };
    }
    let (seq, prev) = found.newest.as_ref().map_or_else(|| (1, Digest::none()), |newest| (newest.seq + 1, newest.digest()));
    if entry.seq != seq || entry.prev != prev {
        return broken(format!("it does not follow the newest entry here, which is {}", seq - 1));
    }
    if let Some(newest) = found.newest.as_ref().filter(|newest| entry.recorded < newest.recorded) {
        return broken(format!("it was recorded at {}, before the entry before it ({})", entry.recorded, newest.recorded));
    }
    if !found.has_head && *head != Digest::none() {
        return broken(format!("its statement was made over the ledger head {head}, which is no entry before it"));
    }
    if found.twin.is_some() {
        return broken("its statement stands in an earlier entry already: it was replayed".into());
    }
    if let Some(absent) = &found.absent {
        return broken(format!("the bytes {absent} that it names are missing"));
    }
    Ok(true)
}

/// Nothing was added, because of what was to be added.
pub(super) fn refused(place: &str, why: String) -> LedgerError {
    LedgerError::Unavailable { place: place.to_owned(), doing: "added to", why }
}

fn check_sizes(payload: &[u8], signature: Option<&str>) -> Result<(), String> {
    let length = payload.len() as u64;
    if length > LARGEST_STATEMENT.0 {
        return Err(format!("the statement is {} long, more than {LARGEST_STATEMENT}", Size(length)));
    }
    match signature {
        Some(text) if text.len() as u64 > LARGEST_SIGNATURE.0 => Err(format!("the signature is longer than {LARGEST_SIGNATURE}")),
        Some(text) if text.contains('\0') => Err("the signature is not text".into()),
        _ => Ok(()),
    }
}
