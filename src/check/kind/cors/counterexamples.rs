//! Answers that break each demand: of an API that lets everybody in, of one that lets nobody in, and of a confused one.

use super::{
    Cors,
    answer::{Answers, Said},
    ask::{Ask, NO_ORIGIN, Way},
};

/// One observation for each kind of API.
pub(super) fn of(cors: &Cors) -> Vec<Answers> {
    [open, closed, confused].map(|api| Answers::new(cors.asks().into_iter().map(|ask| (ask.clone(), Ok(api(&ask)))))).to_vec()
}

/// Gives everybody back what they sent, credentials included, and tells no cache.
fn open(ask: &Ask) -> Said {
    let origin = if ask.origin == NO_ORIGIN { "*" } else { &ask.origin };
    Said { status: 200, allow_origin: vec![origin.to_owned()], allow_credentials: vec!["true".to_owned()], ..Said::default() }
}

/// Knows nothing of origins.
fn closed(ask: &Ask) -> Said {
    Said { status: if ask.way == Way::Options { 405 } else { 404 }, ..Said::default() }
}

/// Says everything twice.
fn confused(ask: &Ask) -> Said {
    let origin = format!("{}, {}", ask.origin, ask.origin);
    Said { status: 404, allow_origin: vec![origin], ..Said::default() }
}
