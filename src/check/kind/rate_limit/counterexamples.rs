//! Nobody is refused; everybody is, without a word; the service gives up.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    RateLimit,
    seen::{Round, Seen},
};

pub(super) fn counterexamples(check: &RateLimit, _: Timestamp) -> Vec<Seen> {
    let sent = check.requests() as u64;
    let seen = |status: u16| {
        let round = Round { sent, statuses: BTreeMap::from([(status, sent)]), ..Round::default() };
        Seen { at_once: round.clone(), in_turn: Some(round.clone()), from_elsewhere: round }
    };
    let refusing = check.refusing();
    // A status of a broken service that does not refuse.
    let broken = (500..600).find(|status| !refusing.contains(status)).unwrap_or(500);
    vec![seen(200), seen(refusing[0]), seen(broken)]
}
