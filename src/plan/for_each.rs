//! `for-each`: a check of the file is one check for each row of a list.

mod openapi;
mod table;

use std::{collections::HashSet, path::PathBuf, rc::Rc};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    draft::Draft,
    fault::Fault,
    fields::word,
    include,
    interpolate::Scope,
    lack::Lack,
    node::{Key, Node, Value},
    place::{Place, Sources},
    shelf::Shelf,
    template::{Template, is_name},
    variables::Resolved,
};

/// Rows of one list.
const MOST_ROWS: usize = 100_000;

/// Bytes of one value, as it stands in an id.
const LONGEST: usize = 200;

/// What stands in an id as it is: all else is percent-encoded.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'_').remove(b'-');

const FORM: &str = "write `{service: [users, billing]}`, a list of maps, `{file: hosts.csv}`, or `{openapi: api.yaml}`";

/// The variables of one row, with their values.
pub(super) type Row = Vec<(String, String)>;

/// What a `for-each` is read with.
pub(super) struct Reading<'a> {
    pub(super) shelf: &'a Shelf,
    pub(super) sources: &'a mut Sources,
    pub(super) faults: &'a mut Vec<Fault>,
}

impl Reading<'_> {
    /// One draft for each row; none where the list is wrong, which is told.
    pub(super) fn unfold(mut self, draft: Draft, (key, list): &(Key, Node)) -> Vec<Draft> {
        let told = self.faults.len();
        let (rows, each_counts) = self.rows(key.place, list);
        if self.faults.len() > told {
            return Vec::new();
        }
        self.check(&rows, each_counts, &draft, key.place);
        if self.faults.len() > told {
            return Vec::new();
        }
        rows.into_iter().map(|row| draft.member(row)).collect()
    }

    /// The rows, and whether each of their variables must be used.
    fn rows(&mut self, key: Place, list: &Node) -> (Vec<Row>, bool) {
        let mut variable = false;
        list.each_scalar(&mut |scalar, place| {
            if scalar.text.contains("${") {
                variable = true;
                let fault = Fault::new(place, "no variable can stand here: the ids of checks are the same in every environment");
                self.faults.push(fault.hint("write the value"));
            }
        });
        if variable {
            return (Vec::new(), false);
        }
        match &list.value {
            Value::Map(entries) if list.get("file").is_some_and(|node| node.scalar().is_some()) => (self.file(entries), false),
            Value::Map(entries) if list.get("openapi").is_some() => (openapi::rows(entries, self), false),
            Value::Map(entries) => (self.product(entries), true),
            Value::List(items) => (table::of_maps(items, self.faults), false),
            Value::Scalar(_) => {
                self.faults.push(Fault::new(key, format!("expected lists, found {}", list.noun())).hint(FORM));
                (Vec::new(), false)
            }
        }
    }

    /// Every combination of the lists' values.
    fn product(&mut self, entries: &[(Key, Node)]) -> Vec<Row> {
        let mut rows = vec![Row::new()];
        for (key, list) in entries {
            let Some(items) = list.items() else {
                self.faults.push(Fault::new(key.place, format!("expected a list of values, found {}", list.noun())).hint(FORM));
                continue;
            };
            let values: Vec<String> = items.iter().filter_map(|item| word(item, item.place, self.faults)).map(|word| word.text).collect();
            if rows.len().saturating_mul(values.len()) > MOST_ROWS {
                self.faults.push(Fault::new(key.place, format!("these are more than {MOST_ROWS} combinations")));
                return Vec::new();
            }
            let with = |row: &Row, value: &String| row.iter().cloned().chain([(key.text.clone(), value.clone())]).collect();
            rows = rows.iter().flat_map(|row| values.iter().map(move |value| with(row, value))).collect();
        }
        if entries.is_empty() { Vec::new() } else { rows }
    }

    /// `{file: hosts.csv}`, `{file: names.txt, as: host}`.
    fn file(&mut self, entries: &[(Key, Node)]) -> Vec<Row> {
        let mut name = None;
        let mut called = None;
        for (key, node) in entries {
            match key.text.as_str() {
                "file" => name = word(node, key.place, self.faults),
                "as" => called = word(node, key.place, self.faults),
                _ => self.faults.push(Fault::new(key.place, format!("unknown key `{}`", key.text)).hint("beside `file` stands only `as`")),
            }
        }
        let Some(name) = name else { return Vec::new() };
        let Some((path, place)) = self.one(&name.text, name.place) else { return Vec::new() };
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => self.text(path, place).map(|(file, text)| table::csv(file, &text, self.faults)),
            Some("txt") => {
                let called = called.map_or("line".into(), |word| word.text);
                self.text(path, place).map(|(file, text)| table::lines(file, &text, &called, self.faults))
            }
            Some("json" | "yaml" | "yml") => self.tree(path, place).map(|node| match node.items() {
                Some(items) if items.iter().all(|item| item.entries().is_none()) => {
                    table::of_words(items, &called.map_or("item".into(), |word| word.text), self.faults)
                }
                Some(items) => table::of_maps(items, self.faults),
                None => {
                    self.faults.push(Fault::new(node.place, format!("expected a list of rows, found {}", node.noun())));
                    Vec::new()
                }
            }),
            _ => {
                self.faults.push(Fault::new(place, "rows are read from `.txt`, `.csv`, `.json` and `.yaml` files"));
                None
            }
        }
        .unwrap_or_default()
    }

    /// The one file of that name.
    fn one(&mut self, name: &str, place: Place) -> Option<(PathBuf, Place)> {
        let word = super::fields::Word { text: name.to_owned(), place };
        match include::files(self.shelf, &word, self.faults).as_slice() {
            [path] => Some((path.clone(), place)),
            [] => None,
            _ => {
                self.faults.push(Fault::new(place, format!("`{name}` matches several files")).hint("name one"));
                None
            }
        }
    }

    fn text(&mut self, path: PathBuf, place: Place) -> Option<(u32, String)> {
        let read = include::read_text(self.shelf, &path, self.sources);
        read.map_err(|error| self.faults.push(Fault::new(place, format!("the file `{}` {error}", path.display())))).ok()
    }

    fn tree(&mut self, path: PathBuf, place: Place) -> Option<Node> {
        match include::read(self.shelf, &path, self.sources, self.faults) {
            Ok((_, node)) => node,
            Err(error) => {
                self.faults.push(Fault::new(place, format!("the file `{}` {error}", path.display())));
                None
            }
        }
    }

    /// What is wrong with the rows as a whole.
    fn check(&mut self, rows: &[Row], each_counts: bool, draft: &Draft, key: Place) {
        let Some(first) = rows.first() else {
            self.faults.push(Fault::new(key, "the list has no rows, so nothing would be looked at"));
            return;
        };
        if rows.len() > MOST_ROWS {
            self.faults.push(Fault::new(key, format!("the list has {} rows; at most {MOST_ROWS} are checks", rows.len())));
        }
        if let Some((name, _)) = first.iter().find(|(name, _)| !is_name(name)) {
            let message = format!("`{name}` is no name of a variable: letters, digits, `_`, `-` and `.`");
            self.faults.push(Fault::new(key, message));
        }
        let mut seen = HashSet::new();
        for row in rows {
            if let Some((name, value)) = row.iter().find(|(_, value)| value.is_empty() || in_id(value).len() > LONGEST) {
                let why = if value.is_empty() { "is empty" } else { "is too long for an id" };
                self.faults.push(Fault::new(key, format!("the value of `{name}` {why} in the row {}", shown(row))));
                return;
            }
            if !seen.insert(row) {
                self.faults.push(Fault::new(key, format!("the row {} stands there twice", shown(row))));
                return;
            }
        }
        let used = used(draft);
        let mut unused = first.iter().filter(|(name, _)| !used.contains(name));
        if let Some((name, _)) = unused.next().filter(|_| each_counts || first.iter().all(|(name, _)| !used.contains(name))) {
            let message = format!("nothing in this check uses `${{{name}}}`, so its rows would all look at the same");
            self.faults.push(Fault::new(key, message));
        }
    }
}

/// The variables that the check's values name.
fn used(draft: &Draft) -> HashSet<String> {
    let mut used = HashSet::new();
    for node in [&draft.envelope, &draft.settings] {
        node.each_text(&mut |text, _| {
            if let Ok(Some(template)) = Template::parse(text) {
                used.extend(template.names().into_iter().map(str::to_owned));
            }
        });
    }
    used
}

fn shown(row: &Row) -> String {
    let values: Vec<String> = row.iter().map(|(name, value)| format!("{name} `{}`", crate::model::excerpt(value, 60))).collect();
    values.join(", ")
}

fn in_id(value: &str) -> String {
    utf8_percent_encode(value, PLAIN).to_string()
}

/// The id of a member: `smoke[users,eu]`.
pub(super) fn member_id(template: &str, row: &Row) -> String {
    let values: Vec<String> = row.iter().map(|(_, value)| in_id(value)).collect();
    format!("{template}[{}]", values.join(","))
}

/// A row's variables over those of the plan.
pub(super) struct RowScope<'a> {
    pub(super) row: &'a [(String, String)],
    pub(super) beneath: &'a dyn Scope,
}

impl Scope for RowScope<'_> {
    fn value(&self, name: &str) -> Result<Rc<Resolved>, Lack> {
        match self.row.iter().find(|(known, _)| known == name) {
            Some((_, value)) => Ok(Rc::new(Resolved::literal(value))),
            None => self.beneath.value(name),
        }
    }

    fn lenient(&self) -> bool {
        self.beneath.lenient()
    }

    fn names(&self) -> Vec<&str> {
        self.row.iter().map(|(name, _)| name.as_str()).chain(self.beneath.names()).collect()
    }
}
