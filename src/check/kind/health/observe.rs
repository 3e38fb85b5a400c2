//! Asks for health, once or several times in a row.

use std::time::Instant;

use serde_json::Value;

use super::{
    Health, Healthy, fresh,
    reading::Reading,
    seen::{Said, Seen},
};
use crate::{
    check::{
        Context, Unseen,
        demand::json_text,
        http::{self as kind, BodySeen},
    },
    model::excerpt,
    net::{
        Trouble,
        http::{self, Bounds, End, HeaderMap, HeaderName, HeaderValue, Method, Reply, Request, header},
        tls::TlsFiles,
    },
};

const LIMIT: usize = 1 << 20;

/// As many answers as are wanted in a row.
pub(super) async fn observe(check: &Health, cx: &Context) -> Result<Seen, Unseen> {
    check.headers.hide(&check.url, cx);
    let until = cx.until();
    let pauses = check.interval().get().saturating_mul(u32::try_from(check.successes - 1).unwrap_or(u32::MAX));
    if pauses >= until.saturating_duration_since(Instant::now()) {
        let why = format!("{} answers {} apart do not fit into the check's `timeout`: raise it", check.successes, check.interval());
        return Err(Unseen::Unknown(why));
    }
    let files = TlsFiles { ca: check.ca_file.as_ref().map(|file| cx.path(file)), identity: None };
    let first = check.ask(cx, &files, until).await?;
    let mut seen = Seen { answers: vec![first], lost: None };
    while seen.answers.len() < check.successes && seen.lost.is_none() {
        tokio::time::sleep(check.interval().get()).await;
        match check.ask(cx, &files, until).await {
            Ok(said) => seen.answers.push(said),
            Err(error) => seen.lost = Some(error.to_string()),
        }
    }
    for answer in &mut seen.answers {
        if check.judge_one(answer, cx.shared.at).iter().all(|expectation| expectation.met == Some(true)) {
            answer.body.excerpt = None;
        }
    }
    Ok(seen)
}

impl Health {
    async fn ask(&self, cx: &Context, files: &TlsFiles, deadline: Instant) -> Result<Said, Trouble> {
        let bounds = Bounds { keep: LIMIT, limit: LIMIT as u64, deadline };
        let request = Request {
            method: Method::GET,
            address: &self.url,
            headers: self.outgoing(),
            body: None,
            files,
            follow: 0,
            jar: None,
            fresh: self.successes > 1,
            bounds,
            led: &|_| {},
        };
        let reply = http::send(&cx.shared.reach, request).await?;
        let json = json_text::parse(&reply.body.bytes);
        let mut said = said(&reply, self.healthy.as_ref(), &json);
        said.release = self.release.as_ref().map(|binding| binding.look(&reply.headers, &json, &cx.shared));
        Ok(said)
    }

    fn outgoing(&self) -> HeaderMap {
        let mut headers = self.headers.map();
        let mut default = |name: HeaderName, value: &'static str| {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        };
        default(header::ACCEPT, "application/health+json, application/json;q=0.9, text/plain;q=0.8, */*;q=0.1");
        default(header::CACHE_CONTROL, "no-cache");
        headers
    }
}

fn said(reply: &Reply, healthy: Option<&Healthy>, json: &Result<Value, String>) -> Said {
    let content_type = first(&reply.headers, header::CONTENT_TYPE);
    Said {
        status: reply.status,
        leads_to: reply.leads_to().map(|to| excerpt(&to.to_string(), 500)),
        says: Reading::of(content_type.as_deref().unwrap_or_default(), &reply.body.bytes, json),
        content_type,
        caches: fresh::told(&reply.headers),
        release: None,
        body: found(&reply.body, healthy, json),
        total_ms: kind::millis(reply.total),
    }
}

/// What the `healthy` key names, as far as the body has it.
pub(super) fn found(body: &http::Body, healthy: Option<&Healthy>, json: &Result<Value, String>) -> BodySeen {
    let text = String::from_utf8_lossy(&body.bytes);
    let mut seen = BodySeen::new(body, &text, std::str::from_utf8(&body.bytes).is_ok());
    let Some(healthy) = healthy.filter(|_| body.end == End::Whole) else { return seen };
    let texts = healthy.text.iter().flat_map(|texts| texts.iter());
    seen.texts = texts.map(|wanted| (wanted.as_str().to_owned(), text.trim() == wanted.as_str().trim())).collect();
    match (&healthy.json, json) {
        (Some(demands), Ok(value)) => seen.json = demands.look(value),
        (Some(_), Err(why)) => seen.not_json = Some(excerpt(why, 200)),
        (None, _) => {}
    }
    seen
}

fn first(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(|value| excerpt(&String::from_utf8_lossy(value.as_bytes()), 200))
}
