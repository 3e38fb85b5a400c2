//! The components a health answer names, each with its status word, and what of it was not understood.

use serde::{Deserialize, Serialize};

use super::standing::Standing;
use crate::model::{excerpt, looks_secret};

/// Components, and parts that were not understood, that are kept.
const MOST: usize = 200;

/// A part of the service, as its health answer names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Component {
    /// Its name; within another component `outer/inner`.
    pub(super) name: String,
    pub(super) word: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    /// What the word means where its name says so: an `error` of any words is not well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) standing: Option<Standing>,
}

impl Component {
    /// Whether the plan means this one by `name`: its whole name, its innermost one, or the part of it before a colon
    /// (draft-inadarei-api-health-check names `component:measurement`). The case does not matter.
    pub(super) fn is(&self, name: &str) -> bool {
        let inner = self.name.rsplit('/').next().unwrap_or_default();
        let component = inner.split(':').next().unwrap_or_default();
        [self.name.as_str(), inner, component].into_iter().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// Whether it is well enough; `None` where its word is not known.
    pub(super) fn is_good(&self, allow_degraded: bool) -> Option<bool> {
        self.standing.or_else(|| Standing::of(&self.word)).map(|standing| standing.is_good(allow_degraded))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Unread {
    /// Where it stands, as components are named: `outer/inner`.
    pub(super) path: String,
    pub(super) says: String,
}

/// What was found, and whether there was more than is kept.
#[derive(Debug, Default)]
pub(super) struct Components {
    pub(super) all: Vec<Component>,
    pub(super) unread: Vec<Unread>,
    pub(super) more: bool,
    /// Whether one of them has a status of its own, and not only a `true` under a name that is not known.
    pub(super) told: bool,
}

impl Components {
    pub(super) fn add(&mut self, name: &str, word: &str, note: Option<&str>) {
        self.add_standing(name, word, note, None);
    }

    /// One more whose name says what its word means.
    pub(super) fn add_standing(&mut self, name: &str, word: &str, note: Option<&str>, standing: Option<Standing>) {
        let one =
            Component { name: excerpt(name, 100), word: excerpt(word.trim(), 50), note: note.map(|note| excerpt(note, 120)), standing };
        if self.all.contains(&one) {
            return;
        }
        self.more |= self.all.len() >= MOST;
        if !self.more {
            self.all.push(one);
        }
    }

    /// A part that was not understood.
    pub(super) fn leave(&mut self, path: &str, says: &str) {
        self.more |= self.unread.len() >= MOST;
        if !self.more {
            let says = if looks_secret(path) { "what is not shown".into() } else { excerpt(says, 100) };
            self.unread.push(Unread { path: excerpt(path, 100), says });
        }
    }
}
