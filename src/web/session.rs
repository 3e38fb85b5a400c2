//! Who is signed in: a cookie that every desk with the same key knows, and no memory of it here.

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Web, door::seconds, form::Fields, page::Fault, sealed::Key};
use crate::model::Period;

/// `__Host-`: only this host by TLS sets it, for all its paths, and no subdomain does (RFC 6265bis, 4.1.3.2).
const NAME: &str = "__Host-gonogo";
const PURPOSE: &str = "session";
/// The longest session.
const LONGEST: Period = Period::seconds(8 * 3600);
/// How long it lasts unused.
const IDLE: Period = Period::seconds(30 * 60);
/// After so long it is written anew when it is used.
const RENEWED: i64 = 60;

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Session {
    /// The person's id.
    pub(super) person: String,
    /// The passkey that they signed in with.
    pub(super) passkey: String,
    /// When, in seconds.
    pub(super) since: i64,
    /// When it was used last, to the minute.
    used: i64,
}

impl Session {
    /// One that begins now.
    pub(super) fn begin(person: String, passkey: String, now: Timestamp) -> Self {
        Self { person, passkey, since: seconds(now), used: seconds(now) }
    }

    /// The one that a request brings.
    pub(super) fn of(headers: &HeaderMap, key: &Key, now: Timestamp) -> Option<Self> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
        let value = cookies.filter_map(|cookie| cookie.trim().split_once('=')).find(|(name, _)| *name == NAME)?.1;
        key.open(PURPOSE, value, now)
    }

    /// The cookie, where it is to be written again because it was used.
    pub(super) fn renewed(&self, key: &Key, now: Timestamp) -> Option<HeaderValue> {
        (seconds(now) - self.used >= RENEWED).then(|| Self { used: seconds(now), ..self.clone() }.cookie(key, now)).flatten()
    }

    /// The cookie that keeps it.
    pub(super) fn cookie(&self, key: &Key, now: Timestamp) -> Option<HeaderValue> {
        let until = IDLE.after(now).min(self.span().1);
        let (value, left) = (key.seal(PURPOSE, self, until), seconds(until) - seconds(now));
        format!("{NAME}={value}; Path=/; Max-Age={left}; Secure; HttpOnly; SameSite=Strict").parse().ok()
    }

    /// The cookie that ends it.
    pub(super) fn ended() -> HeaderValue {
        HeaderValue::from_static("__Host-gonogo=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict")
    }

    /// What a form of this session carries, and no other page knows.
    pub(super) fn token(&self, key: &Key) -> String {
        key.mark("form", self.bound().as_bytes())
    }

    /// That a form was made for this session.
    pub(super) fn sent(&self, fields: &Fields, web: &Web) -> Result<(), Fault> {
        match web.door.key.is_marked("form", self.bound().as_bytes(), fields.or("token", "")) {
            true => Ok(()),
            false => Err(Fault::Forbidden("This form was not made for your session: open its page again.".into())),
        }
    }

    /// When it began, and by when it ends.
    pub(super) fn span(&self) -> (Timestamp, Timestamp) {
        let since = Timestamp::from_second(self.since).unwrap_or_default();
        (since, LONGEST.after(since))
    }

    fn bound(&self) -> String {
        format!("{}\n{}\n{}", self.since, self.passkey, self.person)
    }
}
