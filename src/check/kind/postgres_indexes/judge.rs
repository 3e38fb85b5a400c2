//! The demands on what was seen.

use std::collections::BTreeMap;

use super::{
    PostgresIndexes,
    demand::{Demand, Serving, listed},
    index::{Building, Index},
    matching::{STRANGER, lacks},
    name::{Qualified, shown},
    seen::{Found, Listed, Reading, Schema, Seen},
};
use crate::model::{Expectation, counted, first_of};

/// How many entries a sentence names.
const NAMED: usize = 4;

/// Every expectation of `check`.
pub(super) fn judge(check: &PostgresIndexes, seen: &Seen, _: jiff::Timestamp) -> Vec<Expectation> {
    let mut all: Vec<Expectation> = check.schemas().iter().map(|name| schema(name, seen)).collect();
    all.extend(check.demands().iter().map(|demand| wanted(demand, seen)));
    if check.valid {
        all.push(valid(seen));
    }
    if check.foreign_keys {
        all.push(foreign_keys(seen));
    }
    if check.no_duplicates {
        all.push(duplicates(seen));
    }
    all
}

fn schema(name: &str, seen: &Seen) -> Expectation {
    let expectation = Expectation::new(format!("schema:{name}"), format!("Schema {}", shown(name))).wanted("at least one index");
    let Some(Schema { exists, tables, indexes, .. }) = seen.schemas.iter().find(|schema| schema.name == name) else {
        return expectation.undetermined("was not looked at");
    };
    let database = shown(&seen.server.database);
    let others = listed(seen.elsewhere.iter().map(|(name, count)| format!("{} ({count})", shown(name))));
    let others = if others.is_empty() { String::new() } else { format!("; indexes stand in: {others}") };
    let got = match (exists, indexes) {
        (false, _) => format!("no schema of this name in database {database}{others}"),
        (true, 0) => format!("no index on its {}, in database {database}{others}", counted(*tables, "table")),
        (true, indexes) => format!("{} on {} in database {database}", counted(*indexes, "index"), counted(*tables, "table")),
    };
    let indexes = if *exists { *indexes } else { 0 };
    expectation.got(got).met(indexes > 0).bound(">=", 1_u64, Some(indexes.into()), "count")
}

fn wanted(demand: &Demand, seen: &Seen) -> Expectation {
    let text = demand.to_string();
    let expectation = Expectation::new(format!("index:{text}"), format!("Index {text}")).wanted("a valid one");
    let Some(found) = seen.wanted.get(&text) else { return expectation.undetermined("was not looked at") };
    match demand {
        Demand::Named(name) => named(name, found, seen, expectation),
        Demand::Serving(serving) => serving_tables(serving, found, seen, expectation),
    }
}

fn named(name: &Qualified, found: &Found, seen: &Seen, expectation: Expectation) -> Expectation {
    let ailing: Vec<String> = found.indexes.iter().filter_map(|index| Some(format!("{index}, which {}", ails(index, seen)?))).collect();
    match (found.indexes.as_slice(), ailing.as_slice()) {
        ([], _) => {
            let place = name.schema.as_ref().map_or_else(|| places(seen), |schema| format!("schema {schema}"));
            expectation.got(format!("none of this name in {place}{}{}", similar(found), builds(seen, |_| true))).met(false)
        }
        (all, []) => expectation.got(format!("valid, {}", listed(all))).met(true),
        (_, ailing) => expectation.got(ailing.join("; ")).met(false),
    }
}

fn serving_tables(serving: &Serving, found: &Found, seen: &Seen, expectation: Expectation) -> Expectation {
    if found.tables.is_empty() {
        let place = serving.table.schema.as_ref().map_or_else(|| places(seen), |schema| format!("schema {schema}"));
        return expectation.got(format!("no table {} in {place}{}", serving.table.name, similar(found))).met(false);
    }
    let (mut good, mut bad, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for table in &found.tables {
        let readings = found.readings.get(table).cloned().unwrap_or_default();
        let indexes: Vec<&Index> = found.indexes.iter().filter(|index| index.on() == *table).collect();
        let serves = |index: &&&Index| lacks(serving, &readings, index).reasons.is_empty();
        match (indexes.iter().find(serves), unread(serving, &readings)) {
            (Some(index), _) => good.push(format!("valid, {index}")),
            (None, Some(why)) => unknown.push(why),
            (None, None) => bad.push(nearest(serving, &readings, table, &indexes, seen)),
        }
    }
    match (bad.as_slice(), unknown.as_slice()) {
        ([], []) => expectation.got(good.join("; ")).met(true),
        ([], unknown) => expectation.undetermined(unknown.join("; ")),
        (bad, _) => expectation.got(bad.join("; ")).met(false),
    }
}

/// Why it is not known what the demand's texts mean on a table.
fn unread(serving: &Serving, readings: &BTreeMap<String, Reading>) -> Option<String> {
    serving.texts().find_map(|text| match readings.get(text) {
        Some(reading) => reading.unknown.clone(),
        None => Some(format!("`{text}` was not put to the server")),
    })
}

/// Why no index of the table serves, by the one or two that come nearest.
fn nearest(serving: &Serving, readings: &BTreeMap<String, Reading>, table: &str, indexes: &[&Index], seen: &Seen) -> String {
    let near: Vec<String> = indexes
        .iter()
        .map(|index| (lacks(serving, readings, index), index))
        .filter(|(lacks, _)| lacks.weight < STRANGER)
        .take(2)
        .map(|(lacks, index)| format!("{index}, which {}", lacks.reasons.join(" and ")))
        .collect();
    let refused = |text: &str| Some(format!("; the server cannot read `{text}`: {}", readings.get(text)?.refused.as_ref()?));
    let refused: String = serving.texts().filter_map(refused).collect();
    let building = builds(seen, |on| on == table);
    match (near.is_empty(), indexes.is_empty()) {
        (false, _) => format!("only {}{building}{refused}", near.join("; ")),
        (true, false) => {
            let others = listed_some(indexes.iter().map(ToString::to_string).collect(), indexes.len() as u64);
            format!("none on {table} with any of these columns{building}{refused}; it has {others}")
        }
        (true, true) => format!("no index at all on {table}{building}{refused}"),
    }
}

fn valid(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("valid", "Invalid indexes").wanted("none");
    let indexes = total(seen);
    if indexes == 0 {
        return expectation.undetermined(format!("there is no index in {}", places(seen)));
    }
    let Listed { count: bad, first } = &seen.not_valid;
    let (building, broken): (Vec<&Index>, Vec<&Index>) = first.iter().partition(|index| index.live && index.building.is_some());
    let sentence = |index: &&Index| format!("{} on {} {}", shown(&index.name), index.on(), ails(index, seen).unwrap_or_default());
    // The list may be cut: then what is not in it counts as broken.
    let broken_count = bad.saturating_sub(building.len() as u64);
    let apart = |lead: &str| match building.as_slice() {
        [] => String::new(),
        all => format!("{lead}{}", listed_some(all.iter().map(sentence).collect(), all.len() as u64)),
    };
    if broken_count == 0 && !building.is_empty() {
        return expectation.got("an index build is running").undetermined(format!("{}; look again when it has ended", apart("")));
    }
    none(expectation, indexes, broken_count, || {
        let got = listed_some(broken.iter().map(sentence).collect(), broken_count);
        format!("{broken_count} of {indexes}: {got}{}", apart("; besides, "))
    })
}

/// Nothing is demanded to be bad; `said` tells what is.
fn none(expectation: Expectation, all: u64, bad: u64, said: impl FnOnce() -> String) -> Expectation {
    let got = if bad == 0 { format!("none of {all}") } else { said() };
    expectation.got(got).met(bad == 0).bound("<=", 0_u64, Some(bad.into()), "count")
}

fn foreign_keys(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("foreign-keys", "Foreign keys without an index").wanted("none");
    let Some(Listed { count: bad, first }) = &seen.unindexed_foreign_keys else { return expectation.undetermined("were not looked at") };
    let all: u64 = seen.schemas.iter().map(|schema| schema.foreign_keys).sum();
    if all == 0 && *bad == 0 {
        return expectation.undetermined(format!("there is no foreign key in {}: `foreign-keys` has nothing to prove", places(seen)));
    }
    let list = || listed_some(first.iter().map(ToString::to_string).collect(), *bad);
    none(expectation, all, *bad, || format!("{bad} of {all}: {}", list()))
}

fn duplicates(seen: &Seen) -> Expectation {
    let expectation = Expectation::new("no-duplicates", "Duplicate indexes").wanted("none");
    let Some(Listed { count: bad, first }) = &seen.duplicates else { return expectation.undetermined("were not looked at") };
    if total(seen) == 0 && *bad == 0 {
        return expectation.undetermined(format!("there is no index in {}", places(seen)));
    }
    let same = |group: &Vec<Index>| {
        let names = group.iter().map(|index| shown(&index.name)).collect::<Vec<_>>().join(" = ");
        group.first().map_or(String::new(), |index| format!("{names} on {} ({})", index.on(), listed(&index.keys)))
    };
    none(expectation, total(seen), *bad, || format!("{}: {}", counted(*bad, "group"), listed_some(first.iter().map(same).collect(), *bad)))
}

/// Why the index cannot be used, with how far its build is.
fn ails(index: &Index, seen: &Seen) -> Option<String> {
    let why = index.ails()?;
    let called = index.called();
    let phase = seen.builds.iter().find(|build| build.index.as_deref() == Some(&called)).and_then(|build| build.phase.as_deref());
    Some(match phase {
        Some(phase) if index.building == Some(Building::Surely) => format!("{why} now ({phase})"),
        _ => why.into_owned(),
    })
}

/// Builds of indexes that nobody else can see yet.
fn builds(seen: &Seen, on: impl Fn(&str) -> bool) -> String {
    let tables: Vec<&str> =
        seen.builds.iter().filter(|build| build.index.is_none() && on(&build.table)).map(|build| build.table.as_str()).collect();
    if tables.is_empty() { String::new() } else { format!(" (an index build is running on {})", tables.join(", ")) }
}

fn similar(found: &Found) -> String {
    if found.similar.is_empty() { String::new() } else { format!(" (there is {})", found.similar.join("; ")) }
}

/// Where was looked.
fn places(seen: &Seen) -> String {
    let names = listed(seen.schemas.iter().map(|schema| shown(&schema.name)));
    let word = if seen.schemas.len() == 1 { "schema" } else { "schemas" };
    format!("{word} {names} of database {}", shown(&seen.server.database))
}

fn total(seen: &Seen) -> u64 {
    seen.schemas.iter().map(|schema| schema.indexes).sum()
}

fn listed_some(sentences: Vec<String>, of: u64) -> String {
    first_of(&sentences, NAMED, usize::try_from(of).unwrap_or(usize::MAX), "; ")
}
