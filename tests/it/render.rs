//! Every format on stored, on made-up and on hostile reports.

mod bounds;
mod golden;
mod hostile;
mod machines;
mod people;
mod rollout;
pub(crate) mod sample;
mod shows;
mod verdict;
mod weaker;
