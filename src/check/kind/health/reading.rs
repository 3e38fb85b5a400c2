//! What a health answer says, whichever convention it follows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    component::{Component, Components, Unread},
    member::text_of,
    name::Name,
    standing::Standing,
};
use crate::{check::http::essence, model::excerpt};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Form {
    /// draft-inadarei-api-health-check: `application/health+json`.
    Ietf,
    SpringBoot,
    AspNet,
    /// Kubernetes' `livez` and `readyz`.
    Kubernetes,
    /// Eclipse MicroProfile Health (Quarkus, Open Liberty, …).
    MicroProfile,
    Terminus,
    /// A JSON object with a `status` word.
    Json,
    Text,
    /// A page, or other markup: of a login, an error, a proxy.
    Page,
    Empty,
    Unrecognised,
}

impl Form {
    /// What people call it.
    pub(super) fn said(self) -> &'static str {
        match self {
            Self::Ietf => "health+json",
            Self::SpringBoot => "Spring Boot Actuator",
            Self::AspNet => "ASP.NET Core",
            Self::Kubernetes => "Kubernetes",
            Self::MicroProfile => "MicroProfile Health",
            Self::Terminus => "Terminus",
            Self::Json => "JSON status",
            Self::Text => "plain text",
            Self::Page => "a page",
            Self::Empty => "an empty body",
            Self::Unrecognised => "unrecognised",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reading {
    pub(super) form: Form,
    /// Its status word, as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) word: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) components: Vec<Component>,
    /// What of it was not understood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unread: Vec<Unread>,
    /// It names more than is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) more_components: bool,
}

impl Reading {
    /// Reads a whole body; `json` is its JSON, or why it is none.
    pub(super) fn of(content_type: &str, body: &[u8], json: &Result<Value, String>) -> Self {
        let essence = essence(content_type);
        let text = String::from_utf8_lossy(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
        let text = text.trim();
        let says_json = essence == "application/json" || essence.ends_with("+json");
        match text.bytes().next() {
            None => Self::bare(Form::Empty),
            Some(_) if ["[+]", "[-]", "livez check ", "readyz check ", "healthz check "].iter().any(|start| text.starts_with(start)) => {
                Self::of_kubernetes(text)
            }
            // What begins so is a page, whatever it calls itself; many frameworks call every text `text/html`.
            Some(b'<') => Self::bare(Form::Page),
            Some(b'{' | b'[' | b'"') => match json {
                Ok(Value::Object(object)) => Self::of_object(&essence, object),
                Ok(Value::Array(list)) => Self::of_parts(Components::of_list(list)),
                Ok(Value::String(word)) => Self::of_text(word.trim()),
                Ok(_) | Err(_) => Self::bare(Form::Unrecognised),
            },
            Some(_) if says_json => Self::bare(Form::Unrecognised),
            Some(_) => Self::of_text(text),
        }
    }

    fn bare(form: Form) -> Self {
        Self::with(form, Components::default())
    }

    fn with(form: Form, Components { all: components, unread, more: more_components, .. }: Components) -> Self {
        Self { form, word: None, components, unread, more_components }
    }

    fn of_object(essence: &str, object: &Map<String, Value>) -> Self {
        let status = status(object);
        let found = Components::of(object, status);
        let Some(word) = status.map(|key| text_of(&object[key])) else { return Self::of_parts(found) };
        Self { word: Some(excerpt(&word, 50)), ..Self::with(form(essence, object, &word), found) }
    }

    /// Without a status of the whole its parts must have one.
    fn of_parts(found: Components) -> Self {
        if found.told { Self::with(Form::Json, found) } else { Self::bare(Form::Unrecognised) }
    }

    fn of_text(text: &str) -> Self {
        match (text, Standing::of(text)) {
            (_, None) if Name::is_well_told(text) => {
                Self { word: text.split([' ', '_']).next_back().map(str::to_owned), ..Self::bare(Form::Text) }
            }
            (_, None) => Self::bare(Form::Unrecognised),
            ("Healthy" | "Degraded" | "Unhealthy", _) => Self { word: Some(text.into()), ..Self::bare(Form::AspNet) },
            (word, Some(_)) => Self { word: Some(word.into()), ..Self::bare(Form::Text) },
        }
    }

    /// `[+]ping ok`, `[-]etcd failed: reason withheld`, at the end `readyz check passed`.
    fn of_kubernetes(text: &str) -> Self {
        let mut components = Components::default();
        let mut word = None;
        for line in text.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix("[+]").or_else(|| line.strip_prefix("[-]")) {
                let (name, said) = rest.split_once(' ').unwrap_or((rest, ""));
                let (first, note) = said.split_once(':').unwrap_or((said, ""));
                // The mark and the word must agree.
                let first = if line.starts_with("[-]") && Standing::of(first) == Some(Standing::Up) { "contradictory" } else { first };
                components.add(name, first, (!note.trim().is_empty()).then_some(note.trim()));
            } else if let Some((_, verdict)) = line.split_once(" check ") {
                word = Some(excerpt(verdict, 50));
            }
        }
        Self { word, ..Self::with(Form::Kubernetes, components) }
    }
}

/// Under which name the answer says how the whole is: `status`, another name for the whole, or one that is well where it is
/// true.
fn status(object: &Map<String, Value>) -> Option<&str> {
    let says = |value: &Value| matches!(value, Value::String(_) | Value::Bool(_)) || value.as_u64() == Some(200);
    let names = || object.iter().filter(|(_, value)| says(value)).map(|(name, _)| name.as_str());
    let named = |wanted: fn(&str) -> bool| names().find(|name| wanted(name));
    let word = || names().find(|name| Name::may_have_the_word(name) && Standing::of(&text_of(&object[*name])).is_some());
    let of_the_whole = named(|name| name == "status").or_else(|| named(Name::is_of_the_whole));
    of_the_whole.or_else(|| named(|name| Name::of(name) == Name::Well)).or_else(word)
}

/// By content type, then by the keys that tell the conventions apart.
fn form(essence: &str, object: &Map<String, Value>, word: &str) -> Form {
    let has = |key: &str| object.contains_key(key);
    let list = object.get("checks").is_some_and(Value::is_array);
    let upper = word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    match essence {
        "application/health+json" => Form::Ietf,
        _ if essence.starts_with("application/vnd.spring-boot.actuator") => Form::SpringBoot,
        _ if list && upper => Form::MicroProfile,
        _ if upper && (has("components") || has("groups") || object.len() == 1) => Form::SpringBoot,
        _ if has("details") && (has("info") || has("error")) => Form::Terminus,
        _ if has("entries") || has("results") => Form::AspNet,
        _ => Form::Json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::demand::json_text;

    const SPRING: &str = "application/vnd.spring-boot.actuator.v3+json";

    /// Content type, body, form, word, components.
    const KNOWN: &[(&str, &str, Form, &str, &str)] = &[
        ("application/json", r#"{"status":"healthy","checks":{"api":"ok","database":"ok"}}"#, Form::Json, "healthy", "api=ok database=ok"),
        (
            "application/health+json",
            r#"{"status":"pass","checks":{"db:time":[{"status":"pass"},{"status":"warn"}]}}"#,
            Form::Ietf,
            "pass",
            "db:time=pass db:time=warn",
        ),
        (
            SPRING,
            r#"{"status":"UP","components":{"db":{"status":"UP","components":{"a":{"status":"DOWN"}},"details":{"database":"PostgreSQL"}}}}"#,
            Form::SpringBoot,
            "UP",
            "db=UP db/a=DOWN",
        ),
        ("application/json", r#"{"status":"UP"}"#, Form::SpringBoot, "UP", ""),
        (
            "application/json",
            r#"{"status":"DOWN","checks":[{"name":"db","status":"DOWN","data":{}}]}"#,
            Form::MicroProfile,
            "DOWN",
            "db=DOWN",
        ),
        (
            "application/json",
            r#"{"status":"error","info":{},"error":{"db":{"status":"down"}},"details":{"db":{"status":"down"}}}"#,
            Form::Terminus,
            "error",
            "db=down",
        ),
        (
            "application/json",
            r#"{"status":"Healthy","entries":{"db":{"status":"Unhealthy","duration":"1"}}}"#,
            Form::AspNet,
            "Healthy",
            "db=Unhealthy",
        ),
        (
            "application/json",
            r#"{"status":"ok","checks":{"db":true,"cache":null,"queue":{},"memory":{"used":"84 MB"},"latency_ms":3}}"#,
            Form::Json,
            "ok",
            "db=true cache=null queue=no status",
        ),
        (
            "application/json",
            r#"{"status":"ok","database":"down","cache":{"status":"DOWN"},"queue":{"status":"up"},"ready":false,"last":"none","job":{"status":"rolled-out"},"debug":false}"#,
            Form::Json,
            "ok",
            "database=down cache=DOWN queue=up ready=false job=rolled-out",
        ),
        ("application/json", r#"{"ok":true}"#, Form::Json, "true", ""),
        ("application/json", r#"{"status":200,"db":{"connected":true}}"#, Form::Json, "200", "db/connected=true"),
        ("text/plain", "Degraded", Form::AspNet, "Degraded", ""),
        (
            "text/plain",
            "[+]ping ok\n[-]etcd failed: reason withheld\n[-]liar ok\nreadyz check failed\n",
            Form::Kubernetes,
            "failed",
            "ping=ok etcd=failed liar=contradictory",
        ),
        ("text/plain", "[+]ping ok\n[+]etcd excluded: ok\nreadyz check passed", Form::Kubernetes, "passed", "ping=ok etcd=excluded"),
        ("text/html", "ok\n", Form::Text, "ok", ""),
        ("application/json", "\"ok\"", Form::Text, "ok", ""),
    ];

    /// Content type, body, form: none of them has a status word.
    const UNKNOWN: &[(&str, &str, Form)] = &[
        ("application/json", "<!DOCTYPE html><title>Log in</title>ok", Form::Page),
        ("text/plain", "  <html>", Form::Page),
        ("application/json", "", Form::Empty),
        ("application/json", "ok", Form::Unrecognised),
        ("application/json", r#"{"installed":true}"#, Form::Unrecognised),
        ("application/json", r#"{"status":0}"#, Form::Unrecognised),
        ("application/json", r#"{"status":"UP","status":"DOWN"}"#, Form::Unrecognised),
        ("application/json", r#"{"status":"ok""#, Form::Unrecognised),
        ("application/json", r#"[{"user":"ok?"}]"#, Form::Unrecognised),
        ("text/plain", "everything seems ok", Form::Unrecognised),
        ("text/plain", "EROR", Form::Unrecognised),
    ];

    fn read(content_type: &str, body: &str) -> Reading {
        Reading::of(content_type, body.as_bytes(), &json_text::parse(body.as_bytes()))
    }

    #[test]
    fn knows_the_conventions() {
        for (content_type, body, form, word, components) in KNOWN {
            let reading = read(content_type, body);
            let named: Vec<String> = reading.components.iter().map(|c| format!("{}={}", c.name, c.word)).collect();
            assert_eq!((reading.form, reading.word.as_deref(), named.join(" ").as_str()), (*form, Some(*word), *components), "{body}");
        }
    }

    #[test]
    fn is_not_taken_in() {
        for (content_type, body, form) in UNKNOWN {
            let reading = read(content_type, body);
            assert_eq!((reading.form, reading.word), (*form, None), "{body}");
        }
    }

    #[test]
    fn is_bounded() {
        let many: Map<String, Value> = (0..1000).map(|n| (format!("c{n}"), Value::from("ok"))).collect();
        let reading = read("application/json", &serde_json::json!({ "status": "ok", "checks": many }).to_string());
        assert!(reading.more_components && reading.components.len() == 200);
        let deep = "{\"a\":{\"checks\":".repeat(20) + "{}" + &"}}".repeat(20);
        assert!(read("application/json", &format!("{{\"status\":\"ok\",\"checks\":{deep}}}")).more_components);
    }
}
