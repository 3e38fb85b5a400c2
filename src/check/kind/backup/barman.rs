//! What `barman -f json list-backups SERVER` says: servers by name, and next to them messages under `_ERROR` and others.
//!
//! Source: Barman 3.4 to 3.12, `barman/output.py` and `barman/infofile.py`.

use serde_json::Value;

use super::{
    json::{epoch, list, size, text},
    seen::{Copy, Seen},
    source::Barman,
};
use crate::model::{excerpt, plain};

pub(super) fn read(json: &Value, tool: &Barman) -> Result<Seen, String> {
    let servers = match json {
        Value::Null => return Ok(none(tool)),
        Value::Array(items) if items.is_empty() => return Ok(none(tool)),
        Value::Object(servers) => servers,
        _ => return Err("is no object with servers".into()),
    };
    let Some(entries) = servers.get(&tool.server) else {
        return match errors(json) {
            Some(why) => Err(format!("says: {why}")),
            None => Ok(none(tool)),
        };
    };
    let mut copies: Vec<Copy> = list(entries, "backups")?.iter().map(copy).collect();
    // A backup that failed says no time, but its name is the time it began.
    copies.sort_by(|a, b| b.name.cmp(&a.name));
    let oldest_full = copies.iter().rposition(|copy| !copy.partial && copy.flaw.is_none() && !copy.unfinished);
    for copy in copies.iter_mut().skip(oldest_full.map_or(0, |place| place + 1)).filter(|copy| copy.partial) {
        // Which one it builds on the list does not say; none of them is older.
        copy.flaw.get_or_insert("builds on a full backup, and none that is older can be used".into());
    }
    Ok(Seen { backups: Some(copies), ..Seen::default() })
}

/// What Barman reports as errors.
pub(super) fn errors(json: &Value) -> Option<String> {
    let errors = json.get("_ERROR")?.as_array()?.iter().filter_map(Value::as_str);
    let said: Vec<String> = errors.map(|error| excerpt(&plain(error), 200)).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

fn none(tool: &Barman) -> Seen {
    Seen { backups: Some(Vec::new()), repository: Some(vec![format!("it lists no server `{}`", tool.server)]), ..Seen::default() }
}

fn copy(entry: &Value) -> Copy {
    let status = text(entry, "status");
    let kind = text(entry, "backup_type");
    let finished = status.as_deref() == Some("DONE");
    let ended = ["end_time_timestamp", "end_time"].iter().find_map(|key| epoch(entry.get(*key)?));
    let (flaw, unfinished) = match status.as_deref() {
        Some("DONE") => (None, false),
        // Copied, but the WAL it needs is not there yet; or begun; or being fetched from another node.
        Some("WAITING_FOR_WALS" | "STARTED" | "SYNCING" | "EMPTY") => (None, true),
        Some(status) => (Some(format!("has the status {status}")), false),
        None => (Some("has no status".into()), false),
    };
    Copy {
        name: text(entry, "backup_id").unwrap_or_else(|| "a backup without id".into()),
        at: ended,
        size: entry.get("size_bytes").and_then(size).filter(|_| finished),
        partial: kind.as_deref() == Some("incremental"),
        kind,
        flaw,
        unfinished,
        ..Copy::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::source::Barman, read};

    #[test]
    fn an_increment_needs_an_older_full_backup() {
        let tool: Barman = serde_json::from_value(json!({ "server": "main", "output": "saved.json" })).expect("settings");
        let entry = |id: &str, kind: &str, status: &str| json!({ "backup_id": id, "backup_type": kind, "status": status, "end_time_timestamp": "1795172400" });
        let flaws = |entries: &[serde_json::Value]| {
            let seen = read(&json!({ "main": entries }), &tool).expect("a list");
            seen.backups.expect("backups").into_iter().map(|copy| copy.flaw.is_some()).collect::<Vec<_>>()
        };
        let (full, incremental) = ("20261119T030000", "20261120T030000");
        assert_eq!(flaws(&[entry(incremental, "incremental", "DONE"), entry(full, "full", "DONE")]), [false, false]);
        assert_eq!(flaws(&[entry(incremental, "incremental", "DONE"), entry(full, "full", "FAILED")]), [true, true]);
        assert_eq!(flaws(&[entry(incremental, "full", "DONE"), entry(full, "incremental", "DONE")]), [false, true]);
        assert_eq!(flaws(&[entry(incremental, "incremental", "DONE")]), [true]);
    }
}
