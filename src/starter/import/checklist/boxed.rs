//! What comes of one box: the checks of its commands, and a question for what they do not surely ask.

use std::{collections::HashSet, sync::LazyLock};

use regex::Regex;
use serde_json::json;

use super::{
    QUESTION, ask,
    line::{self, Command},
    page::{Code, Item, Page},
    sense::Sense,
    sign_off, without_logins,
};
use crate::{
    model::{Digest, regex},
    starter::import::{
        entry::{Check, Entry},
        hide::shown,
        sheet::{self, slug},
    },
};

static EVIDENCE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)\b(?:evidence|proof|bewijs|nachweis|preuve)\s*:\s*([^)]+)"));
static CODE: LazyLock<Regex> = LazyLock::new(|| regex("`[^`]*`"));
/// Code of more than one word.
static CODE_LINE: LazyLock<Regex> = LazyLock::new(|| regex("`[^`]* [^`]*`"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex("[0-9]+"));

/// What comes of a box.
pub(super) fn entry(page: &Page, index: usize, commands: bool, ids: &mut HashSet<String>) -> Entry {
    let item = &page.boxes[index];
    let parent = item.parent.map(|parent| page.boxes[parent].text.as_str());
    let name = parent.map_or_else(|| item.text.clone(), |parent| format!("{parent}: {}", item.text));
    let mut entry = Entry::new(without_logins(&name));
    entry.id = Some(sheet::free(&id(parent.unwrap_or(&item.section), &item.text), ids));
    entry.section = Some(shown(&item.section, 120)).filter(|section| !section.is_empty());
    if sign_off::is_line(&item.section, &item.text) {
        entry.off = Some(sign_off::LINE.into());
        return entry;
    }
    let (rest, open) = asked(&mut entry, item, &format!("{} {}", item.section, parent.unwrap_or_default()), commands);
    let nothing = entry.checks.is_empty() && entry.commands.is_empty();
    if nothing && rest.is_empty() && page.is_group(index) {
        entry.off = Some("it stands for those under it".into());
        return entry;
    }
    let (evidence, notes): (Vec<&String>, Vec<&String>) = item.notes.iter().partition(|note| EVIDENCE.is_match(note));
    if nothing || open || !rest.is_empty() || !notes.is_empty() || names_more(item, &entry) || EVIDENCE.is_match(&item.text) {
        let question: Vec<&str> = std::iter::once(&entry.name).chain(notes).map(String::as_str).collect();
        let named = std::iter::once(&item.text).chain(evidence).find_map(|text| Some(EVIDENCE.captures(text)?[1].to_owned()));
        let done = (!rest.is_empty()).then(|| format!("that this was done: {}", rest.join("; ")));
        let evidence = named.or_else(|| item.links.first().cloned()).or(done).map(|text| shown(&without_logins(&text), QUESTION));
        let question = shown(&without_logins(&question.join("; ")), QUESTION);
        entry.checks.push(Check::new("manual", json!({ "question": question, "evidence": evidence })));
    }
    entry
}

/// Makes checks of the code of a box below `above`: what of it is not said, and whether people are to be asked besides.
fn asked(entry: &mut Entry, item: &Item, above: &str, with_commands: bool) -> (Vec<String>, bool) {
    let (mut rest, mut open) = (Vec::new(), false);
    let said = std::iter::once(&item.text).chain(&item.notes).map(String::as_str).collect::<Vec<_>>().join(" ");
    for code in &item.code {
        let (commands, choice) = code.commands(&item.text);
        let before = (entry.checks.len(), entry.commands.len());
        for (command, is_query) in commands {
            let asked = entry.checks.len();
            let sense = Sense::of(&command, &CODE.replace_all(&said, ""), above);
            let done = match is_query {
                _ if sense == Sense::Contrary => None,
                true => ask::query(entry, None, &command.text, command.expected.as_deref()),
                false => ask::ask(entry, &command, &said),
            };
            match done {
                Some(()) if !choice && (with_commands || entry.checks.len() > asked) => open |= sense == Sense::Open,
                // A word within a line that is no command asks nothing: the text does.
                None if code.language.is_none() && !command.text.contains(' ') => {}
                _ => rest.push(command.text),
            }
        }
        if choice {
            // One of them would do, and which is not said.
            entry.checks.truncate(before.0);
            entry.commands.truncate(before.1);
        }
    }
    rest.dedup();
    (rest, open)
}

impl Code {
    /// Its commands, each with whether it is a query, and whether they are a choice; `text` is that of its box.
    fn commands(&self, text: &str) -> (Vec<(Command, bool)>, bool) {
        match self.language.as_deref() {
            None => {
                let mut command = Command::of(&self.text);
                let after = text.split_once(&format!("`{}`", self.text)).map_or("", |(_, after)| after);
                command.expected = command.expected.or_else(|| line::expected(after));
                (vec![(command, false)], false)
            }
            Some("" | "bash" | "sh" | "shell" | "zsh" | "console" | "terminal" | "shell-session") => {
                let (commands, choice) = line::commands(&self.text);
                (commands.into_iter().map(|command| (command, false)).collect(), choice)
            }
            Some("sql") => {
                let (comments, query): (Vec<&str>, Vec<&str>) = self.text.lines().map(str::trim).partition(|line| line.starts_with("--"));
                let expected = line::expected(&comments.join(" ").replace("--", ""));
                (vec![(Command { text: query.join("\n").trim().into(), stages: None, expected, ..Command::default() }, true)], false)
            }
            Some(_) => (vec![(Command { text: self.text.clone(), ..Command::default() }, false)], false),
        }
    }
}

/// Whether the text names a number that no check of the box asks about.
fn names_more(item: &Item, entry: &Entry) -> bool {
    let asked: Vec<String> = entry.checks.iter().chain(&entry.commands).map(|check| json!(check.body).to_string()).collect();
    let asked = asked.join(" ");
    let text = CODE.replace_all(&item.text, "");
    NUMBER.find_iter(&text).any(|number| !NUMBER.find_iter(&asked).any(|known| known.as_str() == number.as_str()))
}

/// A name for a box that comes of nothing but its text and of what it stands under.
fn id(under: &str, text: &str) -> String {
    // No secret, and of commands only the fingerprint.
    let [under, text] = [under, text].map(|text| shown(&without_logins(text), 1_000));
    let words = |text: &str, most: usize| {
        let mut short = String::new();
        for word in slug(text).split('-').filter(|word| !word.is_empty()) {
            if short.len() + word.len() >= most {
                break;
            }
            short.push_str(&format!("-{word}"));
        }
        short
    };
    // Of an emoji nothing is missed.
    let exact = |text: &str| text.chars().all(|c| c.is_ascii() || !c.is_alphanumeric()) && !text.contains(['<', '>', '%', '=', '+', '!']);
    let id = format!("{}{}", words(&CODE_LINE.replace_all(&under, ""), 32), words(&CODE_LINE.replace_all(&text, ""), 56));
    let id = id.trim_matches('-');
    let whole = format!("{}-{}", slug(&under), slug(&text));
    if exact(&under) && exact(&text) && !id.is_empty() && whole.trim_matches('-') == id {
        return id.to_owned();
    }
    // Where the words are not the whole text, a piece of its fingerprint makes the difference.
    let digest = Digest::of(format!("{under}\n{text}").as_bytes());
    let tail: String = digest.as_str().chars().rev().take(6).collect();
    format!("{id}-{tail}").trim_matches('-').to_owned()
}
