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
const EVERY: [&str; 4] = ["title", "meta", "skip", "name"];

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
    let known: &[&str] = match resource {
        "file" => {
            let path = fields["path"].as_str().unwrap_or(name);
            file(&mut entry, path, fields);
            &[
                "path",
                "exists",
                "mode",
                "owner",
                "group",
                "uid",
                "gid",
                "size",
                "filetype",
                "linked-to",
                "contains",
                "contents",
                "sha256",
                "md5",
                "sha512",
            ]
        }
        "command" => {
            command(&mut entry, fields["exec"].as_str().unwrap_or(name), fields);
            &["exec", "exit-status", "stdout", "stderr", "timeout"]
        }
        "http" => {
            network::http(&mut entry, fields["url"].as_str().unwrap_or(name), fields);
            &network::HTTP
        }
        "addr" => {
            network::addr(&mut entry, fields["address"].as_str().unwrap_or(name), fields);
            &["address", "reachable", "timeout"]
        }
        "dns" => {
            network::dns(&mut entry, fields["resolve"].as_str().unwrap_or(name), fields);
            &["resolve", "resolvable", "resolveable", "addrs", "server", "timeout"]
        }
        _ => machine::fact(&mut entry, resource, name, fields),
    };
    if known.is_empty() {
        return entry;
    }
    let known: Vec<&str> = known.iter().copied().chain(EVERY).collect();
    entry.only(fields, &known);
    if entry.checks.is_empty() && entry.commands.is_empty() && entry.lacking.is_empty() {
        entry.lack("it demands nothing");
    }
    entry
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
    let mut body = Check::new("file", json!({ "path": path, "sha256": fields["sha256"], "target": target }));
    if link && (!fields["owner"].is_null() || !fields["group"].is_null()) {
        entry.notes.push("owner and group are those of what the link leads to".into());
    }
    if link && text(&fields["mode"]).is_some_and(|mode| mode.trim_start_matches('0') == "777") {
        // A link's own mode, which is always this one.
    } else if let Some(mode) = text(&fields["mode"]) {
        // `"0644"`; as a number without quotes YAML may have made anything of it.
        match u32::from_str_radix(mode.trim_start_matches("0o"), 8).ok().filter(|mode| *mode <= 0o7777 && fields["mode"].is_string()) {
            Some(mode) => drop(body.body.insert("mode".into(), json!(format!("{mode:04o}")))),
            None => entry.lack("`mode`: write it in quotes, as octal digits"),
        }
    } else if !fields["mode"].is_null() {
        entry.lack("`mode`: a matcher of it");
    }
    for (key, number) in [("owner", "uid"), ("group", "gid")] {
        match [&fields[key], &fields[number]].map(|value| text(value).map(|_| value.clone())) {
            [Some(name), None] | [None, Some(name)] => drop(body.body.insert(key.into(), name)),
            [Some(name), Some(id)] => {
                body.body.insert(key.into(), name);
                entry.say("file", json!({ "path": path, key: id }));
            }
            [None, None] if fields[key].is_null() && fields[number].is_null() => {}
            [None, None] => entry.lack(format!("`{key}`: a matcher of it")),
        }
    }
    if let Some(size) = Some(&fields["size"]).filter(|size| !size.is_null()) {
        let bounds = match demand::demand(size) {
            Some(Value::Number(size)) => json!({ "min": size, "max": size }),
            Some(bounds) => bounds,
            None => Value::Null,
        };
        let bounds =
            bounds.as_object().filter(|all| all.iter().all(|(key, value)| ["min", "max"].contains(&key.as_str()) && value.is_u64()));
        match bounds {
            _ if fields["filetype"].as_str() == Some("directory") => entry.notes.push("the size of a folder says nothing".into()),
            Some(bounds) => {
                let with_unit =
                    bounds.iter().filter(|(_, value)| **value != json!(0)).map(|(key, value)| (key.clone(), json!(format!("{value}B"))));
                let bounds: Map<String, Value> = with_unit.collect();
                if !bounds.is_empty() {
                    body.body.insert("size".into(), Value::Object(bounds));
                }
            }
            None => entry.lack("`size`: this matcher"),
        }
    }
    match fields["filetype"].as_str() {
        None if !link => {}
        _ if link => drop(body.body.insert("type".into(), json!("link"))),
        Some(kind @ ("file" | "directory")) => drop(body.body.insert("type".into(), json!(kind))),
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
        Ok(texts) => body.body.extend(texts.keys()),
        Err(why) => entry.lack(format!("`contents`: {why}")),
    }
    for (key, program) in [("md5", "md5sum"), ("sha512", "sha512sum")] {
        if let Some(sum) = fields[key].as_str() {
            entry.command(&[program, "--", path], json!({ "contains": sum }));
        }
    }
    // What does not exist could not have the rest: without `exists` it is demanded too.
    entry.checks.insert(0, body);
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
