//! What can be wrong with a ledger.

use super::row::Unsound;
use crate::model::{Digest, Exit};

/// Why a ledger could not be read, believed or added to. Texts say what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// There is none at that place.
    #[error("there is no ledger at {0}: `gonogo log init` starts one; a file is also started by the first run that is recorded")]
    Missing(String),
    /// What was named cannot be a ledger, or an export of one.
    #[error("{0}")]
    Place(String),
    /// It cannot be reached or opened, is busy, has no room.
    #[error("the ledger at {place} cannot be {doing}: {why}")]
    Unavailable {
        /// Where it is, without credentials.
        place: String,
        /// `read` or `added to`.
        doing: &'static str,
        /// The cause.
        why: String,
    },
    /// An entry is not what it was, or not where it was.
    #[error("entry {seq} of the ledger cannot be trusted: {why}")]
    Broken {
        /// The entry's place.
        seq: u64,
        /// What is wrong.
        why: String,
    },
    /// Something wanted of it is not in it: a head that somebody kept.
    #[error("the ledger cannot be trusted: {0}")]
    Cut(String),
    /// It has entries of a newer program.
    #[error("entry {seq} has the version {version}, this gonogo writes {}: add to this ledger with a newer gonogo", super::VERSION)]
    Newer {
        /// The first such entry.
        seq: u64,
        /// Its version.
        version: u32,
    },
    /// The clocks of this machine and of the store are too far apart: how old anything is could not be told.
    #[error("the clock here says {machine}, that of the ledger {store}: set the one that is wrong, nothing was added")]
    ClocksApart {
        /// What this machine's says.
        machine: jiff::Timestamp,
        /// What the store's says.
        store: jiff::Timestamp,
    },
    /// The ledger has gone on since the head that was judged.
    #[error("the ledger has gone on meanwhile, from {onto} to {head}: nothing was added")]
    Moved {
        /// The head that was judged.
        onto: Digest,
        /// The head now.
        head: Digest,
    },
    /// Another sample stands in the place of one that was to be added.
    #[error("sample {0} of this stage is on record already, and another one: another process watches the stage too, this one stops")]
    SampleTaken(u64),
    /// A statement was made over another ledger, or over entries that this one has lost.
    #[error("the statement was made over the ledger head {0}, which is not in this ledger")]
    ForeignHead(Digest),
}

impl LedgerError {
    /// [`Self::Unavailable`].
    pub(super) fn unavailable(place: &str, doing: &'static str, why: impl Into<String>) -> Self {
        Self::Unavailable { place: place.to_owned(), doing, why: why.into() }
    }

    /// What to exit with where this ended an attempt to read or to add.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Missing(_) | Self::Place(_) | Self::SampleTaken(_) => Exit::Usage,
            Self::Unavailable { doing: "read", .. } => Exit::Unchecked,
            Self::Unavailable { .. } | Self::Newer { .. } | Self::ClocksApart { .. } | Self::Moved { .. } => Exit::Output,
            Self::Broken { .. } | Self::Cut(_) | Self::ForeignHead(_) => Exit::Untrusted,
        }
    }
}

impl From<Unsound> for LedgerError {
    fn from(Unsound { seq, why, .. }: Unsound) -> Self {
        Self::Broken { seq, why }
    }
}

/// The end of the shared chain is there, the tables for what comes after it are not.
pub(super) fn half_migrated(place: &str) -> LedgerError {
    LedgerError::Cut(format!(
        "{place} was made for a chain of each project, but the tables `chains` and `kept`, in which they stand, are not there: take them \
         back from a backup"
    ))
}

/// Projects have gone on after an end that is not there.
pub(super) fn unclosed(place: &str) -> LedgerError {
    LedgerError::Cut(format!("{place} has chains of projects, but the entry that closed the shared chain before them is gone"))
}
