//! A checklist in Markdown becomes a plan: a check for what its commands surely ask, else a question to people.

mod ask;
mod line;
mod page;
mod sign_off;
mod tick;

use std::{collections::HashSet, sync::LazyLock};

use regex::Regex;
use serde_json::json;

use self::{
    line::Command,
    page::{Item, Page, Table},
    sign_off::Role,
};
use super::{
    entry::{Check, Entry},
    hide::{Hidden, shown},
    sheet::{self, slug},
    yaml,
};
use crate::model::{Digest, regex};

pub use tick::{Ticked, tick};

/// Characters of a question, and of what is said of its evidence.
const QUESTION: usize = 400;

/// No checklist that people go through has more boxes.
const MOST: usize = 5_000;

static BOX: LazyLock<Regex> = LazyLock::new(|| regex(r"(?m)^[ \t>]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+\[[ xX]\][ \t]"));
static EVIDENCE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)\b(?:evidence|proof|bewijs|nachweis|preuve)\s*:\s*([^)]+)"));
static CODE: LazyLock<Regex> = LazyLock::new(|| regex("`[^`]*`"));
/// Code of more than one word.
static CODE_LINE: LazyLock<Regex> = LazyLock::new(|| regex("`[^`]* [^`]*`"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex("[0-9]+"));
static LOG: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^(?:date|datum|when|data|fecha)\b"));
/// What follows an option that takes a login.
static LOGIN: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?P<before>(?:^|[\s`])(?:-a|-u|-p|--user|--pass|--password)[ =]?)(?P<secret>[^\s`]+)"));

/// A checklist, and what came of each of its boxes.
struct Checklist {
    page: Page,
    entries: Vec<Entry>,
    roles: Vec<Role>,
}

/// The plan's text, and how many boxes became what.
#[derive(Debug, Default, Clone)]
pub struct Boxes {
    /// All of them.
    pub all: usize,
    /// Those that checks stand for, and no question beside.
    pub checked: usize,
    /// Those that checks stand for, and a question besides.
    pub in_part: usize,
    /// Those that only people can answer.
    pub manual: usize,
    /// Those that stand for the boxes under them.
    pub groups: usize,
    /// Those that are a line to sign on.
    pub signatures: usize,
    /// Blocks of code under no box.
    pub loose_code: usize,
    /// The file of keys that the plan names, to be filled in.
    pub signers: String,
}

/// Whether a file is a checklist, by its name or what stands in it.
pub(super) fn is_checklist(name: &str, bytes: &[u8]) -> bool {
    let name = name.to_lowercase();
    [".md", ".markdown"].iter().any(|end| name.ends_with(end)) || std::str::from_utf8(bytes).is_ok_and(|text| BOX.is_match(text))
}

/// The plan of a checklist.
pub(super) fn plan(name: &str, bytes: &[u8], commands: bool) -> Result<(String, Boxes), String> {
    let Checklist { page, entries, roles } = Checklist::read(name, bytes, commands)?;
    let boxes = Boxes { all: page.boxes.len(), loose_code: page.loose_code, ..Boxes::default() }.counted(&entries);
    let stem = name.rsplit('/').next().and_then(|file| file.split('.').next()).unwrap_or("checklist");
    let project = page.title.as_deref().map_or(stem.to_owned(), |title| shown(title, 80));
    let mut hidden = Hidden::default();
    let body = sheet::body(entries, commands, &mut hidden);
    let mut head = format!("# Made by `gonogo import` from the checklist {}\n", shown(name, 200));
    head.push_str("# Its boxes stand here in their order. `gonogo report --tick` finds them by their ids: keep these.\n");
    head.push_str(&sheet::variables(&hidden));
    let allow = if body.runs { "allow: [command]\n" } else { "" };
    head.push_str(&format!("project: {}\nenvironments:\n  prod: {{}}\n{allow}", yaml::scalar(&project)));
    head.push_str(&sign_off::block(&roles));
    page.tables.iter().filter(|table| is_log(table)).for_each(|table| head.push_str(&carried(table)));
    Ok((format!("{head}checks:\n{}", body.text), Boxes { signers: sign_off::signers(&roles), ..boxes }))
}

impl Boxes {
    fn counted(mut self, entries: &[Entry]) -> Self {
        for entry in entries {
            let asked = entry.checks.iter().any(|check| check.kind == "manual");
            let checks = entry.checks.iter().any(|check| check.kind != "manual") || (!asked && !entry.commands.is_empty());
            *match (checks, asked, entry.off.as_deref()) {
                (true, false, _) => &mut self.checked,
                (true, true, _) => &mut self.in_part,
                (_, true, _) => &mut self.manual,
                (.., Some(sign_off::LINE)) => &mut self.signatures,
                _ => &mut self.groups,
            } += 1;
        }
        self
    }
}

impl Checklist {
    /// Reads it; `commands` says whether what only a command can ask is asked.
    fn read(name: &str, bytes: &[u8], commands: bool) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| format!("`{name}` is no UTF-8 text"))?;
        // What stands for a variable of the plan stands in no file; as long as before, so that places stay.
        let text = text.replace(['\u{e000}', '\u{e001}'], "\u{fffd}");
        let page = Page::read(&text);
        if page.boxes.is_empty() {
            return Err(format!("`{name}` has no boxes: wanted lines like `- [ ] The backup was restored`"));
        }
        if page.boxes.len() > MOST {
            return Err(format!("`{name}` has {} boxes: at most {MOST} are read", page.boxes.len()));
        }
        let roles = sign_off::roles(&page);
        let mut ids = HashSet::new();
        let entries = (0..page.boxes.len()).map(|index| entry(&page, index, commands, &mut ids)).collect();
        Ok(Self { page, entries, roles })
    }
}

/// What comes of a box.
fn entry(page: &Page, index: usize, commands: bool, ids: &mut HashSet<String>) -> Entry {
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
    let rest = asked(&mut entry, item, commands);
    let nothing = entry.checks.is_empty() && entry.commands.is_empty();
    if nothing && rest.is_empty() && page.is_group(index) {
        entry.off = Some("it stands for those under it".into());
        return entry;
    }
    let (evidence, notes): (Vec<&String>, Vec<&String>) = item.notes.iter().partition(|note| EVIDENCE.is_match(note));
    if nothing || !rest.is_empty() || !notes.is_empty() || names_more(item, &entry) || EVIDENCE.is_match(&item.text) {
        let question: Vec<&str> = std::iter::once(&entry.name).chain(notes).map(String::as_str).collect();
        let named = std::iter::once(&item.text).chain(evidence).find_map(|text| Some(EVIDENCE.captures(text)?[1].to_owned()));
        let done = (!rest.is_empty()).then(|| format!("that this was done: {}", rest.join("; ")));
        let evidence = named.or_else(|| item.links.first().cloned()).or(done).map(|text| shown(&without_logins(&text), QUESTION));
        let question = shown(&without_logins(&question.join("; ")), QUESTION);
        entry.checks.push(Check::new("manual", json!({ "question": question, "evidence": evidence })));
    }
    entry
}

/// Makes checks of the code of a box; what of it is not said.
fn asked(entry: &mut Entry, item: &Item, with_commands: bool) -> Vec<String> {
    let mut rest = Vec::new();
    let said = std::iter::once(&item.text).chain(&item.notes).map(String::as_str).collect::<Vec<_>>().join(" ");
    for code in &item.code {
        let (commands, choice) = code.commands(&item.text);
        let before = (entry.checks.len(), entry.commands.len());
        for (command, is_query) in commands {
            let asked = entry.checks.len();
            let done = match is_query {
                true => ask::query(entry, None, &command.text, command.expected.as_deref()),
                false => ask::ask(entry, &command, &said),
            };
            match done {
                Some(()) if !choice && (with_commands || entry.checks.len() > asked) => {}
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
    rest
}

impl page::Code {
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
                (vec![(Command { text: query.join("\n").trim().into(), stages: None, expected }, true)], false)
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

/// A table that tells of deployments.
fn is_log(table: &Table) -> bool {
    table.head.len() > 1 && table.head.iter().any(|cell| LOG.is_match(cell)) && !sign_off::is_section(&table.section)
}

/// The rows of a log, as a comment.
fn carried(table: &Table) -> String {
    let line = |cells: &[String]| format!("#   {}\n", shown(&without_logins(&cells.join(" | ")), QUESTION));
    let rows = table.rows.iter().map(|(_, cells)| cells).filter(|cells| cells.iter().any(|cell| !cell.is_empty()));
    format!("# {}\n{}{}", shown(&table.section, 120), line(&table.head), rows.map(|cells| line(cells)).collect::<String>())
}

/// The text without what follows an option that takes a login.
fn without_logins(text: &str) -> String {
    LOGIN.replace_all(text, "${before}***").into_owned()
}
