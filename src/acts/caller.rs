//! Who calls: the edge's values, read once, and somebody who can be shown something and asked.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::model::{ProcessEnv, Tool};

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
}
