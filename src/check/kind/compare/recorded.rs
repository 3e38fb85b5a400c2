//! Requests as they were recorded.

use serde_json::Value;

use crate::{
    check::{demand::json_text, http::Method},
    model::looks_secret,
    net::http::{HeaderMap, HeaderName, HeaderValue},
};

/// A request to send.
pub(super) struct Recorded {
    pub(super) method: Method,
    /// Its path with its query.
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Vec<u8>>,
}

/// Headers that are the connection's, or ask for an answer that is not compared here.
const NOT_SENT: [&str; 14] = [
    "host",
    "content-length",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "keep-alive",
    "transfer-encoding",
    "accept-encoding",
    "cookie",
    "authorization",
    "if-none-match",
    "if-modified-since",
    "expect",
];

/// Every request of a file, each read or why not. The error is of the file as a whole.
pub(super) fn read(text: &str, is_har: bool) -> Result<Vec<Result<Recorded, String>>, String> {
    if is_har {
        let har = json_text::parse(text.as_bytes())?;
        let entries = har["log"]["entries"].as_array().ok_or("it has no `log.entries`: is it a HAR?")?;
        return Ok(entries.iter().map(|entry| of(&entry["request"])).collect());
    }
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    Ok(lines.map(|line| json_text::parse(line.as_bytes()).and_then(|request| of(&request))).collect())
}

fn of(request: &Value) -> Result<Recorded, String> {
    let method = request["method"].as_str().unwrap_or("GET").to_ascii_uppercase();
    let method = serde_json::from_value(Value::String(method)).map_err(|_| "its method is none that is known here")?;
    let written = request["path"].as_str().or_else(|| request["url"].as_str()).ok_or("it has no `path` and no `url`")?;
    let path = match url::Url::parse(written) {
        Ok(url) => format!("{}{}", url.path(), url.query().map(|query| format!("?{query}")).unwrap_or_default()),
        Err(_) if written.starts_with('/') && !written.starts_with("//") => written.split('#').next().unwrap_or_default().to_owned(),
        Err(_) => return Err("its `path` does not begin with one `/`".into()),
    };
    let mut headers = HeaderMap::new();
    let pairs: Vec<(&str, &Value)> = match &request["headers"] {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.as_str(), value)).collect(),
        // HAR's list of names and values.
        Value::Array(list) => list.iter().map(|one| (one["name"].as_str().unwrap_or_default(), &one["value"])).collect(),
        _ => Vec::new(),
    };
    for (name, value) in pairs {
        if name.starts_with(':') || looks_secret(name) || NOT_SENT.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        let value = value.as_str().ok_or("a header of it is no text")?;
        let (name, value) = (HeaderName::try_from(name), HeaderValue::try_from(value));
        headers
            .append(name.map_err(|_| "a header of it has no name that can be sent")?, value.map_err(|_| "a header of it cannot be sent")?);
    }
    let body = match (&request["body"], request["postData"]["text"].as_str()) {
        (Value::Null, text) => text.map(|text| text.as_bytes().to_vec()),
        (Value::String(text), _) => Some(text.clone().into_bytes()),
        (json, _) => Some(json.to_string().into_bytes()),
    };
    Ok(Recorded { method, path, headers, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_har_loses_its_secrets() {
        let har = r#"{"log":{"entries":[{"request":{"method":"get","url":"https://a.example/x?y=1#z","headers":[{"name":":authority","value":"a"},
            {"name":"Cookie","value":"s=1"},{"name":"Authorization","value":"Bearer x"},{"name":"X-Api-Key","value":"k"},{"name":"Accept","value":"text/html"}]}}]}}"#;
        let mut all = read(har, true).expect("a HAR");
        let one = all.remove(0).expect("a request");
        assert_eq!((one.path.as_str(), one.headers.len(), one.headers["accept"].as_bytes()), ("/x?y=1", 1, &b"text/html"[..]));
        assert!(read("{}", true).is_err());
        for odd in [
            r#"{"path":"//evil.example/x"}"#,
            r#"{"path":"x"}"#,
            "{}",
            r#"{"method":"ODD","path":"/"}"#,
            "no",
            r#"{"path":"/","path":"/"}"#,
        ] {
            assert!(read(odd, false).expect("lines")[0].is_err(), "{odd}");
        }
    }
}
