//! Something that wants into a ledger, as far as it can be judged without looking there.

use jiff::Timestamp;

use super::{
    Blob, Draft, Entry, Label, LedgerError, ORG, VERSION,
    admission::{LARGEST_BLOB, LARGEST_SIGNATURE, LARGEST_STATEMENT},
};
use crate::model::{Act, Digest, Size, Statement};

/// Something that wants in, with the bytes it needs.
pub struct Candidate {
    pub(super) wish: Wish,
    pub(super) needs: Needs,
}

/// What is wanted.
pub(super) enum Wish {
    /// That a statement becomes the next entry.
    Next(Next),
    /// That an entry is taken over as it is.
    AsIs(Entry),
}

/// A statement that is to become the next entry.
pub(super) struct Next {
    pub(super) draft: Draft,
    pub(super) label: Label,
    /// When the statement says it was made.
    pub(super) made: Timestamp,
    pub(super) now: Timestamp,
    /// The only head it may be added onto.
    pub(super) onto: Option<Digest>,
}

/// What must be looked up in the ledger, and what is to be stored.
pub(super) struct Needs {
    /// The chain it belongs in, where each project has one.
    pub(super) chain: String,
    /// The place it must have there; `None` for whichever is the next.
    pub(super) place: Option<u64>,
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

impl Candidate {
    /// A statement that is to become the next entry of the ledger at `place`.
    pub(super) fn next(place: &str, draft: Draft, blobs: Vec<Blob>, now: Timestamp, onto: Option<&Digest>) -> Result<Self, LedgerError> {
        let refused = |why: String| LedgerError::unavailable(place, "added to", why);
        check_sizes(&draft.payload, draft.signature.as_deref()).map_err(refused)?;
        let statement = Statement::from_json(&draft.payload).map_err(|error| refused(error.to_string()))?;
        match &statement.act {
            Act::Other(kind) => return Err(refused(format!("`{kind}` is a statement of a newer gonogo: add it with that"))),
            Act::Closing(_) => return Err(refused("the shared chain is closed by `gonogo log init --apply`".into())),
            _ => {}
        }
        let needs = Needs::of(&draft.payload, draft.signature.is_some(), &statement, blobs).map_err(refused)?;
        let next = Next { draft, label: Label::of(&statement), made: statement.made.at, now, onto: onto.cloned() };
        Ok(Self { wish: Wish::Next(next), needs })
    }

    /// An entry that is to be taken over as it is; an error where this program cannot have written it.
    pub(super) fn as_is(entry: Entry, blobs: Vec<Blob>) -> Result<Self, LedgerError> {
        if entry.version > VERSION {
            return Err(LedgerError::Newer { seq: entry.seq, version: entry.version });
        }
        let broken = |why: String| LedgerError::Broken { seq: entry.seq, why };
        if entry.bare.is_some() {
            return Err(broken("only its link is here: it can be taken over from the ledger itself alone".into()));
        }
        check_sizes(&entry.payload, entry.signature.as_deref()).map_err(broken)?;
        let statement = Statement::from_json(&entry.payload).map_err(|error| broken(error.to_string()))?;
        if !entry.fits() || !entry.label.is_that_of(&statement) {
            return Err(broken("it does not belong in its chain".into()));
        }
        let mut needs = Needs::of(&entry.payload, entry.signature.is_some(), &statement, blobs).map_err(broken)?;
        // Other chains may come later.
        needs.heads.retain(|(chain, _)| *chain == needs.chain);
        let needs = Needs { chain: entry.chain.clone(), place: Some(entry.seq), ..needs };
        Ok(Self { wish: Wish::AsIs(entry), needs })
    }
}

impl Needs {
    fn of(payload: &[u8], signed: bool, statement: &Statement, mut blobs: Vec<Blob>) -> Result<Self, String> {
        blobs.sort_by(|a, b| a.digest.cmp(&b.digest));
        blobs.dedup_by(|a, b| a.digest == b.digest);
        for blob in &blobs {
            let length = Size(blob.bytes.len() as u64);
            if length.0 > LARGEST_BLOB.0 {
                return Err(format!("the bytes {} are {length} long, more than {LARGEST_BLOB}", blob.digest));
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
        Ok(Self { chain, place: None, statement: Digest::of(payload), signed, heads, kept, blobs })
    }
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
