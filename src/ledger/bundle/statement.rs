//! The statements of a bundle: the signed bytes of an entry and the signature beside them, as `ssh-keygen` takes them.

use std::borrow::Borrow;

use jiff::Timestamp;

use super::{ATTESTATIONS, Bundle, BundleError, SIGNERS, VERIFY, instructions};
use crate::{
    ledger::{Entry, Envelope, pae},
    model::{Act, Digest, Statement},
};

/// What the name of a statement begins with that concerns every project.
const ALL_PROJECTS: &str = "org-";

/// A statement that stands in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundledStatement {
    /// Where its entry stands in the ledger.
    pub seq: u64,
    /// `sign-off`, `run`, …; `unknown` for what a newer program says.
    pub kind: String,
    /// The statement's exact bytes.
    pub payload: Vec<u8>,
    /// The armored SSH signature over their [`pae`], where there is one.
    pub signature: Option<String>,
    /// Who signs, as the statement says; only where it was made from an entry.
    pub(super) signer: Option<String>,
    /// When its entry came into the ledger; only where it was made from one.
    pub(super) recorded: Option<Timestamp>,
    /// The file of keys that it is checked by.
    pub(super) keys: String,
}

impl BundledStatement {
    pub(super) fn of(entry: &Entry) -> Self {
        let statement = Statement::from_json(&entry.payload).ok();
        let kind = match statement.as_ref().map(|statement| &statement.act) {
            None | Some(Act::Other(_)) => "unknown",
            Some(act) => act.word(),
        };
        Self {
            seq: entry.seq,
            kind: kind.into(),
            payload: entry.payload.clone(),
            signature: entry.signature.clone(),
            signer: statement.and_then(|statement| statement.made.by),
            recorded: Some(entry.recorded),
            keys: SIGNERS.into(),
        }
    }

    /// The file with the bytes that are signed.
    pub fn name(&self) -> String {
        let chain = if self.is_of_all_projects() { ALL_PROJECTS } else { "" };
        format!("statements/{chain}{:04}-{}.pae", self.seq, self.kind)
    }

    /// Whether its entry stands in the chain of what concerns all projects, which counts for itself.
    fn is_of_all_projects(&self) -> bool {
        self.kind == Act::PASSKEY
    }
}

impl Bundle {
    /// The statements, in the order of the ledger as their names say it; [`BundleError::Unreadable`] for the first that
    /// is not as this program writes them; [`BundleError::Unlisted`] for a signature without its statement.
    pub fn statements(&self) -> Result<Vec<BundledStatement>, BundleError> {
        let mut found = Vec::new();
        for (name, bytes) in self.files.iter().filter(|(name, _)| name.starts_with("statements/")) {
            if let Some(signed) = name.strip_suffix(".sig") {
                if !self.files.contains_key(signed) {
                    return Err(BundleError::Unlisted(name.clone()));
                }
                continue;
            }
            let unreadable = |why: &str| BundleError::Unreadable { name: name.clone(), why: why.into() };
            let (seq, kind) = parts(name).ok_or_else(|| unreadable("its name is not `NNNN-kind.pae`"))?;
            let payload = payload(bytes).ok_or_else(|| unreadable("it is not what is signed for a statement"))?;
            let signature = self.files.get(&format!("{name}.sig")).map(|signature| String::from_utf8(signature.clone()));
            let signature = signature.transpose().map_err(|_| unreadable("its signature is not text"))?;
            let statement = BundledStatement { seq, kind, payload, signature, signer: None, recorded: None, keys: SIGNERS.into() };
            if statement.name() != *name {
                return Err(unreadable("its name is not `NNNN-kind.pae`"));
            }
            found.push(statement);
        }
        found.sort_by_key(|statement| (statement.is_of_all_projects(), statement.seq));
        Ok(found)
    }
}

impl Bundle {
    /// Whether every statement is the one of its entry, the envelopes are theirs, and `VERIFY.txt` tells to check exactly these. Whoever audits has
    /// the entries from [`Self::ledger`] and has checked that they are a chain; [`BundleError::Altered`] with the files
    /// that are not; or a statement cannot be read.
    pub fn check_entries<E: Borrow<Entry>>(&self, entries: &[E]) -> Result<(), BundleError> {
        let of = |found: &BundledStatement| {
            let mut same = entries.iter().map(E::borrow).filter(|entry| entry.seq == found.seq).map(BundledStatement::of);
            same.find(|of| of.name() == found.name())
        };
        let revoked = self.revoked_keys().is_some();
        self.check_told(of, |told| instructions::text(&Digest::of(self.report()), told, revoked))
    }

    /// Compares each statement with the one that `of` knows of it, and the instructions with those for these.
    pub(super) fn check_told(
        &self,
        of: impl Fn(&BundledStatement) -> Option<BundledStatement>,
        instructions: impl FnOnce(&[BundledStatement]) -> String,
    ) -> Result<(), BundleError> {
        let (mut told, mut altered) = (Vec::new(), Vec::new());
        for found in self.statements()? {
            match of(&found).filter(|of| (&of.payload, &of.signature) == (&found.payload, &found.signature)) {
                Some(of) => told.push(of),
                None => altered.push(found.name()),
            }
        }
        if altered.is_empty() && envelopes(&told) != self.bytes(ATTESTATIONS) {
            altered.push(ATTESTATIONS.into());
        }
        if altered.is_empty() && instructions(&told).as_bytes() != self.bytes(VERIFY) {
            altered.push(VERIFY.into());
        }
        if altered.is_empty() { Ok(()) } else { Err(BundleError::Altered(altered)) }
    }
}

/// The signed ones, each as an envelope on a line.
pub(super) fn envelopes(statements: &[BundledStatement]) -> Vec<u8> {
    let signed = statements
        .iter()
        .filter_map(|statement| Some(Envelope { payload: statement.payload.clone(), signature: statement.signature.clone()? }.to_line()));
    signed.flatten().collect()
}

fn parts(name: &str) -> Option<(u64, String)> {
    let name = name.strip_prefix("statements/")?.strip_suffix(".pae")?;
    let (seq, kind) = name.strip_prefix(ALL_PROJECTS).unwrap_or(name).split_once('-')?;
    Some((seq.parse().ok()?, kind.to_owned()))
}

/// What `signed` is the [`pae`] of.
fn payload(signed: &[u8]) -> Option<Vec<u8>> {
    let start = signed.iter().position(|byte| *byte == b'{')?;
    let payload = signed[start..].to_vec();
    (pae(&payload) == signed).then_some(payload)
}
