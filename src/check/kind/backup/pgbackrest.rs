//! What `pgbackrest info --output=json` says. Its exit code is 0 whatever it found.
//!
//! Source: `info.c` of pgBackRest 2.45 to 2.55.

use serde_json::Value;

use super::{
    json::{epoch, list, newest_first, size, text},
    seen::{Copy, Seen},
    source::Pgbackrest,
};

/// What its status codes mean; 0 is "ok".
const OTHER_REPOSITORY: i64 = 4;

pub(super) fn read(json: &Value, tool: &Pgbackrest) -> Result<Seen, String> {
    let stanzas = list(json, "stanzas")?;
    let found = stanzas.iter().find(|stanza| stanza.get("name").and_then(Value::as_str) == Some(tool.stanza.as_str()));
    let Some(stanza) = found else {
        return Ok(newest_first(Vec::new(), Some(vec![format!("it lists no stanza `{}`", tool.stanza)])));
    };
    let backups = list(stanza.get("backup").unwrap_or(&Value::Null), "backups")?;
    let mine = |entry: &&Value| tool.repo.is_none_or(|repo| repo_of(entry) == Some(repo));
    let copies: Vec<Copy> = backups.iter().filter(mine).map(|backup| copy(backup, stanza, backups)).collect();
    Ok(newest_first(copies, Some(wrong(stanza, tool.repo))))
}

/// What is wrong with the stanza, and with each of its repositories.
fn wrong(stanza: &Value, only: Option<u64>) -> Vec<String> {
    let mut wrong = Vec::new();
    let repos = list(stanza.get("repo").unwrap_or(&Value::Null), "repositories").unwrap_or_default();
    let mine: Vec<&Value> =
        repos.iter().filter(|repo| only.is_none_or(|only| repo.get("key").and_then(Value::as_u64) == Some(only))).collect();
    match status(stanza) {
        // Another repository's trouble is no matter when only one is looked at: its own status says all.
        Some((OTHER_REPOSITORY, _)) if only.is_some() && !mine.is_empty() => {}
        Some((0, _)) => {}
        Some((code, message)) => wrong.push(format!("status {code}: {message}")),
        None => wrong.push("it says no status".into()),
    }
    if only.is_some() && !repos.is_empty() && mine.is_empty() {
        wrong.push(format!("there is no repository {}", only.unwrap_or_default()));
    }
    for repo in mine {
        let key = repo.get("key").and_then(Value::as_u64).map_or("?".to_owned(), |key| key.to_string());
        match status(repo) {
            Some((0, _)) => {}
            Some((code, message)) => wrong.push(format!("repository {key}: status {code}: {message}")),
            None => wrong.push(format!("repository {key} says no status")),
        }
    }
    wrong
}

fn status(entry: &Value) -> Option<(i64, String)> {
    let status = entry.get("status")?;
    Some((status.get("code")?.as_i64()?, text(status, "message").unwrap_or_default()))
}

fn repo_of(entry: &Value) -> Option<u64> {
    entry.get("database")?.get("repo-key")?.as_u64()
}

fn database_of(entry: &Value) -> Option<u64> {
    entry.get("database")?.get("id")?.as_u64()
}

fn copy(backup: &Value, stanza: &Value, all: &[Value]) -> Copy {
    let kind = text(backup, "type");
    let repo = repo_of(backup).map(|repo| format!(" in repository {repo}")).unwrap_or_default();
    Copy {
        name: format!("{}{repo}", text(backup, "label").unwrap_or_else(|| "a backup without label".into())),
        at: backup.get("timestamp").and_then(|times| epoch(times.get("stop")?)),
        // The size of the database, whatever part of it was copied.
        size: backup.get("info").and_then(|info| size(info.get("size")?)),
        partial: kind.as_deref() != Some("full"),
        kind,
        flaw: flaw(backup, stanza, all),
        ..Copy::default()
    }
}

fn flaw(backup: &Value, stanza: &Value, all: &[Value]) -> Option<String> {
    if backup.get("error") == Some(&Value::Bool(true)) {
        return Some("has pages with wrong checksums (pgBackRest says `error`)".into());
    }
    let current = current_database(stanza, repo_of(backup));
    if let (Some(id), Some(current)) = (database_of(backup), current)
        && id != current
    {
        return Some(format!("is of an earlier database ({id}, now {current})"));
    }
    let needed = list(backup.get("reference").unwrap_or(&Value::Null), "labels").unwrap_or_default();
    for label in needed.iter().chain(backup.get("prior")).filter_map(Value::as_str) {
        let base = all.iter().find(|other| repo_of(other) == repo_of(backup) && other.get("label").and_then(Value::as_str) == Some(label));
        match base {
            None => return Some(format!("builds on {label}, which is gone")),
            Some(base) if base.get("error") == Some(&Value::Bool(true)) => {
                return Some(format!("builds on {label}, which has pages with wrong checksums"));
            }
            Some(_) => {}
        }
    }
    unarchived(backup, stanza)
}

/// The database that the stanza is for now: the last that the repository lists.
fn current_database(stanza: &Value, repo: Option<u64>) -> Option<u64> {
    let databases = stanza.get("db")?.as_array()?.iter();
    databases.filter(|db| db.get("repo-key").and_then(Value::as_u64) == repo).filter_map(|db| db.get("id")?.as_u64()).next_back()
}

/// A backup can be restored only once the WAL up to its end is in the archive.
fn unarchived(backup: &Value, stanza: &Value) -> Option<String> {
    let stop = backup.get("archive")?.get("stop")?.as_str()?;
    let archives = stanza.get("archive")?.as_array()?;
    let mine = archives.iter().find(|archive| repo_of(archive) == repo_of(backup) && database_of(archive) == database_of(backup));
    match mine.and_then(|archive| archive.get("max")?.as_str()) {
        None => Some(format!("needs WAL up to {stop}, and the archive is empty")),
        // Segments of one timeline are in the order of their names.
        Some(max) if max.len() == stop.len() && max.get(..8) == stop.get(..8) && max < stop => {
            Some(format!("needs WAL up to {stop}, and the archive ends at {max}"))
        }
        Some(_) => None,
    }
}
