//! What a preflight asks of a machine: kind `host`, and `file` for os-release.

use serde_json::{Map, Value, json};

use super::outcome::{Demand, Outcomes, compared};
use crate::starter::import::{
    entry::{Check, Entry},
    words::{self, at, bytes, opposite},
};

type Expect = Map<String, Value>;

/// Says the demands of an analyzer, one check for each grade.
pub(super) fn fact(entry: &mut Entry, kind: &str, collector: &Value, outcomes: &Outcomes) -> Result<(), String> {
    if kind == "hostOS" {
        return system(entry, outcomes);
    }
    let mut grades: [(Expect, Option<String>); 2] = Default::default();
    for demand in outcomes.demands() {
        let said = said(kind, collector, &demand);
        match said {
            Ok(None) => {}
            Ok(Some((path, wanted))) => {
                let (expect, message) = &mut grades[usize::from(demand.warns)];
                merge(expect, path, wanted)?;
                *message = message.take().or(demand.message);
            }
            Err(_) if kind == "kernelModules" && loadable(entry, &demand) => {}
            Err(why) => entry.lack(why),
        }
    }
    for (warns, (expect, fix)) in [false, true].into_iter().zip(grades) {
        if !expect.is_empty() {
            entry.checks.push(Check { warns, fix, ..Check::new("host", json!({ "expect": expect })) });
        }
    }
    if entry.checks.is_empty() && entry.lacking.is_empty() && entry.commands.is_empty() {
        Err("its outcomes demand nothing".into())
    } else {
        Ok(())
    }
}

/// That a module is loaded or could be: only `modprobe` knows.
fn loadable(entry: &mut Entry, demand: &Demand) -> bool {
    let Some((name, operator, value)) = demand.any.first().filter(|_| demand.any.len() == 1).and_then(|when| compared(when)) else {
        return false;
    };
    let wanted = (operator == "==") != demand.negated && ["loaded,loadable", "loadable"].contains(&value) && !name.contains(',');
    if wanted {
        entry.command(&["modprobe", "--dry-run", name], Value::Null);
        entry.commands.iter_mut().for_each(|check| check.warns = demand.warns);
    }
    wanted
}

/// Two demands on one place: the stricter of two bounds.
fn merge(expect: &mut Expect, path: String, wanted: Value) -> Result<(), String> {
    let Some(known) = expect.get_mut(&path) else {
        expect.insert(path, wanted);
        return Ok(());
    };
    if *known == wanted {
        return Ok(());
    }
    let (Value::Object(known), Value::Object(more)) = (known, wanted) else { return Err("two demands on one fact".into()) };
    for (key, value) in more {
        match (key.as_str(), known.get(&key).and_then(Value::as_i64), value.as_i64()) {
            ("min", Some(a), Some(b)) => drop(known.insert(key, json!(a.max(b)))),
            ("max", Some(a), Some(b)) => drop(known.insert(key, json!(a.min(b)))),
            (_, None, _) if !known.contains_key(&key) => drop(known.insert(key, value)),
            _ => return Err("two demands on one fact".into()),
        }
    }
    Ok(())
}

/// One demand as a path and what must stand there; `None` where it says nothing of its own.
fn said(kind: &str, collector: &Value, demand: &Demand) -> Result<Option<(String, Value)>, String> {
    let [when] = demand.any.as_slice() else { return Err(format!("one of several: {}", demand.any.join(", "))) };
    let unknown = || format!("the outcome `{when}`");
    // An error is unknown here, which is not green either.
    if when == "error" {
        return Ok(None);
    }
    if kind == "cpu" && when.starts_with("hasFlags") {
        let flags = when.trim_start_matches("hasFlags").trim();
        return match flags.split(',').map(str::trim).collect::<Vec<_>>().as_slice() {
            [one] if !demand.negated => Ok(Some((format!("$.cpu.flags[?@=={}]", words::literal(one)), json!({ "exists": true })))),
            _ => Err(unknown()),
        };
    }
    let (metric, operator, value) = compared(when).ok_or_else(unknown)?;
    let operator = if demand.negated { opposite(operator) } else { operator };
    let number = |value: Option<u64>| value.and_then(|value| i64::try_from(value).ok()).and_then(|value| words::compared(operator, value));
    let found = match (kind, metric) {
        ("cpu", "" | "count" | "logical") => ("$.cpu.count".to_owned(), number(value.parse().ok())),
        ("cpu", "machineArch") if operator == "==" => ("$.cpu.architecture".to_owned(), Some(json!(value))),
        ("memory", _) => ("$.memory.total_bytes".to_owned(), number(bytes(value))),
        ("diskUsage", metric) => disk(collector, metric, operator, value).ok_or_else(unknown)?,
        ("sysctl", name) => {
            let wanted = value.parse::<i64>().map_or(json!(value), Value::from);
            let wanted = match (operator, wanted.as_i64()) {
                ("==", _) => Some(wanted),
                ("!=", _) => Some(json!({ "not": wanted })),
                (operator, Some(number)) => words::compared(operator, number),
                _ => None,
            };
            (at("sysctl", name), wanted)
        }
        ("kernelModules", name) => {
            let wanted = match (operator, value) {
                _ if name.contains(',') || value.contains(',') => None,
                ("==", "loaded") => Some(json!({ "one-of": ["live", "built-in"] })),
                ("!=", "unloaded" | "unknown") => Some(json!({ "exists": true })),
                _ => None,
            };
            let path = at("modules", name);
            if wanted == Some(json!({ "exists": true })) { (path, wanted) } else { (format!("{path}.state"), wanted) }
        }
        ("hostServices", name) => {
            let path = at("units", &if name.contains('.') { name.to_owned() } else { format!("{name}.service") });
            match (operator, value) {
                ("==", "active") => (format!("{path}.active"), Some(json!("active"))),
                ("!=", "active") => (format!("{path}[?@=='active']"), Some(json!({ "exists": false }))),
                ("==", "enabled") => (format!("{path}.enabled"), Some(json!("enabled"))),
                _ => return Err(unknown()),
            }
        }
        ("ipv4Interfaces", "count") => {
            let path = "$.interfaces[*].addresses[?search(@, '^[0-9.]+/') && !search(@, '^127[.]')]";
            let count = if (operator, value) == ("!=", "0") { Some(json!({ "min": 1 })) } else { number(value.parse().ok()) };
            (path.to_owned(), count.filter(|count| count.get("not").is_none()).map(|count| json!({ "count": count })))
        }
        ("time", metric) => return clock(metric, operator, value).ok_or_else(unknown).map(Some),
        _ => return Err(unknown()),
    };
    Ok(Some((found.0, found.1.ok_or_else(unknown)?)))
}

/// Of a disk, by the path that lies on it.
fn disk(collector: &Value, metric: &str, operator: &str, value: &str) -> Option<(String, Option<Value>)> {
    let disk = at("disk", collector["path"].as_str()?);
    let number = |number: i64| words::compared(operator, number);
    let size = || bytes(value).and_then(|size| i64::try_from(size).ok()).and_then(number);
    let percent = || {
        let whole = value.strip_suffix('%').and_then(|value| value.trim().parse::<i64>().ok());
        // Or as a share of one.
        whole.or_else(|| value.parse().ok().filter(|share| (0.0..=1.0).contains(share)).map(|share: f64| (share * 100.0).round() as i64))
    };
    // Free to users is what is not used; the bounds change sides.
    let free = || match operator {
        "<" | "<=" => Some(json!({ "min": 100 - percent()? })),
        ">" | ">=" => Some(json!({ "max": 100 - percent()? })),
        _ => None,
    };
    Some(match metric {
        "total" => (format!("{disk}.size_bytes"), size()),
        "available" => (format!("{disk}.free_bytes"), size()),
        "used" => (format!("{disk}.used_bytes"), size()),
        "used/total" => (format!("{disk}.free_percent"), free()),
        "available/total" => (format!("{disk}.free_percent"), percent().and_then(number)),
        _ => return None,
    })
}

fn clock(metric: &str, operator: &str, value: &str) -> Option<(String, Value)> {
    let yes = |path: &str| Some((path.to_owned(), json!(true)));
    match (metric, operator, value) {
        ("timezone", "==", zone) => {
            let zones = if zone == "UTC" { json!({ "one-of": ["UTC", "Etc/UTC"] }) } else { json!(zone) };
            Some(("$.clock.timezone".into(), zones))
        }
        // Neither the one nor the other: one of both is true.
        ("ntp", "!=", "unsynchronized+inactive") => Some(("$.clock[?@==true]".into(), json!({ "exists": true }))),
        ("ntp", "!=", "unsynchronized+active") | ("ntp", "==", "synchronized+active") => yes("$.clock.synchronised"),
        ("ntp", "!=", "synchronized+inactive") => yes("$.clock.ntp"),
        _ => None,
    }
}

/// Which system it is, and of which version: both stand in os-release, in any order.
fn system(entry: &mut Entry, outcomes: &Outcomes) -> Result<(), String> {
    for demand in outcomes.demands() {
        let mut each = Vec::new();
        for when in &demand.any {
            let (name, operator, version) = compared(when).ok_or_else(|| format!("the outcome `{when}`"))?;
            if operator != "==" || name.contains("kernel") || name.is_empty() || version.contains(' ') {
                return Err(format!("the outcome `{when}`"));
            }
            let id = format!(r#"^ID="?{}"?$"#, regex::escape(name));
            let version = format!(r#"^VERSION_ID="?{}(?:\.[0-9]+)*"?$"#, regex::escape(version));
            each.push(format!("{id}.*{version}|{version}.*{id}"));
        }
        let key = if demand.negated { "not-matches" } else { "matches" };
        let body = json!({ "path": "/etc/os-release", key: format!("(?ms){}", each.join("|")) });
        entry.checks.push(Check { warns: demand.warns, fix: demand.message, ..Check::new("file", body) });
    }
    if entry.checks.is_empty() { Err("its outcomes demand nothing".into()) } else { Ok(()) }
}
