//! goss: `goss.yaml`, a map of things by name under each kind of resource.

mod demand;
mod machine;
mod network;

use serde_json::{Map, Value, json};

use self::demand::patterns;
use super::{
    entry::{Check, Entry},
    words::{flag, text},
};
use crate::plan::GOSS;

/// Keys that every resource has.
const EVERY: &str = "title meta skip name";

/// The entries of a goss file, in the order of the file.
pub(super) fn entries(file: &Value) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (resource, things) in file.as_object().into_iter().flatten() {
        for (name, fields) in things.as_object().into_iter().flatten() {
            entries.push(entry(resource, name, fields));
        }
    }
    entries
}

fn entry(resource: &str, name: &str, fields: &Value) -> Entry {
    let mut entry = Entry::new(format!("{resource} {name}"));
    entry.title = fields["title"].as_str().map(str::to_owned);
    if flag(&fields["skip"]) == Some(true) {
        entry.off = Some("`skip` is set there".into());
        return entry;
    }
    if resource == "gossfile" {
        entry.off = Some("another file: give it to `gonogo import` too".into());
        return entry;
    }
    if resource == "matching" {
        entry.off = Some("it looks at nothing but what stands in the file itself".into());
        return entry;
    }
    if !GOSS.contains(&resource) {
        entry.lack("goss has no such resource");
        return entry;
    }
    let name = fields["name"].as_str().unwrap_or(name);
    let known = said(&mut entry, resource, name, fields);
    if known.is_empty() {
        return entry;
    }
    entry.only(fields, &format!("{EVERY} {known}"));
    if entry.checks.is_empty() && entry.commands.is_empty() && entry.lacking.is_empty() {
        entry.lack("it demands nothing");
    }
    entry
}

/// Says what is asked of `name`; the keys that were looked at.
fn said(entry: &mut Entry, resource: &str, name: &str, fields: &Value) -> &'static str {
    let named = |key: &str| fields[key].as_str().unwrap_or(name);
    match resource {
        "file" => {
            file(entry, named("path"), fields);
            "path exists mode owner group uid gid size filetype linked-to contains contents sha256 md5 sha512"
        }
        "command" => {
            command(entry, named("exec"), fields);
            "exec exit-status stdout stderr timeout"
        }
        "http" => {
            network::http(entry, named("url"), fields);
            network::HTTP
        }
        "addr" => {
            network::addr(entry, named("address"), fields);
            "address reachable timeout"
        }
        "dns" => {
            network::dns(entry, named("resolve"), fields);
            "resolve resolvable resolveable addrs server timeout"
        }
        _ => machine::fact(entry, resource, name, fields),
    }
}

fn file(entry: &mut Entry, path: &str, fields: &Value) {
    if path.contains(['*', '?', '[', '\\']) {
        return entry.lack("its path has characters that are a pattern here");
    }
    if flag(&fields["exists"]) == Some(false) {
        return entry.say("file", json!({ "path": path, "absent": true }));
    }
    let target = fields["linked-to"].as_str().filter(|target| !target.is_empty());
    let link = target.is_some() || fields["filetype"].as_str() == Some("symlink");
    let mut check = Check::new("file", json!({ "path": path, "sha256": fields["sha256"], "target": target }));
    owned(entry, &mut check.body, fields, link);
    if !fields["size"].is_null() {
        size(entry, &mut check.body, fields);
    }
    match fields["filetype"].as_str() {
        None if !link => {}
        _ if link => drop(check.body.insert("type".into(), json!("link"))),
        Some(kind @ ("file" | "directory")) => drop(check.body.insert("type".into(), json!(kind))),
        other => {
            let other = other.unwrap_or_default();
            let test = [("socket", "-S"), ("pipe", "-p"), ("character-device", "-c"), ("block-device", "-b")];
            match test.iter().find(|(name, _)| *name == other) {
                Some((_, test)) => entry.command(&["test", test, path], Value::Null),
                None => entry.lack(format!("`filetype`: {other}")),
            }
        }
    }
    let contents = if fields["contents"].is_null() { &fields["contains"] } else { &fields["contents"] };
    match patterns(contents) {
        Ok(texts) => check.body.extend(texts.keys()),
        Err(why) => entry.lack(format!("`contents`: {why}")),
    }
    for (key, program) in [("md5", "md5sum"), ("sha512", "sha512sum")] {
        if let Some(sum) = fields[key].as_str() {
            entry.command(&[program, "--", path], json!({ "contains": sum }));
        }
    }
    // What does not exist could not have the rest: without `exists` it is demanded too.
    entry.checks.insert(0, check);
}

/// Whose it is and what is permitted.
fn owned(entry: &mut Entry, body: &mut Map<String, Value>, fields: &Value, link: bool) {
    if link && (!fields["owner"].is_null() || !fields["group"].is_null()) {
        entry.notes.push("owner and group are those of what the link leads to".into());
    }
    match text(&fields["mode"]) {
        // A link's own mode, which is always this one.
        Some(mode) if link && mode.trim_start_matches('0') == "777" => {}
        // As a number without quotes YAML may have made anything of it.
        Some(mode) => match u32::from_str_radix(&mode, 8).ok().filter(|mode| *mode <= 0o7777 && fields["mode"].is_string()) {
            Some(mode) => drop(body.insert("mode".into(), json!(format!("{mode:04o}")))),
            None => entry.lack("`mode`: write it in quotes, as octal digits"),
        },
        None if fields["mode"].is_null() => {}
        None => entry.lack("`mode`: a matcher of it"),
    }
    for (key, number) in [("owner", "uid"), ("group", "gid")] {
        for (value, known) in [&fields[key], &fields[number]].into_iter().zip([key, number]).filter(|(value, _)| !value.is_null()) {
            match text(value) {
                Some(_) if !body.contains_key(key) => drop(body.insert(key.into(), value.clone())),
                // Two words for one thing: each a check of its own.
                Some(_) => entry.say("file", json!({ "path": body["path"], key: value })),
                None => entry.lack(format!("`{known}`: a matcher of it")),
            }
        }
    }
}

fn size(entry: &mut Entry, body: &mut Map<String, Value>, fields: &Value) {
    if fields["filetype"].as_str() == Some("directory") {
        return entry.notes.push("the size of a folder says nothing".into());
    }
    let bounds = match demand::demand(&fields["size"]) {
        Some(Value::Number(size)) => json!({ "min": size, "max": size }),
        bounds => bounds.unwrap_or_default(),
    };
    let bound = |(key, value): (&String, &Value)| {
        (["min", "max"].contains(&key.as_str()) && value.is_u64()).then(|| (key.clone(), json!(format!("{value}B"))))
    };
    let bounds: Option<Map<String, Value>> = bounds.as_object().and_then(|all| all.iter().map(bound).collect());
    match bounds {
        Some(mut bounds) => {
            bounds.retain(|_, value| *value != json!("0B"));
            body.extend(Some(("size".to_owned(), Value::Object(bounds))).filter(|(_, bounds)| *bounds != json!({})));
        }
        None => entry.lack("`size`: this matcher"),
    }
}

fn command(entry: &mut Entry, exec: &str, fields: &Value) {
    let exit = match &fields["exit-status"] {
        Value::Null => Some(Value::Null),
        Value::Number(code) => Some(json!(code)),
        matcher => demand::demand(matcher).map(|demand| demand["one-of"].clone()).filter(Value::is_array),
    };
    let Some(exit) = exit else { return entry.lack("`exit-status`: this matcher") };
    let (out, err) = match (patterns(&fields["stdout"]), patterns(&fields["stderr"])) {
        (Ok(out), Ok(err)) => (out.keys(), err.keys()),
        (Err(why), _) => return entry.lack(format!("`stdout`: {why}")),
        (_, Err(why)) => return entry.lack(format!("`stderr`: {why}")),
    };
    let with = |texts: Map<String, Value>| {
        let mut all = json!({ "exit": exit });
        all.as_object_mut().into_iter().for_each(|all| all.extend(texts.clone()));
        all
    };
    // Only the standard output of a check is looked at, and an empty one proves nothing to be missing.
    let script = |texts: &Map<String, Value>, swap: &str| {
        let only_not = !texts.is_empty() && texts.keys().all(|key| key.starts_with("not-"));
        match (only_not, swap) {
            (true, _) => format!("{{ {exec}\n}}{swap}; code=$?; echo end of output; exit $code"),
            (false, "") => exec.to_owned(),
            (false, _) => format!("{{ {exec}\n}}{swap}"),
        }
    };
    if err.is_empty() || !out.is_empty() {
        entry.command(&["sh", "-c", &script(&out, "")], with(out));
    }
    if !err.is_empty() {
        entry.command(&["sh", "-c", &script(&err, " 2>&1 >/dev/null")], with(err));
    }
    let timeout = fields["timeout"].as_u64();
    entry.commands.iter_mut().for_each(|check| check.timeout = timeout);
}
