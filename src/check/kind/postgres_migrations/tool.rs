//! The tools that migrate a database, from the table beside this file.

use std::{fmt, sync::LazyLock};

use regex::Regex;

use crate::{
    check::table,
    model::{from_text, regex},
};

static TOOLS: LazyLock<Vec<Facts>> = LazyLock::new(facts);

/// A tool, by its name in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tool(pub(super) &'static str);

/// What is known of one.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) name: &'static str,
    pub(super) called: &'static str,
    lines: Vec<(&'static str, &'static str)>,
    /// What its migrations are called.
    pub(super) files: Option<Regex>,
    /// Files of its folder that are none.
    pub(super) not: Option<Regex>,
}

impl Facts {
    /// What the table says under `key`.
    pub(super) fn says(&self, key: &str) -> Option<&'static str> {
        self.lines.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    /// The words there.
    pub(super) fn words(&self, key: &str) -> impl Iterator<Item = &'static str> {
        self.says(key).unwrap_or_default().split(' ').filter(|word| !word.is_empty())
    }

    /// Whether a table of these columns may be its own.
    pub(super) fn has_columns(&self, columns: &[String]) -> bool {
        let stands = |name: &str| columns.iter().any(|column| column == name);
        self.words("columns").all(|word| word.strip_prefix('!').map_or_else(|| stands(word), |absent| !stands(absent)))
    }

    /// Whether it keeps the version alone, so that all before it are applied.
    pub(super) fn is_single(&self) -> bool {
        self.says("single").is_some()
    }

    /// Whether its migrations have an order that can be told from a folder.
    pub(super) fn is_ordered(&self) -> bool {
        !matches!(self.says("layout"), Some("django" | "liquibase"))
    }
}

impl Tool {
    pub(super) fn facts(self) -> &'static Facts {
        all().iter().find(|facts| facts.name == self.0).unwrap_or_else(|| panic!("`{}` is no tool", self.0))
    }
}

/// Every tool.
pub(super) fn all() -> &'static [Facts] {
    &TOOLS
}

/// The key that a version or name comes to, however it is written: numbers without leading zeros, `1_2` as `1.2`.
pub(super) fn canonical(text: &str) -> String {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'_') {
        return text.to_owned();
    }
    let mut parts: Vec<&str> = text.split(['.', '_']).map(|part| part.trim_start_matches('0')).collect();
    while parts.len() > 1 && parts.last().is_some_and(|last| last.is_empty()) {
        parts.pop();
    }
    parts.iter().map(|part| if part.is_empty() { "0" } else { part }).collect::<Vec<_>>().join(".")
}

/// A key as it is ordered: numbers by their size, all else by its letters.
pub(super) fn order(key: &str) -> Vec<(usize, String)> {
    let mut parts: Vec<(usize, String)> = Vec::new();
    for c in key.chars() {
        match parts.last_mut() {
            Some((digits, text)) if (*digits > 0) == c.is_ascii_digit() => {
                *digits += usize::from(c.is_ascii_digit());
                text.push(c);
            }
            _ => parts.push((usize::from(c.is_ascii_digit()), c.to_string())),
        }
    }
    // A longer number is a larger one, once its zeros are gone.
    parts.iter_mut().filter(|(digits, _)| *digits > 0).for_each(|(digits, text)| {
        *text = text.trim_start_matches('0').to_owned();
        *digits = text.len() + 1;
    });
    parts
}

fn facts() -> Vec<Facts> {
    let mut all: Vec<Facts> = Vec::new();
    for (heading, line) in table::rows(include_str!("tools.txt")) {
        if all.last().is_none_or(|last| last.name != heading.name) {
            all.push(Facts { name: heading.name, called: heading.about, ..Facts::default() });
        }
        let (Some(last), Some((key, value))) = (all.last_mut(), line.split_once('\t')) else { continue };
        match key {
            "files" => last.files = Some(regex(value)),
            "not" => last.not = Some(regex(value)),
            _ => last.lines.push((key, value)),
        }
    }
    all
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.facts().called)
    }
}

from_text!(Tool, { "type": "string" }, |text| match all().iter().find(|facts| facts.name == text) {
    Some(facts) => Ok(Tool(facts.name)),
    None => {
        let names: Vec<&str> = all().iter().map(|facts| facts.name).collect();
        Err(format!("`{text}` is no tool that is known here: {}", names.join(", ")))
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(all().len(), 26);
        for facts in all() {
            for key in ["table", "columns", "rows"] {
                assert!(facts.says(key).is_some(), "{}: {key}", facts.name);
            }
            assert_eq!(facts.files.is_some(), facts.says("layout").is_none(), "{}", facts.name);
            assert_eq!(facts.files.is_some(), facts.says("ends").is_some(), "{}", facts.name);
        }
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        for (a, b) in [("0012", "12"), ("1_2", "1.2"), ("1.0", "1"), ("20230101000000_Add", "20230101000000_Add"), ("0", "00")] {
            assert_eq!(canonical(a), canonical(b));
        }
        for (less, more) in
            [("9", "10"), ("1.9", "1.10"), ("9_a", "10_a"), ("0002_x", "0010_a"), ("1", "1.1"), ("a", "b"), ("m20220101_b", "m20220102_a")]
        {
            assert!(order(less) < order(more), "{less} {more}");
        }
    }
}
