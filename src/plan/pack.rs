//! Ready-made checklists that a plan includes by name. They are part of the program.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::{deserialize::Reader, mismatch::Mismatch, node::Node, place::Place, typed, yaml};

/// A pack's name and text, one line each.
const SOURCES: [(&str, &str); 1] = [("web-api", include_str!("../../checks/packs/web-api.yaml"))];

static PACKS: LazyLock<Vec<Pack>> = LazyLock::new(|| SOURCES.iter().map(|(name, source)| Pack::read(name, source)).collect());

/// Every pack.
pub fn packs() -> &'static [Pack] {
    &PACKS
}

/// A ready-made checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// What a plan includes it by.
    pub name: &'static str,
    /// What it checks, in a sentence or two.
    pub about: String,
    /// What it wants to know, by name.
    pub vars: BTreeMap<String, PackVar>,
    /// Its YAML.
    pub source: &'static str,
}

/// A variable of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PackVar {
    /// What it means.
    pub about: String,
    /// What it is where the plan does not say; without it the plan must.
    #[serde(default)]
    pub default: Option<String>,
}

/// The keys of a pack's file that are not about its checks.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Head {
    about: String,
    #[serde(default)]
    vars: BTreeMap<String, PackVar>,
}

impl Pack {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        packs().iter().find(|pack| pack.name == name)
    }

    /// The name of its file among the plan's.
    pub(super) fn file(&self) -> String {
        format!("pack:{}", self.name)
    }

    /// A test holds that every pack can be read; one that cannot would have no variables and no checks.
    fn read(name: &'static str, source: &'static str) -> Self {
        let mut node = yaml::parse(0, source, &mut Vec::new());
        if let Some(Node { value: super::node::Value::Map(entries), .. }) = &mut node {
            entries.retain(|(key, _)| matches!(key.text.as_str(), "about" | "vars"));
        }
        let parse = |reader: Reader<'_>| -> Result<Head, Mismatch> { Head::deserialize(reader) };
        let head = node.and_then(|node| typed::read(&node, Place::top(0), Default::default(), &parse).value);
        let Head { about, vars } = head.unwrap_or(Head { about: String::new(), vars: BTreeMap::new() });
        Self { name, about: about.trim().to_owned(), vars, source }
    }
}
