//! Reads the catalogues, and of them what the demands are about.

use std::collections::{BTreeMap, HashMap};

use super::{
    PostgresIndexes,
    catalogue::{BuildRow, Catalogue, ForeignKeyRow, IndexRow, TableRow},
    demand::{Demand, Serving},
    index::Index,
    matching::lacks,
    meaning::{Readings, readings},
    name::shown,
    seen::{Build, Found, Listed, Reading, Schema, Seen},
};
use crate::check::{Context, Unseen, database};

/// How many entries of a list an observation keeps.
const KEPT: usize = 25;

/// How many indexes are kept for one demand.
const CANDIDATES: usize = 8;

/// What the database holds.
pub(super) async fn observe(check: &PostgresIndexes, cx: &Context) -> Result<Seen, Unseen> {
    let target = database::target(cx, check.database.as_ref())?;
    let catalogue = Catalogue::of(cx, &target, &check.schemas()).await?;
    let readings = readings(cx, &target, check.demands(), &catalogue).await?;
    Ok(view(check, &catalogue, &readings))
}

/// Of the catalogues the part that the demands are about.
fn view(check: &PostgresIndexes, catalogue: &Catalogue, readings: &Readings) -> Seen {
    let not_valid = catalogue.indexes.iter().map(|row| &row.index).filter(|index| !index.sound()).cloned().collect();
    let is_served = |key: &&ForeignKeyRow| catalogue.indexes.iter().any(|row| serves(row, key));
    let foreign_keys = || catalogue.foreign_keys.iter().filter(|key| !is_served(key)).map(|row| row.key.clone()).collect();
    Seen {
        server: catalogue.server.clone(),
        schemas: check.schemas().iter().map(|name| schema(catalogue, name)).collect(),
        elsewhere: catalogue.elsewhere.iter().cloned().collect(),
        wanted: check.demands().iter().map(|demand| (demand.to_string(), found(demand, catalogue, readings))).collect(),
        not_valid: Listed::of(not_valid, KEPT),
        builds: catalogue.builds.iter().take(KEPT).map(|row| build(row, catalogue)).collect(),
        unindexed_foreign_keys: check.foreign_keys.then(|| Listed::of(foreign_keys(), KEPT)),
        duplicates: check.no_duplicates.then(|| Listed::of(duplicates(&catalogue.indexes), KEPT)),
    }
}

fn schema(catalogue: &Catalogue, name: &str) -> Schema {
    Schema {
        name: name.to_owned(),
        exists: catalogue.schemas.iter().any(|schema| schema == name),
        tables: catalogue.tables.iter().filter(|table| table.schema == name).count() as u64,
        indexes: catalogue.indexes.iter().filter(|row| row.index.schema == name).count() as u64,
        foreign_keys: catalogue.foreign_keys.iter().filter(|row| row.key.schema == name).count() as u64,
    }
}

fn build(row: &BuildRow, catalogue: &Catalogue) -> Build {
    let table = catalogue.tables.iter().find(|table| table.oid == row.table_oid);
    let index = catalogue.indexes.iter().find(|index| row.index_oid == Some(index.oid));
    Build {
        table: table.map_or_else(String::new, |table| qualified(&table.schema, &table.name)),
        index: index.map(|row| row.index.called()),
        phase: row.phase.clone(),
    }
}

fn found(demand: &Demand, catalogue: &Catalogue, readings: &Readings) -> Found {
    let indexes = || catalogue.indexes.iter().map(|row| &row.index);
    match demand {
        Demand::Named(name) => {
            let mut named: Vec<Index> = indexes().filter(|index| name.fits(&index.schema, &index.name)).cloned().collect();
            // Of more than are kept, what is wrong is kept.
            named.sort_by_key(Index::sound);
            named.truncate(CANDIDATES);
            let all = indexes().map(|index| (index.name.as_str(), index));
            let similar = if named.is_empty() { similar(name.name.as_str(), all, Index::to_string) } else { Vec::new() };
            Found { indexes: named, similar, ..Found::default() }
        }
        Demand::Serving(serving) => {
            let tables = catalogue.tables.iter().filter(|table| serving.table.fits(&table.schema, &table.name));
            let tables: Vec<&TableRow> = tables.collect();
            let all = catalogue.tables.iter().map(|table| (table.name.as_str(), table));
            let shown = |table: &TableRow| qualified(&table.schema, &table.name);
            let similar = if tables.is_empty() { similar(serving.table.name.as_str(), all, shown) } else { Vec::new() };
            let mut found = Found { similar, ..Found::default() };
            for table in tables {
                let of_table = readings.get(&table.oid).into_iter().flatten();
                let readings = of_table.filter(|(text, _)| serving.texts().any(|wanted| wanted == *text));
                let readings = readings.map(|(text, reading)| (text.clone(), reading.clone())).collect();
                let on_table = catalogue.indexes.iter().filter(|row| row.table_oid == table.oid);
                found.indexes.extend(nearest(serving, &readings, on_table.map(|row| &row.index)));
                found.tables.push(shown(table));
                if !readings.is_empty() {
                    found.readings.insert(shown(table), readings);
                }
            }
            found
        }
    }
}

/// The indexes of one table that come nearest; the first serves, if any does.
fn nearest<'i>(serving: &Serving, readings: &BTreeMap<String, Reading>, on_table: impl Iterator<Item = &'i Index>) -> Vec<Index> {
    let mut ranked: Vec<(u32, &Index)> = on_table.map(|index| (lacks(serving, readings, index).weight, index)).collect();
    ranked.sort_by_key(|(weight, _)| *weight);
    ranked.into_iter().take(CANDIDATES).map(|(_, index)| index.clone()).collect()
}

/// Up to three things named much like `wanted`, each as it is to be shown.
fn similar<'n, T: 'n>(wanted: &str, all: impl Iterator<Item = (&'n str, &'n T)>, shown: impl Fn(&T) -> String) -> Vec<String> {
    let score = |name: &str| if name.eq_ignore_ascii_case(wanted) { 2.0 } else { strsim::jaro_winkler(name, wanted) };
    let mut close: Vec<(f64, &T)> = all.map(|(name, thing)| (score(name), thing)).filter(|(score, _)| *score > 0.85).collect();
    close.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    close.into_iter().take(3).map(|(_, thing)| shown(thing)).collect()
}

/// Whether looking up the rows that point to a deleted one can use the index: it begins with the key's columns, in any
/// order, and covers every row that points anywhere.
fn serves(row: &IndexRow, key: &ForeignKeyRow) -> bool {
    let index = &row.index;
    let count = key.columns.len();
    let leads = row.columns.len() >= count && key.columns.iter().all(|column| row.columns[..count].contains(column));
    let method = index.method == "btree" || (index.method == "hash" && count == 1);
    let covers = index.predicate.as_ref().is_none_or(|predicate| {
        // A lookup by value never wants the rows without one.
        key.key.columns.iter().any(|column| *predicate == format!("{} IS NOT NULL", shown(column)))
    });
    row.table_oid == key.table_oid && index.sound() && leads && method && covers
}

/// Groups of two or more usable indexes that do the same.
fn duplicates(indexes: &[IndexRow]) -> Vec<Vec<Index>> {
    let mut groups: BTreeMap<usize, Vec<Index>> = BTreeMap::new();
    let mut first: HashMap<String, usize> = HashMap::new();
    for (place, row) in indexes.iter().enumerate().filter(|(_, row)| row.index.sound() && !row.attached) {
        let keys: Vec<&str> = row.index.keys.iter().map(|key| key.text.as_str()).collect();
        let same = format!("{}\0{}\0{}\0{:?}", row.table_oid, row.signature, keys.join("\0"), row.index.predicate);
        groups.entry(*first.entry(same).or_insert(place)).or_default().push(row.index.clone());
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", shown(schema), shown(name))
}
