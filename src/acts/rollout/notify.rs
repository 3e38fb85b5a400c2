//! Tells those who want to hear of it what happens in a rollout. One that cannot be told changes nothing.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use data_encoding::{BASE64, HEXLOWER};
use ring::{digest, hmac};
use serde::Serialize;

use crate::{
    acts::Caller,
    model::{Release, Size},
    net::{
        Pins, Reach, Trouble,
        command::Command,
        http::{self, Bounds, HeaderMap, HeaderValue, Method, Request},
        tls::TlsFiles,
    },
    rollout::{Notify, Occasion},
};

/// How long it may take to tell one of them.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is told: the JSON that a program reads and that a webhook gets.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct News<'a> {
    /// What happened.
    pub(super) occasion: Occasion,
    pub(super) project: &'a str,
    pub(super) environment: &'a str,
    pub(super) release: &'a Release,
    pub(super) stage: &'a str,
    pub(super) attempt: u32,
    /// One sentence.
    pub(super) text: String,
    /// When.
    pub(super) at: jiff::Timestamp,
}

/// Tells all who want to hear of it. What is returned are sentences about those who could not be told.
pub(super) async fn tell(caller: &Caller, folder: &Path, all: &[Notify], news: &News<'_>) -> Vec<String> {
    let body = serde_json::to_vec(news).unwrap_or_default();
    let mut failed = Vec::new();
    for notify in all.iter().filter(|notify| notify.on.contains(&news.occasion)) {
        let told = match (&notify.command, notify.address()) {
            (Some(argv), _) => run(caller, folder, argv, &body).await,
            (None, Ok(Some(address))) => send(caller, &address, notify, &body).await,
            (None, _) => Err("there is no address".into()),
        };
        failed.extend(told.err().map(|why| format!("could not tell that it was {}: {why}", news.occasion)));
    }
    failed
}

async fn run(caller: &Caller, folder: &Path, argv: &[String], body: &[u8]) -> Result<(), String> {
    let command = Command { argv, env: &caller.env, dir: folder, deadline: Instant::now() + PATIENCE, limit: Size(1 << 20), stdin: body };
    command.output().await.map(drop).map_err(|error| error.to_string())
}

/// Sends it, signed over id, time and body as standardwebhooks.com says. Errors do not show the address, which is a secret.
async fn send(caller: &Caller, address: &http::Address, notify: &Notify, body: &[u8]) -> Result<(), String> {
    let now = (caller.clock)();
    let id = format!("msg_{}", &HEXLOWER.encode(digest::digest(&digest::SHA256, body).as_ref())[..32]);
    let time = now.as_second().to_string();
    let key = notify.key.as_ref().map(|key| key.expose()).unwrap_or_default();
    let signature = format!("v1,{}", BASE64.encode(signed(key, &id, &time, body).as_ref()));
    let mut headers = HeaderMap::new();
    let written = BTreeMap::from([
        ("content-type", "application/json"),
        ("webhook-id", &*id),
        ("webhook-timestamp", &*time),
        ("webhook-signature", &*signature),
    ]);
    for (name, value) in written {
        headers.insert(name, HeaderValue::from_str(value).map_err(|_| "its signature is no header".to_owned())?);
    }
    let reach = Reach::new(caller.env.clone(), Pins::default(), now);
    let files = TlsFiles::default();
    let request = Request {
        method: Method::POST,
        address,
        headers,
        body: Some(body.to_vec()),
        files: &files,
        follow: 0,
        jar: None,
        fresh: false,
        bounds: Bounds { keep: 0, limit: 64 << 10, deadline: Instant::now() + PATIENCE },
        led: &|_| {},
    };
    let reply = http::send(&reach, request).await;
    reach.close().await;
    match reply {
        Ok(reply) if (200..300).contains(&reply.status) => Ok(()),
        Ok(reply) => Err(format!("the webhook answered with status {}", reply.status)),
        Err(Trouble::Unreachable(_)) => Err("the webhook cannot be reached".into()),
        Err(_) => Err("the webhook gave no answer that can be read".into()),
    }
}

/// The HMAC-SHA-256 of what is sent; a key that begins with `whsec_` is base64.
fn signed(key: &str, id: &str, time: &str, body: &[u8]) -> hmac::Tag {
    let raw = key.strip_prefix("whsec_").and_then(|rest| BASE64.decode(rest.as_bytes()).ok());
    let key = hmac::Key::new(hmac::HMAC_SHA256, raw.as_deref().unwrap_or(key.as_bytes()));
    let said = [id.as_bytes(), b".", time.as_bytes(), b".", body].concat();
    hmac::sign(&key, &said)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification, and the same from its reference library in Python.
    #[test]
    fn a_webhook_is_signed_as_the_standard_says() {
        let tag =
            signed("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#);
        assert_eq!(BASE64.encode(tag.as_ref()), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
