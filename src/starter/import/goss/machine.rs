//! What goss asks of the machine: kind `host`.

use serde_json::{Value, json};

use super::demand::{demand, elements};
use crate::starter::import::{
    entry::Entry,
    words::{at, flag, literal, text},
};

/// States of a unit that `systemctl is-enabled` takes for enabled.
const ENABLED: [&str; 6] = ["enabled", "enabled-runtime", "static", "alias", "indirect", "generated"];

/// Says what is asked of `name`; the keys that were looked at, none where there is nothing to say.
pub(super) fn fact(entry: &mut Entry, resource: &str, name: &str, fields: &Value) -> &'static str {
    match resource {
        "package" => package(entry, name, fields),
        "service" => service(entry, name, fields),
        "process" => {
            // The kernel cuts a program's name off, and goss asks for the name of its file.
            present(entry, &at("processes", name), &fields["running"], true);
            "comm running"
        }
        "user" => {
            let path = at("users", name);
            if present(entry, &path, &fields["exists"], false) {
                values(entry, &path, fields, &["uid", "gid", "home", "shell"]);
                listed(entry, &format!("{path}.groups[?@=={{}}]"), &fields["groups"], "groups");
            }
            "username exists uid gid home shell groups"
        }
        "group" => {
            let path = at("groups", name);
            if present(entry, &path, &fields["exists"], false) {
                values(entry, &path, fields, &["gid"]);
            }
            "groupname exists gid"
        }
        "port" => port(entry, fields["port"].as_str().unwrap_or(name), fields),
        "kernel-param" => {
            let value = &fields["value"];
            // Whole numbers are numbers there, however they are written here.
            let number = value.as_str().and_then(|text| text.parse::<i64>().ok()).map(Value::from);
            match number.or_else(|| demand(value)) {
                Some(demand) => entry.fact(at("sysctl", name), demand),
                None => entry.lack("`value`: this matcher"),
            }
            "key value"
        }
        "mount" => mount(entry, fields["mountpoint"].as_str().unwrap_or(name), fields),
        "interface" => {
            let path = at("interfaces", name);
            if present(entry, &path, &fields["exists"], false) {
                values(entry, &path, fields, &["mtu"]);
                listed(entry, &format!("{path}.addresses[?@=={{}}]"), &fields["addrs"], "addrs");
            }
            "exists mtu addrs"
        }
        _ => {
            entry.lack("no kind looks at a registry of Windows");
            ""
        }
    }
}

/// That it is there, or is not; whether more is to be asked.
fn present(entry: &mut Entry, path: &str, wanted: &Value, counted: bool) -> bool {
    match flag(wanted) {
        Some(false) => entry.fact(path.to_owned(), json!({ "exists": false })),
        None if !wanted.is_null() => entry.lack("a matcher of a yes or no"),
        _ if counted => entry.fact(format!("{path}.count"), json!({ "min": 1 })),
        _ => entry.fact(path.to_owned(), json!({ "exists": true })),
    }
    flag(wanted) != Some(false)
}

fn values(entry: &mut Entry, path: &str, fields: &Value, keys: &[&str]) {
    for key in keys.iter().filter(|key| !fields[**key].is_null()) {
        match demand(&fields[*key]) {
            Some(demand) => entry.fact(format!("{path}.{key}"), demand),
            None => entry.lack(format!("`{key}`: this matcher")),
        }
    }
}

fn listed(entry: &mut Entry, path: &str, value: &Value, key: &str) {
    match elements(value) {
        Some(all) => entry.each(path, &all),
        None if value.is_null() => {}
        None => entry.lack(format!("`{key}`: this matcher")),
    }
}

fn package(entry: &mut Entry, name: &str, fields: &Value) -> &'static str {
    let path = at("packages", name);
    if present(entry, &path, &fields["installed"], false) {
        match (&fields["versions"], elements(&fields["versions"])) {
            (Value::Null, _) => {}
            // goss leaves out the epoch, and with RPM the revision.
            (_, Some(all)) if all.len() == 1 => {
                entry.fact(format!("{path}.version"), json!({ "matches": format!(r"(?:\d+:)?{}(?:-.*)?", regex::escape(&all[0])) }));
            }
            (_, Some(all)) if all.is_empty() => {}
            (matcher, _) => match demand(&matcher["contain-element"]).or_else(|| demand(matcher)).filter(|d| d.get("version").is_some()) {
                Some(demand) => entry.fact(format!("{path}.upstream"), demand),
                None => entry.lack("`versions`: more than one version, or this matcher"),
            },
        }
    }
    "installed versions"
}

fn service(entry: &mut Entry, name: &str, fields: &Value) -> &'static str {
    let unit = if name.contains('.') { name.to_owned() } else { format!("{name}.service") };
    let path = at("units", &unit);
    match flag(&fields["enabled"]) {
        Some(true) => entry.fact(format!("{path}.enabled"), json!({ "one-of": ENABLED })),
        // A unit that is not there is not enabled: then there is no such value either.
        Some(false) => {
            let any = ENABLED.map(|state| format!("@=={}", literal(state))).join(" || ");
            entry.fact(format!("{path}[?{any}]"), json!({ "exists": false }));
        }
        None if fields["enabled"].is_null() => {}
        None => entry.lack("`enabled`: a matcher"),
    }
    match flag(&fields["running"]) {
        Some(true) => entry.fact(format!("{path}.active"), json!("active")),
        Some(false) => entry.fact(format!("{path}[?@=='active']"), json!({ "exists": false })),
        None if fields["running"].is_null() => {}
        None => entry.lack("`running`: a matcher"),
    }
    "service enabled running"
}

fn port(entry: &mut Entry, name: &str, fields: &Value) -> &'static str {
    let (protocol, number) = name.split_once(':').unwrap_or(("tcp", name));
    let (list, six) = protocol.strip_suffix('6').map_or((protocol, false), |list| (list, true));
    let Some(number) = number.parse::<u16>().ok().filter(|_| ["tcp", "udp"].contains(&list)) else {
        entry.lack("its name is no `tcp:80` or `udp6:53`");
        return "";
    };
    // A port of IPv6 is one of its own in goss.
    let not = if six { "" } else { "!" };
    let place = format!("$.ports.{list}[?@.port=={number} && {not}search(@.address, ':')");
    if flag(&fields["listening"]) == Some(false) {
        entry.fact(format!("{place}]"), json!({ "exists": false }));
    } else {
        entry.fact(format!("{place}]"), json!({ "exists": true }));
        listed(entry, &format!("{place} && @.address=={{}}]"), &fields["ip"], "ip");
    }
    "port listening ip"
}

fn mount(entry: &mut Entry, name: &str, fields: &Value) -> &'static str {
    let path = at("mounts", name);
    if present(entry, &path, &fields["exists"], false) {
        for key in ["opts", "vfs-opts"] {
            listed(entry, &format!("{path}.options[?@=={{}}]"), &fields[key], key);
        }
        for (key, ours) in [("source", "device"), ("filesystem", "type")] {
            match demand(&fields[key]) {
                Some(demand) => entry.fact(format!("{path}.{ours}"), demand),
                None if fields[key].is_null() => {}
                None => entry.lack(format!("`{key}`: this matcher")),
            }
        }
        let usage = &fields["usage"];
        let most = [("lt", 99), ("le", 100)].iter().find_map(|(key, all)| Some(all - usage[*key].as_i64()?));
        match most.filter(|least| (0..=100).contains(least)) {
            Some(least) => entry.fact(format!("{}.free_percent", at("disk", name)), json!({ "min": least })),
            None if usage.is_null() => {}
            None => entry.lack(format!("`usage`: {}", text(usage).unwrap_or_else(|| "this matcher".into()))),
        }
    }
    "mountpoint exists opts vfs-opts source filesystem usage timeout"
}
