//! INI: an object of the names before the first section, and of an object for each section. Programs differ in what they read in
//! it; what they all read alike is read here.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::limits::Left;

pub(super) fn read(text: &str, mut left: Left) -> Result<Value, String> {
    let mut document: Map<String, Value> = Map::new();
    let mut section: Option<String> = None;
    // Many programs do not tell upper from lower case.
    let mut names = HashSet::new();
    for (index, line) in text.lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        left.take(1)?;
        if let Some(name) = line.strip_prefix('[') {
            let name = name.strip_suffix(']').map(str::trim).filter(|name| !name.is_empty());
            let name = name.ok_or_else(|| format!("is no INI: line {number} begins a section and does not end it"))?;
            if document.keys().any(|known| known.eq_ignore_ascii_case(name)) {
                return Err(format!("has `{name}` twice, the second time in line {number}"));
            }
            document.insert(name.to_owned(), Value::Object(Map::new()));
            (section, names) = (Some(name.to_owned()), HashSet::new());
            continue;
        }
        let (name, value) = entry(line, number)?;
        if !names.insert(name.to_ascii_lowercase()) {
            return Err(format!("has `{name}` twice in one section, the second time in line {number}"));
        }
        match section.as_ref().and_then(|section| document.get_mut(section)?.as_object_mut()) {
            Some(fields) => fields.insert(name.to_owned(), value.into()),
            None => document.insert(name.to_owned(), value.into()),
        };
    }
    Ok(Value::Object(document))
}

/// The name and the value of a line.
fn entry(line: &str, number: usize) -> Result<(&str, &str), String> {
    let differ = |what: &str| Err(format!("is read differently by different programs: {what} in line {number}"));
    let Some((name, value)) = line.split_once('=') else { return Err(format!("is no INI: line {number} has no `=`")) };
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() {
        return Err(format!("is no INI: line {number} has no name before its `=`"));
    }
    if name.contains(':') {
        return differ("a `:` before the `=`");
    }
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) = inner.or_else(|| value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''))) {
        return if inner.contains(['"', '\'', '\\']) { differ("a quote or `\\` within quotes") } else { Ok((name, inner)) };
    }
    match value {
        _ if value.ends_with('\\') => differ("a `\\` at the end"),
        _ if value.starts_with(['"', '\'']) => differ("a quote without an end"),
        _ if value.starts_with(['#', ';']) || [" #", " ;", "\t#", "\t;"].iter().any(|mark| value.contains(mark)) => {
            differ("what may be a comment")
        }
        _ => Ok((name, value)),
    }
}
