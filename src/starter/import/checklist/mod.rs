//! A checklist in Markdown becomes a plan: a check for what its commands surely ask, else a question to people.

mod ask;
mod boxed;
mod line;
mod page;
mod sense;
mod sign_off;
mod tick;

use std::{collections::HashSet, sync::LazyLock};

use regex::Regex;

use self::{
    page::{Page, Table},
    sign_off::Role,
};
use super::{
    entry::Entry,
    hide::{Hidden, shown},
    sheet, yaml,
};
use crate::model::regex;

pub use tick::{Ticked, tick};

/// Characters of a question, and of what is said of its evidence.
const QUESTION: usize = 400;

/// No checklist that people go through has more boxes.
const MOST: usize = 5_000;

static BOX: LazyLock<Regex> = LazyLock::new(|| regex(r"(?m)^[ \t>]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+\[[ xX]\][ \t]"));
static RELEASED: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^(?:version|versie|release|tag|commit|deploy|status|result)"));
static DATED: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^(?:date|datum|when|data|fecha)\b"));
/// What follows an option that takes a login.
static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?P<before>(?:^|[\s`])(?:-a|-u|-p|--user|--pass|--password)[ =]?)(?P<secret>\x22[^\x22]*\x22|'[^']*'|[^\s`]+)")
});

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
        let entries = (0..page.boxes.len()).map(|index| boxed::entry(&page, index, commands, &mut ids)).collect();
        Ok(Self { page, entries, roles })
    }
}

/// A table that tells of deployments.
fn is_log(table: &Table) -> bool {
    [&DATED, &RELEASED].iter().all(|wanted| table.head.iter().any(|cell| wanted.is_match(cell))) && !sign_off::is_section(&table.section)
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
