//! What goss asks of the network: kinds `http`, `tcp` and `dns`.

use serde_json::{Map, Value, json};

use super::demand::{demand, elements, patterns};
use crate::starter::import::{
    entry::Entry,
    web::{self, Ask},
    words::{flag, text},
};

/// The keys of a request.
pub(super) const HTTP: &str = "url status allow-insecure no-follow-redirects timeout request-headers headers request-body body \
username password method ca-file cert-file key-file request-header proxy";

pub(super) fn http(entry: &mut Entry, url: &str, fields: &Value) {
    let word = |key: &str| fields[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let status = match &fields["status"] {
        Value::Null => web::ANY.map(Value::from).to_vec(),
        status => match demand(status) {
            Some(code @ Value::Number(_)) => vec![code],
            Some(Value::Object(more)) if more.len() == 1 && more.contains_key("one-of") => {
                more["one-of"].as_array().cloned().unwrap_or_default()
            }
            _ => return entry.lack("`status`: this matcher"),
        },
    };
    let Some(headers) = web::headers(&fields["request-headers"]) else { return entry.lack("`request-headers`: no `Name: value`") };
    let mut expect = Map::new();
    for line in elements(&fields["headers"]).unwrap_or_default() {
        match line.split_once(':').filter(|(name, _)| !name.starts_with(['!', '/'])) {
            Some((name, value)) => {
                let found = json!({ "matches": format!("{}.*", regex::escape(value.trim())) });
                expect.insert(name.trim().to_ascii_lowercase(), found);
            }
            None => entry.lack("`headers`: a pattern over name and value"),
        }
    }
    if elements(&fields["headers"]).is_none() && !fields["headers"].is_null() {
        entry.lack("`headers`: this matcher");
    }
    let texts = match patterns(&fields["body"]) {
        Ok(texts) => texts,
        Err(why) => return entry.lack(format!("`body`: {why}")),
    };
    let files = ["ca-file", "cert-file", "key-file"].into_iter().filter_map(|key| Some((key.to_owned(), json!(word(key)?)))).collect();
    let mut all = Map::new();
    if !expect.is_empty() {
        all.insert("headers".into(), Value::Object(expect));
    }
    Ask {
        url: url.to_owned(),
        method: word("method"),
        headers,
        body: word("request-body"),
        login: word("username").map(|user| (user, word("password").unwrap_or_default())),
        follows: flag(&fields["no-follow-redirects"]) != Some(true),
        proxy: word("proxy"),
        insecure: flag(&fields["allow-insecure"]) == Some(true),
        files,
        status,
        texts,
        expect: all,
        timeout: fields["timeout"].as_u64(),
    }
    .say(entry);
}

pub(super) fn addr(entry: &mut Entry, address: &str, fields: &Value) {
    let Some(place) = address.strip_prefix("tcp://") else {
        return entry.lack("only addresses of TCP can be looked at");
    };
    let closed = (flag(&fields["reachable"]) == Some(false)).then_some("any");
    web::tcp(entry, place, json!({ "closed": closed }), fields["timeout"].as_u64());
}

pub(super) fn dns(entry: &mut Entry, name: &str, fields: &Value) {
    let typed = name.split_once(':').filter(|(kind, _)| kind.chars().all(|c| c.is_ascii_uppercase()));
    let (kind, host) = typed.unwrap_or(("A", name));
    let resolvable = if fields["resolvable"].is_null() { &fields["resolveable"] } else { &fields["resolvable"] };
    let exists = flag(resolvable) != Some(false);
    let addrs = elements(&fields["addrs"]);
    if addrs.is_none() && !fields["addrs"].is_null() {
        return entry.lack("`addrs`: this matcher");
    }
    let addrs = addrs.unwrap_or_default();
    let server = text(&fields["server"]).filter(|server| !server.is_empty());
    if kind == "PTR" {
        let all: Vec<&str> = addrs.iter().map(|name| name.trim_end_matches('.')).collect();
        return entry.command(&["dig", "+short", "-x", host], json!({ "contains": all, "matches": exists.then_some(r"\S") }));
    }
    // Without a server goss asks as programs do, so that /etc/hosts counts.
    if host == "localhost" && server.is_none() && exists {
        let named = |addr: &str| format!(r"(?m)^\s*{addr}\s(?:.*\s)?localhost(?:\s|$)");
        let lines: Vec<String> = addrs.iter().map(|addr| named(&regex::escape(addr))).collect();
        let lines = if lines.is_empty() { vec![named("[0-9a-f:.]+")] } else { lines };
        return entry.say("file", json!({ "path": "/etc/hosts", "matches": lines }));
    }
    if !exists {
        return entry.say("dns", json!({ "name": host, "type": kind, "servers": server, "exists": false }));
    }
    if typed.is_none() {
        entry.notes.push("`/etc/hosts` does not count here".into());
    }
    // A name without a type has addresses of both kinds.
    let (six, four): (Vec<String>, Vec<String>) = addrs.iter().cloned().partition(|addr| typed.is_none() && addr.contains(':'));
    let contains = |all: &[String]| if all.is_empty() { Value::Null } else { json!({ "contains": all }) };
    if !four.is_empty() || six.is_empty() {
        entry.say("dns", json!({ "name": host, "type": kind, "servers": server, "records": contains(&four) }));
    }
    if !six.is_empty() {
        entry.say("dns", json!({ "name": host, "type": "AAAA", "servers": server, "records": contains(&six) }));
    }
}
