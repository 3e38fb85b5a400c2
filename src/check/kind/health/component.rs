//! The components a health answer names, each with its status word.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::standing::Standing;
use crate::model::excerpt;

/// Components that are kept.
const MOST: usize = 200;

/// Levels of components within components that are looked at.
const DEEPEST: usize = 8;

/// Keys whose values are components by name, whatever form they have.
const NAMED: [&str; 7] = ["checks", "components", "entries", "results", "services", "dependencies", "subsystems"];

/// Keys under which components may stand, among other things: only objects with a status are taken.
const MIXED: [&str; 3] = ["details", "info", "error"];

/// Keys beside the status whose `false` contradicts it.
const WELL: [&str; 7] = ["ok", "up", "healthy", "alive", "live", "ready", "success"];

/// A part of the service, as its health answer names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Component {
    /// Its name; within another component `outer/inner`.
    pub(super) name: String,
    /// Its status word.
    pub(super) word: String,
    /// What it says of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
}

impl Component {
    /// Whether the plan means this one by `name`: its whole name, its innermost one, or the part of it before a colon
    /// (draft-inadarei-api-health-check names `component:measurement`). The case does not matter.
    pub(super) fn is(&self, name: &str) -> bool {
        let inner = self.name.rsplit('/').next().unwrap_or_default();
        let component = inner.split(':').next().unwrap_or_default();
        [self.name.as_str(), inner, component].into_iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// What was found, and whether there was more than is kept.
#[derive(Debug, Default)]
pub(super) struct Components {
    pub(super) all: Vec<Component>,
    pub(super) more: bool,
}

impl Components {
    /// Those of a JSON answer.
    pub(super) fn of(answer: &Map<String, Value>) -> Self {
        let mut found = Self::default();
        found.collect(answer, "", 0);
        found.collect_beside(answer);
        found
    }

    /// Home-made answers put components beside the status: `{"status": "ok", "database": "down"}`. A text there may be
    /// about anything, so that it counts only as bad news; an object counts where its status word is known.
    fn collect_beside(&mut self, answer: &Map<String, Value>) {
        let known = |key: &str| key == "status" || NAMED.contains(&key) || MIXED.contains(&key);
        for (name, part) in answer.iter().filter(|(key, _)| !known(key)) {
            match part {
                Value::String(word) if Standing::of(word) == Some(Standing::Down) => self.add(name, word, None),
                Value::Bool(false) if WELL.iter().any(|key| name.eq_ignore_ascii_case(key)) => self.add(name, "false", None),
                Value::Object(object) => match object.get("status") {
                    Some(Value::String(word)) if Standing::of(word).is_some() => self.take_object(name, object, false, 0),
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// One more.
    pub(super) fn add(&mut self, name: &str, word: &str, note: Option<&str>) {
        let one = Component { name: excerpt(name, 100), word: excerpt(word.trim(), 50), note: note.map(|note| excerpt(note, 120)) };
        if self.all.contains(&one) {
            return;
        }
        self.more |= self.all.len() >= MOST;
        if !self.more {
            self.all.push(one);
        }
    }

    fn collect(&mut self, object: &Map<String, Value>, outer: &str, depth: usize) {
        let keys = NAMED.iter().map(|key| (*key, true)).chain(MIXED.iter().map(|key| (*key, false)));
        for (key, sure) in keys {
            let name = |inner: &str| if outer.is_empty() { inner.to_owned() } else { format!("{outer}/{inner}") };
            match object.get(key) {
                Some(_) if depth >= DEEPEST => self.more = true,
                Some(Value::Object(parts)) => parts.iter().for_each(|(inner, part)| self.take(&name(inner), part, sure, depth)),
                Some(Value::Array(parts)) => {
                    for part in parts {
                        let inner = ["name", "component", "id"].iter().find_map(|key| part.get(key)?.as_str()).unwrap_or("unnamed");
                        self.take(&name(inner), part, sure, depth);
                    }
                }
                _ => {}
            }
        }
    }

    fn take(&mut self, name: &str, part: &Value, sure: bool, depth: usize) {
        match part {
            Value::Object(object) => self.take_object(name, object, sure, depth),
            // draft-inadarei-api-health-check, 4: several nodes of one component.
            Value::Array(nodes) if sure => nodes.iter().filter(|node| node.is_object()).for_each(|node| self.take(name, node, sure, depth)),
            Value::String(word) if sure => self.add(name, word, None),
            Value::Bool(up) if sure => self.add(name, &up.to_string(), None),
            Value::Null if sure => self.add(name, "null", None),
            // A number is a measurement, not a status.
            _ => {}
        }
    }

    fn take_object(&mut self, name: &str, object: &Map<String, Value>, sure: bool, depth: usize) {
        let note = ["output", "error", "message", "description"].iter().find_map(|key| object.get(*key)?.as_str());
        match ["status", "state", "healthy", "ok"].iter().find_map(|key| object.get(*key)) {
            Some(Value::String(word)) => self.add(name, word, note),
            Some(other) => self.add(name, &other.to_string(), note),
            None if sure && !NAMED.iter().any(|key| object.contains_key(*key)) => self.add(name, "no status", note),
            None => {}
        }
        self.collect(object, name, depth + 1);
    }
}
