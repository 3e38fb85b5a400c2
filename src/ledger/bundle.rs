//! One zip with everything that shows a release was signed off: for an auditor, offline, on another machine.
//!
//! The same contents make the same bytes. Reading takes nothing for granted: whoever sends a bundle may be hostile.
//! Whether chain and signatures can be believed is not decided here.

mod archive;
mod drawn;
mod error;
mod instructions;
mod manifest;
mod names;
mod packing;
mod samples;
mod statement;

use std::{
    collections::BTreeMap,
    io::{Seek, Write},
};

use crate::model::{Digest, Record};

use super::Entry;

pub use drawn::{DrawnContents, DrawnStatement, ItemFiles};
pub use error::BundleError;
pub use manifest::{BUNDLE_SCHEMA, Manifest};
pub use packing::Packing;
pub use samples::sample_files;
pub use statement::BundledStatement;

/// The report's exact bytes, which people signed.
const REPORT: &str = "report.json";
const HTML: &str = "report.html";
const MARKDOWN: &str = "report.md";
/// What the pages were made of beside the report.
const RECORD: &str = "record.json";
/// The ledger.
const LEDGER: &str = "ledger.jsonl";
/// The signed statements once more, each as a DSSE envelope on a line: what in-toto calls a bundle.
const ATTESTATIONS: &str = "attestations.intoto.jsonl";
/// The people's public keys.
const SIGNERS: &str = "allowed_signers";
/// Revoked keys.
const REVOKED: &str = "revoked_keys";
/// Every name with its SHA-256, for programs.
const MANIFEST: &str = "MANIFEST.json";
/// The same for `sha256sum --check`.
const SUMS: &str = "SHA256SUMS";
/// What was drawn, where it is the bundle of a sample.
const DRAW: &str = "DRAW.json";
/// What it was drawn from.
const POPULATION: &str = "population.txt";
/// How to check all this by hand.
const VERIFY: &str = "VERIFY.txt";

/// The files of a bundle by name.
///
/// | name | what |
/// | --- | --- |
/// | `report.json` | the report's exact bytes |
/// | `report.html`, `report.md` | its pages |
/// | `record.json` | what the pages show beside the report |
/// | `plan/…` | the plan's files, packs, waivers, by their recorded names |
/// | `evidence/<sha256>` | what answers and sign-offs rest on |
/// | `samples/<stage>-<attempt>.jsonl` | the samples of a stage of the release, one a line |
/// | `statements/NNNN-<kind>.pae` | the signed bytes of an entry; `.pae.sig` beside it is the signature |
/// | `attestations.intoto.jsonl` | the same statements with their signatures, each a DSSE envelope on a line |
/// | `ledger.jsonl` | the ledger's entries as `log export` writes them; of those that no answer about this release rests on, their links |
/// | `allowed_signers`, `revoked_keys` | the people's keys |
/// | `MANIFEST.json` | every other file but `SHA256SUMS`, with its SHA-256 |
/// | `SHA256SUMS` | every other file, as `sha256sum --check` takes it |
/// | `VERIFY.txt` | how to check all this by hand |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Each file's bytes.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What a bundle is made of, beside evidence and the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Contents<'a> {
    /// The report's exact bytes.
    pub report: &'a [u8],
    /// Its HTML page.
    pub html: &'a str,
    /// Its Markdown page.
    pub markdown: &'a str,
    /// What the pages show beside it.
    pub record: &'a Record,
    /// The plan's files, packs, waivers, policy, by their recorded names.
    pub plan: &'a BTreeMap<String, Vec<u8>>,
    /// The entries whose statements are to be read and checked by hand.
    pub entries: &'a [&'a Entry],
    /// The people's public keys, in the format of `ssh-keygen -Y verify`.
    pub allowed_signers: &'a [u8],
    /// Revoked keys, where the plan names some.
    pub revoked_keys: Option<&'a [u8]>,
}

impl Contents<'_> {
    /// Packs all this; evidence and the ledger's export are still to be added; an error if it would be one that
    /// [`Bundle::from_zip`] refuses, or cannot be written.
    pub fn pack<W: Write + Seek>(&self, out: W) -> Result<Packing<W>, BundleError> {
        let mut packing = Packing::new(out, self.record.head.clone());
        packing.add(REPORT.into(), self.report)?;
        packing.add(HTML.into(), self.html.as_bytes())?;
        packing.add(MARKDOWN.into(), self.markdown.as_bytes())?;
        // A record serialises always: its keys are strings, its numbers whole.
        packing.add(RECORD.into(), &serde_json::to_vec_pretty(self.record).unwrap_or_default())?;
        packing.add(SIGNERS.into(), self.allowed_signers)?;
        if let Some(revoked) = self.revoked_keys {
            packing.add(REVOKED.into(), revoked)?;
        }
        for (name, bytes) in self.plan {
            packing.add(names::plan(name), bytes)?;
        }
        let statements: Vec<BundledStatement> = self.entries.iter().map(|entry| BundledStatement::of(entry)).collect();
        packing.add_statements(&statements)?;
        let fingerprint = Digest::of(self.report);
        packing.add(VERIFY.into(), instructions::text(&fingerprint, &statements, self.revoked_keys.is_some()).as_bytes())?;
        Ok(packing)
    }
}

impl Bundle {
    /// The report's exact bytes.
    pub fn report(&self) -> &[u8] {
        self.bytes(REPORT)
    }

    /// The HTML page, to compare with the one that report and record make.
    pub fn html(&self) -> &[u8] {
        self.bytes(HTML)
    }

    /// The Markdown page, to compare likewise.
    pub fn markdown(&self) -> &[u8] {
        self.bytes(MARKDOWN)
    }

    /// What the pages show beside the report.
    pub fn record(&self) -> Result<Record, BundleError> {
        let bytes = self.bytes(RECORD);
        crate::model::unique_keys(bytes)
            .and_then(|()| serde_json::from_slice(bytes))
            .map_err(|error| BundleError::Unreadable { name: RECORD.into(), why: error.to_string() })
    }

    /// The ledger's export, as it was given.
    pub fn ledger(&self) -> &[u8] {
        self.bytes(LEDGER)
    }

    /// The keys that came with it; whoever checks it should have their own.
    pub fn allowed_signers(&self) -> &[u8] {
        self.bytes(SIGNERS)
    }

    /// The revoked keys, where there is such a file.
    pub fn revoked_keys(&self) -> Option<&[u8]> {
        self.files.get(REVOKED).map(Vec::as_slice)
    }

    /// The file of the plan that was recorded under this name.
    pub fn plan_file(&self, recorded: &str) -> Option<&[u8]> {
        self.files.get(&names::plan(recorded)).map(Vec::as_slice)
    }

    fn bytes(&self, name: &str) -> &[u8] {
        self.files.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}
