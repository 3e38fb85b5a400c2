//! An API in this process whose answers a test decides, and what the kind `cors` makes of it.

use std::pin::Pin;

use gonogo::{check::Judged, model::Outcome};
use serde_json::{Value, json};

use crate::{
    hostile::{Hostile, Visit},
    look::Look,
};

pub(crate) const APP: &str = "https://app.example.com";

/// What was asked, as far as an API looks at it.
pub(crate) struct Question {
    pub(crate) method: String,
    pub(super) path: String,
    pub(crate) origin: Option<String>,
    pub(super) nth: usize,
}

impl Question {
    pub(super) fn of(visit: &Visit<'_>) -> Self {
        let method = visit.head.split_whitespace().next().unwrap_or_default().to_owned();
        Self { method, path: visit.path().to_owned(), origin: header(&visit.head, "origin"), nth: visit.nth }
    }

    pub(super) fn is_error(&self) -> bool {
        self.path.ends_with("/gonogo-no-such-page")
    }

    /// What a good API says.
    pub(crate) fn good(&self) -> (u16, Vec<String>) {
        let status = match self.method.as_str() {
            "OPTIONS" => 204,
            _ if self.is_error() => 404,
            _ => 200,
        };
        let mut headers = vec!["Vary: Accept-Encoding, origin".to_owned()];
        if self.origin.as_deref() == Some(APP) {
            headers.extend([format!("Access-Control-Allow-Origin: {APP}"), "Access-Control-Allow-Credentials: true".to_owned()]);
            headers.extend(["Access-Control-Allow-Methods: PUT".to_owned(), "Access-Control-Allow-Headers: authorization".to_owned()]);
        }
        (status, headers)
    }
}

pub(super) fn header(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")))?;
    Some(line[name.len() + 2..].trim().to_owned())
}

/// An API that answers as `api` says.
pub(crate) async fn api(api: impl Fn(&Question) -> (u16, Vec<String>) + Send + Sync + 'static) -> Hostile {
    Hostile::new(move |mut visit| -> Pin<Box<dyn Future<Output = bool> + Send>> {
        let (status, headers) = api(&Question::of(&visit));
        Box::pin(async move {
            let lines: Vec<&str> = headers.iter().map(String::as_str).collect();
            visit.answer(status, &lines, "").await
        })
    })
    .await
}

pub(crate) fn settings(server: &Hostile) -> Value {
    json!({ "url": server.url("/users?page=1"), "origins": APP, "methods": ["GET", "PUT"], "headers": "Authorization", "credentials": true })
}

pub(super) async fn look(settings: Value) -> Judged {
    Look::new("cors", settings).look().await.expect("answers")
}

pub(super) async fn outcome(settings: Value) -> (Outcome, String) {
    Look::new("cors", settings).outcome().await
}

pub(super) fn names(seen: &Judged, met: Option<bool>) -> Vec<&str> {
    seen.expectations.iter().filter(|expectation| expectation.met == met).map(|expectation| expectation.name.as_str()).collect()
}
