//! What a preflight asks of a Kubernetes cluster: what `kubectl` prints.

use serde_json::{Map, Value, json};

use super::outcome::{Demand, Outcomes, compared};
use crate::starter::import::{
    entry::{Check, Entry},
    words::{compared as bound, opposite},
};

/// Says what a command can say of it.
pub(super) fn said(entry: &mut Entry, kind: &str, fields: &Value, outcomes: &Outcomes) -> Result<(), String> {
    let word = |key: &str| fields[key].as_str().unwrap_or_default().to_owned();
    let get = |what: &str, name: String, json: bool| {
        let mut argv: Vec<String> = ["kubectl", "get", what].map(str::to_owned).to_vec();
        argv.extend(Some(name).filter(|name| !name.is_empty()));
        for (flag, value) in [("-n", word("namespace")), ("-l", word("selector"))] {
            argv.extend(Some(value).filter(|value| !value.is_empty()).into_iter().flat_map(|value| [flag.to_owned(), value]));
        }
        argv.extend(json.then(|| "--output=json".to_owned()));
        argv
    };
    match kind {
        "clusterVersion" => versions(entry, outcomes),
        "storageClass" => plain(entry, get("storageclass", word("storageClassName"), false), outcomes),
        "customResourceDefinition" => plain(entry, get("crd", word("customResourceDefinitionName"), false), outcomes),
        "ingress" => plain(entry, get("ingress", word("ingressName"), false), outcomes),
        "secret" | "configMap" => {
            let name = word(if kind == "secret" { "secretName" } else { "configMapName" });
            let key = word("key");
            if key.is_empty() {
                return plain(entry, get(&kind.to_ascii_lowercase(), name, false), outcomes);
            }
            // Only whether the key is there: a template that prints names, never values.
            let mut argv = get(&kind.to_ascii_lowercase(), name, false);
            argv.push("--output=go-template={{range $k, $v := .data}}{{$k}}\n{{end}}".into());
            run(entry, argv, json!({ "matches": format!("(?m)^{}$", regex::escape(&key)) }), outcomes.only_warns(), outcomes.failed());
            Ok(())
        }
        "deploymentStatus" | "statefulsetStatus" | "replicasetStatus" => {
            let argv = get(kind.trim_end_matches("Status"), word("name"), true);
            numbers(entry, &argv, outcomes, |metric| match metric {
                "" => Some(("$.status.readyReplicas", false)),
                _ => None,
            })
        }
        "nodeResources" if fields["filters"].is_null() => {
            let argv = get("nodes", String::new(), true);
            numbers(entry, &argv, outcomes, |metric| match metric.replace(' ', "").as_str() {
                "" | "count()" | "count" => Some(("$.items[*]", true)),
                "min(cpuCapacity)" => Some(("$.items[*].status.capacity.cpu", false)),
                "min(cpuAllocatable)" => Some(("$.items[*].status.allocatable.cpu", false)),
                "min(podCapacity)" => Some(("$.items[*].status.capacity.pods", false)),
                _ => None,
            })
        }
        "containerRuntime" => {
            for Demand { negated, any, warns, message } in outcomes.demands() {
                let [when] = any.as_slice() else { return Err("one of several".into()) };
                let (_, operator, name) = compared(when).ok_or("an outcome that is not understood")?;
                let matched = json!({ "matches": format!("{}:.*", regex::escape(name)) });
                let wanted = if negated == (operator == "==") { json!({ "not": matched }) } else { matched };
                let path = "$.items[*].status.nodeInfo.containerRuntimeVersion";
                run(entry, get("nodes", String::new(), true), json!({ "json": { path: wanted } }), warns, message.as_deref());
            }
            Ok(())
        }
        _ => Err(format!("no kind knows what `{kind}` looks at")),
    }
}

fn run(entry: &mut Entry, argv: Vec<String>, more: Value, warns: bool, fix: Option<&str>) {
    // kubectl finds its configuration by it.
    let mut check = Check::new("command", json!({ "argv": argv, "env": "HOME" }));
    check.body.extend(Check::new("", more).body);
    check.warns = warns;
    check.fix = fix.map(str::to_owned);
    check.timeout = Some(30_000);
    entry.commands.push(check);
}

/// That it is there at all.
fn plain(entry: &mut Entry, argv: Vec<String>, outcomes: &Outcomes) -> Result<(), String> {
    run(entry, argv, Value::Null, outcomes.only_warns(), outcomes.failed());
    Ok(())
}

fn versions(entry: &mut Entry, outcomes: &Outcomes) -> Result<(), String> {
    for Demand { negated, any, warns, message } in outcomes.demands() {
        let [range] = any.as_slice() else { return Err("one of several versions".into()) };
        let version = match compared(range) {
            Some(("", operator, version)) if negated => format!("{}{version}", opposite(operator)),
            Some(("", ..)) => range.replace(' ', ", ").replace(">, ", "> ").replace("=, ", "= ").replace("<, ", "< "),
            _ => return Err(format!("the outcome `{range}`")),
        };
        let version = version.replace("==", "=").replace('v', "").replace("||", "");
        if version.starts_with("!=") {
            return Err(format!("the outcome `{range}`"));
        }
        let argv = ["kubectl", "version", "--output=json"].map(str::to_owned).to_vec();
        run(entry, argv, json!({ "json": { "$.serverVersion.gitVersion": { "version": version } } }), warns, message.as_deref());
    }
    if entry.commands.is_empty() { Err("its outcomes demand nothing".into()) } else { Ok(()) }
}

/// Comparisons of numbers; `place` gives the path of a metric, and whether places are counted there.
fn numbers(
    entry: &mut Entry,
    argv: &[String],
    outcomes: &Outcomes,
    place: impl Fn(&str) -> Option<(&'static str, bool)>,
) -> Result<(), String> {
    for Demand { negated, any, warns, message } in outcomes.demands() {
        let unknown = || format!("the outcome `{}`", any.join(", "));
        let [when] = any.as_slice() else { return Err(unknown()) };
        let (metric, operator, value) = compared(when).ok_or_else(unknown)?;
        let (path, counted) = place(metric).ok_or_else(unknown)?;
        let operator = if negated { opposite(operator) } else { operator };
        let number = value.parse().ok().and_then(|number| bound(operator, number)).ok_or_else(unknown)?;
        // The least of all is enough where all are.
        let wanted = match number {
            number if counted => json!({ "count": number }),
            Value::Object(mut bounds) if bounds.contains_key("min") => {
                bounds.insert("number".into(), json!(true));
                Value::Object(bounds)
            }
            _ if path.starts_with("$.status") => number,
            _ => return Err(unknown()),
        };
        let expect: Map<String, Value> = [(path.to_owned(), wanted)].into_iter().collect();
        run(entry, argv.to_vec(), json!({ "json": expect }), warns, message.as_deref());
    }
    if entry.commands.is_empty() { Err("its outcomes demand nothing".into()) } else { Ok(()) }
}
