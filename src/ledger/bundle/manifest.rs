//! The lists of a bundle's files, and whether they are what the lists say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ATTESTATIONS, Bundle, BundleError, DRAW, HTML, LEDGER, MANIFEST, MARKDOWN, POPULATION, RECORD, REPORT, SIGNERS, SUMS, VERIFY, names,
};
use crate::model::{Digest, unique_keys};

/// The name of the format. Within v1 fields and files are only added; readers ignore unknown fields.
pub const BUNDLE_SCHEMA: &str = "gonogo.bundle/v1";

/// The files that every bundle has.
const ALWAYS: [&str; 9] = [ATTESTATIONS, REPORT, HTML, MARKDOWN, RECORD, LEDGER, SIGNERS, SUMS, VERIFY];
/// Those that every bundle of a sample has.
const ALWAYS_DRAWN: [&str; 6] = [ATTESTATIONS, DRAW, POPULATION, LEDGER, SUMS, VERIFY];

/// `MANIFEST.json`: every other file of the bundle with its SHA-256, but for `SHA256SUMS`, which names the manifest too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`BUNDLE_SCHEMA`].
    pub schema: String,
    /// The program that packed it. Another version makes other pages of the same report and record.
    pub tool: String,
    /// The report's fingerprint; of a sample none.
    pub report: Digest,
    /// The ledger's newest entry when it was packed.
    pub head: Digest,
    /// Each file's SHA-256.
    pub files: BTreeMap<String, Digest>,
}

impl Manifest {
    /// What packs bundles here: its name and version.
    pub const TOOL: &str = concat!("gonogo ", env!("CARGO_PKG_VERSION"));

    pub(super) fn of(files: BTreeMap<String, Digest>, head: Digest) -> Self {
        Self {
            schema: BUNDLE_SCHEMA.into(),
            tool: Self::TOOL.into(),
            report: files.get(REPORT).cloned().unwrap_or_else(Digest::none),
            head,
            files,
        }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        // A struct of strings serialises always.
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

/// The list as `sha256sum --check` takes it.
pub(super) fn sums(files: &BTreeMap<String, Digest>) -> String {
    let listed = files.iter().filter(|(name, _)| *name != SUMS);
    listed.map(|(name, digest)| format!("{digest}  {name}\n")).collect()
}

impl Bundle {
    /// What the manifest says, which is not yet to say that it is true; an error if there is none, or one of another
    /// format.
    pub fn manifest(&self) -> Result<Manifest, BundleError> {
        let bytes = self.files.get(MANIFEST).ok_or_else(|| BundleError::Missing(MANIFEST.into()))?;
        let unreadable = |why| BundleError::Unreadable { name: MANIFEST.into(), why };
        let manifest: Manifest =
            unique_keys(bytes).and_then(|()| serde_json::from_slice(bytes)).map_err(|error| unreadable(error.to_string()))?;
        if manifest.schema == BUNDLE_SCHEMA {
            Ok(manifest)
        } else {
            let schema = crate::model::excerpt(&manifest.schema.escape_debug().to_string(), 64);
            Err(unreadable(format!("its format is `{schema}`, wanted `{BUNDLE_SCHEMA}`")))
        }
    }

    fn always(&self) -> &'static [&'static str] {
        if self.files.contains_key(DRAW) { &ALWAYS_DRAWN } else { &ALWAYS }
    }

    /// Whether exactly those files are there that must be and that the manifest names.
    pub(super) fn check_names(&self) -> Result<(), BundleError> {
        let manifest = self.manifest()?;
        if let Some(name) = self.files.keys().find(|name| ![MANIFEST, SUMS].contains(&name.as_str()) && !manifest.files.contains_key(*name))
        {
            return Err(BundleError::Unlisted(name.clone()));
        }
        let wanted = manifest.files.keys().map(String::as_str).chain(self.always().iter().copied());
        match wanted.into_iter().find(|name| !self.files.contains_key(*name)) {
            Some(name) if names::is_sound(name) => Err(BundleError::Missing(name.to_owned())),
            Some(name) => Err(BundleError::Name(crate::model::excerpt(&name.escape_debug().to_string(), 200))),
            None => Ok(()),
        }
    }

    /// Whether every file is the one that manifest, `SHA256SUMS` and its own name say. That proves that the bundle
    /// agrees with itself and no more: whoever changes a file can change the lists; [`BundleError::Altered`] with every
    /// file that is not; or the manifest cannot be read, or files are missing.
    pub fn check_manifest(&self) -> Result<(), BundleError> {
        self.check_names()?;
        let manifest = self.manifest()?;
        let others = self.files.iter().filter(|(name, _)| *name != SUMS);
        let there: BTreeMap<String, Digest> = others.map(|(name, bytes)| (name.clone(), Digest::of(bytes))).collect();
        let called = |name: &str, digest: &Digest| {
            name.strip_prefix("evidence/").or(name.strip_prefix("plans/")).is_none_or(|called| digest.as_str() == called)
        };
        let listed = there.iter().filter(|(name, _)| *name != MANIFEST);
        let wrong = listed.filter(|(name, digest)| manifest.files.get(*name) != Some(digest) || !called(name, digest));
        let mut altered: Vec<String> = wrong.map(|(name, _)| name.clone()).collect();
        if there.get(REPORT).unwrap_or(&Digest::none()) != &manifest.report && !altered.iter().any(|name| name == REPORT) {
            altered.push(REPORT.into());
        }
        if sums(&there).as_bytes() != self.bytes(SUMS) && altered.is_empty() {
            altered.push(SUMS.into());
        }
        if altered.is_empty() { Ok(()) } else { Err(BundleError::Altered(altered)) }
    }
}
