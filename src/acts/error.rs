//! Why an act was not done.

use std::path::Path;

use crate::{
    ledger::{BundleError, LedgerError, signing::KeyError},
    model::Exit,
    plan::Problem,
};

/// Why an act was not done. Texts say what to do next.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ActError {
    /// It was asked for wrongly; nothing was touched.
    #[error("{0}")]
    Usage(String),
    /// The plan has these problems.
    #[error("the plan has problems")]
    Plan(Vec<Problem>),
    /// The release contradicts what is checked out.
    #[error("NO-GO: {0}")]
    Contradiction(String),
    /// It may not be done now.
    #[error("{why}")]
    Closed {
        /// Whether it is red, or waits.
        exit: Exit,
        /// Why, and what to do.
        why: String,
    },
    /// Something cannot be believed.
    #[error("{0}")]
    Untrusted(String),
    /// The ledger could not be read or believed.
    #[error(transparent)]
    Ledger(LedgerError),
    /// Nothing was added to the ledger.
    #[error(transparent)]
    NotRecorded(LedgerError),
    /// A bundle cannot be read or believed.
    #[error("{0}: {1}")]
    Bundle(String, BundleError),
    /// No signature could be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Something could not be written.
    #[error("{0}")]
    Output(String),
    /// Nothing was put on record yet: what is said is to be signed in the browser.
    #[error("it is to be signed with the passkey")]
    ToSign,
    /// Nobody agreed.
    #[error("nothing was signed")]
    Declined,
}

impl From<LedgerError> for ActError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl ActError {
    /// What could not be read, because it was named wrongly.
    pub(super) fn unread(file: &Path, why: impl std::fmt::Display) -> Self {
        Self::Usage(format!("{}: {why}", file.display()))
    }
}
