//! What is put on record, and whether it can be believed: entries in a chain, signatures, two stores, and the rules of
//! the gate. It knows reports and statements, not plans or checks.
//!
//! The way of a question: a `store` gives `entries`, the `chain` is followed, `signing` looks at the signatures, the
//! `history` is what can be believed of it; `runs` and `votes` are picked from it, the `gate` rules.

mod admission;
mod bundle;
pub mod chain;
mod checkpoint;
mod confirmation;
mod emergencies;
mod entry;
mod envelope;
mod error;
pub mod export;
mod gate;
mod history;
mod independence;
pub mod kept;
mod label;
mod look;
mod memory;
mod packing;
pub mod place;
pub mod postgres;
mod quorum;
mod row;
mod runs;
mod showing;
pub mod signing;
mod sqlite;
mod store;
mod trust;
mod votes;

pub use bundle::{BUNDLE_SCHEMA, Bundle, BundleError, BundledStatement, Contents, Manifest};
pub use chain::{Fault, FaultKind, Repairs};
pub use confirmation::objections;
pub use emergencies::Emergencies;
pub use entry::{Draft, Entry, VERSION};
pub use envelope::{Envelope, NAMESPACE, pae};
pub use error::LedgerError;
pub use gate::{Objection, Question, Ruling, gate};
pub use history::{CLOCKS, History, SignatureStanding, VerifiedEntry};
pub use label::{Label, ORG, chain_of};
pub use look::{Checked, Look, Verifier, everything};
pub use memory::Memory;
pub use postgres::Postgres;
pub use quorum::Missing;
pub use row::Row;
pub use runs::{AskedRelease, RecordedRun, recorded, runs};
pub use showing::{changes, deployment_row, showing};
pub use sqlite::Sqlite;
pub use store::{Blob, Store};
pub use trust::Trust;
pub use votes::{Rules, Vote, votes};
