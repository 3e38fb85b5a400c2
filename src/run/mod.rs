//! Runs a plan: schedules its checks, tells what happens as it happens, folds what happened into a report; takes the samples of a
//! rollout.

mod attempt;
mod finding;
mod fold;
mod sampler;
mod schedule;
mod select;
mod settings;
mod verify;
mod waivers;
mod width;

pub use sampler::{Sampler, Surroundings, Taken};
pub use select::{Choice, Selection, SelectionError};
pub use settings::{GivenWaiver, Limits, Settings};
pub use verify::{Stop, verify};
