//! Rollouts: stages begin, are watched, are decided on; and the way back.

mod back;
mod begin;
mod decide;
mod gate;
mod looking;
mod notify;
mod open;
mod proof;
mod status;
mod watch;

pub(crate) use back::{BackRequest, WentBack, go_back};
pub(crate) use begin::{BegunStage, begin};
pub(crate) use decide::{DecideRequest, Decided, decide};
pub(crate) use gate::{StageGate, gate};
pub(crate) use open::{OpenRollout, RolloutRequest};
pub(crate) use status::{StageStatus, Status, status};
pub(crate) use watch::{Tick, Until, Watch, WatchRequest};
