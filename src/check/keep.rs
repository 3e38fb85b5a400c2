//! The bytes of evidence that the record is to keep as they were read.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use crate::model::{Digest, Size};

/// All together; what is larger belongs where the pipeline keeps its artifacts, and the report has its fingerprint.
pub(super) const LARGEST: Size = Size(64 << 20);

/// Each by its fingerprint.
#[derive(Debug, Default)]
pub struct Keep(Mutex<BTreeMap<Digest, Vec<u8>>>);

impl Keep {
    /// Keeps these bytes too.
    ///
    /// # Errors
    /// A sentence without its end, where it is too much.
    pub fn add(&self, digest: &Digest, bytes: Vec<u8>) -> Result<(), String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let size: usize = kept.values().map(Vec::len).sum();
        if !kept.contains_key(digest) && (size + bytes.len()) as u64 > LARGEST.0 {
            return Err(too_much());
        }
        kept.insert(digest.clone(), bytes);
        Ok(())
    }

    /// Those that a report names by their fingerprint; the others are of an attempt that was made again.
    pub fn named_in(&self, report: &[u8]) -> BTreeMap<Digest, Vec<u8>> {
        let mut kept = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let report = String::from_utf8_lossy(report);
        kept.retain(|digest, _| report.contains(digest.as_str()));
        kept
    }
}

/// That there is no room, as a sentence without its end.
pub(super) fn too_much() -> String {
    format!("it is more than the record keeps, {LARGEST} of a run: leave `keep` out")
}
