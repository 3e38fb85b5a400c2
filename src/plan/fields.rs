//! Maps with fixed keys, and the words in them that take no variables: ids, names of environments, paths to include.

use super::{
    fault::Fault,
    node::{Key, Node},
    place::Place,
    suggest,
};

/// A word of the plan with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) place: Place,
}

/// The entries of a map with fixed keys.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a [(Key, Node)]);

impl<'a> Fields<'a> {
    /// The entries of `node`; keys other than `known` are told. `label` is the key that holds the map.
    pub(super) fn open(node: &'a Node, label: Place, known: &[&str], faults: &mut Vec<Fault>) -> Option<Self> {
        let Some(entries) = node.entries() else {
            faults.push(Fault::new(label, format!("expected a map of keys, found {}", node.noun())));
            return None;
        };
        for (key, _) in entries.iter().filter(|(key, _)| !known.contains(&key.text.as_str())) {
            let hint = suggest::hint(&key.text, known.iter().copied(), "keys");
            faults.push(Fault::new(key.place, format!("unknown key `{}`", key.text)).maybe_hint(hint));
        }
        Some(Self(entries))
    }

    /// What `key` holds, with the place of the key.
    pub(super) fn get(self, key: &str) -> Option<(Place, &'a Node)> {
        self.0.iter().find(|(k, _)| k.text == key).map(|(key, node)| (key.place, node))
    }

    /// The word `key` holds.
    pub(super) fn word(self, key: &str, faults: &mut Vec<Fault>) -> Option<Word> {
        let (label, node) = self.get(key)?;
        word(node, label, faults)
    }

    /// The map `key` holds, entry by entry.
    pub(super) fn map(self, key: &str, faults: &mut Vec<Fault>) -> Option<(Place, &'a [(Key, Node)])> {
        let (label, node) = self.get(key)?;
        if node.entries().is_none() {
            faults.push(Fault::new(label, format!("expected a map of keys, found {}", node.noun())));
        }
        node.entries().map(|entries| (label, entries))
    }

    /// The list `key` holds, item by item.
    pub(super) fn list(self, key: &str, faults: &mut Vec<Fault>) -> Option<(Place, &'a [Node])> {
        let (label, node) = self.get(key)?;
        if node.items().is_none() {
            faults.push(Fault::new(label, format!("expected a list, found {}", node.noun())));
        }
        node.items().map(|items| (label, items))
    }
}

/// A scalar without variables.
pub(super) fn word(node: &Node, label: Place, faults: &mut Vec<Fault>) -> Option<Word> {
    let Some(scalar) = node.scalar().filter(|scalar| !scalar.is_null() && !scalar.text.is_empty()) else {
        let found = if node.scalar().is_some() { "nothing".to_owned() } else { node.noun() };
        faults.push(Fault::new(label, format!("expected a word, found {found}")));
        return None;
    };
    if scalar.text.contains("${") {
        faults
            .push(Fault::new(node.place, "no variable can stand here").hint("what is read before the variables are known is written out"));
        return None;
    }
    Some(Word { text: scalar.text.clone(), place: node.place })
}

/// The words of a list; what is no word is told.
pub(super) fn words(items: &[Node], faults: &mut Vec<Fault>) -> Vec<Word> {
    items.iter().filter_map(|item| word(item, item.place, faults)).collect()
}

/// The words of a list that is read again later: that tells what is no word, this tells of variables.
pub(super) fn early_words(node: Option<&Node>, faults: &mut Vec<Fault>) -> Vec<Word> {
    let items = node.and_then(Node::items).unwrap_or_default();
    items
        .iter()
        .filter(|item| item.scalar().is_some_and(|scalar| !scalar.text.is_empty()))
        .filter_map(|item| word(item, item.place, faults))
        .collect()
}

/// Whether a check, a pack's alias or an environment may be called this.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(plain) && text.chars().all(|c| plain(c) || c == '-') && text.len() <= 100
}
