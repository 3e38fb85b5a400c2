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

/// The file's text.
pub(super) fn sheet(entries: Vec<Entry>, tools: &[(&str, &str)], commands: bool, hidden: &mut Hidden) -> String {
    let (mut ids, mut body, mut any, mut runs) = (HashSet::new(), String::new(), false, false);
    for mut entry in entries {
        comments(&entry, commands, &mut body);
        let mut checks = std::mem::take(&mut entry.checks);
        if commands {
            runs |= !entry.commands.is_empty();
            checks.append(&mut entry.commands);
        }
        let several = checks.windows(2).any(|pair| pair[0].kind != pair[1].kind);
        for check in checks {
            any = true;
            let id = id(&entry.name, if several { check.kind } else { "" }, &mut ids);
            body.push_str(&written(check, &entry, &id, hidden));
        }
    }
    let mut head = String::new();
    for (tool, file) in tools {
        head.push_str(&format!("# Made by `gonogo import` from {tool}: {}\n", shown(file, COMMENT)));
    }
    head.push_str("# Include it: `include: [FILE]` in gonogo.yaml. What could not be said stands here as a comment.\n");
    if runs {
        head.push_str("# The plan's main file must say `allow: [command]`: some of these checks run programs.\n");
    }
    if !hidden.named.is_empty() {
        let names: Vec<&str> = hidden.named.keys().map(String::as_str).collect();
        head.push_str(&format!(
            "# Set these variables, in `vars` if they are no secrets, in an env file or in the environment: {}\n",
            shown(&names.join(", "), 2_000)
        ));
    }
    if !any {
        return format!("{head}# Nothing of it is said: there is no check here to include.\n{body}");
    }
    format!("{head}section: {}\nchecks:\n{body}", section(tools))
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
        return line("left out: ", why);
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
    let name = shown(name, 200);
    let slug = |text: &str| {
        let plain: String = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    };
    let short: String = slug(&name).chars().take(60).collect();
    let suffix = if kind.is_empty() || short.starts_with(kind) { String::new() } else { format!("-{kind}") };
    let base = format!("{}{suffix}", if short.is_empty() { "check" } else { short.trim_matches('-') });
    let mut id = base.clone();
    let mut number = 2;
    while !taken.insert(id.clone()) {
        id = format!("{base}-{number}");
        number += 1;
    }
    id
}
