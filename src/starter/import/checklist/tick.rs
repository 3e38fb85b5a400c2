//! A report's ticks written back into the checklist that its plan came from, and a row of its log. Nothing else changes.

use super::{Checklist, Table, is_log, shown};
use crate::model::{Outcome, Report, is_named};

/// What came of it.
pub struct Ticked {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// Boxes that are ticked now.
    pub ticked: usize,
    /// Boxes that are not.
    pub open: usize,
    /// Boxes that nothing in the report stands for, by their text: they are as they were.
    pub left: Vec<String>,
    /// What came of the log.
    pub log: &'static str,
}

/// The checklist with a tick where all checks that came of a box passed, none where not, and a row in its log. `verdict` and
/// `digest` are those of the report.
///
/// # Errors
/// Why the file cannot be read, or that it is another plan's report: a sentence.
pub fn tick(name: &str, bytes: &[u8], report: &Report, verdict: &str, digest: &str) -> Result<Ticked, String> {
    let (plain, with_commands) = (ids(name, bytes, false)?, ids(name, bytes, true)?);
    let page = Checklist::read(name, bytes, false)?.page;
    let own: Vec<Own> = plain.iter().zip(&with_commands).map(|(plain, other)| Own::of(plain, report).or(Own::of(other, report))).collect();
    let mut states = vec![None; own.len()];
    // Those under a box come after it.
    for index in (0..own.len()).rev() {
        states[index] = state(own[index], page.under(index).map(|other| states[other]).collect());
    }
    let (ticked, open) =
        (states.iter().filter(|state| **state == Some(true)).count(), states.iter().filter(|state| **state == Some(false)).count());
    if ticked + open == 0 {
        return Err(format!("nothing in this report came of a box of `{name}`: was its plan made from this checklist by `gonogo import`?"));
    }
    let mut out = bytes.to_vec();
    for (item, state) in page.boxes.iter().zip(&states) {
        let (Some(state), Some(mark)) = (state, out.get_mut(item.mark)) else { continue };
        // A capital X is a tick too.
        if (*mark != b' ') != *state {
            *mark = if *state { b'x' } else { b' ' };
        }
    }
    let said = format!("gonogo: {ticked} of {} boxes ticked, report {digest}", page.boxes.len());
    let log = match page.tables.iter().rfind(|table| is_log(table)) {
        Some(table) => add(&mut out, table, report, verdict, &said),
        None => "there is no table of deployments",
    };
    let left = page.boxes.iter().zip(&states).filter(|(_, state)| state.is_none()).map(|(item, _)| shown(&item.text, 120)).collect();
    Ok(Ticked { bytes: out, ticked, open, left, log })
}

/// The ids of what comes of each box.
fn ids(name: &str, bytes: &[u8], commands: bool) -> Result<Vec<Vec<String>>, String> {
    let entries = Checklist::read(name, bytes, commands)?.entries;
    Ok(super::sheet::body(entries, commands, &mut super::Hidden::default()).ids)
}

/// What the report says of what came of a box itself.
#[derive(Clone, Copy, PartialEq)]
enum Own {
    /// Nothing came of it: those under it count.
    Nothing,
    Passed(bool),
    /// A check of it is not in the report.
    Missing,
}

impl Own {
    fn of(ids: &[String], report: &Report) -> Self {
        let mut passed = true;
        for id in ids {
            let mut there = report.findings.iter().filter(|finding| is_named(&finding.id, id)).peekable();
            if there.peek().is_none() {
                return Self::Missing;
            }
            passed &= there.all(|finding| finding.outcome == Outcome::Pass);
        }
        if ids.is_empty() { Self::Nothing } else { Self::Passed(passed) }
    }

    fn or(self, other: Self) -> Self {
        if self == Self::Missing { other } else { self }
    }
}

/// Whether a box is to be ticked; `None` where it is not known.
fn state(own: Own, under: Vec<Option<bool>>) -> Option<bool> {
    match own {
        Own::Missing => None,
        Own::Passed(false) => Some(false),
        Own::Nothing if under.is_empty() => None,
        _ if under.contains(&Some(false)) => Some(false),
        _ => (!under.contains(&None)).then_some(true),
    }
}

/// Adds the row after the last one that says something.
fn add(out: &mut Vec<u8>, table: &Table, report: &Report, verdict: &str, said: &str) -> &'static str {
    let said_something = |cells: &[String]| cells.iter().any(|cell| !cell.is_empty());
    let last = table.rows.iter().rfind(|(_, cells)| said_something(cells));
    let line_end = |from: usize| out[from..].iter().position(|byte| *byte == b'\n').map(|at| from + at + 1);
    let Some(start) = last.map(|(place, _)| place.start).or_else(|| line_end(table.place.start)) else { return "its table is not whole" };
    let begins = out[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let end = line_end(start);
    let line = String::from_utf8_lossy(&out[begins..end.unwrap_or(out.len())]).into_owned();
    let eol = if out.windows(2).any(|two| two == b"\r\n") { "\r\n" } else { "\n" };
    let cells: Vec<String> = table.head.iter().map(|head| shown(&cell(head, report, verdict, said), 200).replace('|', "\\|")).collect();
    if last.is_some_and(|(_, there)| there.iter().zip(&cells).all(|(there, cell)| *there == cell.replace("\\|", "|"))) {
        return "its last row says so already";
    }
    let row = match line.split_once('|') {
        Some((before, _)) if before.chars().all(|c| c == ' ' || c == '>' || c == '\t') => format!("{before}| {} |", cells.join(" | ")),
        _ => cells.join(" | "),
    };
    match end {
        Some(end) => drop(out.splice(end..end, format!("{row}{eol}").into_bytes())),
        None => out.extend(format!("{eol}{row}").into_bytes()),
    }
    "a row is added to its log"
}

/// What stands under a head of the log; nothing where a report does not say it.
fn cell(head: &str, report: &Report, verdict: &str, said: &str) -> String {
    let head = head.to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| head.contains(word));
    if is(&["date", "datum", "when", "data", "fecha"]) {
        report.at.strftime("%Y-%m-%d").to_string()
    } else if is(&["version", "versie", "release", "tag"]) {
        report.release.version.clone().or_else(|| report.release.commit.clone()).unwrap_or_default()
    } else if is(&["commit", "sha"]) {
        report.release.commit.clone().unwrap_or_default()
    } else if is(&["env", "omgeving", "umgebung"]) {
        report.environment.clone()
    } else if is(&["status", "result", "verdict", "outcome"]) {
        verdict.to_owned()
    } else if is(&["note", "remark", "comment", "opmerking", "bemerkung"]) {
        said.to_owned()
    } else {
        String::new()
    }
}
