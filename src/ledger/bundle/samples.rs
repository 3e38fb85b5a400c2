//! The samples of a release's stages in a bundle: a file for each time that a stage began.

use std::{
    collections::BTreeMap,
    io::{Seek, Write},
};

use super::{Bundle, BundleError, Packing, names};
use crate::{
    ledger::{AskedRelease, Entry, LedgerError, export},
    model::{Act, Digest, Statement},
};

/// Where the samples of each stage with one of these releases stand, by the statement with which it began.
pub fn sample_files<'e>(entries: impl Iterator<Item = &'e Entry>, asked: &[AskedRelease]) -> BTreeMap<String, Digest> {
    let mut files = BTreeMap::new();
    for entry in entries.filter(|entry| entry.bare.is_none() && entry.label.act == Act::ROLLOUT) {
        let Ok(Statement { act: Act::Rollout(step), .. }) = Statement::from_json(&entry.payload) else { continue };
        if step.begun().is_some() && asked.iter().any(|asked| entry.label.is_of(asked.place()) && asked.shares_a_name(&step.release)) {
            let name = names::samples(&step.stage, step.attempt, None);
            // Two processes may have begun it at once.
            let name = if files.contains_key(&name) { names::samples(&step.stage, step.attempt, Some(entry.seq)) } else { name };
            files.insert(name, entry.statement());
        }
    }
    files
}

impl<W: Write + Seek> Packing<W> {
    /// Adds the samples of a stage, one a line.
    pub fn add_samples(&mut self, name: String, samples: &[Vec<u8>]) -> Result<(), BundleError> {
        self.add(name, &samples.iter().flat_map(|sample| [sample, &b"\n"[..]]).collect::<Vec<_>>().concat())
    }
}

impl Bundle {
    /// Its ledger as it was read, with the samples that it has of the stages with these releases. Whether they follow each
    /// other is not looked at.
    pub fn exported(&self, asked: &[AskedRelease]) -> Result<export::Exported, LedgerError> {
        let mut exported = export::read(&mut self.ledger())?;
        for (name, run) in sample_files(exported.entries.iter(), asked) {
            if let Some(bytes) = self.files.get(&name) {
                let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n');
                exported.samples.insert(run, lines.map(<[u8]>::to_vec).collect());
            }
        }
        Ok(exported)
    }
}
