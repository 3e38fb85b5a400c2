//! Who calls: the edge's values, read once, and somebody who can be shown something and asked.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::{
    ledger::Blob,
    model::{ProcessEnv, Tool},
};

/// The edge's values.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) env: ProcessEnv,
    /// The moment that everything is judged at.
    pub(crate) now: Timestamp,
    /// The clock, for what is made now.
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) tool: Tool,
    pub(crate) host: Option<String>,
    /// The folder it was started in, from the root of the repository that it lies in.
    pub(crate) folder: Option<String>,
    pub(crate) pid: u32,
    /// The folder in which the heads of ledgers are kept from call to call; none where there is no place for it.
    pub(crate) heads: Option<PathBuf>,
}

/// Whoever decides: at a terminal, or behind a page.
pub(crate) trait Dialogue: Sync {
    /// Shows a line, already harmless.
    fn tell(&self, line: &str);
    /// Whether it is meant; `true` where nobody can be asked.
    fn agrees(&self, question: &str) -> bool;
    /// The passphrase of an encrypted key file; `None` where nobody can be asked.
    fn passphrase(&self, file: &Path, attempt: u32) -> Option<Zeroizing<String>>;

    /// Whoever sits at the desk, and signs in the browser what is prepared for them; `None` where keys sign.
    fn at_desk(&self) -> Option<&AtDesk> {
        None
    }
}

/// A person at the desk, with what was prepared for them to sign.
pub(crate) struct AtDesk {
    person: String,
    prepared: Mutex<Option<ToSign>>,
}

/// What somebody is to sign in the browser.
#[derive(Debug, Clone)]
pub(crate) struct ToSign {
    /// The statement's bytes.
    pub(crate) payload: Vec<u8>,
    /// The bytes that belong to it.
    pub(crate) blobs: Vec<Blob>,
}

impl AtDesk {
    /// This person, with nothing prepared.
    pub(crate) fn new(person: String) -> Self {
        Self { person, prepared: Mutex::default() }
    }

    /// Whose passkey is to sign, by id.
    pub(super) fn person(&self) -> &str {
        &self.person
    }

    /// Lays this before them.
    pub(super) fn prepare(&self, payload: Vec<u8>, blobs: Vec<Blob>) {
        *self.prepared.lock().unwrap_or_else(PoisonError::into_inner) = Some(ToSign { payload, blobs });
    }

    /// What was laid before them.
    pub(super) fn take(&self) -> Option<ToSign> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
