//! Whether answers that depend on the origin say so to caches.
//!
//! A cache that does not know hands the answer to one origin, or to none, to the next one. It must be said on every
//! answer, those that allow nothing included (Fetch standard, CORS protocol and HTTP caches). Answers to OPTIONS are
//! never cached (RFC 9110, 9.3.7).

use super::{
    answer::{Said, items},
    ask::{Ask, Way},
    judge::{NOT_ALL, Seen, answer},
};
use crate::model::Expectation;

/// The demand, judged on the answers to `asks`; `error` is the status of the error that wanted origins are answered.
pub(super) fn judge(asks: &[Ask], seen: &Seen, error: Option<u16>) -> Expectation {
    let demand = Expectation::new("vary", "`Vary: Origin`").wanted("on every answer that depends on the origin");
    let (mut lacking, mut depending, mut all_came) = (Vec::new(), 0, true);
    for way in [Way::Get, Way::Error] {
        let mut said: Vec<(&Ask, &Said)> = Vec::new();
        for ask in asks.iter().filter(|ask| ask.way == way) {
            match answer(seen, ask) {
                Ok(answer) if !answer.is_turned_away(way, error) => said.push((ask, answer)),
                Ok(_) => {}
                Err(_) => all_came = false,
            }
        }
        if said.windows(2).any(|two| two[0].1.allow_origin != two[1].1.allow_origin) {
            depending += said.len();
            lacking.extend(said.into_iter().filter(|(_, said)| !tells(said)));
        }
    }
    match lacking.as_slice() {
        [(ask, _), ..] => {
            let got = format!("missing on {} of {depending} answers, the first to {}", lacking.len(), ask.told());
            demand.got(got).met(false)
        }
        [] if !all_came => demand.undetermined(NOT_ALL),
        [] if depending == 0 => demand.got("no answer depends on the origin").met(true),
        [] => demand.got(format!("on all {depending} answers")).met(true),
    }
}

/// Whether a cache knows, or keeps nothing. `*` means that nothing it has fits any request.
fn tells(said: &Said) -> bool {
    said.no_store || items(&said.vary).any(|name| name.eq_ignore_ascii_case("origin") || name == "*")
}
