//! The check file: what is said, and between it as comments what is not.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{
    entry::{Check, Entry},
    hide::{Hidden, shown},
    words::period,
    yaml,
};

/// Characters of a comment, a title.
const COMMENT: usize = 200;
const TITLE: usize = 120;
/// What a check takes without a `timeout`, in milliseconds, and at most.
const USUAL: u64 = 10_000;
const LONGEST: u64 = 3_600_000;

/// The checks of a file, with the comments between them.
pub(super) struct Body {
    pub(super) text: String,
    /// The ids of what came of each entry.
    pub(super) ids: Vec<Vec<String>>,
    /// Whether any of them runs a program.
    pub(super) runs: bool,
}

/// The entries as checks.
pub(super) fn body(entries: Vec<Entry>, commands: bool, hidden: &mut Hidden) -> Body {
    let mut taken: HashSet<String> = entries.iter().filter_map(|entry| entry.id.clone()).collect();
    let mut body = Body { text: String::new(), ids: Vec::new(), runs: false };
    for mut entry in entries {
        comments(&entry, commands, &mut body.text);
        let mut checks = std::mem::take(&mut entry.checks);
        if commands {
            body.runs |= !entry.commands.is_empty();
            checks.append(&mut entry.commands);
        }
        let several = checks.windows(2).any(|pair| pair[0].kind != pair[1].kind);
        let mut ids = Vec::new();
        for check in checks {
            let id = match &entry.id {
                // The first of a box goes by its name.
                Some(id) if ids.is_empty() => id.clone(),
                Some(id) => free(&format!("{id}-{}", check.kind), &mut taken),
                None => id(&entry.name, if several { check.kind } else { "" }, &mut taken),
            };
            body.text.push_str(&written(check, &entry, &id, hidden));
            ids.push(id);
        }
        body.ids.push(ids);
    }
    body
}

/// The file's text.
pub(super) fn sheet(entries: Vec<Entry>, tools: &[(&str, &str)], commands: bool, hidden: &mut Hidden) -> String {
    let Body { text, ids, runs } = body(entries, commands, hidden);
    let mut head = String::new();
    for (tool, file) in tools {
        head.push_str(&format!("# Made by `gonogo import` from {tool}: {}\n", shown(file, COMMENT)));
    }
    head.push_str("# Include it: `include: [FILE]` in gonogo.yaml. What could not be said stands here as a comment.\n");
    if runs {
        head.push_str("# The plan's main file must say `allow: [command]`: some of these checks run programs.\n");
    }
    head.push_str(&variables(hidden));
    if ids.iter().all(Vec::is_empty) {
        return format!("{head}# Nothing of it is said: there is no check here to include.\n{text}");
    }
    format!("{head}section: {}\nchecks:\n{text}", section(tools))
}

/// Which variables must be set, as a comment.
pub(super) fn variables(hidden: &Hidden) -> String {
    if hidden.named.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = hidden.named.keys().map(String::as_str).collect();
    let names = shown(&names.join(", "), 2_000);
    format!("# Set these variables, in `vars` if they are no secrets, in an env file or in the environment: {names}\n")
}

fn section(tools: &[(&str, &str)]) -> &'static str {
    match tools {
        [(tool, _), ..] if tool.contains("goss") => "Machines",
        [(tool, _), ..] if tool.contains("Troubleshoot") => "Preflight",
        _ => "Network",
    }
}

/// What is not said, with the reasons.
fn comments(entry: &Entry, commands: bool, out: &mut String) {
    let name = shown(&entry.name, COMMENT);
    let mut line = |what: &str, why: &str| out.push_str(&format!("  # {what}{name}: {}\n", shown(why, COMMENT)));
    if let Some(why) = &entry.off {
        return line(if entry.id.is_some() { "" } else { "left out: " }, why);
    }
    entry.notes.iter().for_each(|note| line("", note));
    entry.lacking.iter().for_each(|why| line("not said: ", why));
    if !commands && !entry.commands.is_empty() {
        line("not said: ", "only a command can say it (`--with-commands`)");
    }
}

/// One check.
fn written(check: Check, entry: &Entry, id: &str, hidden: &mut Hidden) -> String {
    let title = check.title.as_ref().or(entry.title.as_ref()).unwrap_or(&entry.name);
    let mut fields: Map<String, Value> = [("title".to_owned(), json!(shown(title, TITLE)))].into_iter().collect();
    fields.extend(entry.section.as_ref().map(|section| ("section".to_owned(), json!(section))));
    if check.warns {
        fields.insert("severity".into(), json!("warning"));
    }
    if let Some(fix) = &check.fix {
        fields.insert("fix".into(), json!(shown(fix, COMMENT)));
    }
    if let Some(timeout) = check.timeout.map(|millis| millis.clamp(1_000, LONGEST)).filter(|millis| *millis != USUAL) {
        fields.insert("timeout".into(), json!(period(timeout)));
    }
    let mut body = Value::Object(check.body);
    hidden.hide(&mut body, id, ["http", "command", "sql", "redis"].contains(&check.kind));
    fields.insert(check.kind.to_owned(), body);
    let mut out = format!("  - id: {id}\n");
    yaml::block(&fields, 4, &mut out);
    out
}

/// A name for the check that no other has.
fn id(name: &str, kind: &str, taken: &mut HashSet<String>) -> String {
    let short: String = slug(&shown(name, 200)).chars().take(60).collect();
    let suffix = if kind.is_empty() || short.starts_with(kind) { String::new() } else { format!("-{kind}") };
    free(&format!("{}{suffix}", if short.is_empty() { "check" } else { short.trim_matches('-') }), taken)
}

/// The letters and digits of a text, apart by `-`.
pub(super) fn slug(text: &str) -> String {
    let plain: String = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// `base`, or with the first number that makes it a name that no other has.
pub(super) fn free(base: &str, taken: &mut HashSet<String>) -> String {
    let mut id = base.to_owned();
    let mut number = 2;
    while !taken.insert(id.clone()) {
        id = format!("{base}-{number}");
        number += 1;
    }
    id
}
