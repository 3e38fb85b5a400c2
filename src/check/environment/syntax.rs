//! What a line of an env file comes to for each of the programs that read such files.
//!
//! Sources: docs.docker.com, "Env-file syntax"; the README of dotenv for Node.js; systemd.exec(5), EnvironmentFile; POSIX,
//! "Shell Command Language", 2.2 and 2.6.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    held::Value,
    reading::{Reading, line},
};
use crate::net::EnvFile;

/// Which program reads the env file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "EnvFileSyntax")]
pub(crate) enum Syntax {
    /// Docker compose: `$NAME` is filled in but within single quotes, ` #` starts a comment.
    Compose,
    /// The dotenv libraries of Node.js and Ruby: nothing is filled in, `#` starts a comment anywhere outside of quotes.
    Dotenv,
    /// `EnvironmentFile=` of systemd: nothing is filled in, no comments after a value, `\` is taken away.
    Systemd,
    /// A shell, with `set -a; . FILE`: `$NAME` and `$(…)` are filled in, `\` is taken away.
    Shell,
}

/// The keys of `file`, whose text is `text`, as `syntax` reads them, or where none is given as every program does.
pub(super) fn values<'a>(file: &'a EnvFile, text: &str, syntax: Option<Syntax>) -> Vec<(&'a str, u64, Value)> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut before: BTreeMap<(Syntax, &str), String> = BTreeMap::new();
    let mut values = Vec::new();
    for entry in &file.entries {
        let at = usize::try_from(entry.line).ok().and_then(|line| starts.get(line - 1)).copied().unwrap_or(text.len());
        let all = [(Syntax::Compose, "compose"), (Syntax::Dotenv, "dotenv"), (Syntax::Systemd, "systemd"), (Syntax::Shell, "shell")];
        let readings = all.into_iter().filter(|(by, _)| syntax.is_none_or(|syntax| syntax == *by)).map(|(by, name)| {
            let known = |variable: &str| before.get(&(by, variable)).cloned();
            (by, name, line(&text[at..], by, known))
        });
        let readings: Vec<_> = readings.collect();
        for (by, _, reading) in &readings {
            if let Reading::Is(value) = reading {
                before.insert((*by, entry.key.as_str()), value.clone());
            }
        }
        values.push((entry.key.as_str(), entry.line, value(readings)));
    }
    values
}

/// One value where all that read the line agree.
fn value(readings: Vec<(Syntax, &str, Reading)>) -> Value {
    let mut apart: Vec<(String, Option<String>)> = Vec::new();
    for (_, name, reading) in readings {
        let text = match reading {
            Reading::Is(text) => Some(text),
            Reading::Rests => None,
            Reading::Refused => continue,
        };
        match apart.iter_mut().find(|(_, other)| *other == text) {
            Some((names, _)) => names.extend([" and ", name]),
            None => apart.push((name.to_owned(), text)),
        }
    }
    match <[_; 1]>::try_from(apart) {
        Ok([(_, Some(text))]) => Value::Text(text),
        Ok([(by, None)]) => Value::Unreadable(format!("{by} fills in what is not in the file (`$…`)")),
        Err(apart) if apart.is_empty() => Value::Unreadable("this program does not read its line as one value".into()),
        Err(apart) => Value::Readings(apart),
    }
}
