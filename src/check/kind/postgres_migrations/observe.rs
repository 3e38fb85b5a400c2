//! Holds what the database says against what the folder has.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use super::{
    PostgresMigrations, folder,
    folder::Release,
    history::{self, History, Row},
    seen::{Folder, Listed, Seen},
    tool::{Facts, canonical, order},
};
use crate::check::{Context, Unseen, blocking};

pub(super) async fn observe(check: &PostgresMigrations, cx: &Context) -> Result<Seen, Unseen> {
    let history = history::read(check, cx).await?;
    let Some(facts) = history.tool else {
        return Ok(Seen { database: history.database, ..Seen::default() });
    };
    let release = match &check.folder {
        Some(path) => {
            let full: PathBuf = cx.path(path);
            let read = blocking(move || folder::read(&full, facts)).await?;
            Some(read.map_err(|why| Unseen::Unknown(format!("the folder `{}` {why}", path.display())))?)
        }
        None => None,
    };
    Ok(compared(check, &history, facts, release.as_ref()))
}

fn compared(check: &PostgresMigrations, history: &History, facts: &Facts, release: Option<&Release>) -> Seen {
    let last: BTreeMap<&str, &Row> = history.rows.iter().map(|row| (row.key.as_str(), row)).collect();
    let applied: Vec<&Row> =
        history.rows.iter().filter(|row| row.state != "undone" && std::ptr::eq(last[row.key.as_str()], *row)).collect();
    let named = |row: &&Row| match (row.state.strip_prefix("failed"), &row.label) {
        (None, _) => None,
        (Some(why), Some(label)) => Some(format!("{} ({label}){why}", row.key)),
        (Some(why), None) => Some(format!("{}{why}", row.key)),
    };
    let keys: Vec<&str> = applied.iter().map(|row| row.key.as_str()).collect();
    let graph = facts.says("layout") == Some("alembic");
    let newest: Vec<String> = if graph { keys.iter().map(ToString::to_string).collect() } else { newest(keys.iter().copied(), facts) };
    let as_named = check.newest.as_ref().map(|wanted| {
        let is = |row: &&Row| row.key == canonical(wanted.as_str()) || row.label.as_deref() == Some(wanted.as_str());
        let mut meant = applied.iter().filter(|row| !facts.is_ordered() || newest.contains(&row.key));
        if graph { applied.len() == 1 && meant.all(is) } else { meant.any(is) }
    });
    Seen {
        database: history.database.clone(),
        tool: Some(facts.called.to_owned()),
        table: Some(history.table.clone()),
        applied: applied.len() as u64,
        failed: Listed::of(history.rows.iter().filter_map(|row| named(&row))),
        beside: history.beside.clone(),
        folder: release.map(|release| beside(check, &applied, facts, release, &newest)),
        as_named,
        newest,
    }
}

/// The newest of these; of a tool without an order the last.
fn newest<'k>(keys: impl Iterator<Item = &'k str>, facts: &Facts) -> Vec<String> {
    let newest = if facts.is_ordered() { keys.filter(|key| !key.starts_with("R ")).max_by_key(|key| order(key)) } else { keys.last() };
    newest.into_iter().map(str::to_owned).collect()
}

fn beside(check: &PostgresMigrations, applied: &[&Row], facts: &Facts, release: &Release, newest_applied: &[String]) -> Folder {
    let (all, graph) = (&release.migrations, facts.says("layout") == Some("alembic"));
    let mut covered: BTreeSet<&str> = applied.iter().map(|row| row.key.as_str()).collect();
    let replaced: BTreeSet<&str> = all.values().flat_map(|one| &one.replaces).map(String::as_str).collect();
    let base = applied.iter().filter(|row| row.state == "base" || facts.is_single()).map(|row| order(&row.key)).max();
    covered.extend(all.keys().filter(|key| base.as_ref().is_some_and(|base| order(key) <= *base)).map(String::as_str));
    covered.extend(
        all.iter()
            .filter(|(_, one)| !one.replaces.is_empty() && one.replaces.iter().all(|key| covered.contains(key.as_str())))
            .map(|(key, _)| key.as_str())
            .collect::<Vec<_>>(),
    );
    let mut open: Vec<&str> = if graph { covered.iter().copied().collect() } else { Vec::new() };
    while let Some(one) = open.pop().and_then(|key| all.get(key)) {
        open.extend(one.after.iter().map(String::as_str).filter(|key| covered.insert(key)));
    }
    let since = check.since.as_ref().map(|since| order(&canonical(since.as_str())));
    let of_app = |key: &str| facts.name != "django" || all.keys().any(|have| have.split('.').next() == key.split('.').next());
    let is_stranger = |row: &&&Row| {
        let known = all.contains_key(&row.key) || replaced.contains(row.key.as_str()) || !of_app(&row.key);
        !known && row.state != "base" && since.as_ref().is_none_or(|since| order(&row.key) >= *since)
    };
    let (perhaps, pending): (Vec<_>, Vec<_>) =
        all.iter().filter(|(key, _)| !covered.contains(key.as_str())).partition(|(_, one)| one.perhaps);
    let pairs = applied.iter().filter_map(|row| Some((&row.key, row.sum.as_ref()?, all.get(&row.key)?.sum.as_ref()?)));
    let (compared, changed) = pairs.fold((0, Vec::new()), |(count, mut changed), (key, kept, made)| {
        if kept != made {
            changed.push(key.clone());
        }
        (count + 1, changed)
    });
    let ends = || all.keys().filter(|key| !all.values().any(|one| one.after.contains(key))).cloned().collect::<Vec<_>>();
    let newest = match () {
        () if !facts.is_ordered() => Vec::new(),
        () if graph => ends(),
        () => newest(all.keys().map(String::as_str), facts),
    };
    let set = |keys: &[String]| keys.iter().cloned().collect::<BTreeSet<_>>();
    let by_time = |mut keys: Vec<String>| {
        keys.sort_by_key(|key| order(key));
        keys
    };
    Folder {
        count: all.len() as u64,
        same: facts.is_ordered().then(|| set(&newest) == set(newest_applied)),
        newest: newest.into_iter().take(10).collect(),
        pending: Listed::of(by_time(pending.into_iter().map(|(key, _)| key.clone()).collect())),
        perhaps: Listed::of(perhaps.into_iter().map(|(key, _)| key.clone())),
        strangers: Listed::of(by_time(applied.iter().filter(is_stranger).map(|row| row.key.clone()).collect())),
        changed: facts.says("sum").map(|_| Listed::of(changed)),
        compared,
        odd: Listed::of(release.odd.iter().cloned()),
    }
}
