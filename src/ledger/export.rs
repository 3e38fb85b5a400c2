//! A ledger as lines of JSON: one for each entry, and before it one for each of the bytes it names.
//!
//! An entry's line: `{"version":1,"seq":1,"prev":…,"recorded":…,"payload":base64,"signature":text or null,"digest":…}`.
//! The line of bytes: `{"blob":digest,"bytes":base64}`. Every line ends with a newline.

mod line;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, Write},
};

use super::{
    Blob, Entry, LedgerError, Store,
    admission::{LARGEST_BLOB, LARGEST_SIGNATURE, LARGEST_STATEMENT},
    chain, kept,
};
use crate::model::{Digest, Size};
use line::Line;

/// The longest line: the largest bytes in base64, and what stands around them.
const LONGEST_LINE: u64 = (LARGEST_BLOB.0 + LARGEST_STATEMENT.0) / 3 * 4 + 2 * LARGEST_SIGNATURE.0 + 4096;
/// The most that is read in all.
const LARGEST: Size = Size(4 << 30);

/// What an export contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The entries, oldest first; each is the one that its fingerprint names.
    pub entries: Vec<Entry>,
    /// The bytes they name.
    pub blobs: BTreeMap<Digest, Vec<u8>>,
}

/// Why an export could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The ledger could not be read or believed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// There is no room, or nobody reads.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Writes the whole ledger; returns its entries, whose chain has been checked first.
///
/// # Errors
/// [`WriteError`].
pub async fn write(store: &dyn Store, out: &mut dyn Write) -> Result<Vec<Entry>, WriteError> {
    let entries = store.entries().await?;
    chain::check(&entries)?;
    if let Some((seq, version)) = chain::newer(&entries) {
        // What bytes such an entry names is not known here.
        let why = format!("entry {seq} has the version {version}: export it with a newer gonogo");
        return Err(LedgerError::Unavailable { place: store.place(), doing: "read", why }.into());
    }
    let mut written = BTreeSet::new();
    for entry in &entries {
        for digest in kept::of(entry) {
            if written.contains(&digest) {
                continue;
            }
            let bytes = store.blob(&digest).await?.ok_or_else(|| kept::missing(entry.seq, &digest))?;
            out.write_all(&Line::of_blob(&digest, &bytes).to_json())?;
            written.insert(digest);
        }
        out.write_all(&Line::of_entry(entry).to_json())?;
    }
    out.flush()?;
    Ok(entries)
}

/// Reads an export, line by line. Whether the entries are a chain is for [`chain::check`].
///
/// # Errors
/// [`LedgerError::Cut`] where the end is missing or it is no export; [`LedgerError::Broken`] with the entry whose line,
/// or whose bytes, are not what they were.
pub fn read(source: &mut dyn BufRead) -> Result<Exported, LedgerError> {
    let mut exported = Exported { entries: Vec::new(), blobs: BTreeMap::new() };
    let (mut line, mut total) = (Vec::new(), 0);
    let mut waiting = BTreeSet::new();
    for number in 1_u64.. {
        line.clear();
        let cannot = |error: io::Error| LedgerError::Place(format!("the export cannot be read: {error}"));
        let length = io::Read::take(&mut *source, LONGEST_LINE).read_until(b'\n', &mut line).map_err(cannot)? as u64;
        total += length;
        if length == 0 {
            break;
        }
        if total > LARGEST.0 || length == LONGEST_LINE {
            return Err(LedgerError::Place(format!(
                "the export is larger than gonogo reads: {} in a line, {LARGEST} in all",
                Size(LONGEST_LINE)
            )));
        }
        if line.pop() != Some(b'\n') {
            return Err(LedgerError::Cut(format!("the export ends in the middle of its line {number}: its tail is missing")));
        }
        take(&mut exported, &mut waiting, &line, number)?;
    }
    match waiting.first() {
        Some(digest) => {
            Err(LedgerError::Cut(format!("the export ends before the entry that names the bytes {digest}: its tail is missing")))
        }
        None => Ok(exported),
    }
}

fn take(exported: &mut Exported, waiting: &mut BTreeSet<Digest>, line: &[u8], number: u64) -> Result<(), LedgerError> {
    let seq = exported.entries.len() as u64 + 1;
    let broken = |why: String| LedgerError::Broken { seq, why: format!("line {number} of the export: {why}") };
    let text = std::str::from_utf8(line).map_err(|_| broken("it is not text".into()))?;
    match Line::from_json(text).map_err(|error| broken(error.to_string()))? {
        Line::Blob(line) => {
            let Blob { digest, bytes } = line.blob().map_err(broken)?;
            waiting.insert(digest.clone());
            exported.blobs.insert(digest, bytes);
        }
        Line::Entry(line) => {
            let entry = line.entry(seq)?;
            for digest in kept::of(&entry) {
                waiting.remove(&digest);
                if !exported.blobs.contains_key(&digest) {
                    return Err(kept::missing(seq, &digest));
                }
            }
            exported.entries.push(entry);
        }
    }
    Ok(())
}

/// Takes an export over into a ledger that is empty or has its first entries; returns how many were added.
///
/// # Errors
/// [`LedgerError::Broken`] with the first entry that is not part of a chain, or that differs from the one already there.
pub async fn import(mut exported: Exported, store: &dyn Store) -> Result<u64, LedgerError> {
    chain::check(&exported.entries)?;
    if let Some((seq, version)) = chain::newer(&exported.entries) {
        return Err(LedgerError::Newer { seq, version });
    }
    let there = store.entries().await?;
    chain::check(&there)?;
    if let Some((old, new)) = there.iter().zip(&exported.entries).find(|(old, new)| old != new) {
        let why = format!(
            "it is another in {} ({}) than in the export ({}): the two have grown apart",
            store.place(),
            old.digest(),
            new.digest()
        );
        return Err(LedgerError::Broken { seq: old.seq, why });
    }
    let mut added = 0;
    for entry in exported.entries.drain(..).skip(there.len()) {
        let blobs = kept::of(&entry).into_iter().filter_map(|digest| {
            let bytes = exported.blobs.remove(&digest)?;
            Some(Blob { digest, bytes })
        });
        let blobs = blobs.collect();
        store.adopt(entry, blobs).await?;
        added += 1;
    }
    Ok(added)
}
