//! The bundle of a sample: the evidence of every deployment that was drawn in one zip, and what several of them have once.
//!
//! | name | what |
//! | --- | --- |
//! | `DRAW.json` | period, seed, method, and the entries that were drawn |
//! | `population.txt` | what was drawn from, a deployment a line |
//! | `items/NNNN/…` | `report.json`, its pages and `record.json` of the deployment in this entry, as it stood when it went live |
//! | `plans/<sha256>` | the files of plans, packs, waivers and keys; `report.json` names them |
//!
//! Everything else stands as in the bundle of one report.

use std::{
    collections::BTreeMap,
    io::{Seek, Write},
};

use super::{
    ATTESTATIONS, Bundle, BundleError, BundledStatement, DRAW, HTML, MARKDOWN, POPULATION, Packing, RECORD, REPORT, SIGNERS, VERIFY,
    instructions, names, statement,
};
use crate::{
    ledger::{DRAW_SCHEMA, Draw, Entry, pae},
    model::{Digest, Record, Report, excerpt, unique_keys},
};

/// A statement that is to be checked by hand, with the file of keys that it is checked by.
#[derive(Debug, Clone, Copy)]
pub struct DrawnStatement<'a> {
    /// Its entry.
    pub entry: &'a Entry,
    /// The fingerprint of the file.
    pub keys: Option<&'a Digest>,
}

impl DrawnStatement<'_> {
    fn bundled(&self) -> BundledStatement {
        let keys = self.keys.map_or_else(|| SIGNERS.to_owned(), names::kept);
        BundledStatement { keys, ..BundledStatement::of(self.entry) }
    }
}

/// What the bundle of a sample is made of, beside its items, evidence and the ledger.
#[derive(Debug, Clone, Copy)]
pub struct DrawnContents<'a> {
    /// What was drawn, and how.
    pub draw: &'a Draw,
    /// What it was drawn from, a line each.
    pub population: &'a str,
    /// The fingerprint of the report of each entry that was drawn and has one.
    pub reports: &'a BTreeMap<u64, Digest>,
    /// What is to be checked by hand.
    pub statements: &'a [DrawnStatement<'a>],
    /// The ledger's newest entry.
    pub head: &'a Digest,
}

/// The report of a deployment that was drawn.
#[derive(Debug, Clone, Copy)]
pub struct ItemFiles<'a> {
    /// The report's exact bytes.
    pub report: &'a [u8],
    /// Its HTML page.
    pub html: &'a str,
    /// Its Markdown page.
    pub markdown: &'a str,
    /// What the pages show beside it.
    pub record: &'a Record,
}

impl DrawnContents<'_> {
    /// Packs all this; items, evidence and the ledger's export are still to be added.
    pub fn pack<W: Write + Seek>(&self, out: W) -> Result<Packing<W>, BundleError> {
        let mut packing = Packing::new(out, self.head.clone());
        // A struct of strings and numbers serialises always.
        packing.add(DRAW.into(), &serde_json::to_vec_pretty(self.draw).unwrap_or_default())?;
        packing.add(POPULATION.into(), self.population.as_bytes())?;
        let statements: Vec<BundledStatement> = self.statements.iter().map(DrawnStatement::bundled).collect();
        packing.add_statements(&statements)?;
        packing.add(VERIFY.into(), instructions::drawn(self.draw, self.reports, &statements).as_bytes())?;
        Ok(packing)
    }
}

impl<W: Write + Seek> Packing<W> {
    /// Adds the statements, and the envelopes of the signed ones.
    pub(super) fn add_statements(&mut self, statements: &[BundledStatement]) -> Result<(), BundleError> {
        for statement in statements {
            self.add(statement.name(), &pae(&statement.payload))?;
            if let Some(signature) = &statement.signature {
                self.add(format!("{}.sig", statement.name()), signature.as_bytes())?;
            }
        }
        self.add(ATTESTATIONS.into(), &statement::envelopes(statements))
    }

    /// Adds the report of the deployment in this entry.
    pub fn add_item(&mut self, entry: u64, item: ItemFiles<'_>) -> Result<(), BundleError> {
        self.add(names::item(entry, REPORT), item.report)?;
        self.add(names::item(entry, HTML), item.html.as_bytes())?;
        self.add(names::item(entry, MARKDOWN), item.markdown.as_bytes())?;
        // A record serialises always: its keys are strings, its numbers whole.
        self.add(names::item(entry, RECORD), &serde_json::to_vec_pretty(item.record).unwrap_or_default())
    }

    /// Adds a file of a plan, where it is not there yet.
    pub fn add_kept(&mut self, digest: &Digest, bytes: &[u8]) -> Result<(), BundleError> {
        let name = names::kept(digest);
        if self.has(&name) { Ok(()) } else { self.add(name, bytes) }
    }
}

impl Bundle {
    /// What was drawn, as it says; `None` where it is the bundle of one report.
    pub fn draw(&self) -> Result<Option<Draw>, BundleError> {
        let Some(bytes) = self.files.get(DRAW) else { return Ok(None) };
        let unreadable = |why| BundleError::Unreadable { name: DRAW.into(), why };
        let draw: Draw = unique_keys(bytes).and_then(|()| serde_json::from_slice(bytes)).map_err(|error| unreadable(error.to_string()))?;
        if draw.schema == DRAW_SCHEMA {
            return Ok(Some(draw));
        }
        let schema = excerpt(&draw.schema.escape_debug().to_string(), 64);
        Err(unreadable(format!("its format is `{schema}`, wanted `{DRAW_SCHEMA}`")))
    }

    /// What it was drawn from, as it says.
    pub fn population(&self) -> &[u8] {
        self.bytes(POPULATION)
    }

    /// The report of the deployment in this entry as a bundle of its own, without what it shares with the others.
    pub fn item(&self, entry: u64) -> Result<Option<Self>, BundleError> {
        let mut files = BTreeMap::new();
        for name in [REPORT, HTML, MARKDOWN, RECORD] {
            let stands = names::item(entry, name);
            match self.files.get(&stands) {
                Some(bytes) => _ = files.insert(name.to_owned(), bytes.clone()),
                None if name == REPORT => return Ok(None),
                None => return Err(BundleError::Missing(stands)),
            }
        }
        let stands = names::item(entry, REPORT);
        let report = Report::from_json(&files[REPORT]);
        let report = report.map_err(|error| BundleError::Unreadable { name: stands, why: error.to_string() })?;
        for (name, digest) in &report.plan.files {
            if let Some(bytes) = self.files.get(&names::kept(digest)) {
                files.insert(names::plan(name), bytes.clone());
            }
        }
        Ok(Some(Self { files }))
    }

    /// The first file of a deployment that is none of these.
    pub fn item_beside(&self, entries: &[u64]) -> Option<&str> {
        let folders: Vec<String> = entries.iter().map(|entry| names::item(*entry, "")).collect();
        let items = self.files.keys().filter(|name| name.starts_with("items/"));
        items.map(String::as_str).find(|name| !folders.iter().any(|folder| name.starts_with(folder.as_str())))
    }

    /// The same as [`Self::check_entries`] for the bundle of a sample.
    pub fn check_drawn(&self, draw: &Draw, reports: &BTreeMap<u64, Digest>, statements: &[DrawnStatement<'_>]) -> Result<(), BundleError> {
        let of = |found: &BundledStatement| statements.iter().find(|of| of.entry.seq == found.seq && of.bundled().name() == found.name());
        self.check_told(|found| of(found).map(DrawnStatement::bundled), |told| instructions::drawn(draw, reports, told))
    }
}
