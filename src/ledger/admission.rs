//! The rules by which an entry comes into a ledger: one place for every store.

use jiff::{SignedDuration, Timestamp};

use super::{Blob, CLOCKS, Draft, Entry, Label, LedgerError, ORG, Row, VERSION};
use crate::model::{Act, Digest, Size, Statement};

/// The most that one statement may have.
pub(super) const LARGEST_STATEMENT: Size = Size(16 << 20);
/// The most that one blob may have: what both stores can take, and keep up with.
pub(super) const LARGEST_BLOB: Size = Size(256 << 20);
/// The most that one signature may have; real ones have a few KiB.
pub(super) const LARGEST_SIGNATURE: Size = Size(64 << 10);
/// How far the clocks of this machine and of the store may be apart.
const APART: SignedDuration = SignedDuration::from_secs(60);

/// Something that wants in.
pub(super) struct Candidate {
    draft: Draft,
    label: Label,
    /// When the statement says it was made.
    made: Timestamp,
    now: Timestamp,
    /// The only head it may be added onto.
    onto: Option<Digest>,
    pub(super) needs: Needs,
}

/// What must be looked up in the ledger, and what is to be stored.
pub(super) struct Needs {
    /// The chain it belongs in, where each project has one.
    pub(super) chain: String,
    /// The statement's fingerprint.
    pub(super) statement: Digest,
    /// Whether it is signed.
    pub(super) signed: bool,
    /// The heads it was made over, each with the chain that it is in.
    pub(super) heads: Vec<(String, Digest)>,
    /// What must be stored already, since it was not given.
    pub(super) kept: Vec<Digest>,
    /// What was given, in the order of the fingerprints: two writers never wait for each other in a circle.
    pub(super) blobs: Vec<Blob>,
}

/// How a ledger is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One chain for all, which older programs go on with too.
    Shared,
    /// There is nothing yet: the first entry closes the shared chain.
    Fresh,
    /// A chain for each project, after the shared one.
    ByProject,
}

/// What a store has found, under its lock.
pub(super) struct ChainState {
    pub(super) layout: Layout,
    /// The newest row: of the candidate's chain, else of the shared one.
    pub(super) newest: Option<Row>,
    /// The first entry of a newer program in either.
    pub(super) newer: Option<(u64, u32)>,
    /// The first wanted head that is no entry of them.
    pub(super) foreign: Option<Digest>,
    /// The row that has the same statement, signed or not as the candidate is.
    pub(super) twin: Option<Row>,
    /// The first of the kept bytes that are not there.
    pub(super) absent: Option<Digest>,
    /// What the store's own clock says.
    pub(super) clock: Option<Timestamp>,
}

/// What is to be done.
pub(super) struct Admitted {
    /// The end of the shared chain, to be added before it.
    closing: Option<Entry>,
    /// What was wanted.
    pub(super) entry: Entry,
    /// Whether it is to be added, or stands there already.
    pub(super) new: bool,
}

impl Admitted {
    /// An entry as it is.
    pub(super) fn as_is(entry: Entry, new: bool) -> Self {
        Self { closing: None, entry, new }
    }

    /// What is to be added, in this order.
    pub(super) fn added(&self) -> impl Iterator<Item = &Entry> {
        self.closing.iter().chain([&self.entry]).filter(|_| self.new)
    }
}

/// The entry after which the next one is added.
struct Top {
    seq: u64,
    digest: Digest,
    recorded: Timestamp,
}

impl Candidate {
    /// Checks all that can be told without the ledger. `place` is for messages.
    pub(super) fn new(place: &str, draft: Draft, blobs: Vec<Blob>, now: Timestamp, onto: Option<&Digest>) -> Result<Self, LedgerError> {
        let refused = |why: String| refused(place, why);
        check_sizes(&draft.payload, draft.signature.as_deref()).map_err(refused)?;
        let statement = Statement::from_json(&draft.payload).map_err(|error| refused(error.to_string()))?;
        match &statement.act {
            Act::Other(kind) => return Err(refused(format!("`{kind}` is a statement of a newer gonogo: add it with that"))),
            Act::Closing(_) => return Err(refused("the shared chain is closed by `gonogo log init --apply`".into())),
            _ => {}
        }
        let needs = Needs::of(&draft.payload, draft.signature.is_some(), &statement, blobs).map_err(refused)?;
        Ok(Self { draft, label: Label::of(&statement), made: statement.made.at, now, onto: onto.cloned(), needs })
    }

    /// Decides, from what the store has found.
    pub(super) fn admit(&self, place: &str, found: ChainState) -> Result<Admitted, LedgerError> {
        if let Some((seq, version)) = found.newer {
            return Err(LedgerError::Newer { seq, version });
        }
        if let Some(twin) = found.twin {
            let seq = twin.number();
            return twin.entry(seq).map(|entry| Admitted::as_is(entry, false));
        }
        self.in_time(place, found.clock)?;
        let top = found.newest.map(|row| self.top(row)).transpose()?;
        let head = top.as_ref().map_or_else(Digest::none, |top| top.digest.clone());
        if let Some(onto) = self.onto.as_ref().filter(|onto| **onto != head) {
            return Err(LedgerError::Moved { onto: onto.clone(), head });
        }
        if let Some(foreign) = found.foreign {
            return Err(LedgerError::ForeignHead(foreign));
        }
        if let Some(absent) = found.absent {
            return Err(refused(place, format!("the bytes {absent} that the statement names were not given")));
        }
        let seq = top.as_ref().map_or(0, |top| top.seq);
        let own = |after, recorded| self.entry(VERSION, self.needs.chain.clone(), after, recorded);
        Ok(match found.layout {
            // Older programs want its times in order.
            Layout::Shared => {
                let recorded = top.map_or(self.now, |top| top.recorded.max(self.now));
                Admitted::as_is(self.entry(1, String::new(), (seq, head), recorded), true)
            }
            Layout::Fresh => {
                let closing = Entry::closing(0, Digest::none(), self.now, self.now);
                Admitted { entry: own((1, closing.digest()), self.now), closing: Some(closing), new: true }
            }
            Layout::ByProject => Admitted::as_is(own((seq, head), self.now), true),
        })
    }

    /// A clock that is wrong makes what is added older or younger than it is.
    fn in_time(&self, place: &str, store: Option<Timestamp>) -> Result<(), LedgerError> {
        let later = store.map_or(self.now, |store| store.max(self.now));
        match store {
            Some(store) if self.now.duration_since(store).abs() > APART => Err(LedgerError::ClocksApart { machine: self.now, store }),
            _ if self.made > CLOCKS.after(later) => {
                Err(refused(place, format!("the statement says it was made at {}, which is still to come: it is {later}", self.made)))
            }
            _ => Ok(()),
        }
    }

    /// The newest row. After one that is no entry only its repair is added, which follows the row's bytes as they are.
    fn top(&self, row: Row) -> Result<Top, LedgerError> {
        match row.read() {
            Ok(sound) => Ok(Top { seq: sound.entry.seq, digest: sound.digest, recorded: sound.entry.recorded }),
            Err(unsound) if self.label.act == "repair" => Ok(Top { seq: unsound.seq, digest: unsound.name, recorded: self.now }),
            Err(unsound) => Err(LedgerError::Broken { seq: unsound.seq, why: unsound.why }),
        }
    }

    fn entry(&self, version: u32, chain: String, (newest, prev): (u64, Digest), recorded: Timestamp) -> Entry {
        let (payload, signature) = (self.draft.payload.clone(), self.draft.signature.clone());
        Entry { version, chain, seq: newest + 1, prev, recorded, label: self.label.clone(), payload, signature }
    }
}

impl Needs {
    fn of(payload: &[u8], signed: bool, statement: &Statement, mut blobs: Vec<Blob>) -> Result<Self, String> {
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
        let kept = statement.kept().into_iter();
        let mut kept: Vec<Digest> = kept.filter(|digest| blobs.iter().all(|blob| blob.digest != **digest)).cloned().collect();
        kept.sort();
        kept.dedup();
        let chain = Label::of(statement).chain();
        let org = statement.made.org.as_ref().map(|org| (ORG.to_owned(), org.clone()));
        let heads = std::iter::once((chain.clone(), statement.made.head.clone())).chain(org);
        let heads = heads.filter(|(_, head)| *head != Digest::none()).collect();
        Ok(Self { chain, statement: Digest::of(payload), signed, heads, kept, blobs })
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
        if !entry.fits() || !entry.label.is_that_of(&statement) {
            return Err(broken("it does not belong in its chain".into()));
        }
        let mut needs = Self::of(&entry.payload, entry.signature.is_some(), &statement, blobs).map_err(broken)?;
        // Other chains may come later.
        needs.heads.retain(|(chain, _)| *chain == needs.chain);
        Ok(Self { chain: entry.chain.clone(), ..needs })
    }
}

/// Whether an entry may be taken over as it is: `false` where it stands here already. `same` is what stands in its place.
pub(super) fn adoptable(entry: &Entry, same: Option<Row>, found: ChainState) -> Result<bool, LedgerError> {
    let broken = |why: String| Err(LedgerError::Broken { seq: entry.seq, why });
    if let Some((seq, version)) = found.newer {
        return Err(LedgerError::Newer { seq, version });
    }
    if let Some(same) = same {
        return if same.entry(entry.seq)? == *entry { Ok(false) } else { broken("another entry stands in its place already".into()) };
    }
    if entry.chain.is_empty() == (found.layout == Layout::ByProject) {
        return broken("the chains of projects begin where the shared one was closed".into());
    }
    let newest = found
        .newest
        .map(|row| {
            let seq = row.number();
            row.entry(seq)
        })
        .transpose()?;
    let (seq, prev) = newest.as_ref().map_or_else(|| (1, Digest::none()), |newest| (newest.seq + 1, newest.digest()));
    if entry.seq != seq || entry.prev != prev {
        return broken(format!("it does not follow the newest entry here, which is {}", seq - 1));
    }
    if let Some(newest) = newest.filter(|newest| entry.chain.is_empty() && entry.recorded < newest.recorded) {
        return broken(format!("it was recorded at {}, before the entry before it ({})", entry.recorded, newest.recorded));
    }
    if let Some(foreign) = &found.foreign {
        return broken(format!("its statement was made over the ledger head {foreign}, which is no entry before it"));
    }
    if found.twin.is_some() {
        return broken("its statement stands in an earlier entry already: it was replayed".into());
    }
    if let Some(absent) = &found.absent {
        return broken(format!("the bytes {absent} that it names are missing"));
    }
    Ok(true)
}

/// The end of the shared chain, after its newest row.
///
/// # Errors
/// [`LedgerError`] where that is no entry, or a newer program's.
pub(super) fn closing_after(newest: Option<Row>, now: Timestamp) -> Result<Entry, LedgerError> {
    let Some(row) = newest else { return Ok(Entry::closing(0, Digest::none(), now, now)) };
    match row.read() {
        Ok(sound) if sound.entry.version > VERSION => Err(LedgerError::Newer { seq: sound.entry.seq, version: sound.entry.version }),
        Ok(sound) => Ok(Entry::closing(sound.entry.seq, sound.digest, sound.entry.recorded.max(now), now)),
        Err(unsound) => Err(LedgerError::Broken { seq: unsound.seq, why: unsound.why }),
    }
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
