//! A plan for one environment, ready to run.

use std::{
    collections::{BTreeMap, HashSet},
    path::Path,
    sync::Arc,
};

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    PlacedWaiver, Plan, Problem, Request, Weight, digest,
    fault::Fault,
    interpolate::fill,
    node::Node,
    people,
    place::Place,
    release, request,
    resolve::{Resolved, resolve},
    scope::Scopes,
    tree::Tree,
    typed, waivers,
};
use crate::{
    model::{Digest, ProcessEnv, Release, Signoff, Size, read_text},
    net::{Pin, Pins},
};

/// Reads the plan for one environment. Reads the plan's files only, touches no network, never panics.
///
/// # Errors
/// Every problem of weight [`Weight::Error`] there is, with the warnings, in the order of the files.
pub fn load(request: &Request) -> Result<Plan, Vec<Problem>> {
    load_tree(Tree::read(&request.config, None)?, request, false)
}

/// The same for commands that look at no target: variables that are not set are no problem, and the checks that need
/// them are missing from [`items`](Plan::items). [`files`](Plan::files) are complete, [`digest`](Plan::digest) need not be
/// a run's.
///
/// # Errors
/// As [`load`].
pub fn load_leniently(request: &Request) -> Result<Plan, Vec<Problem>> {
    load_tree(Tree::read(&request.config, None)?, request, true)
}

/// The same for a plan of these `files`, as another commit has them, by their names relative to its folder: none is read
/// from the folder itself, but for the env-file. Variables are those of now.
///
/// # Errors
/// As [`load`].
pub fn load_at(request: &Request, files: BTreeMap<String, Vec<u8>>) -> Result<Plan, Vec<Problem>> {
    load_tree(Tree::read(&request.config, Some(files))?, request, true)
}

/// The same for a plan that was kept with a run, which may come from anybody: nothing of this process or machine comes
/// into it, neither variables nor an env-file. [`Request::env`] does not count.
///
/// # Errors
/// As [`load`].
pub fn load_kept(request: &Request, files: &BTreeMap<String, Vec<u8>>) -> Result<Plan, Vec<Problem>> {
    let mut tree = Tree::read(&request.config, Some(files.clone()))?;
    tree.kept = true;
    tree.root.environments.iter_mut().for_each(|environment| environment.env_file = None);
    load_tree(tree, &Request { env: ProcessEnv::default(), ..request.clone() }, true)
}

/// The same for whoever wants only the policy of a plan, and has the keys of those who sign.
///
/// # Errors
/// As [`load`].
pub fn load_law(request: &Request) -> Result<Plan, Vec<Problem>> {
    let mut tree = Tree::read(&request.config, None)?;
    tree.keyless = true;
    load_tree(tree, request, true)
}

/// The same for a main file of this text, which stands nowhere yet; what it includes is looked for beside
/// [`config`](Request::config).
///
/// # Errors
/// As [`load`].
pub fn load_text(text: &str, request: &Request) -> Result<Plan, Vec<Problem>> {
    load_tree(Tree::of(&request.config, text)?, request, false)
}

fn load_tree(mut tree: Tree, request: &Request, lenient: bool) -> Result<Plan, Vec<Problem>> {
    let environment = match request::chosen(&tree, request.environment.as_deref()) {
        Ok(environment) => environment.name.clone(),
        Err(fault) => return Err(request::unchosen(tree, fault)),
    };
    let faults = std::mem::take(&mut tree.faults);
    let Some(environment) = tree.root.environment(&environment) else { return Err(Problem::all(faults, &tree.sources)) };
    let mut resolved = resolve(&tree, environment, &request.env, lenient);
    resolved.faults.extend(faults);
    let rest = Rest::read(&tree, &mut resolved);
    let mut faults = std::mem::take(&mut resolved.faults);
    faults.append(&mut resolved.secrecy.warnings);
    let problems = Problem::all(faults, &tree.sources);
    if problems.iter().any(|problem| problem.weight == Weight::Error) {
        return Err(problems);
    }
    let mut plan = plan(&tree, resolved, rest, problems);
    let mut kept = tree.sources.into_bytes();
    // A file that is read twice is one file; it was the same both times, unless somebody changes it right now.
    kept.extend(std::mem::take(&mut plan.kept));
    plan.kept = kept.into_iter().collect();
    Ok(plan)
}

fn plan(tree: &Tree, mut resolved: Resolved<'_>, rest: Rest, warnings: Vec<Problem>) -> Plan {
    let mut files: BTreeMap<String, Digest> = tree.sources.iter().map(|source| (source.name.clone(), source.digest.clone())).collect();
    files.extend(rest.keys.iter().map(|(name, bytes)| (name.clone(), Digest::of(bytes))));
    resolved.secrecy.word(&tree.root.project);
    tree.root.environments.iter().for_each(|environment| resolved.secrecy.word(&environment.name));
    let mut secrets = std::mem::take(&mut resolved.secrecy.secrets);
    secrets.extend(resolved.variables.secrets());
    Plan {
        digest: digest::of(&tree.root.project, &resolved.environment.name, &files, &resolved.variables.used()),
        project: tree.root.project.clone(),
        environment: resolved.environment.name.clone(),
        environments: tree.root.environments.iter().map(|environment| environment.name.clone()).collect(),
        root: tree.shelf.folder.clone(),
        config: tree.name.clone(),
        items: resolved.items,
        pins: rest.pins,
        release: rest.release,
        release_elsewhere: rest.release_elsewhere,
        people: tree.root.people.clone(),
        signoff: rest.signoff,
        waivers: rest.waivers,
        ledger: rest.ledger,
        files,
        kept: rest.keys,
        secrets: secrets.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        words: Arc::new(resolved.secrecy.words),
        warnings,
    }
}

/// What a plan says beside its checks.
pub(super) struct Rest {
    pins: Pins,
    release: Release,
    release_elsewhere: bool,
    signoff: Option<Signoff>,
    /// The files of keys, signers' and revoked ones, with their bytes.
    keys: Vec<(String, Vec<u8>)>,
    /// Accepted exceptions for the environment.
    waivers: Vec<PlacedWaiver>,
    ledger: Option<String>,
}

impl Rest {
    /// Reads it; what is wrong joins the faults of `resolved`.
    pub(super) fn read(tree: &Tree, resolved: &mut Resolved<'_>) -> Self {
        let root = &tree.root;
        let (release, release_elsewhere) = release::read(tree, resolved);
        let pins = pins(tree, resolved);
        let (mut signoff, mut keys) = (None::<Signoff>, Vec::new());
        if let Some((label, node)) = people::signoff(root, resolved.environment) {
            resolved.secrecy.check(&node, "", &HashSet::new(), &Scopes { plan: &resolved.variables, pack: None });
            resolved.faults.extend(people::check(&node, &root.people));
            signoff = typed_block(resolved, label, &node, HashSet::new());
            if let Some(signoff) = &signoff {
                keys.extend(read_keys(tree, resolved, &node, "allowed-signers", Some(&signoff.allowed_signers)));
                keys.extend(read_keys(tree, resolved, &node, "revoked-keys", signoff.revoked_keys.as_deref()));
            }
        }
        let waivers = waivers::of_environment(tree, resolved);
        let ledger = root.ledger.as_ref().map(|node| (node.place, node.clone()));
        Self { pins, release, release_elsewhere, signoff, keys, waivers, ledger: block(tree, resolved, ledger.as_ref()) }
    }
}

/// A typed value of the main file, its variables filled in.
fn block<T: DeserializeOwned>(tree: &Tree, resolved: &mut Resolved<'_>, block: Option<&(Place, Node)>) -> Option<T> {
    let (label, node) = block?;
    let (node, dropped) = filled(tree, resolved, node);
    typed_block(resolved, *label, &node, dropped)
}

/// The same for what goes into reports as it is.
pub(super) fn presentable_block<T: DeserializeOwned>(tree: &Tree, resolved: &mut Resolved<'_>, block: Option<&(Place, Node)>) -> Option<T> {
    let (label, node) = block?;
    let (mut node, dropped) = filled(tree, resolved, node);
    node.make_presentable();
    typed_block(resolved, *label, &node, dropped)
}

fn filled(tree: &Tree, resolved: &mut Resolved<'_>, node: &Node) -> (Node, HashSet<Place>) {
    let mut node = node.clone();
    let filling = fill(&mut node, &tree.sources, &|_| &resolved.variables);
    resolved.secrecy.check(&node, "", &HashSet::new(), &Scopes { plan: &resolved.variables, pack: None });
    resolved.faults.extend(filling.faults);
    (node, filling.dropped)
}

fn typed_block<T: DeserializeOwned>(resolved: &mut Resolved<'_>, label: Place, node: &Node, dropped: HashSet<Place>) -> Option<T> {
    let typed = typed::read(node, label, dropped, &|reader| T::deserialize(reader));
    resolved.faults.extend(typed.faults);
    // What is wrong in one key does not keep the others from being looked at.
    typed.value.or(typed.partial)
}

/// A file of keys that `signoff` names, with its bytes.
fn read_keys(tree: &Tree, resolved: &mut Resolved<'_>, node: &Node, key: &str, name: Option<&str>) -> Option<(String, Vec<u8>)> {
    const LARGEST: Size = Size(1 << 20);
    let name = name.filter(|_| !tree.keyless)?;
    let recorded = super::include::shown(Path::new(name));
    match tree.shelf.read(Path::new(name), LARGEST) {
        Ok(bytes) => Some((recorded, bytes)),
        Err(error) => {
            let (place, shown) = node.get(key).and_then(|node| Some((node.place, node.scalar()?.quotable().to_owned())))?;
            resolved.faults.push(Fault::new(place, format!("the file `{shown}` {error}")));
            None
        }
    }
}

/// The environment's `resolve`.
fn pins(tree: &Tree, resolved: &mut Resolved<'_>) -> Pins {
    let pins = resolved.environment.resolve.as_ref();
    let named: Option<BTreeMap<String, ParsedPin>> = block(tree, resolved, pins);
    let entries = pins.and_then(|(_, node)| node.entries()).unwrap_or_default();
    let mut hosts = HashSet::new();
    for (key, _) in entries {
        if key.text.is_empty() || key.text.contains(['/', ':', ' ', '$']) {
            resolved.faults.push(
                Fault::new(key.place, format!("`{}` is not a host name", key.text)).hint("write the name alone, without scheme and port"),
            );
        } else if !hosts.insert(key.text.to_lowercase()) {
            resolved.faults.push(Fault::new(key.place, format!("`{}` is pinned twice", key.text.to_lowercase())));
        }
    }
    named.unwrap_or_default().into_iter().map(|(host, ParsedPin(pin))| (host, pin)).collect()
}

struct ParsedPin(Pin);

impl<'de> Deserialize<'de> for ParsedPin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, |text| text.parse()).map(ParsedPin)
    }
}
