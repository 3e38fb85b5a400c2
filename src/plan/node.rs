//! The tree a YAML file is read into: every node knows its place, every scalar keeps its text.

use std::collections::BTreeSet;

use super::{conceal, place::Place};

/// A value of the file.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Where it stands; of an alias, where its anchor is. A list's or map's place is where it begins.
    pub(super) place: Place,
    pub(super) value: Value,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a map; variables are filled into those that are paths into a document, and into no other.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) place: Place,
    pub(super) text: String,
}

/// One word, number or text.
#[derive(Debug, Clone)]
pub(super) struct Scalar {
    /// Its text: as written where it is plain, with escapes resolved where it is quoted, with variables filled in.
    pub(super) text: String,
    pub(super) style: Style,
}

/// How a scalar came to its text.
#[derive(Debug, Clone)]
pub(super) enum Style {
    /// Without quotes: it may be a number, a boolean or nothing at all.
    Plain,
    /// Quoted or a block: always text.
    Quoted,
    /// From variables: typed by whoever takes it, shown only as written.
    Filled(Box<Filled>),
}

/// What there is to know about a scalar that has variables in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Filled {
    /// As the plan writes it, without defaults: `https://${host}/`.
    pub(super) written: String,
    /// With variables filled in, but for those that hold secrets.
    pub(super) shown: String,
    /// The variables it names.
    pub(super) names: Vec<String>,
    /// Those of them, direct or not, that are not set; only `lint` goes on with such a scalar.
    pub(super) unset: Vec<String>,
    /// Secrets that came from defaults, as name and value.
    pub(super) secrets: Vec<(String, String)>,
    /// What only the run can say and did not.
    pub(super) awaits: BTreeSet<String>,
}

impl Key {
    fn is_path_with_variables(&self) -> bool {
        self.text.starts_with('$') && self.text.get(1..).is_some_and(|rest| rest.contains("${"))
    }
}

impl Scalar {
    /// Nothing was written: `key:` or `key: null`.
    pub(super) fn is_null(&self) -> bool {
        matches!(self.style, Style::Plain) && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// Quotes, which would say "this is text", are absent.
    pub(super) fn is_bare(&self) -> bool {
        !matches!(self.style, Style::Quoted)
    }

    pub(super) fn filled(&self) -> Option<&Filled> {
        let Style::Filled(filled) = &self.style else { return None };
        Some(filled)
    }

    /// What a message may quote.
    pub(super) fn quotable(&self) -> &str {
        self.filled().map_or(&self.text, |filled| &filled.written)
    }
}

impl Node {
    pub(super) fn scalar(&self) -> Option<&Scalar> {
        let Value::Scalar(scalar) = &self.value else { return None };
        Some(scalar)
    }

    pub(super) fn entries(&self) -> Option<&[(Key, Self)]> {
        let Value::Map(entries) = &self.value else { return None };
        Some(entries)
    }

    pub(super) fn items(&self) -> Option<&[Self]> {
        let Value::List(items) = &self.value else { return None };
        Some(items)
    }

    /// The entry of a map under `key`.
    pub(super) fn entry(&self, key: &str) -> Option<&(Key, Self)> {
        self.entries()?.iter().find(|(k, _)| k.text == key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, node)| node)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Value::Map(entries) = &mut self.value else { return None };
        entries.iter_mut().find(|(k, _)| k.text == key).map(|(_, node)| node)
    }

    /// What it is, for "expected a list, found …".
    pub(super) fn noun(&self) -> String {
        match &self.value {
            Value::List(_) => "a list".into(),
            Value::Map(_) => "a map".into(),
            Value::Scalar(scalar) if scalar.is_null() => "nothing".into(),
            Value::Scalar(scalar) => format!("`{}`", scalar.quotable()),
        }
    }

    /// Calls `visit` with every scalar below and the place of the entry or list item that holds it.
    pub(super) fn each_scalar_mut(&mut self, entry: Place, visit: &mut impl FnMut(&mut Scalar, Place, Place)) {
        match &mut self.value {
            Value::Scalar(scalar) => visit(scalar, self.place, entry),
            Value::List(items) => items.iter_mut().for_each(|item| item.each_scalar_mut(item.place, visit)),
            Value::Map(entries) => entries.iter_mut().for_each(|(key, node)| node.each_scalar_mut(key.place, visit)),
        }
    }

    /// Puts in every scalar from variables what may be shown of it: for texts that go into reports as they are.
    pub(super) fn make_presentable(&mut self) {
        let entry = self.place;
        self.each_scalar_mut(entry, &mut |scalar, _, _| {
            if let Style::Filled(filled) = &scalar.style {
                scalar.text = conceal::without_passwords(&filled.shown);
            }
        });
    }

    /// Whether some scalar below has a dollar sign in it.
    pub(super) fn may_hold_variables(&self) -> bool {
        match &self.value {
            Value::Scalar(scalar) => scalar.text.contains('$'),
            Value::List(items) => items.iter().any(Self::may_hold_variables),
            Value::Map(entries) => entries.iter().any(|(key, node)| key.is_path_with_variables() || node.may_hold_variables()),
        }
    }

    /// Calls `visit` with every key below that is a path with variables in it.
    pub(super) fn each_path_mut(&mut self, visit: &mut impl FnMut(&mut Key)) {
        match &mut self.value {
            Value::Scalar(_) => {}
            Value::List(items) => items.iter_mut().for_each(|item| item.each_path_mut(visit)),
            Value::Map(entries) => {
                for (key, node) in entries {
                    if key.is_path_with_variables() {
                        visit(key);
                    }
                    node.each_path_mut(visit);
                }
            }
        }
    }

    /// Calls `visit` with every text below that variables are filled into.
    pub(super) fn each_text<'a>(&'a self, visit: &mut impl FnMut(&'a str, Place)) {
        match &self.value {
            Value::Scalar(scalar) => visit(&scalar.text, self.place),
            Value::List(items) => items.iter().for_each(|item| item.each_text(visit)),
            Value::Map(entries) => {
                for (key, node) in entries {
                    if key.is_path_with_variables() {
                        visit(&key.text, key.place);
                    }
                    node.each_text(visit);
                }
            }
        }
    }

    /// Calls `visit` with every scalar below.
    pub(super) fn each_scalar<'a>(&'a self, visit: &mut impl FnMut(&'a Scalar, Place)) {
        match &self.value {
            Value::Scalar(scalar) => visit(scalar, self.place),
            Value::List(items) => items.iter().for_each(|item| item.each_scalar(visit)),
            Value::Map(entries) => entries.iter().for_each(|(_, node)| node.each_scalar(visit)),
        }
    }
}
