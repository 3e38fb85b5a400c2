//! A bundle as it is written: file after file, none of them held.

use std::{
    collections::BTreeMap,
    io::{self, Seek, Write},
    mem::ManuallyDrop,
};

use zip::{CompressionMethod, DateTime, System, ZipWriter, write::SimpleFileOptions};

use super::{
    BundleError, LEDGER, MANIFEST, Manifest, SUMS,
    archive::{LIMITS, too_large, too_many, unsound},
    manifest, names,
};
use crate::{
    ledger::Blob,
    model::{Digest, RunningDigest},
};

/// A zip that is being written: no times, deflated alike everywhere. What is written to it goes into the file that was begun
/// last.
pub struct Packing<W: Write + Seek> {
    /// One that is given up is not finished: its end could not be written either.
    zip: ManuallyDrop<ZipWriter<W>>,
    /// The files that are whole.
    files: BTreeMap<String, Digest>,
    begun: Option<(String, RunningDigest)>,
    /// How many bytes there may be yet.
    left: u64,
    /// The ledger's newest entry.
    head: Digest,
}

impl<W: Write + Seek> Packing<W> {
    pub(super) fn new(out: W, head: Digest) -> Self {
        Self { zip: ManuallyDrop::new(ZipWriter::new(out)), files: BTreeMap::new(), begun: None, left: LIMITS.bytes, head }
    }

    pub(super) fn add(&mut self, name: String, bytes: &[u8]) -> Result<(), BundleError> {
        self.begin(name)?;
        self.write_all(bytes).map_err(|error| self.failed(&error))
    }

    /// Whether a file with this name is whole or was begun.
    pub(super) fn has(&self, name: &str) -> bool {
        self.files.contains_key(name) || self.begun.as_ref().is_some_and(|(begun, _)| begun == name)
    }

    fn begin(&mut self, name: String) -> Result<(), BundleError> {
        self.end();
        if self.files.len() >= LIMITS.files {
            return Err(too_many(LIMITS));
        }
        if !names::is_sound(&name) || names::clashes(&self.files, &name) {
            return Err(unsound(&name));
        }
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(6))
            .last_modified_time(DateTime::DEFAULT)
            .system(System::Unix)
            .unix_permissions(0o644);
        self.zip.start_file(name.as_str(), options).map_err(|error| unwritten(&error))?;
        self.begun = Some((name, RunningDigest::default()));
        Ok(())
    }

    fn end(&mut self) {
        if let Some((name, digest)) = self.begun.take() {
            self.files.insert(name, digest.finish());
        }
    }

    /// Adds evidence, by its fingerprint.
    pub fn add_evidence(&mut self, blob: &Blob) -> Result<(), BundleError> {
        self.add(names::evidence(&blob.digest), &blob.bytes)
    }

    /// Begins the ledger's export, which is to be written then.
    pub fn begin_ledger(&mut self) -> Result<(), BundleError> {
        self.begin(LEDGER.into())
    }

    /// Adds the lists of its files, and ends it.
    pub fn finish(mut self) -> Result<W, BundleError> {
        self.end();
        let manifest = Manifest::of(self.files.clone(), self.head.clone());
        self.add(MANIFEST.into(), &manifest.to_json())?;
        self.end();
        self.add(SUMS.into(), manifest::sums(&self.files).as_bytes())?;
        self.close()
    }

    /// Ends it with what it has.
    pub(super) fn close(self) -> Result<W, BundleError> {
        ManuallyDrop::into_inner(self.zip).finish().map_err(|error| unwritten(&error))
    }

    /// What it means that a write failed: most often that there is no room.
    pub fn failed(&self, error: &io::Error) -> BundleError {
        if self.left == 0 { too_large(LIMITS) } else { unwritten(error) }
    }
}

impl<W: Write + Seek> Write for Packing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some((_, digest)) = &mut self.begun else { return Err(io::Error::other("no file was begun")) };
        let Some(left) = self.left.checked_sub(bytes.len() as u64) else {
            self.left = 0;
            return Err(io::Error::other("it is too large"));
        };
        self.left = left;
        self.zip.write_all(bytes)?;
        digest.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn unwritten(error: &dyn std::fmt::Display) -> BundleError {
    BundleError::Unwritten(error.to_string())
}
