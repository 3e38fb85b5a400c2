//! Commands of a checklist as checks: only those that ask surely the same. Nothing is run, and what is not known is not guessed.

mod http;
mod served;
mod stores;

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

use self::{
    http::curl,
    served::{certificate, kubectl, served},
    stores::{backup, dump, psql, redis},
};
use super::line::Command;
use crate::{
    model::regex,
    starter::import::{entry::Entry, web, words::is_regex},
};

pub(super) use stores::query;

/// A host and port, or a path, that nothing is still to be put into.
static PLACE: LazyLock<Regex> = LazyLock::new(|| regex("^[\u{e000}\u{e001}\\w.:/@%~+=,?&*-]+$"));

/// Makes checks of one command; `text` is that of its box. `None` where it is not surely a question that a kind asks.
pub(super) fn ask(entry: &mut Entry, command: &Command, text: &str) -> Option<()> {
    let expected = command.expected.as_deref();
    if let Some(dump) = dump(&command.text) {
        return backup(entry, &dump, text, expected);
    }
    let stages: Vec<&[String]> = command.stages.as_ref()?.iter().map(Vec::as_slice).collect();
    // It only ends the session.
    let stages = match stages.as_slice() {
        [echo, rest @ ..] if echo[0] == "echo" && !rest.is_empty() && rest[0][0] == "openssl" => rest,
        all => all,
    };
    let ([program, words @ ..], pipe) = stages.split_first()? else { return None };
    match (program.as_str(), words.first().map(String::as_str)) {
        ("curl", _) => curl(entry, words, pipe, expected),
        ("psql", _) if pipe.is_empty() => psql(entry, words, expected),
        ("redis-cli", _) => redis(entry, words, pipe, expected),
        ("openssl", Some("s_client")) => served(entry, &words[1..], pipe, expected),
        ("openssl", Some("x509")) if pipe.is_empty() => certificate(entry, json!({}), words, expected),
        ("kubectl", _) if pipe.is_empty() && expected.is_none() => kubectl(entry, words),
        ("test" | "[", _) if pipe.is_empty() && expected.is_none() => test(entry, words),
        ("nc", _) if pipe.is_empty() && expected.is_none() => connect(entry, words),
        _ => None,
    }
}

fn test(entry: &mut Entry, words: &[String]) -> Option<()> {
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "]").collect();
    let (absent, flag, path) = match words.as_slice() {
        ["!", flag, path] => (true, *flag, *path),
        [flag, path] => (false, *flag, *path),
        _ => return None,
    };
    // Where a relative path begins is not said.
    (path.starts_with(['/', '\u{e000}']) && PLACE.is_match(path) && !path.contains(['*', '?'])).then_some(())?;
    let kind = match (flag, absent) {
        ("-e", _) | ("-f" | "-d", true) => Value::Null,
        ("-f", false) => json!("file"),
        ("-d", false) => json!("directory"),
        _ => return None,
    };
    // What is no file may be a folder.
    (!absent || flag == "-e").then_some(())?;
    entry.say("file", json!({ "path": path, "type": kind, "absent": absent.then_some(true) }));
    Some(())
}

fn connect(entry: &mut Entry, words: &[String]) -> Option<()> {
    let (_, rest) = options(words, &["-w"], &["-z", "-v", "-zv", "-vz"])?;
    let [host, port] = rest.as_slice() else { return None };
    (words.iter().any(|word| word.contains('z')) && PLACE.is_match(host) && port.parse::<u16>().is_ok()).then_some(())?;
    web::tcp(entry, &format!("{host}:{port}"), Value::Null, None);
    Some(())
}

/// The text that `grep` looks for, where it is a text and no pattern.
fn found(flags: &[String], pattern: &str) -> Option<String> {
    let known = flags.iter().all(|flag| ["-q", "-F", "-qF", "-Fq"].contains(&flag.as_str()));
    (known && !pattern.is_empty() && is_regex(pattern) && !pattern.contains(['\\', '[', ']', '^', '$', '*', '\u{e000}']))
        .then(|| pattern.to_owned())
}

/// Values of options, and what is no option; `None` where an option is not among the known ones.
fn options<'w>(words: &'w [String], valued: &[&'static str], flags: &[&str]) -> Option<(Map<String, Value>, Vec<&'w str>)> {
    let (mut values, mut rest) = (Map::new(), Vec::new());
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if valued.contains(&word) {
            values.insert(word.to_owned(), json!(words.next()?));
        } else if let Some((name, value)) = word.split_once('=').filter(|(name, _)| valued.contains(name)) {
            values.insert(name.to_owned(), json!(value));
        } else if !flags.contains(&word) {
            if word.starts_with('-') {
                return None;
            }
            rest.push(word);
        }
    }
    Some((values, rest))
}
