//! What was brought from wherever it was: its bytes' fingerprint, and the value in them.

use jiff::Timestamp;
use serde_json::Value;

use super::Document;
use crate::{
    check::{
        Unseen, blocking,
        format::{self, Format, Limits},
    },
    model::Digest,
};

/// What was brought.
pub(super) struct Brought {
    pub(super) size: u64,
    pub(super) sha256: Digest,
    pub(super) pages: Option<usize>,
    pub(super) modified: Option<Timestamp>,
    pub(super) format: Option<Format>,
    /// The value, or why it cannot be read; nothing where nothing is demanded of it.
    pub(super) document: Result<Value, String>,
}

impl Brought {
    /// From bytes in one piece, in the format that the plan names, else in that of `found`.
    pub(super) async fn of(
        bytes: impl AsRef<[u8]> + Send + 'static,
        check: &Document,
        found: Result<Format, String>,
    ) -> Result<Self, Unseen> {
        let format = check.named_format().map_or(found, Ok);
        let form = format.clone().map(|format| check.form(format));
        let is_demanded = check.expect.is_some();
        blocking(move || {
            let bytes = bytes.as_ref();
            let document = if is_demanded { form.and_then(|form| format::read(bytes, form, Limits::default())) } else { Ok(Value::Null) };
            let format = format.ok().filter(|_| is_demanded);
            Self { size: bytes.len() as u64, sha256: Digest::of(bytes), pages: None, modified: None, format, document }
        })
        .await
    }
}
