//! Secrets of a file become variables: none is printed.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use regex::{Captures, Regex};
use serde_json::Value;

use super::words::{VARIABLE, variable};
use crate::model::{CREDENTIAL, looks_secret, one_line, plain, regex};

/// What gives a right to whoever shows it, and a value after a secret's name.
static SPOKEN: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [
        regex(r"(?i)(?P<before>\b(?:bearer|basic|token)\s+)(?P<secret>[A-Za-z0-9+/=._~-]{6,})"),
        regex(concat!(
            r#"(?i)(?P<before>\b[\w-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|auth|authorization|cookie|pwd)"#,
            r#"["']?\s*[=:]\s*["']?|--(?:password|token|pass)\s+)(?P<secret>[^\s"'&,;)\u{e000}]{3,})"#
        )),
    ]
});

/// The secrets found so far, each with its variable.
#[derive(Default)]
pub(super) struct Hidden {
    variables: HashMap<String, String>,
    /// Every variable that the checks name.
    pub(super) named: BTreeMap<String, ()>,
}

impl Hidden {
    /// The values of a check without the secrets; `id` names the variables. Where `spoken`, texts are searched for more than
    /// the passwords of addresses.
    pub(super) fn hide(&mut self, value: &mut Value, id: &str, spoken: bool) {
        match value {
            Value::String(text) => *text = self.hidden(text, id, spoken),
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide(item, id, spoken)),
            Value::Object(fields) => {
                for (name, field) in fields.iter_mut() {
                    let secret = spoken && (looks_secret(name) || name.eq_ignore_ascii_case("authorization"));
                    match field {
                        Value::String(text) if secret && !text.is_empty() && !VARIABLE.is_match(text) => {
                            // `Bearer …`: what kind it is, is no secret.
                            let (scheme, secret) =
                                text.split_once(' ').map_or(("", text.as_str()), |(scheme, secret)| (scheme, secret.trim()));
                            let space = if scheme.is_empty() { "" } else { " " };
                            *text = format!("{scheme}{space}{}", self.variable(secret, id, "TOKEN"));
                        }
                        _ => self.hide(field, id, spoken),
                    }
                }
            }
            _ => {}
        }
    }

    fn hidden(&mut self, text: &str, id: &str, spoken: bool) -> String {
        let mut text = CREDENTIAL
            .replace_all(text, |found: &Captures<'_>| {
                let password = &found["password"];
                let kept = VARIABLE.is_match(password);
                format!("{}{}@", &found["before"], if kept { password.to_owned() } else { self.variable(password, id, "PASSWORD") })
            })
            .into_owned();
        if spoken {
            for pattern in SPOKEN.iter() {
                text = pattern
                    .replace_all(&text, |found: &Captures<'_>| {
                        format!("{}{}", &found["before"], self.variable(&found["secret"], id, "TOKEN"))
                    })
                    .into_owned();
            }
        }
        for found in VARIABLE.captures_iter(&text) {
            self.named.insert(found[1].to_owned(), ());
        }
        text
    }

    fn variable(&mut self, secret: &str, id: &str, what: &str) -> String {
        let number = self.variables.len();
        let made = self.variables.entry(secret.to_owned()).or_insert_with(|| {
            let name = format!("{}_{what}", id.to_ascii_uppercase().replace('-', "_"));
            let name = if self.named.contains_key(&name) { format!("{name}_{number}") } else { name };
            self.named.insert(name.clone(), ());
            name
        });
        variable(made)
    }
}

/// Outside text for a comment or a title: one line, short, without secrets.
pub(super) fn shown(text: &str, limit: usize) -> String {
    let text = CREDENTIAL.replace_all(text, |found: &Captures<'_>| {
        let place = found["before"].find("://").map_or(0, |at| at + 3);
        found["before"][..place].to_owned()
    });
    let text = SPOKEN.iter().fold(text.into_owned(), |text, pattern| pattern.replace_all(&text, "${before}***").into_owned());
    let text = VARIABLE.replace_all(&text, "$1");
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = plain(&one_line(&line)).into_owned();
    if line.chars().count() > limit { format!("{}…", line.chars().take(limit).collect::<String>()) } else { line }
}
