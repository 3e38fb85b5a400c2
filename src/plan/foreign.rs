//! Files of other tools that people take for a plan: what they are is told by their keys, as they stand at the left margin.

use super::{fault::Fault, place::Place};

/// A tool whose files say what `gonogo import` reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// goss.
    Goss,
    /// Replicated Troubleshoot.
    Troubleshoot,
    /// Gatus.
    Gatus,
    /// Prometheus' blackbox exporter.
    Blackbox,
}

/// What goss looks at, each a key of its file.
pub const GOSS: [&str; 18] = [
    "file",
    "package",
    "service",
    "process",
    "user",
    "group",
    "port",
    "kernel-param",
    "mount",
    "interface",
    "command",
    "http",
    "addr",
    "dns",
    "gossfile",
    "matching",
    "registry",
    "windows-registry",
];

impl Tool {
    /// By the keys of a file's map, and what stands at its `kind`, `apiVersion`, or in its first module.
    pub fn of<'k>(keys: impl IntoIterator<Item = &'k str>, api: Option<&str>) -> Option<Self> {
        if api.is_some_and(|api| api.starts_with("troubleshoot.")) {
            return Some(Self::Troubleshoot);
        }
        let keys: Vec<&str> = keys.into_iter().collect();
        let has = |key: &str| keys.contains(&key);
        // A plan, however wrong: nothing else has these.
        if has("checks") || has("project") || has("environments") {
            return None;
        }
        if has("endpoints") || has("external-endpoints") || has("suites") {
            Some(Self::Gatus)
        } else if has("modules") {
            Some(Self::Blackbox)
        } else {
            keys.iter().any(|key| GOSS.contains(key)).then_some(Self::Goss)
        }
    }

    /// In a sentence: `this is …`.
    pub fn named(self) -> &'static str {
        match self {
            Self::Goss => "a goss file",
            Self::Troubleshoot => "a Troubleshoot specification",
            Self::Gatus => "a configuration of Gatus",
            Self::Blackbox => "a configuration of the blackbox exporter",
        }
    }
}

/// The fault of giving such a file as the plan, which may be no YAML, or more than one document of it.
pub(super) fn fault(text: &str, name: &str) -> Option<Fault> {
    let lines = || text.lines().map(str::trim_end);
    let keyed = |line: &'_ str| line.starts_with(|c: char| c.is_ascii_alphabetic());
    let keys: Vec<(&str, &str)> = lines().filter(|line| keyed(line)).filter_map(|line| line.split_once(':')).collect();
    let of = |wanted: &str| keys.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value.trim());
    let has = |key: &str| of(key).is_some();
    let box_of = |line: &str| ["- [ ] ", "- [x] ", "- [X] ", "* [ ] ", "* [x] "].iter().any(|mark| line.trim_start().starts_with(mark));
    let init = || "`gonogo init` writes a first plan from what its folder holds".to_owned();
    let (what, hint) = if has("checks") || has("project") || has("environments") {
        return None;
    } else if let Some(tool) = Tool::of(keys.iter().map(|(key, _)| *key), of("apiVersion")) {
        (tool.named(), format!("`gonogo import {name}` turns it into checks"))
    } else if has("apiVersion") && has("kind") {
        ("a Kubernetes manifest", init())
    } else if has("services") {
        ("a Compose file", init())
    } else if lines().any(box_of) {
        ("a checklist in Markdown", format!("`gonogo import {name} -o gonogo.yaml` makes a plan of it"))
    } else {
        return None;
    };
    Some(Fault::new(Place::top(0), format!("this is {what}, no plan")).hint(hint))
}
