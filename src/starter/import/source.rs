//! A file of another tool as values: YAML with limits, after what its templates fill in was made variables.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::words::variable;
use crate::{
    model::regex,
    starter::documents::{LIMITS, documents},
};

/// `{{ … }}`, with the word that Replicated's tools put before it.
static TAG: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:\brepl)?\{\{-?\s*(?:repl\b|kurl\b)?\s*([^{}]*?)\s*-?\}\}"));
/// What makes a template a program.
static CONTROL: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:if|else|end|range|with|define|block|template|include|\$\w+\s*:?=)(?:\s|$)"));
/// A name in a tag: `.Vars.port`, `"PORT"`, `name`.
static NAME: LazyLock<Regex> = LazyLock::new(|| regex(r#"\.?[A-Za-z_][\w.-]*"#));
/// What a template's language has of its own.
const WORDS: [&str; 16] = [
    "and",
    "or",
    "not",
    "eq",
    "ne",
    "index",
    "getenv",
    "default",
    "quote",
    "toString",
    "trimSuffix",
    "ConfigOption",
    "getEnv",
    "Env",
    "Vars",
    "printf",
];

/// The documents in a file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Value>, String> {
    if bytes.len() as u64 > LIMITS.size.0 {
        return Err(format!("is larger than {}", LIMITS.size));
    }
    // What is no UTF-8 is told by the reader.
    let Ok(text) = std::str::from_utf8(bytes) else { return documents(bytes) };
    let text = text.replace(['\u{e000}', '\u{e001}'], "\u{fffd}").replace(" !!binary ", " ");
    documents(filled(&text)?.as_bytes())
}

/// The text with variables for what a template fills in.
fn filled(text: &str) -> Result<String, String> {
    if !text.contains("{{") {
        return Ok(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if line.trim_start().starts_with('#') {
            continue;
        }
        if TAG.captures_iter(line).any(|tag| CONTROL.is_match(&tag[1])) {
            return Err(format!("is a template with conditions or loops (line {}): fill it in first, as with `goss render`", number + 1));
        }
        out.push_str(
            &TAG.replace_all(line, |tag: &regex::Captures<'_>| if tag[1].starts_with("/*") { String::new() } else { name(&tag[1]) }),
        );
    }
    Ok(out)
}

/// The variable that stands for a tag.
fn name(tag: &str) -> String {
    let named = NAME.find_iter(tag).map(|found| found.as_str()).filter(|word| !WORDS.contains(word));
    let longest = named.max_by_key(|word| (word.starts_with('.'), word.len())).unwrap_or("VALUE");
    let short = [".Vars.", ".Env.", ".Values.", "."].iter().find_map(|prefix| longest.strip_prefix(prefix)).unwrap_or(longest);
    variable(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_becomes_a_variable() {
        let read = |text: &str| read(text.as_bytes());
        let value = read("a: {{ .Vars.port }}\nb: 'x{{getenv \"HOST\" | quote}}y'\nc: repl{{ ConfigOption \"name\" }}\n").expect("YAML");
        assert_eq!(value[0], serde_json::json!({ "a": variable("port"), "b": format!("x{}y", variable("HOST")), "c": variable("name") }));
        assert!(read("{{ range .Vars.x }}\na: 1\n{{ end }}\n").is_err_and(|why| why.contains("line 1")));
    }
}
