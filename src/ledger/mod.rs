//! What is put on record, and whether it can be believed: entries in a chain, signatures, two stores, and the rules of
//! the gate. It knows reports and statements, not plans or checks.
//!
//! The way of a question: a `store` gives `entries`, the `chain` is followed, `signing` looks at the signatures, the
//! `history` is what can be believed of it; `runs` and `votes` are picked from it, the `gate` rules.

mod confirmation;
mod emergencies;
mod entry;
mod envelope;
mod error;
mod gate;
mod history;
mod independence;
mod quorum;
mod runs;
mod showing;
mod store;
mod votes;

pub use confirmation::objections;
pub use emergencies::Emergencies;
pub use entry::{Draft, Entry, VERSION};
pub use envelope::{Envelope, NAMESPACE, pae};
pub use error::LedgerError;
pub use gate::{Objection, Question, Ruling, gate};
pub use history::{Checked, History, Proven, Standing, Verifier};
pub use quorum::Missing;
pub use runs::{RecordedRun, Wanted, recorded, runs};
pub use showing::{changes, deployment_row, showing};
pub use store::{Blob, Store};
pub use votes::{Rules, Vote, votes};
