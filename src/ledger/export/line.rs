//! One line of an export.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    ledger::{Blob, Entry, Label, LedgerError, Row},
    model::{Digest, excerpt},
};

/// Either an entry or the bytes that a later one names.
pub(super) enum Line<'l> {
    Entry(Box<EntryLine<'l>>),
    Blob(BlobLine<'l>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryLine<'l> {
    version: u32,
    seq: u64,
    prev: Cow<'l, str>,
    recorded: Cow<'l, str>,
    /// The statement's bytes in base64, as in a DSSE envelope.
    payload: Cow<'l, str>,
    signature: Option<Cow<'l, str>>,
    digest: Cow<'l, str>,
    /// Absent in the shared chain, as the label is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chain: Option<Cow<'l, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<Label>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlobLine<'l> {
    blob: Cow<'l, str>,
    /// In base64.
    bytes: Cow<'l, str>,
}

impl<'l> Line<'l> {
    pub(super) fn of_entry(entry: &'l Entry) -> Self {
        Self::Entry(Box::new(EntryLine {
            version: entry.version,
            seq: entry.seq,
            prev: entry.prev.as_str().into(),
            recorded: entry.recorded.to_string().into(),
            payload: STANDARD.encode(&entry.payload).into(),
            signature: entry.signature.as_deref().map(Cow::from),
            digest: entry.digest().to_string().into(),
            chain: (!entry.chain.is_empty()).then(|| entry.chain.as_str().into()),
            label: (!entry.chain.is_empty()).then(|| entry.label.clone()),
        }))
    }

    pub(super) fn of_blob(digest: &'l Digest, bytes: &[u8]) -> Self {
        Self::Blob(BlobLine { blob: digest.as_str().into(), bytes: STANDARD.encode(bytes).into() })
    }

    /// With its newline.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let json = match self {
            Self::Entry(entry) => serde_json::to_vec(entry),
            Self::Blob(blob) => serde_json::to_vec(blob),
        };
        // All keys are strings and all numbers whole, so this cannot fail.
        let mut json = json.unwrap_or_default();
        json.push(b'\n');
        json
    }

    /// Reads a line, its kind told by its first key, as [`to_json`](Self::to_json) writes it.
    pub(super) fn from_json(json: &'l str) -> serde_json::Result<Self> {
        if json.trim_start().starts_with("{\"blob\"") {
            serde_json::from_str(json).map(Self::Blob)
        } else {
            serde_json::from_str(json).map(Self::Entry)
        }
    }
}

impl EntryLine<'_> {
    /// The chain's name.
    pub(super) fn chain(&self) -> String {
        self.chain.as_deref().unwrap_or_default().to_owned()
    }

    /// The entry; it must be the one that its fingerprint names. The error is the ledger's, for the entry `expected`.
    pub(super) fn entry(self, expected: u64) -> Result<Entry, LedgerError> {
        let broken = |why: String| LedgerError::Broken { seq: expected, why };
        let payload = STANDARD.decode(self.payload.as_bytes()).map_err(|error| broken(format!("its payload is not base64: {error}")))?;
        let row = Row {
            chain: self.chain(),
            label: self.label.as_ref().map(|label| serde_json::to_string(label).unwrap_or_default()).unwrap_or_default(),
            seq: i64::try_from(self.seq).map_err(|_| broken(format!("its number is {}", self.seq)))?,
            version: self.version.into(),
            prev: self.prev.into_owned(),
            recorded: self.recorded.into_owned(),
            statement: Digest::of(&payload).to_string(),
            payload,
            signature: self.signature.map(Cow::into_owned),
            digest: self.digest.into_owned(),
        };
        row.entry(expected)
    }
}

impl BlobLine<'_> {
    /// The bytes, checked.
    pub(super) fn blob(self) -> Result<Blob, String> {
        let bytes = STANDARD.decode(self.bytes.as_bytes()).map_err(|error| format!("the bytes are not base64: {error}"))?;
        let blob = Blob::of(bytes);
        if blob.digest.as_str() == self.blob {
            Ok(blob)
        } else {
            Err(format!("the bytes have the fingerprint {}, not the {} written with them", blob.digest, excerpt(&self.blob, 64)))
        }
    }
}
