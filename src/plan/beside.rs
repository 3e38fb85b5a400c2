//! What a plan says beside its checks, for one environment: pins, the release, whose signatures it needs, accepted exceptions.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
};

use serde::Deserialize;

use super::{
    PlacedWaiver, Purpose, Standing,
    fault::Fault,
    node::Node,
    notify::{self, Hearers},
    people, release,
    resolve::Resolved,
    scope::Scopes,
    shelf::shown,
    tree::Tree,
    typed,
    waivers::Written,
};
use crate::{
    model::{Holiday, Release, Signoff, Size, read_text},
    net::{Pin, Pins},
};

/// No file of keys is meant to be larger.
const LARGEST_KEYS: Size = Size(1 << 20);

/// What a plan says beside its checks.
pub(super) struct Beside {
    pub(super) pins: Pins,
    pub(super) release: Release,
    pub(super) release_elsewhere: bool,
    pub(super) signoff: Option<Signoff>,
    /// The files of keys, signers' and revoked ones, with their bytes.
    pub(super) keys: Vec<(String, Vec<u8>)>,
    /// Accepted exceptions for the environment.
    pub(super) waivers: Vec<PlacedWaiver>,
    pub(super) ledger: Option<String>,
    pub(super) hearers: Hearers,
    /// Every variable that is used, with its value as it may be shown. What only says who hears decides nothing, and is none.
    pub(super) used: BTreeMap<String, Option<String>>,
}

impl Beside {
    /// Reads it; what is wrong joins the `faults`.
    pub(super) fn read(tree: &Tree, resolved: &mut Resolved<'_>, faults: &mut Vec<Fault>) -> Self {
        let root = &tree.root;
        let (release, release_elsewhere) = release::read(tree, resolved, faults);
        let pins = pins(tree, resolved, faults);
        let (mut signoff, mut keys) = (None::<Signoff>, Vec::new());
        if let Some((label, node)) = people::signoff(root, resolved.environment) {
            resolved.secrecy.check(&node, "", &HashSet::new(), &Scopes { plan: &resolved.variables, pack: None });
            people::check(&node, &root.people, faults);
            signoff = typed::value(&node, label, HashSet::new(), faults);
            if let Some(signoff) = &mut signoff {
                keys.extend(read_keys(tree, &node, "allowed-signers", Some(&signoff.allowed_signers), faults));
                keys.extend(read_keys(tree, &node, "revoked-keys", signoff.revoked_keys.as_deref(), faults));
                let calendar = read_file(tree, &node, "holidays", signoff.holidays.as_deref(), faults);
                signoff.closed_on = calendar.iter().flat_map(|(_, bytes)| holidays(&node, bytes, faults)).collect();
                keys.extend(calendar);
                for (id, rule) in &mut signoff.ci_tokens {
                    let Some(node) = node.get("ci-tokens").and_then(|node| node.get(id)) else { continue };
                    let file = read_file(tree, node, "keys", Some(&rule.keys), faults);
                    rule.jwks = file.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
                    keys.extend(file);
                }
            }
        }
        let waivers = waivers(tree, resolved, faults);
        let ledger = root.ledger.as_ref().and_then(|node| resolved.block(tree, &(node.place, node.clone()), false, faults));
        let used = resolved.variables.used();
        let hearers = notify::read(tree, resolved, faults);
        Self { pins, release, release_elsewhere, signoff, keys, waivers, ledger, hearers, used }
    }
}

/// A file of keys that `signoff` names, with its bytes.
fn read_keys(tree: &Tree, node: &Node, key: &str, name: Option<&str>, faults: &mut Vec<Fault>) -> Option<(String, Vec<u8>)> {
    read_file(tree, node, key, name.filter(|_| tree.purpose != Purpose::Law), faults)
}

/// What the calendar that `signoff` names says.
fn holidays(node: &Node, bytes: &[u8], faults: &mut Vec<Fault>) -> Vec<Holiday> {
    Holiday::read(bytes).unwrap_or_else(|why| {
        let named = node.get("holidays").and_then(|node| Some((node.place, node.scalar()?.quotable())));
        faults.extend(named.map(|(place, file)| Fault::new(place, format!("the file `{file}` {why}"))));
        Vec::new()
    })
}

/// A file that `signoff` names, with its bytes.
fn read_file(tree: &Tree, node: &Node, key: &str, name: Option<&str>, faults: &mut Vec<Fault>) -> Option<(String, Vec<u8>)> {
    let name = Path::new(name?);
    match tree.shelf.read(name, LARGEST_KEYS) {
        Ok(bytes) => Some((shown(name), bytes)),
        Err(error) => {
            let (place, file) = node.get(key).and_then(|node| Some((node.place, node.scalar()?.quotable())))?;
            faults.push(Fault::new(place, format!("the file `{file}` {error}")));
            None
        }
    }
}

/// The environment's `resolve`.
fn pins(tree: &Tree, resolved: &mut Resolved<'_>, faults: &mut Vec<Fault>) -> Pins {
    let Some(pins) = &resolved.environment.resolve else { return Pins::default() };
    let named: Option<BTreeMap<String, ParsedPin>> = resolved.block(tree, pins, false, faults);
    let mut hosts = HashSet::new();
    for (key, _) in pins.1.entries().unwrap_or_default() {
        let host = key.text.to_lowercase();
        if host.is_empty() || host.contains(['/', ':', ' ', '$']) {
            let fault = Fault::new(key.place, format!("`{}` is not a host name", key.text));
            faults.push(fault.hint("write the name alone, without scheme and port"));
        } else if !hosts.insert(host.clone()) {
            faults.push(Fault::new(key.place, format!("`{host}` is pinned twice")));
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

/// The waivers of the environment; those that cover nothing there are told.
fn waivers(tree: &Tree, resolved: &Resolved<'_>, faults: &mut Vec<Fault>) -> Vec<PlacedWaiver> {
    let left_out: HashMap<&str, &str> = resolved
        .items
        .iter()
        .filter_map(|item| match &item.standing {
            Standing::Excluded(why) => Some((item.id.as_str(), why.as_str())),
            Standing::Ready(_) => None,
        })
        .collect();
    let mut placed = Vec::new();
    for Written { waiver, label, check } in tree.waivers.iter().filter(|w| w.waiver.environment == resolved.environment.name) {
        if !tree.has_check(&waiver.check) {
            let fault = tree.no_check(&waiver.check, *check);
            let message = format!("{}, so this waiver covers nothing", fault.message);
            faults.push(Fault::warning(*check, message).maybe_hint(fault.hint));
        }
        if let Some(member) = tree.drafts.iter().find(|draft| draft.member.as_ref().is_some_and(|(list, _)| **list == *waiver.check)) {
            let fault = Fault::new(*check, format!("`{}` is a list: an exception is accepted for one of its checks", waiver.check));
            let hint = format!("name it: `check: '{}'`; `gonogo waive {}` signs for those of today", member.id, waiver.check);
            faults.push(fault.hint(hint));
        }
        if let Some(why) = left_out.get(waiver.check.as_str()) {
            let message =
                format!("the check `{}` is skipped in `{}` ({why}), so this waiver covers nothing", waiver.check, waiver.environment);
            faults.push(Fault::warning(*check, message));
        }
        placed.push(PlacedWaiver { waiver: waiver.clone(), location: tree.sources.location(*label) });
    }
    placed
}
