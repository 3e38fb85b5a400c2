//! Rollouts: stages begin, are watched, are decided on; and the way back.

mod back;
mod begin;
mod decide;
mod gate;
mod looking;
mod open;
mod recovery;
mod replay;
mod simulate;
mod stage_run;
mod status;
mod success;
mod traffic;
mod watch;

pub(crate) use back::{BackRequest, WayBackTaken, WaysBack, go_back};
pub(crate) use begin::begin;
pub(crate) use decide::{DecideRequest, decide};
pub(crate) use gate::{StageGate, gate};
pub(crate) use open::{OpenRollout, RolloutRequest};
pub(crate) use replay::{Replay, Replayed};
pub(crate) use simulate::{SimulateRequest, simulate};
pub(crate) use status::status;
pub(crate) use traffic::traffic;
pub(crate) use watch::{Seen, Tick, Until, Watch, WatchRequest};
