//! The small languages of these files in ours: lengths of time, patterns, paths, comparisons.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

use crate::model::regex;

/// A variable of the plan, as it stands in values until they are written.
pub(super) static VARIABLE: LazyLock<Regex> = LazyLock::new(|| regex("\u{e000}([^\u{e001}]*)\u{e001}"));
/// A length of time in Go's words, and Gatus' days.
static SPAN: LazyLock<Regex> = LazyLock::new(|| regex(r"([0-9]+(?:\.[0-9]+)?)(ms|us|µs|ns|s|m|h|d)"));

/// The variable `name`.
pub(super) fn variable(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).take(60).collect();
    format!("\u{e000}{}\u{e001}", plain.trim_matches('_'))
}

/// A scalar's text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// The texts of a scalar or a list of them; `None` where there is anything else.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::Array(items) => items.iter().map(text).collect(),
        value => text(value).map(|text| vec![text]),
    }
}

/// A yes or no, in YAML 1.1's words too.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match text(value)?.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Milliseconds of `1m30s`, `300ms`, `5d`.
pub(super) fn millis(span: &str) -> Option<u64> {
    let covered: usize = SPAN.find_iter(span).map(|found| found.len()).sum();
    if covered == 0 || covered != span.trim().len() {
        return None;
    }
    let total: f64 = SPAN
        .captures_iter(span)
        .map(|found| {
            let unit = match &found[2] {
                "ms" => 1.0,
                "s" => 1_000.0,
                "m" => 60_000.0,
                "h" => 3_600_000.0,
                "d" => 86_400_000.0,
                _ => 0.0,
            };
            found[1].parse().unwrap_or(0.0_f64) * unit
        })
        .sum();
    // Far beyond what is meant; the conversion is exact below it.
    (1.0..1e13).contains(&total).then_some(total as u64)
}

/// Milliseconds in a plan's words.
pub(super) fn period(millis: u64) -> String {
    match millis {
        n if n % 86_400_000 == 0 => format!("{}d", n / 86_400_000),
        n if n % 3_600_000 == 0 => format!("{}h", n / 3_600_000),
        n if n % 60_000 == 0 => format!("{}m", n / 60_000),
        n if n % 1_000 == 0 => format!("{}s", n / 1_000),
        n => format!("{n}ms"),
    }
}

/// Bytes of `8Gi`, `30G`, `512`.
pub(super) fn bytes(quantity: &str) -> Option<u64> {
    let digits = quantity.find(|c: char| !c.is_ascii_digit()).unwrap_or(quantity.len());
    let number: u64 = quantity[..digits].parse().ok()?;
    let unit = match quantity[digits..].trim().trim_end_matches(['B', 'b']) {
        "" => 1,
        "k" | "K" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// A text in a JSONPath.
pub(super) fn literal(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '\\' | '\'' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    });
    format!("'{}'", escaped.collect::<String>())
}

/// A thing by its name: `$.units['nginx.service']`.
pub(super) fn at(topic: &str, name: &str) -> String {
    format!("$.{topic}[{}]", literal(name))
}

/// Whether it is an expression here too.
pub(super) fn is_regex(pattern: &str) -> bool {
    Regex::new(pattern).is_ok()
}

/// `pat(*.example.com)`: `*` stands for anything, `?` for one character.
pub(super) fn wildcard(pattern: &str) -> String {
    format!("(?s){}", regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
}

/// A comparison of whole numbers as a demand; the bounds of demands are inclusive.
pub(super) fn compared(operator: &str, number: i64) -> Option<Value> {
    Some(match operator {
        "<" | "lt" => json!({ "max": number - 1 }),
        "<=" | "le" => json!({ "max": number }),
        ">" | "gt" => json!({ "min": number + 1 }),
        ">=" | "ge" => json!({ "min": number }),
        "==" | "=" | "===" => json!(number),
        "!=" => json!({ "not": number }),
        _ => return None,
    })
}

/// The opposite of a comparison.
pub(super) fn opposite(operator: &str) -> &'static str {
    match operator {
        "<" => ">=",
        "<=" => ">",
        ">" => "<=",
        ">=" => "<",
        "!=" => "==",
        _ => "!=",
    }
}

/// Demands on a text, for kinds `file`, `http` and `command`.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) contains: Vec<String>,
    pub(super) not_contains: Vec<String>,
    pub(super) matches: Vec<String>,
    pub(super) not_matches: Vec<String>,
}

impl Texts {
    /// The keys that say them.
    pub(super) fn keys(self) -> Map<String, Value> {
        let Self { contains, not_contains, matches, not_matches } = self;
        [("contains", contains), ("not-contains", not_contains), ("matches", matches), ("not-matches", not_matches)]
            .into_iter()
            .filter(|(_, texts)| !texts.is_empty())
            .map(|(key, texts)| (key.to_owned(), json!(texts)))
            .collect()
    }

    /// One more expression; `Err` tells what is wrong with it.
    pub(super) fn expression(&mut self, pattern: String, wanted: bool) -> Result<(), String> {
        if !is_regex(&pattern) {
            return Err(format!("its expression is not one here: {pattern}"));
        }
        if wanted { &mut self.matches } else { &mut self.not_matches }.push(pattern);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_quantities() {
        assert_eq!(
            (millis("1m30s"), millis("300ms"), millis("5d"), millis("x"), millis("5 s")),
            (Some(90_000), Some(300), Some(432_000_000), None, None)
        );
        assert_eq!((period(90_000), period(432_000_000), period(1_500)), ("90s".into(), "5d".into(), "1500ms".into()));
        assert_eq!((bytes("8Gi"), bytes("30G"), bytes("7x"), bytes("99999999999Ti")), (Some(8 << 30), Some(30_000_000_000), None, None));
    }
}
