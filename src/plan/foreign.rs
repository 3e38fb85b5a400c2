//! Files of other tools that people take for a plan: what they are is told by their keys.

use super::{fault::Fault, node::Node, place::Place};

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

/// The fault of giving such a file as the plan.
pub(super) fn fault(node: &Node, name: &str) -> Option<Fault> {
    let entries = node.entries()?;
    let api = node.get("apiVersion").and_then(Node::scalar).map(|scalar| scalar.text.as_str());
    let tool = Tool::of(entries.iter().map(|(key, _)| key.text.as_str()), api)?;
    let top = Place { end: node.place.start, ..node.place };
    Some(Fault::new(top, format!("this is {}, no plan", tool.named())).hint(format!("`gonogo import {name}` turns it into checks")))
}
