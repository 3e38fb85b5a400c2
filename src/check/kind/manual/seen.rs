//! What is judged: the answer that somebody gave.

pub use crate::model::GivenAnswer as Seen;
