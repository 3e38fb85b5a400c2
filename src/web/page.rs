//! What is sent: pages with the strictest policy that they can live with, and errors as pages with a sentence.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::digest::{SHA256, digest};
use serde::Serialize;
use serde_json::json;

use super::{Web, session::Session};
use crate::{acts::ActError, ledger::LedgerError, model::Exit, render};

/// Who looks at a page, and where they are.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Frame {
    title: String,
    /// The place in the navigation.
    here: &'static str,
    /// The person's name.
    person: Option<String>,
    /// What forms carry.
    token: Option<String>,
    /// The page calls for a passkey.
    script: bool,
}

impl Frame {
    /// The frame of a page with this title.
    pub(super) async fn of(web: &Web, session: Option<&Session>, here: &'static str, title: impl Into<String>) -> Self {
        let person = match session {
            None => None,
            Some(session) => Some(web.name_of(&session.person).await),
        };
        let token = session.map(|session| session.token(&web.door.key));
        Self { title: title.into(), here, person, token, script: false }
    }

    /// The same for a page that calls for a passkey.
    #[must_use]
    pub(super) fn with_script(self) -> Self {
        Self { script: true, ..self }
    }

    /// The page of this name.
    pub(super) fn page(&self, name: &str, view: &impl Serialize) -> Html {
        Html { text: render::desk::page(name, self, view), script: self.script }
    }

    /// A page that was made by another template.
    pub(super) fn html(&self, text: String) -> Html {
        Html { text, script: self.script }
    }
}

/// A page.
pub(super) struct Html {
    text: String,
    script: bool,
}

impl IntoResponse for Html {
    fn into_response(self) -> Response {
        let policy = policy(&self.text, self.script);
        let mut response = Response::new(Body::from(self.text));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

/// What a page may do: have the styles that are in it, by their fingerprints, and send its forms here.
fn policy(page: &str, script: bool) -> String {
    // What people wrote is escaped: a `<` is the template's.
    let styles = page.split("<style>").skip(1).filter_map(|rest| rest.split_once("</style>"));
    let hashes: String = styles.map(|(style, _)| format!(" 'sha256-{}'", STANDARD.encode(digest(&SHA256, style.as_bytes())))).collect();
    // Places in a chart are attributes.
    let charts = if page.contains("style=\"") { "; style-src-attr 'unsafe-inline'" } else { "" };
    let script = if script { "; script-src 'self'" } else { "" };
    format!(
        "default-src 'none'; style-src{hashes}{charts}; img-src 'self'{script}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Why a page is not shown.
#[derive(Debug)]
pub(super) enum Fault {
    /// Nobody is signed in.
    SignIn,
    /// It is not for whoever asks, and why.
    Forbidden(String),
    /// There is no such thing.
    Missing(String),
    /// It was asked for wrongly.
    Wrong(StatusCode, String),
    /// It is refused by what is on record, or the rules.
    Refused(String),
    /// It cannot be told now.
    Away(String),
}

impl Fault {
    /// The status, a headline, and the sentence.
    pub(super) fn told(&self) -> (StatusCode, &'static str, &str) {
        match self {
            Self::SignIn => {
                (StatusCode::UNAUTHORIZED, "Sign in first", "This page is for people whom the policy names: sign in with your passkey.")
            }
            Self::Forbidden(why) => (StatusCode::FORBIDDEN, "Not for you", why),
            Self::Missing(why) => (StatusCode::NOT_FOUND, "There is no such page", why),
            Self::Wrong(status, why) => (*status, "That cannot be done so", why),
            Self::Refused(why) => (StatusCode::CONFLICT, "Refused", why),
            Self::Away(why) => (StatusCode::SERVICE_UNAVAILABLE, "The desk cannot tell now", why),
        }
    }

    /// As a controller reads it.
    pub(super) fn json(&self) -> Response {
        let (status, _, why) = self.told();
        let exit = if status == StatusCode::SERVICE_UNAVAILABLE { Exit::Unchecked } else { Exit::Usage };
        (status, axum::Json(json!({ "go": false, "verdict": "unknown", "exit": exit.code(), "reasons": [why] }))).into_response()
    }
}

impl From<ActError> for Fault {
    fn from(error: ActError) -> Self {
        match &error {
            ActError::Ledger(LedgerError::Unavailable { .. } | LedgerError::Missing(_)) | ActError::Plan(_) | ActError::Output(_) => {
                Self::Away(told(&error))
            }
            ActError::NotRecorded(LedgerError::Unavailable { .. }) => Self::Away(told(&error)),
            ActError::Usage(why) => Self::Wrong(StatusCode::BAD_REQUEST, why.clone()),
            _ => Self::Refused(told(&error)),
        }
    }
}

/// What is wrong, also with the policy file.
fn told(error: &ActError) -> String {
    match error {
        ActError::Plan(problems) => {
            let first = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
            format!("the policy of this desk cannot be read: {first}")
        }
        other => other.to_string(),
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, headline, why) = self.told();
        let frame = Frame { title: headline.into(), here: "", person: None, token: None, script: false };
        let view = json!({ "headline": headline, "why": why, "login": matches!(self, Self::SignIn) });
        (status, frame.page("error", &view)).into_response()
    }
}
