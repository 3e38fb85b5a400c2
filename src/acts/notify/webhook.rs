//! A webhook that gets the JSON, signed; and the POST that the chats take too.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use data_encoding::{BASE64, HEXLOWER};
use ring::{digest, hmac};

use crate::{
    acts::Caller,
    model::Secret,
    net::{
        Pins, Reach, Trouble,
        http::{self, Address, Bounds, HeaderMap, HeaderValue, Method, Request},
        tls::TlsFiles,
    },
};

/// Sends it, signed over id, time and body as standardwebhooks.com says.
pub(super) async fn send(caller: &Caller, address: &Address, key: &Secret, body: Vec<u8>, patience: Duration) -> Result<(), String> {
    let id = format!("msg_{}", &HEXLOWER.encode(digest::digest(&digest::SHA256, &body).as_ref())[..32]);
    let time = (caller.clock)().as_second().to_string();
    let signature = format!("v1,{}", BASE64.encode(signed(key.expose(), &id, &time, &body).as_ref()));
    let headers = BTreeMap::from([("webhook-id", &*id), ("webhook-timestamp", &*time), ("webhook-signature", &*signature)]);
    post(caller, address, headers, body, patience).await
}

/// Posts JSON. Errors do not show the address, which is a secret.
pub(super) async fn post(
    caller: &Caller,
    address: &Address,
    written: BTreeMap<&'static str, &str>,
    body: Vec<u8>,
    patience: Duration,
) -> Result<(), String> {
    let mut headers = HeaderMap::new();
    for (name, value) in written.into_iter().chain([("content-type", "application/json")]) {
        headers.insert(name, HeaderValue::from_str(value).map_err(|_| "its signature is no header".to_owned())?);
    }
    let reach = Reach::new(caller.env.clone(), Pins::default(), (caller.clock)());
    let files = TlsFiles::default();
    let request = Request {
        method: Method::POST,
        address,
        headers,
        body: Some(body),
        files: &files,
        follow: 0,
        jar: None,
        fresh: false,
        bounds: Bounds { keep: 0, limit: 64 << 10, deadline: Instant::now() + patience },
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
