//! The document that is made, and what could not be read for it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Host;
use crate::model::{excerpt, plain};

/// What the paths of a check name.
pub(super) struct Wanted(BTreeMap<String, Names>);

/// What they name of one topic.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// Things by name.
    pub these: BTreeSet<String>,
    /// Whether a path leads to all of them.
    pub all: bool,
    /// The paths themselves.
    paths: Vec<String>,
}

impl Wanted {
    pub(super) fn of(check: &Host) -> Self {
        let mut all: BTreeMap<String, Names> = BTreeMap::new();
        for (path, steps) in check.expect.starts() {
            let steps = steps.unwrap_or_default();
            let mut steps = steps.into_iter();
            for topic in steps.next().unwrap_or_default() {
                let names = all.entry(topic).or_default();
                names.paths.push(path.to_owned());
                match steps.as_slice().first() {
                    Some(these) => names.these.extend(these.iter().cloned()),
                    None => names.all = true,
                }
            }
        }
        Self(all)
    }

    pub(super) fn topics(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What is named of a topic; `None` where it is not asked for.
    pub(super) fn names(&self, topic: &str) -> Option<&Names> {
        self.0.get(topic)
    }
}

impl Names {
    /// Whether a path has this word in it.
    pub(super) fn mention(&self, word: &str) -> bool {
        self.paths.iter().any(|path| mentions(path, word))
    }
}

/// Facts, as they are gathered.
#[derive(Debug, Default)]
pub(super) struct Facts {
    document: Map<String, Value>,
    lacks: Vec<Lack>,
}

/// Something that could not be read.
#[derive(Debug)]
struct Lack {
    /// The names that lead there.
    place: Vec<String>,
    /// The one key of what is there that is meant.
    key: Option<&'static str>,
    why: String,
}

impl Facts {
    /// A fact, or why it is none.
    pub(super) fn put(&mut self, topic: &str, fact: Result<Value, String>) {
        match fact {
            Ok(value) => {
                self.document.insert(topic.to_owned(), value);
            }
            Err(why) => self.lack(&[topic], None, why),
        }
    }

    /// Of what the names lead to nothing is known, or of that `key` in it.
    pub(super) fn lack(&mut self, place: &[&str], key: Option<&'static str>, why: impl Into<String>) {
        let why = excerpt(&plain(&why.into()), 400);
        self.lacks.push(Lack { place: place.iter().map(|name| (*name).to_owned()).collect(), key, why });
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.document.extend(other.document);
        self.lacks.extend(other.lacks);
    }

    pub(super) fn document(self) -> (Value, Lacks) {
        (Value::Object(self.document), Lacks(self.lacks))
    }
}

/// All that could not be read.
pub(super) struct Lacks(Vec<Lack>);

impl Lacks {
    /// Why of what a path leads to nothing is known, if so.
    pub(super) fn of(&self, path: &str, steps: &[Vec<String>]) -> Option<&str> {
        let concerns = |lack: &&Lack| {
            let along = lack.place.iter().zip(steps).all(|(name, step)| step.contains(name));
            // A path to the things themselves takes all of their keys.
            let whole = steps.len() <= lack.place.len() && path.ends_with(['*', '\'', '"', ']']) && !path.contains('?');
            along && lack.key.is_none_or(|key| whole || mentions(path, key))
        };
        self.0.iter().find(concerns).map(|lack| lack.why.as_str())
    }
}

/// Whether a whole word of a path is this one.
fn mentions(path: &str, word: &str) -> bool {
    path.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

/// How many hundredths `part` is of `whole`, to a tenth and rounded down.
pub(super) fn percent(part: u64, whole: u64) -> Value {
    let thousandths = (u128::from(part) * 1000).checked_div(u128::from(whole)).unwrap_or(0);
    Value::from(thousandths as f64 / 10.0)
}
