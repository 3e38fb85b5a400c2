//! `gonogo.yaml`, as far as it can be read before the variables are known.

use std::collections::{BTreeMap, HashMap};

use super::{
    AT_ONCE, allow,
    fault::Fault,
    fields::{Fields, Word, is_id, words},
    interpolate::literal,
    node::{Key, Node, Scalar},
    notify, number,
    people::known::known,
    place::Place,
    rollout, runbook, suggest,
    template::{Template, is_name},
    windows,
};
use crate::model::{Person, Runbook, Windows};

/// The keys of the file.
pub(super) const KEYS: [&str; 16] = [
    "project",
    "environments",
    "allow",
    "vars",
    "include",
    "section",
    "checks",
    "release",
    "people",
    "signoff",
    "waivers",
    "ledger",
    "runbook",
    windows::KEY,
    rollout::KEY,
    notify::KEY,
];
/// The keys of an environment.
pub(super) const ENVIRONMENT_KEYS: [&str; 6] = ["vars", "env-file", "guard", "resolve", "per-target", "signoff"];

/// The plan's main file.
#[derive(Debug, Default)]
pub(super) struct Root {
    pub(super) project: String,
    /// The key `environments`.
    pub(super) environments_key: Place,
    pub(super) environments: Vec<Environment>,
    /// Whether checks may run programs that the plan names.
    pub(super) allows_commands: bool,
    pub(super) vars: Vec<(Key, Node)>,
    pub(super) include: Vec<Node>,
    pub(super) release: Option<(Place, Node)>,
    pub(super) people: BTreeMap<String, Person>,
    pub(super) signoff: Option<(Place, Node)>,
    /// The file of accepted exceptions, where it is not the usual one.
    pub(super) waivers: Option<Word>,
    pub(super) ledger: Option<Node>,
    pub(super) runbook: Option<Runbook>,
    /// Where the windows after a deployment stand, and which they are, if that can be read.
    pub(super) windows: Option<(Place, Option<Windows>)>,
    pub(super) rollout: Option<(Place, Node)>,
    pub(super) notify: Option<(Place, Node)>,
}

/// A set of targets and variables.
#[derive(Debug, Default)]
pub(super) struct Environment {
    pub(super) name: String,
    pub(super) vars: Vec<(Key, Node)>,
    pub(super) env_file: Option<Node>,
    pub(super) guard: Vec<Word>,
    pub(super) resolve: Option<(Place, Node)>,
    /// Checks at once on one target, at most.
    pub(super) per_target: Option<usize>,
    pub(super) signoff: Option<(Place, Node)>,
}

impl Root {
    /// Reads the file's tree; what is wrong is told, what is right is kept.
    pub(super) fn read(node: &Node, faults: &mut Vec<Fault>) -> Self {
        let top = Place { end: node.place.start, ..node.place };
        let Some(fields) = Fields::open(node, top, &KEYS, faults) else { return Self::default() };
        let owned = |key| fields.get(key).map(|(label, node)| (label, node.clone()));
        let (mut release, signoff) = (owned("release"), policy(fields, faults));
        if let Some(repository) = release.as_mut().and_then(|(_, node)| node.get_mut("repository")) {
            literal(repository, faults);
        }
        let project = fields.word("project", faults);
        if fields.get("project").is_none() {
            faults.push(Fault::new(top, "the key `project` is missing").hint("name the project: reports and the record go by it"));
        }
        let (environments_key, environments) = environments(fields, top, faults);
        let include = fields.list("include", faults);
        if let Some((label, [])) = include {
            faults.push(Fault::new(label, "the list is empty").hint("leave the key out"));
        }
        Self {
            project: project.map(|word| word.text).unwrap_or_default(),
            environments_key,
            environments,
            allows_commands: allow::command(fields, faults),
            vars: vars(fields, faults),
            include: include.map(|(_, items)| items.to_vec()).unwrap_or_default(),
            release,
            people: known(fields, faults),
            signoff,
            waivers: fields.word("waivers", faults),
            ledger: owned("ledger").map(|(_, node)| node),
            runbook: owned("runbook").and_then(|(label, node)| runbook::read(label, node, faults)),
            windows: owned(windows::KEY).map(|(label, node)| (label, windows::read(label, node, faults))),
            rollout: owned(rollout::KEY),
            notify: owned(notify::KEY),
        }
    }

    pub(super) fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == name)
    }

    /// The environment asked for, or the only one.
    pub(super) fn choose(&self, name: Option<&str>, faults: &mut Vec<Fault>) -> Option<&Environment> {
        let place = self.environments_key;
        let fault = match (name, self.environments.as_slice()) {
            (Some(name), _) if self.environment(name).is_some() => return self.environment(name),
            (Some(name), _) => self.no_environment(name, place),
            (None, [only]) => return Some(only),
            (None, several) => {
                let all = several.iter().map(|environment| format!("`{}`", environment.name)).collect::<Vec<_>>().join(", ");
                Fault::new(place, format!("the plan has several environments: {all}")).hint("choose one with `--env`")
            }
        };
        // Without environments their absence is told already.
        if !self.environments.is_empty() || place == Place::default() && faults.is_empty() {
            faults.push(fault);
        }
        None
    }

    /// The fault of naming an environment that is not there.
    pub(super) fn no_environment(&self, name: &str, place: Place) -> Fault {
        let hint = suggest::hint(name, self.environments.iter().map(|known| known.name.as_str()), "environments");
        Fault::new(place, format!("the plan has no environment `{name}`")).maybe_hint(hint)
    }

    /// Every `vars` of the file: the plan's, then each environment's.
    pub(super) fn all_vars(&self) -> impl Iterator<Item = &(Key, Node)> {
        self.vars.iter().chain(self.environments.iter().flat_map(|environment| &environment.vars))
    }
}

/// The variables of a `vars` by name.
pub(super) fn by_name(vars: &[(Key, Node)]) -> HashMap<&str, &Node> {
    vars.iter().map(|(key, node)| (key.text.as_str(), node)).collect()
}

fn environments(fields: Fields<'_>, top: Place, faults: &mut Vec<Fault>) -> (Place, Vec<Environment>) {
    if fields.get("environments").is_none() {
        faults.push(Fault::new(top, "the key `environments` is missing").hint("name at least one: `environments: { prod: {} }`"));
    }
    let Some((label, entries)) = fields.map("environments", faults) else { return (top, Vec::new()) };
    if entries.is_empty() {
        faults.push(Fault::new(label, "the plan has no environment").hint("name at least one: `environments: { prod: {} }`"));
    }
    (label, entries.iter().map(|(key, node)| environment(key, node, faults)).collect())
}

fn environment(key: &Key, node: &Node, faults: &mut Vec<Fault>) -> Environment {
    let mut environment = Environment { name: key.text.clone(), ..Environment::default() };
    if !is_id(&key.text) {
        faults.push(Fault::new(key.place, format!("`{}` cannot name an environment: lower-case letters, digits and `-`", key.text)));
    }
    // `prod:` alone says enough.
    if node.scalar().is_some_and(Scalar::is_null) {
        return environment;
    }
    let Some(fields) = Fields::open(node, key.place, &ENVIRONMENT_KEYS, faults) else { return environment };
    environment.vars = vars(fields, faults);
    if let Some((label, node)) = fields.get("env-file") {
        if node.scalar().is_none_or(|scalar| scalar.text.is_empty() || scalar.is_null()) {
            faults.push(Fault::new(label, format!("expected the path of a file, found {}", node.noun())));
        } else {
            environment.env_file = Some(node.clone());
        }
    }
    if let Some((label, items)) = fields.list("guard", faults) {
        if items.is_empty() {
            faults.push(Fault::new(label, "the list is empty, so nothing guards this environment").hint("leave the key out"));
        }
        environment.guard = words(items, faults);
    }
    environment.resolve = fields.get("resolve").map(|(label, node)| (label, node.clone()));
    environment.per_target = per_target(fields, faults);
    environment.signoff = policy(fields, faults);
    environment
}

/// How many checks may run at once on one target.
fn per_target(fields: Fields<'_>, faults: &mut Vec<Fault>) -> Option<usize> {
    let word = fields.word("per-target", faults)?;
    let number = number::whole::<u16>(&word.text).filter(|number| AT_ONCE.contains(number));
    if number.is_none() {
        let range = format!("{} to {}", AT_ONCE.start(), AT_ONCE.end());
        faults.push(Fault::new(word.place, format!("expected a whole number from {range}, found `{}`", word.text)));
    }
    number.map(usize::from)
}

/// A map of variables: names that can be used, values that are scalars.
pub(super) fn vars(fields: Fields<'_>, faults: &mut Vec<Fault>) -> Vec<(Key, Node)> {
    let Some((_, entries)) = fields.map("vars", faults) else { return Vec::new() };
    for (key, node) in entries {
        if !is_name(&key.text) {
            faults.push(Fault::new(key.place, format!("`{}` cannot name a variable: letters, digits, `_`, `-`, `.`", key.text)));
        }
        match node.scalar() {
            None => faults.push(Fault::new(key.place, format!("a variable is one value, found {}", node.noun()))),
            Some(scalar) if scalar.is_null() => {
                faults
                    .push(Fault::new(key.place, format!("the variable `{}` is empty", key.text)).hint("give it a value, or leave it out"));
            }
            Some(scalar) => {
                if let Err(malformed) = Template::parse(&scalar.text) {
                    faults.push(Fault::new(node.place, malformed.message).hint("write `$$` for a dollar sign"));
                }
            }
        }
    }
    entries.to_vec()
}

/// A `signoff`, which takes no variables.
fn policy(fields: Fields<'_>, faults: &mut Vec<Fault>) -> Option<(Place, Node)> {
    let (label, node) = fields.get("signoff")?;
    let mut node = node.clone();
    literal(&mut node, faults);
    Some((label, node))
}
