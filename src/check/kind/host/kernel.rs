//! Settings and modules of the kernel.

use std::{io::ErrorKind, path::Path};

use serde_json::{Map, Value, json};

use super::{
    facts::{Facts, Names, Wanted},
    observe::text,
};

pub(super) fn read(wanted: &Wanted, facts: &mut Facts) {
    if let Some(names) = wanted.names("sysctl") {
        settings(names, facts);
    }
    if let Some(names) = wanted.names("modules") {
        modules(names, facts);
    }
}

fn settings(names: &Names, facts: &mut Facts) {
    if !Path::new("/proc/sys/kernel").is_dir() {
        return facts.lack(&["sysctl"], None, "`/proc/sys` is not there");
    }
    let mut document = Map::new();
    for name in &names.these {
        let Some(path) = path_of(name) else {
            facts.lack(&["sysctl", name], None, format!("`{name}` is no name of a setting: write one like `net.core.somaxconn`"));
            continue;
        };
        match std::fs::read_to_string(&path) {
            Ok(said) => drop(document.insert(name.clone(), value(&said))),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => facts.lack(&["sysctl", name], None, format!("`{path}` cannot be read: {error}")),
        }
    }
    facts.put("sysctl", Ok(Value::Object(document)));
}

/// sysctl(8): dots stand for slashes, and slashes for dots where a slash comes first.
fn path_of(name: &str) -> Option<String> {
    let slashed = name.find(['.', '/']).is_some_and(|at| name[at..].starts_with('/'));
    let parts: Vec<&str> = name.split(if slashed { '/' } else { '.' }).collect();
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\0', '/']);
    parts.iter().all(|part| plain(part)).then(|| format!("/proc/sys/{}", parts.join("/")))
}

fn value(said: &str) -> Value {
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    words.parse::<i64>().map_or_else(|_| words.clone().into(), Value::from)
}

fn modules(names: &Names, facts: &mut Facts) {
    let loaded = match text("/proc/modules") {
        Ok(said) => said,
        Err(why) => return facts.lack(&["modules"], None, format!("which modules are loaded is not known: {why}")),
    };
    let mut document: Map<String, Value> = Map::new();
    for line in loaded.lines() {
        // proc_modules(5): name, size, users, who they are, state.
        let mut fields = line.split(' ');
        if let (Some(name), Some(state)) = (fields.next(), fields.nth(3)) {
            document.insert(name.to_owned(), json!({ "state": state.to_ascii_lowercase() }));
        }
    }
    let built_in = text("/proc/sys/kernel/osrelease").and_then(|release| text(&format!("/lib/modules/{}/modules.builtin", release.trim())));
    for line in built_in.iter().flat_map(|said| said.lines()) {
        let name = line.rsplit('/').next().unwrap_or_default().split(".ko").next().unwrap_or_default().replace('-', "_");
        document.entry(name).or_insert_with(|| json!({ "state": "built-in" }));
    }
    for name in &names.these {
        // The kernel has underscores where files and people have hyphens.
        let known = document.get(&name.replace('-', "_")).cloned();
        match (known, &built_in) {
            (Some(module), _) => drop(document.insert(name.clone(), module)),
            (None, Ok(_)) => {}
            (None, Err(why)) => {
                facts.lack(&["modules", name], None, format!("it is not loaded, and whether it is built in is not known: {why}"));
            }
        }
    }
    if let (true, Err(why)) = (names.all, built_in) {
        facts.lack(&["modules"], None, format!("which modules are built in is not known: {why}"));
    }
    facts.put("modules", Ok(Value::Object(document)));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{path_of, value};

    #[test]
    fn a_setting_is_a_path_below_proc_sys() {
        for (name, path) in [
            ("net.core.somaxconn", Some("/proc/sys/net/core/somaxconn")),
            ("net/ipv4/conf/eth0.100/rp_filter", Some("/proc/sys/net/ipv4/conf/eth0.100/rp_filter")),
            ("../../etc/shadow", None),
            ("net/../../../etc/shadow", None),
            ("a..b", None),
            ("", None),
            ("/etc/shadow", None),
        ] {
            assert_eq!(path_of(name).as_deref(), path, "{name}");
        }
        assert_eq!(value("4096\n"), json!(4096));
        assert_eq!(value("4096\t131072\t6291456\n"), json!("4096 131072 6291456"));
    }
}
