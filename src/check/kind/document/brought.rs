//! What was brought from wherever it was: its bytes' fingerprint, and the value in them.

use jiff::Timestamp;
use serde_json::Value;

use super::{Document, seen::Seen};
use crate::{
    check::{
        Unseen, blocking,
        format::{self, Format, Limits},
    },
    model::{excerpt, plain},
};

/// What was brought.
pub(super) struct Brought {
    /// As evidence, nothing looked for yet.
    pub(super) seen: Seen,
    /// The value, or why it cannot be read; nothing where nothing is demanded of it.
    pub(super) document: Result<Value, String>,
    /// What the clock of the server said that it is from.
    pub(super) date: Option<Timestamp>,
}

impl Brought {
    /// From bytes in one piece, in the format that the plan names, else in that of `found`.
    pub(super) async fn of(
        bytes: impl AsRef<[u8]> + Send + 'static,
        check: &Document,
        found: Result<Format, String>,
    ) -> Result<Self, Unseen> {
        let format = if check.expect.is_some() { check.named_format().map_or(found, Ok).map(Some) } else { Ok(None) };
        let form = format.clone().map(|format| format.map(|format| check.form(format)));
        blocking(move || {
            let bytes = bytes.as_ref();
            let document = form.and_then(|form| form.map_or(Ok(Value::Null), |form| format::read(bytes, form, Limits::default())));
            // It may quote what stands in the document.
            let document = document.map_err(|why| excerpt(&plain(&why), 300));
            Self { seen: Seen::of(bytes, format.ok().flatten()), document, date: None }
        })
        .await
    }
}
