//! What `restic snapshots --json` says.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    json::{list, newest_first, rfc3339, text},
    seen::{Copy, Seen},
    source::Restic,
};
use crate::model::first_of;

pub(super) fn read(json: &Value, tool: &Restic) -> Result<Seen, String> {
    let snapshots = list(json, "snapshots")?;
    let chosen: Vec<&Value> = snapshots.iter().filter(|snapshot| is_meant(snapshot, tool)).collect();
    // Fresh snapshots of another host or folder say nothing about the one that is meant.
    let hosts: BTreeSet<String> = chosen.iter().filter_map(|snapshot| text(snapshot, "hostname")).collect();
    if tool.host.is_none() && hosts.len() > 1 {
        return Err(format!("lists snapshots of several hosts ({}): name one as `host`", some(&hosts)));
    }
    let paths: BTreeSet<String> = chosen.iter().map(|snapshot| texts(snapshot, "paths").join(" and ")).collect();
    if tool.paths.is_none() && paths.len() > 1 {
        return Err(format!("lists snapshots of several paths ({}): name those that are meant as `paths`", some(&paths)));
    }
    Ok(newest_first(chosen.into_iter().map(copy).collect(), None))
}

fn is_meant(snapshot: &Value, tool: &Restic) -> bool {
    let holds = |key: &str, wanted: Option<&[String]>| {
        let have = texts(snapshot, key);
        wanted.unwrap_or_default().iter().all(|wanted| have.contains(wanted))
    };
    tool.host.as_ref().is_none_or(|host| snapshot.get("hostname").and_then(Value::as_str) == Some(host))
        && holds("paths", tool.paths.as_deref())
        && holds("tags", tool.tags.as_deref())
}

fn texts(snapshot: &Value, key: &str) -> Vec<String> {
    snapshot.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn some(names: &BTreeSet<String>) -> String {
    first_of(&names.iter().collect::<Vec<_>>(), 3, names.len(), ", ")
}

fn copy(snapshot: &Value) -> Copy {
    // Since restic 0.17; before, a snapshot says nothing about what is in it.
    let count = |key: &str| snapshot.get("summary")?.get(key)?.as_u64();
    Copy {
        name: text(snapshot, "short_id").or_else(|| text(snapshot, "id")).unwrap_or_else(|| "a snapshot without id".into()),
        at: snapshot.get("time").and_then(rfc3339),
        size: count("total_bytes_processed"),
        flaw: (count("total_files_processed") == Some(0)).then(|| "holds no files".into()),
        ..Copy::default()
    }
}
