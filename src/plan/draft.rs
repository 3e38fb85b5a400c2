//! A check as it stands in the file: taken apart into envelope and kind, variables not filled in yet.

use std::rc::Rc;

use super::{
    envelope,
    fault::Fault,
    fields::{Word, early_words, is_id, word},
    for_each::{Row, member_id},
    node::{Key, Node, Value},
    place::Place,
    suggest,
};
use crate::check::{KINDS, Kind};

/// One check, still raw.
pub(super) struct Draft {
    /// With its pack's name: `web/tls`.
    pub(super) id: String,
    /// Where its id stands.
    pub(super) id_place: Place,
    /// Where people find it: of a pack's check, where the pack is included.
    pub(super) location: Place,
    /// The keys every check has.
    pub(super) envelope: Node,
    pub(super) kind: &'static Kind,
    pub(super) kind_key: Place,
    /// What the kind's key holds.
    pub(super) settings: Node,
    /// Full ids.
    pub(super) needs: Vec<Word>,
    pub(super) environments: Option<Vec<Word>>,
    /// The pack it is from, by its place among the plan's packs.
    pub(super) pack: Option<usize>,
    /// Why the plan leaves it out of its pack.
    pub(super) without: Option<String>,
    /// Of a member of a list: the id that the list has in the file, and its row.
    pub(super) member: Option<(Rc<str>, Rc<Row>)>,
}

/// What stands in the place of a check.
#[derive(Default)]
pub(super) struct Found {
    /// Its id also if the rest is wrong, so that nobody is told that it does not exist.
    pub(super) id: Option<String>,
    pub(super) draft: Option<Draft>,
    /// What it is to be made of: `for-each`, with its key.
    pub(super) for_each: Option<(Key, Node)>,
}

impl Draft {
    /// Takes a check apart; `section` is the file's.
    pub(super) fn read(node: Node, section: Option<&(Key, Node)>, faults: &mut Vec<Fault>) -> Found {
        let Some(entries) = node.entries() else {
            faults.push(Fault::new(node.place, format!("a check is a map of keys, found {}", node.noun())));
            return Found::default();
        };
        let label = entries.first().map_or(node.place, |(key, _)| key.place);
        let id = id(&node, label, faults);
        let name = id.as_ref().map(|id| id.text.clone());
        let kind = kind(entries, label, faults);
        let (Some(id), Some((kind, kind_key))) = (id, kind) else { return Found { id: name, ..Found::default() } };
        let for_each = node.entry("for-each").cloned();
        let needs = early_words(node.get("needs"), faults);
        let environments = node.get("environments").map(|list| early_words(Some(list), faults));
        let section = section.filter(|_| node.get("section").is_none());
        let place = node.place;
        let (envelope, settings) = apart(node, kind_key, section);
        let envelope = Node { place, value: Value::Map(envelope) };
        let (pack, without, member) = (None, None, None);
        let draft = settings.map(|settings| Self {
            id_place: id.place,
            location: label,
            id: id.text,
            envelope,
            kind,
            kind_key,
            settings,
            needs,
            environments,
            pack,
            without,
            member,
        });
        Found { id: name, draft, for_each }
    }

    /// The check that it is for one row.
    pub(super) fn member(&self, row: Row) -> Self {
        Self {
            id: member_id(&self.id, &row),
            member: Some((self.id.as_str().into(), row.into())),
            envelope: self.envelope.clone(),
            settings: self.settings.clone(),
            needs: self.needs.clone(),
            environments: self.environments.clone(),
            without: self.without.clone(),
            ..*self
        }
    }

    /// The id that stands in the file: of a member its list's.
    pub(super) fn written_id(&self) -> &str {
        self.member.as_ref().map_or(&self.id, |(list, _)| list)
    }

    /// The place of an envelope's value, of a list its key's, of what is not there the id's.
    pub(super) fn place_of(&self, key: &str) -> Place {
        self.envelope.entry(key).map_or(self.id_place, |(key, node)| if node.scalar().is_some() { node.place } else { key.place })
    }
}

/// The entries of the envelope, and what the kind's key holds.
fn apart(node: Node, kind: Place, section: Option<&(Key, Node)>) -> (Vec<(Key, Node)>, Option<Node>) {
    let (mut envelope, mut settings) = (Vec::new(), None);
    if let Value::Map(entries) = node.value {
        envelope.reserve_exact(entries.len());
        for (key, node) in entries {
            if key.place == kind {
                settings = Some(node);
            } else if envelope::KEYS.contains(&key.text.as_str()) && !["kind", "for-each"].contains(&key.text.as_str()) {
                envelope.push((key, node));
            }
        }
    }
    envelope.extend(section.cloned());
    (envelope, settings)
}

fn id(node: &Node, label: Place, faults: &mut Vec<Fault>) -> Option<Word> {
    let Some((key, value)) = node.entry("id") else {
        faults.push(Fault::new(label, "the key `id` is missing").hint("give the check a short name of its own: `id: tls-api`"));
        return None;
    };
    let id = word(value, key.place, faults)?;
    if is_id(&id.text) {
        return Some(id);
    }
    let message = format!("`{}` is not an id: lower-case letters, digits and `-`, at most 100", id.text);
    let words = id.text.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), " ");
    let near = words.split_whitespace().collect::<Vec<_>>().join("-");
    let fault = Fault::new(id.place, message);
    // What people read may be anything.
    faults.push(if is_id(&near) { fault.hint(format!("write `id: {near}`; as `title` it may be called what people say")) } else { fault });
    None
}

/// The one key that names a kind.
fn kind(entries: &[(Key, Node)], label: Place, faults: &mut Vec<Fault>) -> Option<(&'static Kind, Place)> {
    let mut found: Option<(&'static Kind, Place)> = None;
    let mut told = false;
    for (key, node) in entries {
        if let Some(kind) = Kind::named(&key.text) {
            if let Some((first, ..)) = found {
                let message = format!("two kinds in one check: `{}` and `{}`", first.name, kind.name);
                faults.push(Fault::new(key.place, message).hint("make it two checks, each with its own id"));
                told = true;
            } else {
                found = Some((kind, key.place));
            }
        } else if names_a_kind(key, node) {
            faults.push(misplaced_kind(key, node));
            told = true;
        }
    }
    if told && found.is_none() && entries.iter().any(|(key, node)| names_a_kind(key, node)) {
        // What else is unknown are the kind's keys, which belong under it.
        return None;
    }
    for (key, node) in entries.iter().filter(|(key, _)| Kind::named(&key.text).is_none() && !envelope::KEYS.contains(&key.text.as_str())) {
        faults.push(unknown(key, node, found.is_some()));
        // It may be the kind, misspelt: then none is missing.
        told |= found.is_none();
    }
    if found.is_none() && !told {
        faults.push(Fault::new(label, "the check has no kind").hint("`gonogo explain` lists the kinds"));
    }
    found
}

fn unknown(key: &Key, node: &Node, has_kind: bool) -> Fault {
    let near = suggest::nearest(&key.text, envelope::KEYS.into_iter().filter(|known| *known != "kind"));
    // A key of every check holds a word or a list, a kind holds a map.
    if has_kind || (near.is_some() && node.entries().is_none()) {
        let fault = Fault::new(key.place, format!("unknown key `{}`", key.text)).hint("`gonogo explain` lists the keys of every check");
        return if near.is_some() { fault.meant(near) } else { fault };
    }
    let fault = Fault::new(key.place, format!("unknown kind `{}`", key.text));
    match suggest::nearest(&key.text, KINDS.iter().map(|kind| kind.name)) {
        None => fault.hint("`gonogo explain` lists the kinds"),
        near => fault.meant(near),
    }
}

/// `kind: http`, `type: http`: a word that other tools have for it.
fn names_a_kind(key: &Key, node: &Node) -> bool {
    let known = envelope::KEYS.contains(&key.text.as_str());
    key.text == "kind" || !known && node.scalar().is_some_and(|scalar| Kind::named(&scalar.text).is_some())
}

fn misplaced_kind(key: &Key, node: &Node) -> Fault {
    let name = node.scalar().and_then(|scalar| Kind::named(&scalar.text)).map_or("http", |kind| kind.name);
    Fault::new(key.place, format!("unknown key `{}`", key.text)).hint(format!("the kind is a key itself: `{name}: {{ … }}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::yaml;

    #[test]
    fn one_check_has_one_kind() {
        // As long as there is only one kind, none can be second.
        for (first, second) in KINDS.iter().zip(&KINDS[1..]) {
            let text = format!("id: a\n{}: {{}}\n{}: {{}}\n", first.name, second.name);
            let mut faults = Vec::new();
            Draft::read(yaml::parse(0, &text, &mut Vec::new()).expect("YAML"), None, &mut faults);
            let messages: Vec<_> = faults.iter().map(|fault| fault.message.as_str()).collect();
            assert_eq!(messages, [format!("two kinds in one check: `{}` and `{}`", first.name, second.name)]);
            assert_eq!(faults[0].place.start as usize, text.rfind(second.name).expect("the second kind"));
        }
    }
}
