//! What kinds share that send one target a bounded number of requests: the sending, what the answers say, what a share of
//! them proves.

mod bound;
mod sending;
mod tally;

pub(crate) use self::{
    bound::{least, most, needed},
    sending::Volley,
    tally::Tally,
};

/// Requests of one volley.
pub(crate) const MOST: usize = 5_000;

/// Requests at once, where that is not what is looked at.
pub(crate) const AT_ONCE: usize = 8;
