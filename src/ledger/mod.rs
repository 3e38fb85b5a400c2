//! What is put on record, and whether it can be believed: entries in a chain, signatures, two stores, and the rules of
//! the gate. It knows reports and statements, not plans or checks.
//!
//! The way of a question: a `store` gives `entries`, the `chain` is followed, `signing` looks at the signatures, the
//! `history` is what can be believed of it; `runs` and `votes` are picked from it, the `gate` rules.

mod admission;
mod answers;
mod begun;
mod bundle;
mod candidate;
pub mod chain;
mod checkpoint;
mod ci_token;
mod confirmation;
mod decisions;
mod deploy_times;
mod deputies;
mod drills;
mod emergencies;
mod entry;
mod envelope;
mod error;
pub mod export;
mod gate;
mod history;
mod independence;
mod jwt;
pub mod kept;
mod label;
mod look;
mod matching;
mod memory;
mod packing;
mod passkey;
pub mod place;
mod policy;
mod population;
pub mod postgres;
mod quorum;
mod range;
mod repairs;
mod requests;
mod rollouts;
mod row;
mod runs;
mod said;
mod samples;
mod showing;
pub mod signing;
mod sqlite;
mod stage_decisions;
mod store;
mod tables;
mod trust;
mod votes;
mod waivers;
mod windows;

pub use answers::{asked_of, given_answer};
pub use begun::{sentence as begun_sentence, unended};
pub use bundle::{
    BUNDLE_SCHEMA, Bundle, BundleError, BundledStatement, Contents, DrawnContents, DrawnStatement, ItemFiles, Manifest, Packing,
    sample_files,
};
pub use candidate::Candidate;
pub use chain::{Fault, FaultKind, Repairs};
pub use ci_token::{JobSignature, audience_of, check as check_ci_token};
pub use confirmation::objections;
pub use decisions::Decisions;
pub use deploy_times::closed as deploy_closed;
pub use deputies::{Deputies, Deputizing, LONGEST as LONGEST_DEPUTATION};
pub use drills::drills;
pub use emergencies::Emergencies;
pub use entry::{Bare, Draft, Entry, VERSION};
pub use envelope::{Envelope, NAMESPACE, pae};
pub use error::LedgerError;
pub use gate::{Aspect, Deploys, GateInput, Objection, Ruling, gate};
pub use history::{CLOCKS, History, LinkedEntry, SignatureStanding, VerifiedEntry};
pub use label::{Label, ORG, chain_of};
pub use look::{Checked, Look, Verifier};
pub use matching::{AskedRelease, Bearing};
pub use memory::Memory;
pub use passkey::{Assertion, AssertionError, Bound, Confirmation, Created, KnownPasskey, Passkeys, counters_that_went_back};
pub use policy::PolicyInForce;
pub use population::{DRAW_METHOD, DRAW_SCHEMA, Draw, Member, Went};
pub use postgres::Postgres;
pub use quorum::Missing;
pub use range::{let_through, live};
pub use repairs::{set_aside, told as told_repairs};
pub use rollouts::{RollbackOnRecord, Rollouts, StageOnRecord};
pub use row::Row;
pub use runs::{RecordedRun, newest_look, recorded, runs};
pub use samples::{NumberedSample, follow_samples, sample_faults};
pub use showing::{begun_rows, changes, deployment_row, showing};
pub use sqlite::Sqlite;
pub use stage_decisions::{StageInput, StageRuling, StageVote, stage_decisions};
pub use store::{Blob, Store};
pub use trust::{Trust, contradiction};
pub use votes::{Vote, votes};
pub use waivers::signed_waiver;
pub use windows::{DueWindow, WindowsInput, windows_after};
