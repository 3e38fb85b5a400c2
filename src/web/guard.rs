//! What every request goes through: whose it is, how often, how large, and from which page; and what every answer says.

use std::{
    net::IpAddr,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt as _;
use tokio::time::timeout;

use super::{
    Web,
    door::Door,
    limits::{What, name_of},
    page::Fault,
    session::Session,
};

/// The most that a body may have: a few files, in base64.
const LARGEST: usize = 10 << 20;
/// The same, of somebody who is not signed in.
const LARGEST_OF_STRANGERS: usize = 64 << 10;
/// How long a body may take.
const BODY: Duration = Duration::from_secs(30);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(60);
/// So many bodies are in memory at once.
pub(super) const BODIES: usize = 6;

/// Where a request came from.
#[derive(Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// Lets a request through to its page, and dresses the answer.
pub(super) async fn guard(State(web): State<Arc<Web>>, request: Request, next: Next) -> Response {
    let now = web.desk.now();
    let session = Session::of(request.headers(), &web.door.key, now);
    let renewed = session.as_ref().and_then(|session| session.renewed(&web.door.key, now));
    let is_file = [ICON, SCRIPT].contains(&request.uri().path());
    let answered = AssertUnwindSafe(async {
        let request = admitted(&web, request, session).await?;
        timeout(ANSWER, next.run(request)).await.map_err(|_| Fault::Away("This page took too long to make: try again.".into()))
    });
    let mut response = match answered.catch_unwind().await {
        Ok(Ok(response)) => response,
        Ok(Err(fault)) => fault.into_response(),
        Err(_) => Fault::Away("This page could not be made: gonogo has a bug; please report it.".into()).into_response(),
    };
    dress(response.headers_mut(), web.door.secure, is_file);
    if let Some(cookie) = renewed.filter(|_| !response.headers().contains_key(header::SET_COOKIE)) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The paths that say nothing of anybody, and may be kept.
pub(super) const ICON: &str = "/icon.svg";
pub(super) const SCRIPT: &str = "/desk.js";

/// The request with its session and all of its body.
async fn admitted(web: &Web, mut request: Request, session: Option<Session>) -> Result<Request, Fault> {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    let address = match &web.door.proxy {
        None => peer,
        Some(name) => Some(named_by_proxy(request.headers(), name)?),
    };
    let address = name_of(address.ok_or_else(|| Fault::Away("Where this request came from is not known.".into()))?);
    let (now, post) = (Instant::now(), request.method() == Method::POST);
    let controller = request.uri().path().starts_with("/gate/");
    let allowed = web.limits.allow(What::Address, &address, now)
        && session.as_ref().is_none_or(|session| web.limits.allow(What::Session, &session.person, now))
        && (!post || controller || web.limits.allow(if session.is_some() { What::Post } else { What::Login }, &address, now));
    if !allowed {
        return Err(Fault::Wrong(StatusCode::TOO_MANY_REQUESTS, "You ask too often: wait a few seconds and try again.".into()));
    }
    if post && !controller {
        from_here(request.headers(), &web.door.origin)?;
    }
    let body = if post { Some(body(web, &mut request, session.is_some()).await?) } else { None };
    if let Some(session) = session {
        request.extensions_mut().insert(session);
    }
    *request.body_mut() = body.unwrap_or_default();
    Ok(request)
}

/// All of a body. Whoever is not signed in may not send much, and sends it last.
async fn body(web: &Web, request: &mut Request, known: bool) -> Result<Body, Fault> {
    let most = if known { LARGEST } else { LARGEST_OF_STRANGERS };
    let too_large =
        || Fault::Wrong(StatusCode::PAYLOAD_TOO_LARGE, format!("What was sent has more than {} KiB, which is the most.", most >> 10));
    let told = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|told| told > most) {
        return Err(too_large());
    }
    let _room = match known {
        // It is never closed.
        true => Some(timeout(BODY, web.bodies.acquire()).await.map_err(|_| Fault::Away("Too much is sent at once: try again.".into()))?),
        false => None,
    };
    let read = timeout(BODY, to_bytes(std::mem::take(request.body_mut()), most)).await;
    let read = read.map_err(|_| Fault::Wrong(StatusCode::REQUEST_TIMEOUT, "What was sent took too long to arrive: try again.".into()))?;
    // What breaks off is no longer there to be told.
    read.map(Body::from).map_err(|_| too_large())
}

/// Whose request a proxy says it is: exactly one address, in exactly one header.
fn named_by_proxy(headers: &HeaderMap, name: &HeaderName) -> Result<IpAddr, Fault> {
    let mut all = headers.get_all(name).iter();
    let said = all.next().filter(|_| all.next().is_none()).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    said.ok_or_else(|| {
        let why = format!("The proxy in front of this desk does not say in `{name}` whose request this is: one address, in one header.");
        Fault::Wrong(StatusCode::BAD_REQUEST, why)
    })
}

/// What changes something comes from a page of this desk, as browsers say of every such request.
fn from_here(headers: &HeaderMap, origin: &str) -> Result<(), Fault> {
    let mut all = headers.get_all(header::ORIGIN).iter();
    match (all.next(), all.next()) {
        (Some(said), None) if said.as_bytes() == origin.as_bytes() => Ok(()),
        _ => Err(Fault::Forbidden(format!("This form was not sent from {origin}: open the page there and send it again."))),
    }
}

/// What every answer says to the browser.
fn dress(headers: &mut HeaderMap, secure: bool, is_file: bool) {
    let mut say = |name: HeaderName, value: &'static str| _ = headers.entry(name).or_insert(HeaderValue::from_static(value));
    say(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::X_FRAME_OPTIONS, "DENY");
    // With none at all browsers would not say either where a form was sent from.
    say(header::REFERRER_POLICY, "same-origin");
    say(header::CACHE_CONTROL, if is_file { "public, max-age=3600" } else { "no-store" });
    say(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    say(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    say(
        HeaderName::from_static("permissions-policy"),
        "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=()",
    );
    if secure {
        say(header::STRICT_TRANSPORT_SECURITY, Door::HSTS);
    }
}
