//! One line of an export.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    ledger::{Bare, Blob, Entry, Label, Row, row::json},
    model::{Digest, excerpt},
};

/// An entry, the link of one, the bytes that a later one names, or a sample of a stage.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Line<'l> {
    Entry(Box<EntryLine<'l>>),
    Link(Box<LinkLine<'l>>),
    Blob(BlobLine<'l>),
    Sample(SampleLine<'l>),
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

/// Only chains of projects have them: in others nothing tells what an entry is about.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkLine<'l> {
    /// The entry's fingerprint.
    link: Cow<'l, str>,
    version: u32,
    seq: u64,
    prev: Cow<'l, str>,
    recorded: Cow<'l, str>,
    statement: Digest,
    /// The signature's fingerprint.
    signature: Option<Digest>,
    chain: Cow<'l, str>,
    label: Label,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlobLine<'l> {
    blob: Cow<'l, str>,
    /// In base64.
    bytes: Cow<'l, str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SampleLine<'l> {
    /// The statement with which its stage began.
    sample: Digest,
    number: u64,
    /// In base64.
    bytes: Cow<'l, str>,
}

impl<'l> Line<'l> {
    pub(super) fn of_entry(entry: &'l Entry) -> Self {
        if let Some(bare) = &entry.bare {
            return Self::Link(Box::new(LinkLine {
                link: entry.digest().to_string().into(),
                version: entry.version,
                seq: entry.seq,
                prev: entry.prev.as_str().into(),
                recorded: entry.recorded.to_string().into(),
                statement: bare.statement.clone(),
                signature: bare.signature.clone(),
                chain: entry.chain.as_str().into(),
                label: entry.label.clone(),
            }));
        }
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

    pub(super) fn of_sample(run: &Digest, number: u64, payload: &[u8]) -> Self {
        Self::Sample(SampleLine { sample: run.clone(), number, bytes: STANDARD.encode(payload).into() })
    }

    /// With its newline.
    pub(super) fn to_json(&self) -> Vec<u8> {
        // All keys are strings and all numbers whole, so this cannot fail.
        let mut json = serde_json::to_vec(self).unwrap_or_default();
        json.push(b'\n');
        json
    }

    /// Reads a line, its kind told by its first key, as [`to_json`](Self::to_json) writes it.
    pub(super) fn from_json(json: &'l str) -> serde_json::Result<Self> {
        if json.trim_start().starts_with("{\"blob\"") {
            serde_json::from_str(json).map(Self::Blob)
        } else if json.trim_start().starts_with("{\"sample\"") {
            serde_json::from_str(json).map(Self::Sample)
        } else if json.trim_start().starts_with("{\"link\"") {
            serde_json::from_str(json).map(Self::Link)
        } else {
            serde_json::from_str(json).map(Self::Entry)
        }
    }
}

impl EntryLine<'_> {
    /// The row of its entry, as it is to be read.
    pub(super) fn row(self) -> Result<Row, String> {
        let payload = STANDARD.decode(self.payload.as_bytes()).map_err(|error| format!("its payload is not base64: {error}"))?;
        Ok(Row {
            chain: self.chain.unwrap_or_default().into_owned(),
            label: self.label.as_ref().map(json).unwrap_or_default(),
            seq: number(self.seq)?,
            version: self.version.into(),
            prev: self.prev.into_owned(),
            recorded: self.recorded.into_owned(),
            statement: Digest::of(&payload).to_string(),
            payload,
            signature: self.signature.map(Cow::into_owned),
            digest: self.digest.into_owned(),
            bare: None,
        })
    }
}

impl LinkLine<'_> {
    /// The row of its entry, as it is to be read.
    pub(super) fn row(self) -> Result<Row, String> {
        Ok(Row {
            chain: self.chain.into_owned(),
            label: json(&self.label),
            seq: number(self.seq)?,
            version: self.version.into(),
            prev: self.prev.into_owned(),
            recorded: self.recorded.into_owned(),
            payload: Vec::new(),
            signature: None,
            statement: self.statement.to_string(),
            digest: self.link.into_owned(),
            bare: Some(Bare { statement: self.statement, signature: self.signature }),
        })
    }
}

fn number(seq: u64) -> Result<i64, String> {
    i64::try_from(seq).map_err(|_| format!("its number is {seq}"))
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

impl SampleLine<'_> {
    /// The statement with which its stage began, its number and its bytes.
    pub(super) fn sample(self) -> Result<(Digest, u64, Vec<u8>), String> {
        let bytes = STANDARD.decode(self.bytes.as_bytes()).map_err(|error| format!("the bytes are not base64: {error}"))?;
        Ok((self.sample, self.number, bytes))
    }
}
