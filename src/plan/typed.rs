//! A typed value from a node, or everything that is wrong with it.
//!
//! serde stops at the first mismatch. So the entry that did not fit is left out and the node is read again, until it
//! fits or nothing is left: each round finds one more problem.

use std::collections::HashSet;

use serde::de::DeserializeOwned;

use super::{
    deserialize::{ADDRESSES, Given, Reader, Reading},
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
                _ if !shows_values(&mismatch, node) => typed.faults.push(fault(place, mismatch)),
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

/// The value that `node` holds, or what can be read of it: what is wrong in one key does not keep the others from being looked at.
pub(super) fn value<T: DeserializeOwned>(node: &Node, label: Place, dropped: HashSet<Place>, faults: &mut Vec<Fault>) -> Option<T> {
    let mut typed = read(node, label, dropped, &|reader| T::deserialize(reader));
    faults.append(&mut typed.faults);
    typed.value.or(typed.partial)
}

fn fault(place: Place, mismatch: Mismatch) -> Fault {
    let (message, hint) = mismatch.into_words();
    Fault::new(place, message).maybe_hint(hint)
}

/// The mismatch in words that quote no value: the node is read once more with variables
/// standing as written, or as an address where they stand for one.
fn retold<T>(
    node: &Node,
    label: Place,
    place: Place,
    dropped: &HashSet<Place>,
    parse: &dyn Fn(Reader<'_>) -> Result<T, Mismatch>,
) -> Fault {
    for given in [Given::Written, Given::Shaped] {
        let reading = Reading { given, dropped: dropped.clone(), ..Reading::default() };
        match parse(Reader::new(node, label, &reading)) {
            Err(mismatch) if mismatch.place().unwrap_or(label) == place && !ADDRESSES.iter().any(|stand_in| mismatch.quotes(stand_in)) => {
                return fault(place, mismatch);
            }
            _ => {}
        }
    }
    Fault::new(place, "what the variables here stand for does not fit").hint("see `gonogo explain` for what is wanted")
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

/// Whether a message may have something that came into the node by a variable, if only its beginning: values are shown nowhere.
fn shows_values(mismatch: &Mismatch, node: &Node) -> bool {
    let words = |text: &str| -> HashSet<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !matches!(*word, "" | "http" | "https"));
        words.map(|word| word.chars().take(8).collect()).collect()
    };
    let mut shows = false;
    node.each_scalar(&mut |scalar, _| {
        if let Some(filled) = scalar.filled() {
            let (now, before) = (words(&scalar.text), words(&filled.written));
            let quoted = |word: &String| mismatch.quotes(word) || mismatch.quotes(&word.to_lowercase());
            shows |= now.is_subset(&before) || now.difference(&before).any(quoted);
        }
    });
    shows
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::{
        model::{ProcessEnv, Secret},
        plan::{interpolate, place::Sources, variables::Variables, yaml},
    };

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    struct Settings {
        #[serde(default)]
        port: Option<u16>,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        secret: Option<Secret>,
        #[serde(default)]
        secrets: Vec<Secret>,
        #[serde(default)]
        choice: Option<Choice>,
        #[serde(default)]
        flag: Option<bool>,
        #[serde(default)]
        any: Option<serde_json::Value>,
        #[serde(default)]
        map: BTreeMap<String, f64>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    enum Choice {
        Plain,
        With { port: u16 },
    }

    fn settings(text: &str, lenient: bool) -> Typed<Settings> {
        let process: ProcessEnv = [("PORT", "5432"), ("WORD", "true"), ("PASS", "hunter2hunter2")]
            .into_iter()
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect();
        let given = Default::default();
        let variables = Variables::new(Default::default(), &process, &given, lenient);
        let mut sources = Sources::default();
        let file = sources.add("a.yaml".into(), text.into());
        let mut node = yaml::parse(file, text, &mut Vec::new()).expect("YAML");
        let mut faults = Vec::new();
        let dropped = interpolate::fill(&mut node, &sources, &|_| &variables, &mut faults);
        assert_eq!(faults, []);
        read(&node, Place::top(file), dropped, &|reader| Settings::deserialize(reader))
    }

    fn good(text: &str) -> Settings {
        let typed = settings(text, false);
        assert_eq!(typed.faults, []);
        typed.value.expect("settings")
    }

    fn messages(text: &str) -> Vec<String> {
        settings(text, false).faults.into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn a_variable_takes_the_type_of_its_field() {
        let read = good("{ port: \"${PORT}\", name: \"${PORT}\", flag: \"${WORD}\", any: \"${PORT}\" }");
        assert_eq!((read.port, read.name.as_deref(), read.flag), (Some(5432), Some("5432"), Some(true)));
        assert_eq!(read.any, Some("5432".into()));
    }

    #[test]
    fn plain_scalars_keep_their_text() {
        for text in ["007", "1.50", "yes", "true", "0x1F", "1_000", "2026-11-20"] {
            assert_eq!(good(&format!("name: {text}")).name.as_deref(), Some(text));
        }
        assert_eq!(good("map: { a: 1.50, b: 2 }").map.into_values().collect::<Vec<_>>(), [1.5, 2.0]);
        let any = good("any: { a: 1, b: 1.5, c: true, d: ~, e: \"1\", f: 007, g: yes, h: [-1] }").any;
        assert_eq!(any, Some(serde_json::json!({ "a": 1, "b": 1.5, "c": true, "d": null, "e": "1", "f": "007", "g": "yes", "h": [-1] })));
    }

    #[test]
    fn enums_are_words_or_maps_with_one_key() {
        assert_eq!(good("choice: plain").choice, Some(Choice::Plain));
        assert_eq!(good("choice: { with: { port: 1 } }").choice, Some(Choice::With { port: 1 }));
        assert_eq!(messages("choice: plian"), ["`plian` is not known here"]);
        assert_eq!(messages("choice: { with: { port: 1 }, plain: 1 }"), ["expected a map with one key, found a map"]);
    }

    #[test]
    fn strict_about_what_is_meant() {
        for (text, message) in [
            ("flag: yes", "expected `true` or `false`, found `yes`"),
            ("flag: \"true\"", "expected `true` or `false`, found text"),
            ("port: 65536", "expected a whole number from 0 to 65535, found `65536`"),
            ("port: -1", "expected a whole number from 0 to 65535, found `-1`"),
            ("port: \"1\"", "expected a whole number from 0 to 65535, found text"),
            ("port: ~", "expected a value, found nothing"),
            ("port: ${PASS}", "expected a whole number from 0 to 65535, found `${PASS}`"),
            ("map: { a: .inf }", "expected a number, found `.inf`"),
        ] {
            assert_eq!(messages(text), [message], "{text}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let told = messages("{ prot: 1, port: x, map: { a: b, c: d, e: 1 }, choice: { with: { port: y, z: 1 } }, flag: 1 }");
        assert_eq!(told.len(), 7, "{told:?}");
    }

    #[test]
    fn secrets_are_marked_and_never_told() {
        let typed = settings("{ secret: \"x-${PASS}\", secrets: [literal, \"${PASS}\"], name: \"${PASS}\" }", false);
        assert_eq!(typed.secrets.len(), 3);
        let read = typed.value.expect("settings");
        let secret = read.secret.expect("a secret");
        assert_eq!((secret.expose(), secret.written()), ("x-hunter2hunter2", "x-${PASS}"));
        assert_eq!(read.secrets.iter().map(Secret::written).collect::<Vec<_>>(), ["***", "${PASS}"]);
        assert_eq!(messages("secret: [\"${PASS}\"]"), ["expected text, found a list"]);
    }

    #[test]
    fn lint_goes_on_without_secrets_and_stops_without_other_variables() {
        let typed = settings("{ secret: \"${DATABASE_URL}\", name: \"${API_TOKEN}\" }", true);
        assert_eq!((typed.unset.len(), typed.value.is_some()), (0, true));
        let typed = settings("{ name: \"${DATABASE_URL}\", port: \"${API_TOKEN}\", flag: 1 }", true);
        assert_eq!(typed.unset, ["DATABASE_URL", "API_TOKEN"]);
        assert!(typed.value.is_none());
        assert_eq!(typed.faults.len(), 1, "{:?}", typed.faults);
    }
}
