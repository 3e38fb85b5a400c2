//! Units of systemd, as `systemctl show` has them.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    facts::{Facts, Names, Wanted},
    observe::printed,
    system::booted,
};
use crate::{check::Context, model::counted};

const PROPERTIES: &str = "--property=Id,LoadState,ActiveState,SubState,UnitFileState,Result,NRestarts,NeedDaemonReload,\
                          ActiveEnterTimestampMonotonic,ExecMainExitTimestampMonotonic";

pub(super) async fn read(wanted: &Wanted, cx: &Context, facts: &mut Facts) {
    if let Some(names) = wanted.names("units") {
        facts.put("units", units(names, cx).await);
    }
}

async fn units(names: &Names, cx: &Context) -> Result<Value, String> {
    let booted = booted()?;
    let mut document = Map::new();
    if names.all {
        for properties in shown(&["*"], cx).await? {
            let name = properties.get("Id").cloned().unwrap_or_default();
            document.extend(unit(&properties, booted).map(|unit| (name, unit)));
        }
        // systemd itself has dozens.
        if document.is_empty() {
            return Err("`systemctl show` lists no unit".into());
        }
    }
    let these: Vec<&str> = names.these.iter().map(String::as_str).collect();
    if these.is_empty() {
        return Ok(Value::Object(document));
    }
    let all = shown(&these, cx).await?;
    if all.iter().any(|properties| !properties.contains_key("LoadState")) {
        return Err("`systemctl show` prints something else than the properties of units".into());
    }
    if all.len() != these.len() {
        return Err(format!("`systemctl show` tells of {} where {} was asked: write whole names", counted(all.len(), "unit"), these.len()));
    }
    for (name, properties) in these.iter().zip(&all) {
        document.extend(unit(properties, booted).map(|unit| ((*name).to_owned(), unit)));
    }
    Ok(Value::Object(document))
}

/// The properties of each unit, in the order asked for.
async fn shown(names: &[&str], cx: &Context) -> Result<Vec<HashMap<String, String>>, String> {
    let argv: Vec<&str> = ["systemctl", "show", "--no-pager", PROPERTIES, "--"].iter().chain(names).copied().collect();
    let (said, complaint) = printed(cx, &argv, &[0]).await.map_err(|error| error.to_string())?;
    if said.trim().is_empty() {
        // In a changed root it says that it ignores the command, and ends well.
        return Err(format!("`systemctl show` says nothing: {complaint}"));
    }
    let unit = |block: &str| {
        block.lines().filter_map(|line| line.split_once('=')).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    };
    Ok(said.trim().split("\n\n").map(unit).collect())
}

/// `None` where systemd knows no such unit.
fn unit(properties: &HashMap<String, String>, booted: Timestamp) -> Option<Value> {
    let property = |name: &str| properties.get(name).map(String::as_str).unwrap_or_default();
    // One whose file was removed may run on.
    if property("LoadState") == "not-found" && property("ActiveState") == "inactive" {
        return None;
    }
    let mut unit = json!({
        "name": property("Id"),
        "load": property("LoadState"), "active": property("ActiveState"), "sub": property("SubState"),
        "enabled": property("UnitFileState"), "reload_needed": property("NeedDaemonReload") == "yes",
    });
    if !property("Result").is_empty() {
        unit["result"] = property("Result").into();
    }
    if let Ok(restarts) = property("NRestarts").parse::<u64>() {
        unit["restarts"] = restarts.into();
    }
    for (key, name) in [("since", "ActiveEnterTimestampMonotonic"), ("finished", "ExecMainExitTimestampMonotonic")] {
        // Microseconds since the start of the machine; 0 is never.
        let then = property(name).parse().ok().filter(|micros| *micros > 0).map(SignedDuration::from_micros);
        if let Some(then) = then.and_then(|then| booted.checked_add(then).ok()) {
            unit[key] = then.to_string().into();
        }
    }
    Some(unit)
}
