//! Asks for health, once or several times in a row.

use std::{collections::BTreeMap, path::Path, time::Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Health, Healthy, fresh, reading::Reading, release::Running};
use crate::{
    check::{
        Context, Unseen,
        kind::http::{self as kind, BodySeen, json_text},
    },
    model::excerpt,
    net::http::{self, Bounds, End, HeaderMap, HeaderName, HeaderValue, HttpError, Method, Reply, Request, header},
};

/// How much of a body is read.
const LIMIT: usize = 1 << 20;

/// What the service answered, each time it was asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answers {
    /// In the order of asking; at least one.
    pub(super) answers: Vec<Said>,
    /// Why a later one did not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lost: Option<String>,
}

/// One answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Said {
    /// The status.
    pub(super) status: u16,
    /// Where it leads, if it is a redirect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) leads_to: Option<String>,
    /// The content type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    /// What its headers say of caches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) caches: Vec<fresh::Told>,
    /// What it says.
    pub(super) says: Reading,
    /// Which release says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) release: Option<Running>,
    /// The body.
    pub(super) body: BodySeen,
    /// Until its end, in milliseconds, rounded up.
    #[serde(default)]
    pub(super) total_ms: u64,
}

impl Health {
    /// As many answers as are wanted in a row.
    pub(super) async fn look(&self, cx: &Context) -> Result<Answers, Unseen> {
        self.headers.hide(&self.url, cx);
        let until = kind::deadline(cx);
        let pauses = self.interval().get().saturating_mul(u32::try_from(self.successes - 1).unwrap_or(u32::MAX));
        if pauses >= until.saturating_duration_since(Instant::now()) {
            let why = format!("{} answers {} apart do not fit into the check's `timeout`: raise it", self.successes, self.interval());
            return Err(Unseen::Unknown(why));
        }
        let ca_file = self.ca_file.as_ref().map(|file| cx.path(file));
        let first = self.ask(cx, ca_file.as_deref(), until).await.map_err(kind::unseen)?;
        let mut seen = Answers { answers: vec![first], lost: None };
        while seen.answers.len() < self.successes && seen.lost.is_none() {
            tokio::time::sleep(self.interval().get()).await;
            match self.ask(cx, ca_file.as_deref(), until).await {
                Ok(said) => seen.answers.push(said),
                Err(error) => seen.lost = Some(error.why),
            }
        }
        for answer in &mut seen.answers {
            if self.judge_one(answer).iter().all(|expectation| expectation.met == Some(true)) {
                answer.body.excerpt = None;
            }
        }
        Ok(seen)
    }

    async fn ask(&self, cx: &Context, ca_file: Option<&Path>, deadline: Instant) -> Result<Said, HttpError> {
        let bounds = Bounds { keep: LIMIT, limit: LIMIT as u64, started: Instant::now(), deadline };
        let request = Request {
            method: Method::GET,
            address: &self.url,
            headers: self.outgoing(),
            body: None,
            ca_file,
            follow: 0,
            fresh: self.successes > 1,
            bounds,
            led: &|_| {},
        };
        let reply = http::send(cx.reach(), request).await?;
        let json = json_text::parse(&reply.body.bytes);
        let mut said = said(&reply, self.healthy.as_ref(), &json);
        said.release = self.release.as_ref().map(|binding| binding.look(&reply.headers, &json, cx.release(), cx.phase()));
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

/// What one reply says.
fn said(reply: &Reply, healthy: Option<&Healthy>, json: &Result<Value, String>) -> Said {
    let content_type = first(&reply.headers, header::CONTENT_TYPE);
    let leads_to = reply.location().filter(|_| http::is_redirect(reply.status)).and_then(|location| reply.address.join(&location).ok());
    Said {
        status: reply.status,
        leads_to: leads_to.map(|to| excerpt(&to.to_string(), 500)),
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
    let mut seen = BodySeen {
        size: body.size,
        end: body.end.clone(),
        utf8: std::str::from_utf8(&body.bytes).is_ok(),
        texts: BTreeMap::new(),
        patterns: BTreeMap::new(),
        json: BTreeMap::new(),
        not_json: None,
        excerpt: kind::evidence(&text, body),
    };
    let Some(healthy) = healthy.filter(|_| body.end == End::Whole) else { return seen };
    let texts = healthy.text.iter().flat_map(|texts| texts.iter());
    seen.texts = texts.map(|wanted| (wanted.as_str().to_owned(), text.trim() == wanted.as_str().trim())).collect();
    match (&healthy.json, json) {
        (Some(demands), Ok(value)) => seen.json = demands.look(value).collect(),
        (Some(_), Err(why)) => seen.not_json = Some(excerpt(why, 200)),
        (None, _) => {}
    }
    seen
}

fn first(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(|value| excerpt(&String::from_utf8_lossy(value.as_bytes()), 200))
}
