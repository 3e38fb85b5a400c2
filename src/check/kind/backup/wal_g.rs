//! What `wal-g backup-list --detail --json` says; nothing at all, or `null`, when there is no backup.

use serde_json::Value;

use super::{
    json::{list, newest_first, rfc3339, size, text},
    seen::{Copy, Seen},
};

pub(super) fn read(json: &Value) -> Result<Seen, String> {
    let entries = list(json, "backups")?;
    let names: Vec<&str> = entries.iter().filter_map(|entry| entry.get("backup_name")?.as_str()).collect();
    Ok(newest_first(entries.iter().map(|entry| copy(entry, &names)).collect(), None))
}

fn copy(entry: &Value, names: &[&str]) -> Copy {
    let name = text(entry, "backup_name");
    let delta = name.as_deref().and_then(parent).is_some();
    let size = ["uncompressed_size", "compressed_size"].iter().find_map(|key| size(entry.get(*key)?).filter(|size| *size > 0));
    Copy {
        // Without details there is only the time of the object in the store.
        at: ["finish_time", "time", "modified"].iter().find_map(|key| rfc3339(entry.get(*key)?)),
        size: size.filter(|_| !delta),
        kind: Some(if delta { "delta" } else { "full" }.into()),
        partial: delta,
        flaw: name.as_deref().and_then(|name| broken_chain(name, names)),
        name: name.unwrap_or_else(|| "a backup without name".into()),
        ..Copy::default()
    }
}

/// `base_A_D_B`: what changed since the backup that began at segment B.
fn parent(name: &str) -> Option<&str> {
    Some(name.split_once("_D_")?.1)
}

/// Why a backup cannot be restored with those it builds on, down to a full one.
fn broken_chain(name: &str, names: &[&str]) -> Option<String> {
    let mut segment = parent(name)?;
    for _ in 0..=names.len() {
        let Some(base) = names.iter().find(|other| begins_at(other, segment)) else {
            return Some(format!("builds on base_{segment}, which is gone"));
        };
        segment = parent(base)?;
    }
    Some("builds on itself".into())
}

fn begins_at(name: &str, segment: &str) -> bool {
    name.strip_prefix("base_").is_some_and(|rest| rest == segment || rest.split_once("_D_").is_some_and(|(own, _)| own == segment))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn an_empty_list_is_none() {
        for json in [json!(null), json!([])] {
            assert_eq!(read(&json).map(|seen| seen.backups), Ok(Some(Vec::new())));
        }
        assert!(read(&json!({ "error": "x" })).is_err());
    }

    #[test]
    fn a_delta_without_its_base_is_no_backup() {
        let entry = |name: &str| json!({ "backup_name": name, "finish_time": "2026-11-20T03:00:00Z", "uncompressed_size": 9_007_199_254_740_993_u64 });
        let (full, delta) = ("base_000000010000000000000002", "base_000000010000000000000005_D_000000010000000000000002");
        let both = read(&json!([entry(full), entry(delta)])).expect("a list").backups.expect("backups");
        assert!(both.iter().all(|copy| copy.flaw.is_none()));
        assert_eq!(both.iter().find_map(|copy| copy.size), Some(9_007_199_254_740_993));
        let second = "base_000000010000000000000009_D_000000010000000000000005";
        let chain = read(&json!([entry(full), entry(delta), entry(second)])).expect("a list").backups.expect("backups");
        assert!(chain.iter().all(|copy| copy.flaw.is_none()));
        let headless = read(&json!([entry(delta), entry(second)])).expect("a list").backups.expect("backups");
        assert!(headless.iter().all(|copy| copy.flaw.as_deref() == Some("builds on base_000000010000000000000002, which is gone")));
        let circle = read(&json!([entry("base_A_D_B"), entry("base_B_D_A")])).expect("a list").backups.expect("backups");
        assert!(circle.iter().all(|copy| copy.flaw.as_deref() == Some("builds on itself")));
        let alone = read(&json!([entry(delta)])).expect("a list").backups.expect("backups");
        assert_eq!(alone[0].flaw.as_deref(), Some("builds on base_000000010000000000000002, which is gone"));
    }
}
