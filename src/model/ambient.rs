//! What of the machine decides what a run sees: the roots it trusts, and the proxies that its programs go through.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Digest, Report};

/// What a run looked through beside its plan. Within a report it is part of the fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Ambient {
    /// The roots trusted where a check names none.
    pub roots: TrustedRoots,
    /// The roots of files that checks trust instead, by the plan, a URL or `PGSSLROOTCERT`: those that were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ca_files: Vec<TrustedRoots>,
    /// `HTTPS_PROXY` and its like, by name, without credentials. Our own requests use none; programs that we run may.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub proxies: BTreeMap<String, String>,
}

/// A set of trusted roots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TrustedRoots {
    /// Whose they are: [`SYSTEM`](Self::SYSTEM), a variable with its value, a file as the plan's folder has it.
    pub from: String,
    /// How many; absent for the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// Over the roots' DER in sorted order, one after the other; absent for the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
}

impl TrustedRoots {
    /// The system's own store, or Mozilla's list as shipped where there is none.
    pub const SYSTEM: &str = "the system";
}

impl Default for TrustedRoots {
    fn default() -> Self {
        Self { from: Self::SYSTEM.into(), count: None, sha256: None }
    }
}

impl Ambient {
    /// All roots that were trusted, for people; the same ones under several names once.
    pub fn said_roots(&self) -> String {
        let mut all: Vec<TrustedRoots> = Vec::new();
        for roots in [&self.roots].into_iter().chain(&self.ca_files) {
            match all.iter_mut().find(|other| other.sha256.is_some() && other.sha256 == roots.sha256) {
                Some(other) => other.from = format!("{}, {}", other.from, roots.from),
                None => all.push(roots.clone()),
            }
        }
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    /// The proxies, for people.
    pub fn said_proxies(&self) -> String {
        let all: Vec<String> = self.proxies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if all.is_empty() { "none".into() } else { all.join(", ") }
    }

    /// In what two runs contradict each other, whatever each of them looked at. An older report that says nothing is
    /// taken to have used the system's roots and no proxy.
    pub(super) fn clashes(one: Option<&Self>, other: Option<&Self>) -> Vec<String> {
        let none = Self::default();
        let (one, other) = (one.unwrap_or(&none), other.unwrap_or(&none));
        let mut all = Vec::new();
        if one.roots.sha256 != other.roots.sha256 {
            all.push(format!("the trusted roots are {}, not {}", other.roots, one.roots));
        }
        if one.proxies != other.proxies {
            all.push(format!("the proxies are {}, not {}", other.said_proxies(), one.said_proxies()));
        }
        let pairs = one.ca_files.iter().flat_map(|a| other.ca_files.iter().map(move |b| (a, b)));
        all.extend(
            pairs.filter(|(a, b)| a.from == b.from && a.sha256 != b.sha256).map(|(a, b)| format!("the trusted roots are {b}, not {a}")),
        );
        all
    }

    /// The files of `self` whose roots `other` trusted under no name.
    fn ca_files_beside<'a>(&'a self, other: Option<&'a Self>) -> impl Iterator<Item = &'a TrustedRoots> {
        let among = move |a: &TrustedRoots, b: &TrustedRoots| a.from == b.from || a.sha256 == b.sha256;
        let known = move |a: &TrustedRoots| other.is_some_and(|other| other.ca_files.iter().any(|b| among(a, b)));
        self.ca_files.iter().filter(move |a| !known(a))
    }
}

impl std::fmt::Display for TrustedRoots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.count, &self.sha256) {
            (Some(count), Some(sha256)) => write!(f, "those of {} ({count}, sha256:{sha256})", self.from),
            _ => write!(f, "those of {}", self.from),
        }
    }
}

impl Report {
    /// In what `newer` looked at other things than this report, or through other things, a sentence each: pinned names,
    /// trusted roots, proxies, and the target of each check that both have.
    pub fn ground_differences(&self, newer: &Self) -> Vec<String> {
        let (old, new) = (self.ambient.as_ref(), newer.ambient.as_ref());
        let mut all = Vec::new();
        if self.resolve != newer.resolve {
            all.push("names were resolved to other addresses".to_owned());
        }
        all.extend(Ambient::clashes(old, new));
        all.extend(new.iter().flat_map(|new| new.ca_files_beside(old)).map(|roots| format!("roots are newly trusted: {roots}")));
        all.extend(old.iter().flat_map(|old| old.ca_files_beside(new)).map(|roots| format!("roots are no longer trusted: {roots}")));
        let exactly = old.is_some() || new.is_none();
        for old in &self.findings {
            let Some(new) = newer.findings.iter().find(|new| new.id == old.id) else { continue };
            if !same_target(old.target.as_deref(), new.target.as_deref(), exactly) {
                let said = |target: &Option<String>| target.clone().unwrap_or_else(|| "nothing".into());
                all.push(format!("`{}` looked at {}, not at {}", new.id, said(&new.target), said(&old.target)));
            }
        }
        all
    }
}

/// A report of before [`Ambient`] names the first target only, and no host within a secret variable: what it does not say
/// is not compared.
fn same_target(old: Option<&str>, new: Option<&str>, exactly: bool) -> bool {
    let first = |target: &str| target.split(", ").next().unwrap_or_default().to_owned();
    match (old, new) {
        (Some(old), Some(new)) if !exactly => old.contains("${") || first(old) == first(new),
        (old, new) => old == new,
    }
}
