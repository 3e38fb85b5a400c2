//! Whether answers that depend on the origin say so to caches.
//!
//! A cache that does not know hands the answer to one origin, or to none, to the next one. It must be said on every
//! answer, those that allow nothing included (Fetch standard, CORS protocol and HTTP caches). Answers to OPTIONS are
//! never cached (RFC 9110, 9.3.7).

use super::{
    Cors,
    ask::{Ask, NO_ORIGIN, Way},
    fetch,
    judge::{NOT_ALL, Replies, answer, is_2xx},
    seen::{Said, items},
};
use crate::model::Expectation;

/// The demand, judged on the answers to `asks`.
pub(super) fn judge(cors: &Cors, asks: &[Ask], seen: &Replies) -> Expectation {
    let demand = Expectation::new("vary", "`Vary: Origin`").wanted("on every answer that depends on the origin");
    let (mut lacking, mut depending) = (Vec::new(), 0);
    let mut all_came = asks.iter().all(|ask| ask.way != Way::Cached || answer(seen, ask).is_ok());
    for way in [Way::Get, Way::Error] {
        let mut said: Vec<(&Ask, &Said)> = Vec::new();
        for ask in asks.iter().filter(|ask| ask.way == way) {
            match answer(seen, ask) {
                Ok(answer) => said.push((ask, answer)),
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
        [] if let Some(fault) = kept(cors, seen) => {
            demand.got(format!("a cache on the way hands on what it kept of a request without `Origin`: {fault}")).met(false)
        }
        [] if !all_came => demand.undetermined(NOT_ALL),
        [] if depending == 0 => demand.got("no answer depends on the origin").met(true),
        [] => demand.got(format!("on all {depending} answers")).met(true),
    }
}

/// What is wrong with the answer to the first wanted origin right after a request without `Origin`, as images and links
/// make it, where both may come out of a cache. `None` too where the API takes no key that it does not know, or where that
/// origin is let in nowhere.
fn kept(cors: &Cors, seen: &Replies) -> Option<String> {
    let wanted = *cors.wanted().first()?;
    let said = |way: Way, origin: &str| answer(seen, &Ask::new(way, origin)).ok().filter(|said| is_2xx(said));
    let fault = |said: &Said| fetch::origin_fault(said, cors.value(wanted), cors.credentials);
    let (_, own) = (said(Way::Cached, NO_ORIGIN)?, said(Way::Cached, wanted)?);
    fault(own).filter(|_| said(Way::Get, wanted).is_some_and(|said| fault(said).is_none()))
}

/// Whether a cache knows, or keeps nothing. `*` means that nothing it has fits any request.
fn tells(said: &Said) -> bool {
    said.no_store || items(&said.vary).any(|name| name.eq_ignore_ascii_case("origin") || name == "*")
}
