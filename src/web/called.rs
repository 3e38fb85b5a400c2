//! A call for a passkey: what the page hands to the browser, and what comes back in its form.

use axum::http::StatusCode;
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{Web, form::Fields, page::Fault, sealed::random};
use crate::{
    ledger::{Assertion, Created},
    model::Period,
};

/// How long whoever signs in, or makes a passkey, may take.
const SHORT: Period = Period::seconds(5 * 60);
/// How long whoever reads what they sign may take.
const LONG: Period = Period::seconds(10 * 60);

/// What a page hands to the browser.
#[derive(Serialize)]
pub(super) struct Call {
    how: &'static str,
    action: String,
    challenge: String,
    rp_id: String,
    /// The ids of the passkeys that are meant, or must not be made again.
    ids: Vec<String>,
    /// What the form brings back as it is.
    sealed: String,
}

impl Call {
    /// To sign in, or to make a passkey: over a challenge that nobody can guess.
    pub(super) fn fresh(web: &Web, how: &'static str, action: String, rp_id: String, ids: Vec<String>) -> Result<Self, Fault> {
        let challenge = BASE64URL_NOPAD.encode(&random()?);
        let sealed = web.door.key.seal(&action, &challenge, SHORT.after(web.desk.now()));
        Ok(Self { how, action, challenge, rp_id, ids, sealed })
    }

    /// To sign what was prepared.
    pub(super) fn of(web: &Web, action: String, challenge: &[u8], rp_id: String, ids: Vec<String>, carried: &impl Serialize) -> Self {
        let sealed = web.door.key.seal(&action, carried, LONG.after(web.desk.now()));
        Self { how: "sign", action, challenge: BASE64URL_NOPAD.encode(challenge), rp_id, ids, sealed }
    }
}

/// What the form brought back that was handed out for this address, once.
pub(super) fn carried<T: DeserializeOwned>(web: &Web, action: &str, fields: &Fields, now: Timestamp) -> Result<T, Fault> {
    let late = || Fault::Wrong(StatusCode::BAD_REQUEST, "This page has run out, or was not made here: begin again.".into());
    web.door.key.open(action, fields.get("sealed").unwrap_or_default(), now).ok_or_else(late)
}

/// The challenge that was handed out for this address; it is good once.
pub(super) fn challenge(web: &Web, action: &str, fields: &Fields) -> Result<Vec<u8>, Fault> {
    let now = web.desk.now();
    let text: String = carried(web, action, fields, now)?;
    let again = || Fault::Wrong(StatusCode::BAD_REQUEST, "This form was sent already: begin again.".into());
    if !web.answered.first(&text, SHORT.after(now), now) {
        return Err(again());
    }
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| again())
}

/// The signature in a form.
pub(super) fn assertion(fields: &Fields) -> Assertion {
    let field = |name| fields.or(name, "").to_owned();
    Assertion {
        credential: field("credential"),
        authenticator_data: field("authenticator"),
        client_data: field("client"),
        signature: field("signature"),
    }
}

/// The passkey in a form.
pub(super) fn created(fields: &Fields) -> Created {
    let field = |name| fields.or(name, "").to_owned();
    Created {
        credential: field("credential"),
        authenticator_data: field("authenticator"),
        client_data: field("client"),
        public_key: field("key"),
        algorithm: fields.or("algorithm", "").parse().unwrap_or_default(),
    }
}
