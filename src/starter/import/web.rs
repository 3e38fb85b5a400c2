//! A request over HTTP and what its answer must be: kind `http`, and `curl` through proxies and where certificates are not to be verified.

use serde_json::{Map, Value, json};

use super::{
    entry::{Check, Entry},
    words::{Texts, VARIABLE, period, variable},
};

/// The methods of kind `http`.
const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
/// Any status that an answer can end with.
pub(super) const ANY: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];
/// How many redirects other tools follow.
const REDIRECTS: u8 = 10;

/// A request, and what is demanded of the answer.
#[derive(Debug, Default)]
pub(super) struct Ask {
    pub(super) url: String,
    pub(super) method: Option<String>,
    pub(super) headers: Map<String, Value>,
    pub(super) body: Option<String>,
    pub(super) login: Option<(String, String)>,
    pub(super) follows: bool,
    pub(super) insecure: bool,
    pub(super) proxy: Option<String>,
    /// `ca-file`, `cert-file`, `key-file`.
    pub(super) files: Map<String, Value>,
    /// The statuses, as kind `http` takes them.
    pub(super) status: Vec<Value>,
    pub(super) texts: Texts,
    /// The other keys of `expect`.
    pub(super) expect: Map<String, Value>,
    pub(super) timeout: Option<u64>,
}

impl Ask {
    /// Makes a check of it.
    pub(super) fn say(mut self, entry: &mut Entry) {
        if !self.url.contains("://") && !VARIABLE.is_match(&self.url) {
            self.url = format!("http://{}", self.url);
        }
        self.method = self.method.map(|method| method.to_ascii_uppercase()).filter(|method| !method.is_empty());
        if let Some(method) = self.method.as_ref().filter(|method| !METHODS.contains(&method.as_str())) {
            return entry.lack(format!("the method {method}"));
        }
        if let Some((user, password)) = self.login.take() {
            let login = if VARIABLE.is_match(&password) || password.is_empty() { password } else { hidden(&password) };
            if self.url.contains("://") {
                self.url = self.url.replacen("://", &format!("://{user}:{login}@"), 1);
            } else {
                // An address that is a variable has no place for it.
                self.headers.insert("Authorization".into(), json!(format!("Basic {}", variable("BASIC_AUTH"))));
                entry.notes.push(format!("BASIC_AUTH is the base64 of `{user}:` and the password"));
            }
        }
        if self.proxy.is_some() || (self.insecure && !self.url.starts_with("http://")) {
            return self.curl(entry);
        }
        // A redirect that is wanted is not followed.
        let follows = self.follows && matches!(self.method.as_deref(), None | Some("GET" | "HEAD"));
        let redirects = self.status.iter().filter_map(Value::as_u64).any(|status| (300..400).contains(&status));
        let mut expect: Map<String, Value> = Map::new();
        match self.status.as_slice() {
            [] => {}
            [one] => drop(expect.insert("status".into(), one.clone())),
            several => drop(expect.insert("status".into(), json!(several))),
        }
        expect.extend(self.texts.keys());
        expect.extend(self.expect);
        let mut body = json!({
            "url": self.url,
            "method": self.method.or(self.body.as_ref().map(|_| "GET".to_owned())).filter(|method| method != "GET" || self.body.is_some()),
            "headers": self.headers,
            "body": self.body,
            "follow-redirects": (follows && !redirects).then_some(REDIRECTS),
        });
        if let Value::Object(body) = &mut body {
            body.extend(self.files);
            body.insert("expect".into(), Value::Object(expect));
        }
        let mut check = Check::new("http", body);
        check.timeout = self.timeout;
        entry.checks.push(check);
    }

    /// By `curl`, through a proxy or without verifying certificates: the status and the body; the rest it cannot say.
    fn curl(self, entry: &mut Entry) {
        let mut texts = self.texts;
        let status = self.status.iter().map(|status| match status {
            Value::String(class) => class.replace('x', "[0-9]"),
            code => code.to_string(),
        });
        let status = status.collect::<Vec<_>>().join("|");
        texts.matches.push(format!(r"\nSTATUS (?:{})\z", if status.is_empty() { "2[0-9][0-9]".into() } else { status }));
        let mut argv =
            vec!["curl".to_owned(), if self.insecure { "-ksS" } else { "-sS" }.into(), "-w".into(), r"\nSTATUS %{http_code}".into()];
        argv.extend(self.proxy.iter().flat_map(|proxy| ["-x".to_owned(), proxy.clone()]));
        argv.extend(self.follows.then(|| "-L".to_owned()));
        argv.extend(self.method.filter(|method| method != "GET").into_iter().flat_map(|method| ["-X".to_owned(), method]));
        for (name, value) in &self.headers {
            argv.extend(["-H".to_owned(), format!("{name}: {}", value.as_str().unwrap_or_default())]);
        }
        argv.extend(self.body.into_iter().flat_map(|body| ["--data-raw".to_owned(), body]));
        argv.push(self.url);
        let mut body: Map<String, Value> = [("argv".to_owned(), json!(argv))].into_iter().collect();
        body.extend(texts.keys());
        let mut expect = self.expect;
        body.extend(expect.remove("max-time").map(|time| ("max-time".to_owned(), time)));
        if !expect.is_empty() || !self.files.is_empty() {
            let rest: Vec<String> = expect.keys().chain(self.files.keys()).map(|key| format!("`{key}`")).collect();
            entry.lack(format!("{} of an answer that only `curl` can ask for", rest.join(", ")));
        }
        let mut check = Check::new("command", Value::Object(body));
        check.timeout = self.timeout;
        entry.commands.push(check);
        if self.insecure {
            entry.notes.push("certificates are not verified there, which kind `http` always does".into());
        }
    }
}

/// A password that is a word of its own, so that it is found and hidden when it is written.
fn hidden(password: &str) -> String {
    // It stands in an address, where only some characters can.
    password.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Kind `tcp`, with how long an answer is waited for.
pub(super) fn tcp(entry: &mut Entry, address: &str, more: Value, timeout: Option<u64>) {
    let mut check = Check::new("tcp", json!({ "address": address }));
    // It must fit into the check's own timeout of ten seconds.
    check.body.extend(timeout.map(|millis| ("within".to_owned(), json!(period(millis.clamp(1_000, 8_000))))));
    check.body.extend(Check::new("", more).body);
    entry.checks.push(check);
}

/// Headers as `Name: value` each, or as a map of a value or a list.
pub(super) fn headers(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Null => Some(Map::new()),
        Value::Array(lines) => lines
            .iter()
            .map(|line| line.as_str()?.split_once(':').map(|(name, value)| (name.trim().to_owned(), json!(value.trim()))))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let one = value.as_array().filter(|list| list.len() == 1).map_or(value, |list| &list[0]);
                super::words::text(one).map(|text| (name.clone(), json!(text)))
            })
            .collect(),
        _ => None,
    }
}
