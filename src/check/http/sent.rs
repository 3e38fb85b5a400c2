//! What is sent: headers and content, their secrets kept apart.

use std::{borrow::Cow, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use schemars::json_schema;
use serde::de::{Error, MapAccess};
use serde_json::Value;

use super::captured::{Captured, Place};
use crate::{
    check::Context,
    model::{Secret, from_forms, looks_secret, schema},
    net::http::{Address, HeaderMap, HeaderName, HeaderValue},
};

/// Headers to send, by name. Those whose name looks secret (`Authorization`, `Cookie`, `X-Api-Key`, …) are never shown.
#[derive(Debug, Clone, Default)]
pub struct SentHeaders {
    headers: Vec<(HeaderName, HeaderValue)>,
    secrets: Vec<(HeaderName, Secret)>,
}

/// Headers the connection owns.
const NOT_OURS: [&str; 8] =
    ["content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "keep-alive", "proxy-connection"];

/// Headers that say nothing of who asks: they go along where a redirect leads to another origin. No other does.
const FOR_ALL: &str = include_str!("headers_for_all.txt");

impl SentHeaders {
    /// To put into a request.
    pub fn map(&self) -> HeaderMap {
        let mut map: HeaderMap = self.headers.iter().cloned().collect();
        for (name, secret) in &self.secrets {
            if let Ok(mut value) = HeaderValue::try_from(secret.expose()) {
                value.set_sensitive(true);
                map.insert(name.clone(), value);
            }
        }
        map
    }

    /// The names of the credentials in them and in `address`, as the plan writes them.
    pub fn credentials(&self, address: &Address) -> Vec<String> {
        let own = self.secrets.iter().flat_map(|(name, secret)| named(secret.written()).unwrap_or_else(|| vec![format!("header {name}")]));
        own.chain(address.authorization().map(|_| "the login in the url".to_owned())).collect()
    }

    /// Hides their secrets, and those of `address`, in every output.
    pub fn hide(&self, address: &Address, cx: &Context) {
        for (name, secret) in &self.secrets {
            let said = named(secret.written()).and_then(|names| names.into_iter().next());
            let said = said.as_deref().map_or(name.as_str(), |text| text.trim_start_matches("${").trim_end_matches('}'));
            cx.hide(said, secret.expose());
            // RFC 9110, 11.4: the scheme, then the credentials.
            let Some((scheme, credentials)) = secret.expose().split_once(' ') else { continue };
            cx.hide(said, credentials.trim());
            let login = STANDARD.decode(credentials.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"));
            if let Some((_, password)) =
                login.and_then(|login| String::from_utf8(login).ok()).as_deref().and_then(|login| login.split_once(':'))
            {
                cx.hide(said, password);
            }
        }
        for (name, secret) in address.secrets() {
            cx.hide(&name, &secret);
        }
    }

    /// The same with what was captured in its place, which then goes to the address's own origin only.
    ///
    /// # Errors
    /// Where a value may stand in no header: it could end it, and begin another.
    pub(crate) fn filled(&self, captured: &Captured) -> Result<Self, String> {
        let wrong = |name: &HeaderName| format!("what was captured for the header `{name}` has characters that no header may have");
        let mut filled = self.clone();
        for (name, value) in &mut filled.headers {
            if let Cow::Owned(text) = captured.fill(&String::from_utf8_lossy(value.as_bytes()), Place::Header)? {
                *value = HeaderValue::try_from(text).map_err(|_| wrong(name))?;
                value.set_sensitive(true);
            }
        }
        for (name, secret) in &mut filled.secrets {
            if let Cow::Owned(text) = captured.fill(secret.expose(), Place::Header)? {
                HeaderValue::try_from(&text).map_err(|_| wrong(name))?;
                *secret = Secret::new(text, secret.written());
            }
        }
        Ok(filled)
    }

    fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut sent = Self::default();
        while let Some(written) = map.next_key::<String>()? {
            let name = HeaderName::try_from(&written).map_err(|_| A::Error::custom(format!("`{written}` is not a header name")))?;
            if NOT_OURS.contains(&name.as_str()) {
                return Err(A::Error::custom(format!("`{name}` belongs to the connection and cannot be set")));
            }
            if sent.headers.iter().map(|(have, _)| have).chain(sent.secrets.iter().map(|(have, _)| have)).any(|have| *have == name) {
                return Err(A::Error::custom(format!("`{name}` stands here twice; the case of its letters does not matter")));
            }
            // The value is not quoted: it may be a secret.
            let wrong = || A::Error::custom(format!("the value of `{name}` has characters that no header may have"));
            if looks_secret(name.as_str()) {
                let secret: Secret = map.next_value()?;
                HeaderValue::try_from(secret.expose()).map_err(|_| wrong())?;
                sent.secrets.push((name, secret));
            } else {
                let mut value = HeaderValue::try_from(map.next_value::<String>()?).map_err(|_| wrong())?;
                // Whatever it holds stays with the origin it is meant for.
                value.set_sensitive(FOR_ALL.lines().all(|known| known != name.as_str()));
                sent.headers.push((name, value));
            }
        }
        Ok(sent)
    }
}

/// The `${NAME}`s in a text of the plan.
fn named(written: &str) -> Option<Vec<String>> {
    let names: Vec<String> = written
        .split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| format!("${{{}}}", name.split(":-").next().unwrap_or(name).split(":?").next().unwrap_or(name)))
        .collect();
    (!names.is_empty()).then_some(names)
}

from_forms!(map SentHeaders, "headers by name", SentHeaders::read);

schema!(inline SentHeaders, |_| json_schema!({ "type": "object", "additionalProperties": { "type": "string" } }));

/// Content to send: a text as it is, or a map or list as JSON.
#[derive(Clone)]
pub enum SentBody {
    /// As it is.
    Text(String),
    /// As JSON, with its content type unless `headers` give one.
    Json(Value),
}

impl SentBody {
    /// Its type, where it has one.
    pub(crate) fn media_type(&self) -> Option<&'static str> {
        matches!(self, Self::Json(_)).then_some("application/json")
    }

    /// The same with what was captured in the place of texts; in JSON it stays one text.
    pub(crate) fn filled(&self, captured: &Captured) -> Result<Self, String> {
        fn fill(value: &mut Value, captured: &Captured) -> Result<(), String> {
            match value {
                Value::String(text) => *text = captured.fill(text, Place::Text)?.into_owned(),
                Value::Array(items) => items.iter_mut().try_for_each(|item| fill(item, captured))?,
                Value::Object(fields) => fields.values_mut().try_for_each(|field| fill(field, captured))?,
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
            Ok(())
        }
        let mut filled = self.clone();
        match &mut filled {
            Self::Text(text) => *text = captured.fill(text, Place::Text)?.into_owned(),
            Self::Json(value) => fill(value, captured)?,
        }
        Ok(filled)
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Json(value) => value.to_string().into_bytes(),
        }
    }
}

/// Its size only: a secret may be in it.
impl fmt::Debug for SentBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SentBody({} bytes)", self.bytes().len())
    }
}

from_forms!(
    SentBody,
    "a string, or a map or list to send as JSON",
    text | text | Ok(SentBody::Text(text.to_owned())),
    map | fields | Ok(SentBody::Json(Value::Object(fields))),
    list | items | Ok(SentBody::Json(Value::Array(items))),
);

schema!(inline SentBody, |_| json_schema!({ "type": ["string", "object", "array"] }));
