//! Gatus: `endpoints`, each with conditions on what it answers.

mod condition;

use std::{collections::BTreeSet, sync::LazyLock};

use regex::{Captures, Regex};
use serde_json::{Map, Value, json};

use self::condition::{Condition, Place, body, codes};
use super::{
    entry::{Check, Entry},
    web::{self, Ask},
    words::{Texts, flag, millis, period, text, variable, wildcard},
};
use crate::model::regex;

/// `${NAME}` and `$NAME`, which Gatus fills in from its environment.
static FILLED: LazyLock<Regex> = LazyLock::new(|| regex(r"\$(?:\$|\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))"));

/// The endpoints.
pub(super) fn entries(file: &Value) -> Vec<Entry> {
    let list = |key: &str| file[key].as_array().cloned().unwrap_or_default();
    let mut entries: Vec<Entry> = list("endpoints").into_iter().map(endpoint).collect();
    for (key, why) in
        [("external-endpoints", "others tell Gatus of it: it looks at nothing itself"), ("suites", "steps that build on each other")]
    {
        for each in list(key) {
            let mut entry = Entry::new(each["name"].as_str().unwrap_or(key));
            entry.lack(why);
            entries.push(entry);
        }
    }
    entries
}

fn fill(value: &mut Value) {
    match value {
        Value::String(text) => {
            let filled = |found: &Captures<'_>| found.get(1).or(found.get(2)).map_or("$".to_owned(), |name| variable(name.as_str()));
            *text = FILLED.replace_all(text, filled).into_owned();
        }
        Value::Array(items) => items.iter_mut().for_each(fill),
        Value::Object(fields) => fields.values_mut().for_each(fill),
        _ => {}
    }
}

fn endpoint(mut fields: Value) -> Entry {
    fill(&mut fields);
    let name = fields["name"].as_str().unwrap_or("endpoint").to_owned();
    let mut entry = Entry::new(fields["group"].as_str().map_or(name.clone(), |group| format!("{group} {name}")));
    entry.title = Some(name);
    if flag(&fields["enabled"]) == Some(false) {
        entry.off = Some("it is turned off there".into());
        return entry;
    }
    entry.only(
        &fields,
        "name group url method headers body graphql conditions dns client enabled interval alerts ui ssh \
extra-labels maintenance-windows labels store always-run",
    );
    let url = fields["url"].as_str().unwrap_or_default().to_owned();
    let conditions: Vec<Condition> =
        fields["conditions"].as_array().into_iter().flatten().filter_map(|line| Condition::read(line.as_str()?)).collect();
    if conditions.len() < fields["conditions"].as_array().map_or(0, Vec::len) {
        entry.lack("a condition that is not understood");
    }
    if conditions.is_empty() {
        entry.lack("it has no condition");
        return entry;
    }
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    let bare = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest).trim_end_matches('/').to_owned();
    match scheme {
        _ if fields["dns"].is_object() => dns(&mut entry, &bare, &fields["dns"], &conditions),
        "http" | "https" => http(&mut entry, &url, &fields, &conditions),
        "" if url.starts_with('\u{e000}') => http(&mut entry, &url, &fields, &conditions),
        "tcp" | "ssh" => tcp(&mut entry, &bare, scheme, &fields, &conditions),
        "tls" | "starttls" => tls(&mut entry, &bare, scheme == "starttls", &fields, &conditions),
        "icmp" => {
            connected(&mut entry, &conditions);
            let mut check = Check::new("command", json!({ "argv": ["ping", "-c", "1", "-W", "5", bare] }));
            check.body.extend(conditions.iter().find_map(Condition::within).map(|time| ("max-time".to_owned(), json!(time))));
            entry.commands.push(check);
        }
        other => entry.lack(format!("no kind speaks `{other}`")),
    }
    entry
}

/// Tells of conditions but those of a connection and its time.
fn connected(entry: &mut Entry, conditions: &[Condition]) {
    for condition in conditions {
        let fine = match condition.place {
            Place::Connected => condition.is("==", "true"),
            Place::ResponseTime => condition.within().is_some(),
            _ => false,
        };
        if !fine {
            entry.lack(condition.written.clone());
        }
    }
}

fn timeout(fields: &Value) -> Option<u64> {
    fields["client"]["timeout"].as_str().and_then(millis)
}

fn tcp(entry: &mut Entry, address: &str, scheme: &str, fields: &Value, conditions: &[Condition]) {
    if conditions.iter().any(|condition| condition.place == Place::Connected && condition.is("==", "false")) {
        return web::tcp(entry, address, json!({ "closed": "any" }), timeout(fields));
    }
    connected(entry, conditions);
    let address = if scheme == "ssh" && !address.contains(':') { format!("{address}:22") } else { address.to_owned() };
    let banner = (scheme == "ssh").then(|| json!({ "matches": "SSH-.*" }));
    if scheme == "ssh" && fields["ssh"]["username"].as_str().is_some_and(|user| !user.is_empty()) {
        entry.lack("that a login over SSH works, and what a command prints there");
    }
    if !fields["body"].is_null() {
        entry.lack("`body`: kind `tcp` sends nothing");
    }
    // Gatus' time is that of connecting.
    let within = conditions
        .iter()
        .find_map(|condition| condition.within().filter(|_| condition.place == Place::ResponseTime))
        .and_then(|t| millis(&t));
    web::tcp(entry, &address, json!({ "banner": banner }), within.or(timeout(fields)));
}

fn tls(entry: &mut Entry, address: &str, starttls: bool, fields: &Value, conditions: &[Condition]) {
    if flag(&fields["client"]["insecure"]) == Some(true) {
        return entry.lack("TLS whose certificate is not verified");
    }
    let rest: Vec<Condition> = conditions.iter().filter(|condition| condition.place != Place::Certificate).cloned().collect();
    connected(entry, &rest.iter().filter(|c| c.place != Place::ResponseTime).cloned().collect::<Vec<_>>());
    if rest.iter().any(|condition| condition.place == Place::ResponseTime) {
        entry.lack("[RESPONSE_TIME]: kind `tls` has no such demand");
    }
    certificate(entry, json!({ "address": address, "starttls": starttls.then_some("smtp") }), conditions);
    if !entry.checks.iter().any(|check| check.kind == "tls") {
        entry.say("tls", json!({ "address": address, "starttls": starttls.then_some("smtp") }));
    }
}

/// How long the certificate must still be valid.
fn certificate(entry: &mut Entry, mut body: Value, conditions: &[Condition]) {
    for condition in conditions.iter().filter(|condition| condition.place == Place::Certificate) {
        match millis(&condition.value).filter(|_| condition.operator.starts_with('>')) {
            Some(least) => {
                body["min-remaining"] = json!(period(least));
                entry.say("tls", body.clone());
            }
            None => entry.lack(condition.written.clone()),
        }
    }
}

fn dns(entry: &mut Entry, server: &str, query: &Value, conditions: &[Condition]) {
    let name = query["query-name"].as_str().unwrap_or_default().trim_end_matches('.');
    let mut body = json!({ "name": name, "type": query["query-type"], "servers": server });
    for condition in conditions {
        match (&condition.place, condition.value.as_str()) {
            (Place::Code, "NOERROR") if condition.operator == "==" => {}
            (Place::Code, "NXDOMAIN") if condition.operator == "==" => body["exists"] = json!(false),
            (Place::Body, value) if condition.operator == "==" => match condition.pattern() {
                Some(pattern) => body["fields"] = json!({ "value": { "any": { "matches": wildcard(pattern) } } }),
                None if condition.any().is_some() => entry.lack(condition.written.clone()),
                None => body["records"] = json!({ "contains": [value] }),
            },
            _ => connected(entry, std::slice::from_ref(condition)),
        }
    }
    if conditions.iter().any(|condition| condition.place == Place::ResponseTime) {
        entry.lack("[RESPONSE_TIME]: kind `dns` has no such demand");
    }
    entry.say("dns", body);
}

fn http(entry: &mut Entry, url: &str, fields: &Value, conditions: &[Condition]) {
    let client = &fields["client"];
    for key in client.as_object().into_iter().flat_map(Map::keys) {
        if !["timeout", "insecure", "ignore-redirect", "tls", "dns-resolver"].contains(&key.as_str()) {
            entry.lack(format!("`client.{key}`: kind `http` has none"));
        }
    }
    if !client["dns-resolver"].is_null() {
        entry.notes.push("`dns-resolver`: set `resolve` in the environment of the plan where it matters".into());
    }
    let mut ask = Ask { url: url.to_owned(), timeout: timeout(fields), ..Ask::default() };
    ask.method = fields["method"].as_str().map(str::to_owned);
    ask.headers = web::headers(&fields["headers"]).unwrap_or_default();
    ask.body = text(&fields["body"]).filter(|body| !body.is_empty());
    if flag(&fields["graphql"]) == Some(true) {
        ask.body = ask.body.map(|query| json!({ "query": query }).to_string());
        ask.headers.insert("Content-Type".into(), json!("application/json"));
    }
    ask.follows = flag(&client["ignore-redirect"]) != Some(true);
    ask.insecure = flag(&client["insecure"]) == Some(true);
    for (key, ours) in [("certificate-file", "cert-file"), ("private-key-file", "key-file")] {
        if let Some(file) = client["tls"][key].as_str() {
            ask.files.insert(ours.into(), json!(file));
        }
    }
    let (mut status, mut paths): (Option<BTreeSet<u16>>, Map<String, Value>) = (None, Map::new());
    let mut texts = Texts::default();
    for condition in conditions {
        let said = match condition.place {
            Place::Status => codes(condition).map(|codes| {
                status = Some(status.take().map_or(codes.clone(), |all| all.intersection(&codes).copied().collect()));
            }),
            Place::ResponseTime => condition.within().map(|time| drop(ask.expect.insert("max-time".into(), json!(time)))),
            Place::Connected if condition.is("==", "true") => Some(()),
            Place::Certificate => Some(()),
            Place::Body => body(condition, &mut texts, &mut paths),
            Place::Ip => ip(entry, url, condition),
            _ => None,
        };
        if said.is_none() {
            entry.lack(condition.written.clone());
        }
    }
    // Without a condition on it, any status will do.
    ask.status = condition::classes(&status.unwrap_or_else(|| (200..600).collect()));
    if !paths.is_empty() {
        ask.expect.insert("json".into(), Value::Object(paths));
    }
    ask.texts = texts;
    certificate(entry, json!({ "url": url }), conditions);
    // Where the certificate is all that is asked for, there is no need of a request.
    let http = |condition: &Condition| matches!(condition.place, Place::Status | Place::ResponseTime | Place::Body);
    if conditions.iter().any(http) {
        ask.say(entry);
    } else if conditions.iter().any(|condition| condition.is("==", "true")) {
        // Any answer will do there; here it could not be red.
        let place = url::Url::parse(url).ok().and_then(|url| Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?)));
        match place {
            Some(place) => web::tcp(entry, &place, Value::Null, None),
            None => entry.lack("[CONNECTED] of an address that is not known"),
        }
    }
}

/// The address that a name leads to.
fn ip(entry: &mut Entry, url: &str, condition: &Condition) -> Option<()> {
    let host = url.split_once("://")?.1.split(['/', ':', '?']).next()?;
    if condition.operator != "==" || condition.pattern().is_some() || condition.any().is_some() {
        return None;
    }
    let kind = if condition.value.contains(':') { "AAAA" } else { "A" };
    entry.say("dns", json!({ "name": host, "type": kind, "records": { "contains": [condition.value] } }));
    Some(())
}
