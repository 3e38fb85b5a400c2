//! A ledger as lines of JSON: one for each entry, and before it one for each of the bytes it names.
//!
//! An entry's line: `{"version":1,"seq":1,"prev":…,"recorded":…,"payload":base64,"signature":text or null,"digest":…}`; one
//! of a chain of a project has `"chain":…,"label":{…}` at its end. The shared chain comes first, then the others by name.
//! The line of bytes: `{"blob":digest,"bytes":base64}`. In a bundle, an entry that its answer does not rest on is its link
//! alone: `{"link":digest,"version":2,"seq":3,"prev":…,"recorded":…,"statement":digest,"signature":digest or null,"chain":…,
//! "label":{…}}`. After all entries of an export come the samples of stages: `{"sample":digest of the statement with which the stage
//! began,"number":1,"bytes":base64}`. Every line ends with a newline.

mod line;

use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, Write},
};

use super::{
    Blob, Entry, LedgerError, Row, Store, VERSION,
    admission::{LARGEST_BLOB, LARGEST_SIGNATURE, LARGEST_STATEMENT},
    chain, follow_samples, kept,
    samples::SAMPLES_AT_ONCE,
    tables::SMALL,
};
use crate::model::{Act, Digest, Size};
use line::Line;

/// The longest line: the largest bytes in base64, and what stands around them.
const LONGEST_LINE: u64 = (LARGEST_BLOB.0 + LARGEST_STATEMENT.0) / 3 * 4 + 2 * LARGEST_SIGNATURE.0 + 4096;
/// The most that is read in all.
const LARGEST: Size = Size(4 << 30);

/// What an export contains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// The entries, chain by chain, the shared one first, oldest first; each is the one that its fingerprint names.
    pub entries: Vec<Entry>,
    /// The bytes they name.
    pub blobs: BTreeMap<Digest, Vec<u8>>,
    /// The samples of stages, from the first on, by the statement with which the stage began.
    pub samples: BTreeMap<Digest, Vec<Vec<u8>>>,
}

impl Exported {
    /// The entries of the shared chain and after them those of `chain`.
    pub fn line<'e>(&'e self, chain: &'e str) -> impl DoubleEndedIterator<Item = &'e Entry> {
        let shared = self.entries.iter().filter(|entry| entry.chain.is_empty());
        shared.chain(self.entries.iter().filter(move |entry| !chain.is_empty() && entry.chain == chain))
    }

    /// The names of the chains, the shared one's among them.
    pub fn chains(&self) -> BTreeSet<String> {
        self.entries.iter().map(|entry| entry.chain.clone()).collect()
    }

    /// Checks each chain, as [`chain::check`] does, and that samples follow each other; returns the first entry of a newer program.
    pub fn check(&self) -> Result<Option<(u64, u32)>, LedgerError> {
        let mut newer = None;
        for name in self.chains() {
            let entries: Vec<Entry> = self.line(&name).cloned().collect();
            chain::check(&entries)?;
            newer = newer.or(chain::newer(&entries));
        }
        for (run, samples) in &self.samples {
            let broken = |why: String| LedgerError::Cut(format!("of the samples of the stage that began with {run}, {why}"));
            follow_samples(run, samples).map_err(broken)?;
        }
        Ok(newer)
    }
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

/// Writes the shared chain and `chains`, or all there are; returns the entries written, whose chains have been checked
/// first.
pub async fn write(store: &dyn Store, chains: Option<&[String]>, out: &mut dyn Write) -> Result<Vec<Entry>, WriteError> {
    let exported = Exported { entries: entries(store, chains).await?, ..Exported::default() };
    exported.check()?;
    write_entries(store, &exported.entries, out).await?;
    for run in exported.entries.iter().filter(|entry| entry.label.act == Act::ROLLOUT).map(Entry::statement) {
        for (number, payload) in (1..).zip(store.samples(&run, 1).await?) {
            out.write_all(&Line::of_sample(&run, number, &payload).to_json())?;
        }
    }
    out.flush()?;
    Ok(exported.entries)
}

/// Writes these entries, which are chains from their beginning, with the bytes that they name.
pub async fn write_entries<E: Borrow<Entry>>(
    store: &dyn Store,
    entries: impl IntoIterator<Item = E>,
    out: &mut dyn Write,
) -> Result<(), WriteError> {
    let mut written = BTreeSet::new();
    for entry in entries {
        let entry = entry.borrow();
        if entry.version > VERSION {
            // What bytes such an entry names is not known here.
            let why = format!("entry {} has the version {}: export it with a newer gonogo", entry.seq, entry.version);
            return Err(LedgerError::Unavailable { place: store.place(), doing: "read", why }.into());
        }
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
    Ok(())
}

/// The entries of the shared chain and of `chains`, or of all there are.
pub async fn entries(store: &dyn Store, chains: Option<&[String]>) -> Result<Vec<Entry>, LedgerError> {
    let names: BTreeSet<String> = match chains {
        Some(chains) => chains.iter().cloned().collect(),
        None => store.chains().await?.into_keys().collect(),
    };
    let mut entries = store.entries("").await?;
    for name in names.iter().filter(|name| !name.is_empty()) {
        entries.extend(store.entries(name).await?.into_iter().filter(|entry| entry.chain == *name));
    }
    Ok(entries)
}

/// Reads an export, line by line. Whether the entries are a chain is for [`chain::check`].
/// [`LedgerError::Cut`] where the end is missing or it is no export; [`LedgerError::Broken`] with the entry whose line,
/// or whose bytes, are not what they were.
pub fn read(source: &mut dyn BufRead) -> Result<Exported, LedgerError> {
    let mut exported = Exported::default();
    let (mut line, mut total) = (Vec::new(), 0);
    let mut pending = Pending::default();
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
        take(&mut exported, &mut pending, &line, number)?;
    }
    match pending.blobs.first() {
        Some(digest) => {
            Err(LedgerError::Cut(format!("the export ends before the entry that names the bytes {digest}: its tail is missing")))
        }
        None => Ok(exported),
    }
}

/// What is known of the lines before.
#[derive(Default)]
struct Pending {
    /// Bytes whose entry has not come yet.
    blobs: BTreeSet<Digest>,
    /// The number of the newest entry of the shared chain.
    shared: u64,
}

fn take(exported: &mut Exported, pending: &mut Pending, line: &[u8], number: u64) -> Result<(), LedgerError> {
    let before = exported.entries.last();
    let seq = before.map_or(1, |before| before.seq + 1);
    let broken = |why: String| LedgerError::Broken { seq, why: format!("line {number} of the export: {why}") };
    let text = std::str::from_utf8(line).map_err(|_| broken("it is not text".into()))?;
    match Line::from_json(text).map_err(|error| broken(error.to_string()))? {
        Line::Blob(line) => {
            let Blob { digest, bytes } = line.blob().map_err(broken)?;
            pending.blobs.insert(digest.clone());
            exported.blobs.insert(digest, bytes);
        }
        Line::Sample(line) => {
            let (run, place, payload) = line.sample().map_err(broken)?;
            let samples = exported.samples.entry(run).or_default();
            if place != samples.len() as u64 + 1 {
                let before = samples.len();
                return Err(LedgerError::Cut(format!(
                    "line {number} of the export is sample {place} of a stage, and {before} stand before it"
                )));
            }
            samples.push(payload);
        }
        Line::Entry(line) => take_row(exported, pending, line.row().map_err(broken)?)?,
        Line::Link(line) => take_row(exported, pending, line.row().map_err(broken)?)?,
    }
    Ok(())
}

/// Takes the row of an entry, which must be the one that its fingerprint names.
fn take_row(exported: &mut Exported, pending: &mut Pending, row: Row) -> Result<(), LedgerError> {
    let before = exported.entries.last().filter(|before| before.chain == row.chain);
    // The first of a project's chain follows the end of the shared one.
    let seq = before.map_or(pending.shared, |before| before.seq) + 1;
    if (row.label.len() + row.chain.len()) as u64 > SMALL {
        return Err(LedgerError::Broken { seq, why: format!("what it is about takes more than {}", Size(SMALL)) });
    }
    let entry = row.entry(seq)?;
    for digest in kept::of(&entry) {
        pending.blobs.remove(&digest);
        if !exported.blobs.contains_key(&digest) {
            return Err(kept::missing(seq, &digest));
        }
    }
    if entry.chain.is_empty() {
        pending.shared = entry.seq;
    }
    exported.entries.push(entry);
    Ok(())
}

/// Takes an export over into a ledger that is empty or has the beginnings of its chains; returns how many were added;
/// [`LedgerError::Broken`] with the first entry that is not part of a chain, or that differs from the one already there.
pub async fn import(mut exported: Exported, store: &dyn Store) -> Result<u64, LedgerError> {
    if let Some((seq, version)) = exported.check()? {
        return Err(LedgerError::Newer { seq, version });
    }
    let mut there: BTreeMap<String, usize> = BTreeMap::new();
    for name in exported.chains() {
        let here = store.entries(&name).await?;
        chain::check(&here)?;
        let apart = here.iter().zip(exported.line(&name)).find(|(old, new)| !old.is(new));
        if let Some((old, new)) = apart {
            let (old_digest, new_digest) = (old.digest(), new.digest());
            let place = store.place();
            let why = format!("it is another in {place} ({old_digest}) than in the export ({new_digest}): the two have grown apart");
            return Err(LedgerError::Broken { seq: old.seq, why });
        }
        there.insert(name.clone(), here.iter().filter(|entry| entry.chain == name).count());
    }
    let mut added = 0;
    for entry in exported.entries.drain(..) {
        if let Some(left) = there.get_mut(&entry.chain).filter(|left| **left > 0) {
            *left -= 1;
            continue;
        }
        let blobs = kept::of(&entry).into_iter().filter_map(|digest| {
            let bytes = exported.blobs.remove(&digest)?;
            Some(Blob { digest, bytes })
        });
        let blobs = blobs.collect();
        store.adopt(entry, blobs).await?;
        added += 1;
    }
    for (run, samples) in &exported.samples {
        // The newest that is here must be the same there: those before it are then, too.
        let newest = store.newest_sample(run).await?.map_or(1, |(newest, _)| newest);
        let skipped = usize::try_from(newest - 1).unwrap_or(usize::MAX);
        let left: Vec<Vec<u8>> = samples.iter().skip(skipped).cloned().collect();
        for (chunk, first) in left.chunks(SAMPLES_AT_ONCE).zip((newest..).step_by(SAMPLES_AT_ONCE)) {
            store.add_samples(run, first, chunk.to_vec()).await?;
        }
    }
    Ok(added)
}
