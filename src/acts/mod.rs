//! What people and pipelines do with the record: each act is a function from a plain request to a plain result.
//!
//! Nothing here parses a command line, prints, or chooses an exit code: a command, or a page, calls one of these. The rules
//! of the gate are not here either: they are in `ledger`.

pub mod answer;
pub mod audit;
pub mod bundle;
mod caller;
mod ci;
pub mod deploy;
mod deployments;
mod error;
mod evidence;
pub mod gate;
mod heads;
mod kept_plan;
pub mod log;
pub mod merge;
pub mod page;
mod policy;
mod record;
mod recording;
mod release;
pub mod report;
pub mod sign;
mod signer;
pub mod verify;
pub mod waive;

pub use caller::{Caller, Dialogue};
pub use ci::{actor, job};
pub use error::ActError;
pub use policy::{ChosenPolicy, named as policy_named, signer_problems};
pub use record::{EnvironmentRecord, RecordRequest};
pub use recording::{Recorded, RecordingRequest};
pub use release::ReleaseRequest;
