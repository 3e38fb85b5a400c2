//! Asks too much: at once, in turn, and as if from elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{
    RateLimit,
    seen::{Round, Seen},
};
use crate::{
    check::{
        Context, Unseen,
        http::site::{Site, trusting},
        volley::Volley,
    },
    model::{excerpt, plain},
    net::http::{HeaderMap, HeaderName, HeaderValue, header},
};

/// Connections at once.
const MOST_AT_ONCE: usize = 128;

/// Headers by which proxies tell whom they ask for.
const FORWARDED: [&str; 7] =
    ["x-forwarded-for", "x-real-ip", "x-client-ip", "x-originating-ip", "true-client-ip", "cf-connecting-ip", "fastly-client-ip"];

pub(super) async fn observe(check: &RateLimit, cx: &Context) -> Result<Seen, Unseen> {
    let mut site = Site::new(&check.url, &check.headers, trusting(check.ca_file.as_ref()), cx);
    if let Some(media_type) = check.body.as_ref().and_then(|body| body.media_type()) {
        site.headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(media_type));
    }
    let at_once = check.requests().min(MOST_AT_ONCE);
    let as_we_are = |_| HeaderMap::new();
    let mut seen = Seen { at_once: round(check, &site, at_once, &as_we_are, cx).await, ..Seen::default() };
    // What is left of the limit by now shows whether it holds on, or looked at connections only.
    if !check.delays {
        seen.in_turn = Some(round(check, &site, 1, &as_we_are, cx).await);
    }
    seen.from_elsewhere = round(check, &site, at_once, &elsewhere, cx).await;
    Ok(seen)
}

async fn round(check: &RateLimit, site: &Site<'_>, at_once: usize, more: &(dyn Fn(usize) -> HeaderMap + Sync), cx: &Context) -> Round {
    let (refusing, is_over) = (check.refusing(), AtomicBool::new(false));
    let volley = Volley {
        method: check.method().wire(),
        body: check.body.as_ref().map(|body| body.bytes()),
        more,
        is_over: Some(&is_over),
        ..Volley::new(site, check.requests(), at_once)
    };
    let mut round = Round::default();
    let unsent = volley
        .send(cx, |_, answer| {
            round.sent += 1;
            match answer {
                Ok(reply) => {
                    *round.statuses.entry(reply.status).or_default() += 1;
                    if refusing.contains(&reply.status) {
                        is_over.store(true, Ordering::Relaxed);
                    }
                }
                Err(trouble) => {
                    let why = excerpt(&plain(&trouble.to_string()), 300);
                    round.unanswered.get_or_insert((0, why)).0 += 1;
                }
            }
        })
        .await;
    round.unsent = (unsent > 0 && !is_over.load(Ordering::Relaxed)).then_some(unsent as u64);
    round
}

/// Another address each time, of those that are nobody's (RFC 2544).
fn elsewhere(number: usize) -> HeaderMap {
    let address = format!("198.18.{}.{}", number / 250, number % 250 + 1);
    let value = |text: &str| HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("198.18.255.1"));
    let mut headers: HeaderMap = FORWARDED.iter().map(|name| (HeaderName::from_static(name), value(&address))).collect();
    headers.insert(header::FORWARDED, value(&format!("for={address}")));
    headers
}
