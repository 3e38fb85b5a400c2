//! The tables and indexes that schemas and migrations leave in place.

use std::collections::{BTreeMap, BTreeSet};

use super::sheet::is_plain;

/// Of a kind in a plan: how many more there are is told.
const MOST: usize = 1_000;
/// Kept while reading: later files may drop most of them.
const MOST_KEPT: usize = 20_000;

/// A schema and a name in it.
pub(super) type Key = (String, String);

/// Every table and index by schema and name.
#[derive(Debug, Clone, Default)]
pub(super) struct Catalogue {
    tables: BTreeMap<Key, Place>,
    indexes: BTreeMap<Key, Index>,
}

/// A file and a line in it, from 1.
pub(super) type Place = (String, usize);

#[derive(Debug, Clone)]
struct Index {
    table: String,
    /// Every word of its definition, its columns among them.
    mentions: Vec<String>,
    place: Place,
}

/// A quote within a name would have to be doubled again for the check: rare enough to leave to the reader. One with a variable in
/// it is not what it will be.
fn fits((schema, name): &Key) -> bool {
    [schema, name].iter().all(|name| is_plain(name) && !name.contains('"') && !name.contains("${"))
}

impl Catalogue {
    pub(super) fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.indexes.is_empty()
    }

    pub(super) fn add_table(&mut self, key: Key, place: Place) {
        if fits(&key) && self.tables.len() < MOST_KEPT {
            self.tables.entry(key).or_insert(place);
        }
    }

    /// Takes a table away, or a materialized view, with its indexes.
    pub(super) fn drop_table(&mut self, key: &Key) {
        self.tables.remove(key);
        self.indexes.retain(|(schema, _), index| !(*schema == key.0 && index.table == key.1));
    }

    pub(super) fn rename_table(&mut self, key: &Key, to: Key) {
        if let Some(place) = self.tables.remove(key)
            && fits(&to)
        {
            self.tables.insert(to.clone(), place);
        }
        let moved: Vec<Key> =
            self.indexes.iter().filter(|((schema, _), i)| *schema == key.0 && i.table == key.1).map(|(key, _)| key.clone()).collect();
        for old in moved {
            if let Some(index) = self.indexes.remove(&old) {
                self.indexes.insert((to.0.clone(), old.1), Index { table: to.1.clone(), ..index });
            }
        }
    }

    pub(super) fn add_index(&mut self, key: Key, table: &str, mentions: Vec<String>, place: Place) {
        if fits(&key) && self.indexes.len() < MOST_KEPT {
            self.indexes.entry(key).or_insert(Index { table: table.to_owned(), mentions, place });
        }
    }

    pub(super) fn drop_index(&mut self, key: &Key) {
        self.indexes.remove(key);
    }

    pub(super) fn rename_index(&mut self, key: &Key, to: String) {
        if let Some(index) = self.indexes.remove(key) {
            let to = (key.0.clone(), to);
            fits(&to).then(|| self.indexes.insert(to, index));
        }
    }

    /// With a column go the indexes that mention it.
    pub(super) fn drop_column(&mut self, table: &Key, column: &str) {
        self.indexes.retain(|(schema, _), index| {
            !(*schema == table.0 && index.table == table.1 && index.mentions.iter().any(|word| word == column))
        });
    }

    pub(super) fn rename_column(&mut self, table: &Key, column: &str, to: &str) {
        let here = self.indexes.iter_mut().filter(|((schema, _), index)| *schema == table.0 && index.table == table.1);
        for word in here.flat_map(|(_, index)| &mut index.mentions).filter(|word| *word == column) {
            to.clone_into(word);
        }
    }

    /// Forgets what a text names that does with it what cannot be read.
    pub(super) fn forget(&mut self, text: &str) {
        let words: BTreeSet<&str> = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
        self.tables.retain(|(_, name), _| !words.contains(name.as_str()));
        self.indexes.retain(|(_, name), _| !words.contains(name.as_str()));
    }

    pub(super) fn drop_schema(&mut self, schema: &str) {
        self.tables.retain(|(of, _), _| of != schema);
        self.indexes.retain(|(of, _), _| of != schema);
    }

    /// The schemas, each with its indexes by name and where they come from.
    pub(super) fn indexes(&self) -> BTreeMap<&str, Vec<(&str, &Place)>> {
        by_schema(self.indexes.iter().map(|(key, index)| (key, &index.place)))
    }

    /// The schemas, each with its tables.
    pub(super) fn tables(&self) -> BTreeMap<&str, Vec<(&str, &Place)>> {
        by_schema(self.tables.iter())
    }

    /// How many of either kind are not listed.
    pub(super) fn unlisted(&self) -> usize {
        self.tables.len().saturating_sub(MOST) + self.indexes.len().saturating_sub(MOST)
    }

    pub(super) fn len(&self) -> usize {
        self.tables.len() + self.indexes.len()
    }
}

fn by_schema<'c>(all: impl Iterator<Item = (&'c Key, &'c Place)>) -> BTreeMap<&'c str, Vec<(&'c str, &'c Place)>> {
    let mut schemas: BTreeMap<&str, Vec<(&str, &Place)>> = BTreeMap::new();
    for ((schema, name), place) in all.take(MOST) {
        schemas.entry(schema).or_default().push((name, place));
    }
    schemas
}
