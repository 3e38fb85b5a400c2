//! Replicated Troubleshoot: `Preflight`, `HostPreflight`, `SupportBundle`: analyzers with outcomes of what collectors found.

mod cluster;
mod machine;
mod outcome;

use serde_json::{Map, Value, json};

use self::outcome::{Demand, Outcomes};
use super::{
    entry::{Check, Entry},
    web::{self, Ask},
    words::{VARIABLE, flag, millis, text},
};

/// The analyzers of a document.
pub(super) fn entries(file: &Value) -> Vec<Entry> {
    let spec = &file["spec"];
    let collectors: Vec<&Value> =
        ["collectors", "hostCollectors", "remoteCollectors"].iter().flat_map(|key| spec[*key].as_array()).flatten().collect();
    let mut entries = Vec::new();
    for key in ["analyzers", "hostAnalyzers"] {
        for analyzer in spec[key].as_array().into_iter().flatten() {
            for (kind, fields) in analyzer.as_object().into_iter().flatten().filter(|(kind, _)| *kind != "docString") {
                entries.push(entry(kind, fields, &collectors));
            }
        }
    }
    entries
}

fn entry(kind: &str, fields: &Value, collectors: &[&Value]) -> Entry {
    let outcomes = Outcomes::read(&fields["outcomes"]);
    let named = ["checkName", "collectorName"].iter().find_map(|key| fields[*key].as_str());
    let mut entry = Entry::new(format!("{kind} {}", named.unwrap_or_default()).trim().to_owned());
    entry.title = fields["checkName"].as_str().or(outcomes.passed()).or(named).map(str::to_owned);
    match text(&fields["exclude"]) {
        Some(excluded) if flag(&fields["exclude"]) == Some(true) => {
            entry.off = Some(format!("`exclude: {excluded}`"));
            return entry;
        }
        Some(excluded) if VARIABLE.is_match(&excluded) => {
            entry.notes.push("there it is left out under a condition; here it always counts".into())
        }
        _ => {}
    }
    let collector = collector(kind, fields, collectors);
    let said = match kind {
        "cpu" | "memory" | "diskUsage" | "sysctl" | "kernelModules" | "hostOS" | "time" | "ipv4Interfaces" | "hostServices" => {
            machine::fact(&mut entry, kind, collector, &outcomes)
        }
        "certificate" => {
            entry.notes.push("kind `tls` demands more: a chain to a trusted root, and 14 days that remain".into());
            entry.say("tls", json!({ "file": collector["certificatePath"], "key": collector["keyPath"] }));
            if collector["certificatePath"].is_string() { Ok(()) } else { Err("no collector says which file".to_owned()) }
        }
        "http" => http(&mut entry, collector, &outcomes),
        "tcpConnect" => tcp(&mut entry, collector),
        "tcpPortStatus" | "udpPortStatus" => {
            let list = if kind.starts_with("tcp") { "tcp" } else { "udp" };
            port(&mut entry, list, collector, &outcomes)
        }
        "textAnalyze" | "hostTextAnalyze" => script(&mut entry, fields, collectors, &outcomes),
        "postgres" | "redis" => database(&mut entry, kind, collector, &outcomes),
        _ => cluster::said(&mut entry, kind, fields, &outcomes),
    };
    if let Err(why) = said {
        entry.lack(why);
    }
    entry
}

/// The settings of what an analyzer looks at: the collector of its name, or the only one there can be.
fn collector<'v>(kind: &str, fields: &Value, collectors: &[&'v Value]) -> &'v Value {
    let wanted = fields["collectorName"].as_str();
    let of = |found: &&Value| found.get(kind).filter(|settings| !settings.is_null()).is_some();
    let all: Vec<&Value> = collectors.iter().copied().filter(|found| of(found)).map(|found| &found[kind]).collect();
    let named = all.iter().find(|settings| wanted.is_some() && settings["collectorName"].as_str().or(settings["name"].as_str()) == wanted);
    named.copied().or(if all.len() == 1 { all.first().copied() } else { None }).unwrap_or(&Value::Null)
}

fn http(entry: &mut Entry, collector: &Value, outcomes: &Outcomes) -> Result<(), String> {
    let (method, request) =
        ["get", "post", "put"].iter().find_map(|m| Some((*m, collector.get(*m)?))).ok_or("no collector says what is asked for")?;
    let code = |when: &str| {
        let (metric, operator, value) = outcome::compared(when)?;
        (metric == "statusCode" && operator == "==").then(|| value.parse::<u16>().ok())?
    };
    let status: Vec<Value> = outcomes.passes().filter_map(code).map(|code| json!(code)).collect();
    if outcomes.passes().count() != status.len() {
        return Err("its outcomes are not statuses".into());
    }
    Ask {
        url: request["url"].as_str().unwrap_or_default().to_owned(),
        method: Some(method.to_owned()),
        headers: web::headers(&request["headers"]).unwrap_or_default(),
        body: request["body"].as_str().map(str::to_owned),
        follows: true,
        insecure: flag(&request["insecureSkipVerify"]) == Some(true),
        // Without one that passes, every answer does.
        status: if status.is_empty() { web::ANY.map(Value::from).to_vec() } else { status },
        timeout: request["timeout"].as_str().and_then(millis),
        ..Ask::default()
    }
    .say(entry);
    graded(entry, outcomes);
    Ok(())
}

/// A warning where nothing of it fails there.
fn graded(entry: &mut Entry, outcomes: &Outcomes) {
    for check in entry.checks.iter_mut().chain(&mut entry.commands) {
        check.warns |= outcomes.only_warns();
        check.fix = outcomes.failed().map(str::to_owned);
    }
}

fn tcp(entry: &mut Entry, collector: &Value) -> Result<(), String> {
    let address = collector["address"].as_str().ok_or("no collector says which address")?;
    web::tcp(entry, address, Value::Null, collector["timeout"].as_str().and_then(millis));
    Ok(())
}

/// Such a port must be free: the collector listens on it itself.
fn port(entry: &mut Entry, list: &str, collector: &Value, outcomes: &Outcomes) -> Result<(), String> {
    let port = collector["port"].as_u64().ok_or("no collector says which port")?;
    entry.fact(format!("$.ports.{list}[?@.port=={port}]"), json!({ "exists": false }));
    graded(entry, outcomes);
    let reached = ["connection-refused", "connection-timeout"];
    if outcomes.all.iter().any(|outcome| !outcome.passes() && outcome.when.as_deref().is_some_and(|when| reached.contains(&when))) {
        entry.notes.push("that the port is free is said; whether a firewall lets it through shows only when something listens".into());
    }
    Ok(())
}

/// What a program prints, where the collector runs one.
fn script(entry: &mut Entry, fields: &Value, collectors: &[&Value], outcomes: &Outcomes) -> Result<(), String> {
    let file = fields["fileName"].as_str().unwrap_or_default();
    let name = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".txt");
    let run = collectors
        .iter()
        .map(|collector| &collector["run"])
        .find(|run| run["collectorName"].as_str() == Some(name) && run["command"].is_string());
    let run = run.ok_or("it reads what a collector brought from pods")?;
    let pattern = fields["regex"].as_str().ok_or("it compares groups of an expression")?;
    let passes: Vec<&str> = outcomes.passes().collect();
    let wanted = match (passes.as_slice(), outcomes.fails().collect::<Vec<_>>().as_slice()) {
        (["true"], _) | ([], ["false"]) => true,
        (["false"], _) | ([], ["true"]) => false,
        _ => return Err("its outcomes are not whether the expression matches".into()),
    };
    let argv: Vec<&str> =
        run["command"].as_str().into_iter().chain(run["args"].as_array().into_iter().flatten().filter_map(Value::as_str)).collect();
    if !wanted {
        entry.notes.push("an output that is empty proves nothing here: the check is then unknown".into());
    }
    entry.command(&argv, if wanted { json!({ "matches": pattern }) } else { json!({ "not-matches": pattern }) });
    graded(entry, outcomes);
    Ok(())
}

fn database(entry: &mut Entry, kind: &str, collector: &Value, outcomes: &Outcomes) -> Result<(), String> {
    let uri = collector["uri"]
        .as_str()
        .map_or_else(|| super::words::variable(if kind == "redis" { "REDIS_URL" } else { "DATABASE_URL" }), str::to_owned);
    let mut version = Map::new();
    for Demand { negated, any, warns, .. } in outcomes.demands() {
        let Some((metric, operator, value)) = any.first().filter(|_| any.len() == 1).and_then(|when| outcome::compared(when)) else {
            return Err("an outcome that is not understood".into());
        };
        if metric == "connected" {
            continue;
        }
        let operator = if negated { super::words::opposite(operator) } else { operator };
        let number = value.replace(".x", "");
        if metric != "version"
            || operator == "!="
            || version.insert(warns.to_string(), json!(format!("{operator}{number}").replace("==", "="))).is_some()
        {
            return Err(format!("an outcome on `{metric}`"));
        }
    }
    let check = |version: Option<&Value>| {
        let demand = version.map_or(json!({ "exists": true }), |version| json!({ "version": version }));
        if kind == "redis" {
            Check::new("redis", json!({ "url": uri, "ask": "INFO server", "fields": { "redis_version": demand } }))
        } else {
            let query = "SELECT split_part(current_setting('server_version'), ' ', 1) AS version";
            Check::new("sql", json!({ "database": uri, "query": query, "columns": { "version": demand } }))
        }
    };
    entry.checks.push(check(version.get("false")));
    if let Some(wanted) = version.get("true") {
        let mut warning = check(Some(wanted));
        warning.warns = true;
        entry.checks.push(warning);
    }
    Ok(())
}
