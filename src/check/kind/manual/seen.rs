//! What is judged: the answer that somebody gave.

pub(super) use crate::model::GivenAnswer as Seen;
