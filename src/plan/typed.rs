//! A typed value from a node, or everything that is wrong with it.
//!
//! serde stops at the first mismatch. So the entry that did not fit is left out and the node is read again, until it
//! fits or nothing is left: each round finds one more problem.

use std::collections::HashSet;

use super::{
    deserialize::{Reader, Reading},
    fault::Fault,
    mismatch::{Cause, Mismatch},
    node::{Node, Value},
    place::Place,
};

/// Problems of one node that are told at most.
const MOST: usize = 32;

/// What came of reading a node.
pub(super) struct Typed<T> {
    /// The value, if it fits as a whole.
    pub(super) value: Option<T>,
    /// The value without the entries that did not fit.
    pub(super) partial: Option<T>,
    pub(super) faults: Vec<Fault>,
    /// Variables that are not set, which is why there is no value.
    pub(super) unset: Vec<String>,
    /// Scalars that were taken for secrets.
    pub(super) secrets: HashSet<Place>,
}

/// Reads `node` with `parse`. `label` is where to point if something is missing from it; `dropped` are entries known to
/// be without a value.
pub(super) fn read<T>(node: &Node, label: Place, dropped: HashSet<Place>, parse: &dyn Fn(Reader<'_>) -> Result<T, Mismatch>) -> Typed<T> {
    let mut reading = Reading { dropped, ..Reading::default() };
    let mut typed = Typed { value: None, partial: None, faults: Vec::new(), unset: Vec::new(), secrets: HashSet::new() };
    for _ in 0..MOST {
        let mismatch = match parse(Reader::new(node, label, &reading)) {
            Ok(value) => {
                *(if reading.dropped.is_empty() { &mut typed.value } else { &mut typed.partial }) = Some(value);
                break;
            }
            Err(mismatch) => mismatch,
        };
        let (place, entry) = (mismatch.place().unwrap_or(label), mismatch.entry());
        match mismatch.cause().clone() {
            Cause::Unset(names) => typed.unset.extend(names),
            Cause::UnknownKey => typed.faults.push(fault(place, mismatch)),
            Cause::Plain | Cause::Foreign if lost_something(node, entry, &reading.dropped) => {}
            Cause::Foreign if has_variables(node) => match unset_at(node, entry) {
                names if !names.is_empty() => typed.unset.extend(names),
                _ => typed.faults.push(retold(node, label, place, &reading.dropped, parse)),
            },
            Cause::Plain | Cause::Foreign => typed.faults.push(fault(place, mismatch)),
        }
        // At the root, or found a second time: nothing more can be left out.
        if !entry.is_some_and(|entry| reading.dropped.insert(entry)) {
            break;
        }
    }
    typed.secrets = reading.secrets.into_inner();
    typed
}

fn fault(place: Place, mismatch: Mismatch) -> Fault {
    let (message, hint) = mismatch.into_words();
    Fault::new(place, message).maybe_hint(hint)
}

/// The mismatch in words that quote no value: the node is read once more with variables standing as written.
fn retold<T>(
    node: &Node,
    label: Place,
    place: Place,
    dropped: &HashSet<Place>,
    parse: &dyn Fn(Reader<'_>) -> Result<T, Mismatch>,
) -> Fault {
    let reading = Reading { masked: true, dropped: dropped.clone(), ..Reading::default() };
    match parse(Reader::new(node, label, &reading)) {
        Err(mismatch) if mismatch.place().unwrap_or(label) == place => fault(place, mismatch),
        _ => Fault::new(place, "what the variables here stand for does not fit").hint("see `gonogo explain` for what is wanted"),
    }
}

/// Whether something was left out of the list or map in `entry` (of the whole node without one): what is wrong with it
/// may come of that.
fn lost_something(node: &Node, entry: Option<Place>, dropped: &HashSet<Place>) -> bool {
    let holds = |node: &Node| match &node.value {
        Value::Scalar(_) => false,
        Value::List(items) => items.iter().any(|item| dropped.contains(&item.place)),
        Value::Map(entries) => entries.iter().any(|(key, _)| dropped.contains(&key.place)),
    };
    match entry {
        None => holds(node),
        Some(entry) => find(node, entry).is_some_and(holds),
    }
}

/// The variables without a value in what `entry` holds, or in the whole node.
fn unset_at(node: &Node, entry: Option<Place>) -> Vec<String> {
    let mut names = Vec::new();
    let node = entry.and_then(|entry| find(node, entry)).unwrap_or(node);
    node.each_scalar(&mut |scalar, _| names.extend(scalar.filled().into_iter().flat_map(|filled| filled.unset.iter().cloned())));
    names
}

/// The node in the map entry or list item `entry`.
fn find(node: &Node, entry: Place) -> Option<&Node> {
    match &node.value {
        Value::Scalar(_) => None,
        Value::List(items) => items.iter().find_map(|item| if item.place == entry { Some(item) } else { find(item, entry) }),
        Value::Map(entries) => entries.iter().find_map(|(key, node)| if key.place == entry { Some(node) } else { find(node, entry) }),
    }
}

fn has_variables(node: &Node) -> bool {
    let mut found = false;
    node.each_scalar(&mut |scalar, _| found |= scalar.filled().is_some());
    found
}
