//! Copies that are the same file, or have the same bytes: two of them are kept as well as one.

use std::{
    collections::{HashMap, hash_map::Entry},
    fs::File,
    io::{self, Write as _},
    os::unix::fs::FileExt as _,
    path::Path,
    time::Instant,
};

use super::{dump::Place, seen::Copy};
use crate::model::{Digest, RunningDigest};

/// What is compared at the beginning, in the middle and at the end.
const BLOCK: u64 = 64 << 10;

/// Marks each that is the same as a newer one; they stand newest first. Only files of one size are compared. Where that fails,
/// it is not known whether it is a copy of its own.
pub(super) fn mark(copies: &mut [(Copy, Place)], until: Instant) {
    let mut sizes: HashMap<u64, usize> = HashMap::new();
    copies.iter().for_each(|(_, place)| *sizes.entry(place.size).or_default() += 1);
    let mut newer: HashMap<(u64, Digest), String> = HashMap::new();
    for (copy, place) in copies.iter_mut().filter(|(_, place)| !place.folder && place.size > 0 && sizes[&place.size] > 1) {
        let sampled = if Instant::now() < until { sample(&place.path, place.size) } else { Err(io::ErrorKind::TimedOut.into()) };
        match sampled.map(|sample| newer.entry((place.size, sample))) {
            Ok(Entry::Vacant(first)) => drop(first.insert(copy.name.clone())),
            Ok(Entry::Occupied(other)) => copy.same_as = Some(other.get().clone()),
            Err(error) => copy.unseen = Some(format!("could not be compared with others of its size: {error}")),
        }
    }
}

/// The fingerprint of three blocks of a file.
fn sample(path: &Path, size: u64) -> io::Result<Digest> {
    let (file, mut digest) = (File::open(path)?, RunningDigest::default());
    let last = size.saturating_sub(BLOCK);
    let mut block = vec![0; usize::try_from(size.min(BLOCK)).unwrap_or_default()];
    for at in [0, last / 2, last] {
        file.read_exact_at(&mut block, at)?;
        digest.write_all(&block)?;
    }
    Ok(digest.finish())
}
