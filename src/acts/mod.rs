//! What people and pipelines do with the record: each act is a function from a plain request to a plain result.
//!
//! Nothing here parses a command line, prints, or chooses an exit code: a command, or a page, calls one of these. The rules
//! of the gate are not here either: they are in `ledger`.

pub(crate) mod answer;
pub(crate) mod audit;
pub(crate) mod bundle;
mod caller;
mod ci;
mod ci_token;
pub(crate) mod deploy;
mod deployments;
pub(crate) mod deputy;
pub(crate) mod desk;
pub(crate) mod draw;
mod error;
mod evidence;
pub(crate) mod gate;
mod given;
mod heads;
mod kept_plan;
pub(crate) mod log;
mod looks;
pub(crate) mod merge;
pub(crate) mod notify;
pub(crate) mod pack_fetch;
pub(crate) mod page;
pub(crate) mod passkey;
mod policy;
mod record;
mod recording;
mod release;
pub(crate) mod report;
pub(crate) mod rollout;
pub(crate) mod sign;
mod signer;
mod token;
pub(crate) mod verify;
pub(crate) mod waive;

pub(crate) use caller::{AtDesk, Caller, Dialogue, ToSign};
pub(crate) use error::ActError;
pub(crate) use policy::{ChosenPolicy, named as policy_named, signer_problems};
pub(crate) use record::{EnvironmentRecord, RecordRequest};
pub(crate) use recording::{Recorded, RecordingRequest};
pub(crate) use release::ReleaseRequest;
