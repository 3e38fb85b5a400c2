//! One request, sent within its bounds.

use std::time::{Duration, Instant};

use reqwest::{
    Client, Method, Response, StatusCode,
    header::{self, HeaderMap, HeaderValue},
};
use url::Url;

use super::{
    address::Address,
    body::{self, Bounds},
    error,
    jar::Jar,
    redirect::{self, Next},
    reply::{self, Hop, Reply, is_redirect},
};
use crate::net::{Pins, Reach, Trouble, tls::TlsFiles, trouble::exhausted};

/// Between two attempts at a connection that there was no descriptor for.
const PAUSE: Duration = Duration::from_millis(50);

/// What to send and how much to take back.
pub struct Request<'a> {
    /// The method.
    pub method: Method,
    /// Where to.
    pub address: &'a Address,
    /// Sent as they are; those marked sensitive only to the address's own origin.
    pub headers: HeaderMap,
    /// The content.
    pub body: Option<Vec<u8>>,
    /// Whom to trust, and who we are: that only to the address's own origin.
    pub files: &'a TlsFiles,
    /// How many redirects to follow.
    pub follow: u8,
    /// Where cookies are kept and taken from; without one none is.
    pub jar: Option<&'a Jar>,
    /// Over a connection of its own: another instance behind a load balancer may answer each time.
    pub fresh: bool,
    /// How much to take back.
    pub bounds: Bounds,
    /// Is told of each address that a redirect leads to, before it is asked.
    pub led: &'a (dyn Fn(&Address) + Sync),
}

/// Sends `request` and takes the answer, following redirects as far as it says.
///
/// # Errors
/// When no answer came: a sentence a person can act on, without credentials.
pub async fn send(reach: &Reach, mut request: Request<'_>) -> Result<Reply, Trouble> {
    let mut address = request.address.clone();
    let mut files = request.files.clone();
    let mut hops = Vec::new();
    let mut started = None;
    loop {
        let client = reach.http().client(reach, &files, request.fresh, &address)?;
        // The answer's times count from here: making the first client, with its roots, is our own time.
        let started = started.get_or_insert_with(Instant::now);
        let mut reply = once(&client, reach, &address, &request, started).await?;
        match redirect::next(&reply, &hops, request.follow) {
            Next::Stay(stopped) => {
                reply.hops = hops;
                reply.stopped = stopped;
                return Ok(reply);
            }
            Next::Go(to) => {
                hops.push(Hop { from: address.to_string(), status: reply.status, to: to.to_string() });
                if !address.same_origin(&to) {
                    leave_origin(&mut request.headers);
                    // Nor does our certificate: whoever asks for it there would learn who we are.
                    files.identity = None;
                }
                (request.led)(&to);
                address = to;
            }
        }
    }
}

async fn once(client: &Client, reach: &Reach, address: &Address, request: &Request<'_>, started: &mut Instant) -> Result<Reply, Trouble> {
    let executed = answer(client, reach.pins(), address, request, started);
    let Ok(answered) = tokio::time::timeout_at(request.bounds.deadline.into(), executed).await else {
        return Err(error::timed_out(address, started.elapsed()));
    };
    let response = answered?;
    let to_headers = started.elapsed();
    if matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        reach.strain().note(address.target());
    }
    let (status, version, headers) = (response.status().as_u16(), reply::version(response.version()), response.headers().clone());
    let bounds = match request.follow {
        0 => request.bounds,
        // A followed redirect's content is of no interest; a small one is read so that the connection is free again.
        _ if is_redirect(status) => Bounds { limit: 16 << 10, ..request.bounds },
        _ => request.bounds,
    };
    if let Some(jar) = request.jar {
        jar.take(address, &headers, reach.now());
    }
    let body = body::read(response, bounds, *started).await;
    Ok(Reply {
        address: address.clone(),
        hops: Vec::new(),
        stopped: None,
        status,
        version,
        headers,
        body,
        to_headers,
        total: started.elapsed(),
    })
}

/// The answer, once there is a descriptor for its connection: those that idle are closed within a second. Waiting for one
/// is no time of the target's: it has `started` so much later.
async fn answer(
    client: &Client,
    pins: &Pins,
    address: &Address,
    request: &Request<'_>,
    started: &mut Instant,
) -> Result<Response, Trouble> {
    loop {
        let tried = Instant::now();
        match client.execute(outgoing(address, pins, request)).await {
            Ok(response) => return Ok(response),
            Err(cause) if cause.is_connect() && exhausted(&cause) && Instant::now() + PAUSE < request.bounds.deadline => {
                tokio::time::sleep(PAUSE).await;
                *started += tried.elapsed();
            }
            Err(cause) => return Err(error::explain(address, &cause)),
        }
    }
}

fn outgoing(address: &Address, pins: &Pins, request: &Request<'_>) -> reqwest::Request {
    let (url, host) = on_the_wire(address, pins);
    let mut out = reqwest::Request::new(request.method.clone(), url);
    *out.headers_mut() = request.headers.clone();
    if let Some(authorization) = address.authorization() {
        out.headers_mut().entry(header::AUTHORIZATION).or_insert(authorization);
    }
    if let Some(cookies) = request.jar.and_then(|jar| jar.header(address)) {
        out.headers_mut().insert(header::COOKIE, cookies);
    }
    if let Some(host) = host {
        out.headers_mut().entry(header::HOST).or_insert(host);
    }
    *out.body_mut() = request.body.clone().map(reqwest::Body::from);
    out
}

/// A port in the address beats the pin's port in reqwest, but the plan pins both: so the port is left out of the
/// address and named in the `Host` header.
fn on_the_wire(address: &Address, pins: &Pins) -> (Url, Option<HeaderValue>) {
    let mut url = address.url().clone();
    let pinned_port = pins.get(address.host()).and_then(|pin| pin.port);
    match (url.port(), pinned_port) {
        (Some(port), Some(_)) => {
            let host = HeaderValue::try_from(format!("{}:{port}", address.host())).ok();
            // Fails only for addresses without a host.
            let _ = url.set_port(None);
            (url, host)
        }
        _ => (url, None),
    }
}

/// What is secret, and what names the old host, does not go to another origin.
fn leave_origin(headers: &mut HeaderMap) {
    let kept = headers.iter().filter(|(name, value)| !value.is_sensitive() && *name != header::HOST);
    *headers = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
}
