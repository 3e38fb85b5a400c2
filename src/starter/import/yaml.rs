//! A value as YAML: whatever could be read as anything else is quoted.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::words::VARIABLE;
use crate::model::{plain, regex};

/// A list or a map as long as this stands in one line.
const ONE_LINE: usize = 90;

/// A word, a path, an address, a length of time, a JSONPath of names: nothing else anywhere.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?-u:[A-Za-z/][\w./-]*(?: [\w./()%-]+)*|https?://[\w./-]+(?::[0-9]+)?[\w./-]*|[1-9][0-9]*(?:ms|[smhd]|xx|B)|\$(?:\.[a-z_]+)+)$",
    )
});

/// The map's entries, one below the other, each line with this indentation.
pub(super) fn block(fields: &Map<String, Value>, indent: usize, out: &mut String) {
    for (key, value) in fields {
        out.push_str(&format!("{:indent$}{}:", "", scalar(key)));
        below(value, indent + 2, out);
    }
}

fn below(value: &Value, indent: usize, out: &mut String) {
    let line = flow(value);
    match value {
        Value::Object(fields) if fields.values().any(|v| v.is_object() || v.is_array()) || line.len() > ONE_LINE => {
            out.push('\n');
            block(fields, indent, out);
        }
        Value::Array(items) if line.len() > ONE_LINE => {
            out.push('\n');
            items.iter().for_each(|item| out.push_str(&format!("{:indent$}- {}\n", "", flow(item))));
        }
        _ => out.push_str(&format!(" {line}\n")),
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) if fields.is_empty() => "{}".into(),
        Value::Object(fields) => {
            format!(
                "{{ {} }}",
                fields.iter().map(|(key, value)| format!("{}: {}", scalar(key), flow(value))).collect::<Vec<_>>().join(", ")
            )
        }
        value => value.to_string(),
    }
}

/// A text as a scalar: as it stands where every YAML reader takes that for this text, else in double quotes.
pub(super) fn scalar(text: &str) -> String {
    // `$$` is a dollar sign of a plan; a lone one is itself.
    let escaped = if text.contains("${") || text.contains("$$") { text.replace('$', "$$") } else { text.to_owned() };
    let filled = VARIABLE.replace_all(&escaped, "$${$1}").into_owned();
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&filled.to_ascii_lowercase().as_str());
    if PLAIN.is_match(&filled) && !word { filled } else { quoted(&filled) }
}

/// A JSON string is a double-quoted YAML scalar; what acts on a reader or is no printable character of YAML is escaped.
fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        let acts = !c.is_ascii() && plain(c.encode_utf8(&mut [0; 4])).as_ref() != c.to_string() || ('\u{7f}'..='\u{a0}').contains(&c);
        if acts || ['\u{2028}', '\u{2029}', '\u{feff}', '\u{fffe}', '\u{ffff}'].contains(&c) {
            out.push_str(&format!("\\U{:08x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};
    use serde_json::json;

    use super::*;
    use crate::check::format::{Format, Limits, read};

    fn again(value: &Value) -> Value {
        let mut out = String::new();
        block(value.as_object().expect("a map"), 0, &mut out);
        read(out.as_bytes(), Format::Yaml.into(), Limits::default()).unwrap_or_else(|why| panic!("{why}: {out}"))
    }

    proptest! {
        /// Whatever a text is, it is read back as it was; dollar signs aside, which stand doubled in a plan.
        #[test]
        fn every_text_is_read_back(key in "[^\u{e000}\u{e001}$]{1,20}", text in any::<String>(), odd in r#"[-?:,\[\]{}#&*!|>'"%@`~ 0-9.a-z\n\t]{0,12}"#) {
            let text = text.replace(['\u{e000}', '\u{e001}', '$'], "");
            let value = json!({ key: [text, odd, { "a": text }, 1, true, null], "b": { "c": { "d": odd }, "e": [] } });
            assert_eq!(again(&value), value);
        }
    }

    #[test]
    fn variables_stay_and_what_looks_like_them_does_not() {
        assert_eq!(scalar("a\u{e000}DB\u{e001}b"), "\"a${DB}b\"");
        assert_eq!((scalar("${DB}"), scalar("^a$")), ("\"$${DB}\"".into(), "\"^a$\"".into()));
        assert_eq!((scalar("no"), scalar("0644"), scalar("/etc/x-1.y")), ("\"no\"".into(), "\"0644\"".into(), "/etc/x-1.y".into()));
    }
}
