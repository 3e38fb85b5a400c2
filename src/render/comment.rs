//! The Markdown page within what GitHub takes as one comment on a pull request.

use super::{Page, inert, markdown, summary};
use crate::model::first_of;

/// The characters GitHub takes.
const MOST: usize = 65_536;
/// Room for the line that says what was left out.
const NOTE: usize = 1_536;

/// Whole parts are left out, what stands first goes first; the line after the verdict says which and where they stand.
pub(super) fn render(page: &Page<'_>) -> String {
    let whole = markdown::render(page);
    if whole.chars().count() <= MOST {
        return whole;
    }
    let mut parts = parts(&whole).into_iter();
    let (_, head) = parts.next().unwrap_or_default();
    let Some((verdict, facts)) = cut_after(head, 2).filter(|_| head.chars().count() < MOST / 2) else {
        return summary(page, MOST);
    };
    let mut room = MOST - NOTE - head.chars().count();
    let mut kept = String::new();
    let mut left_out: Vec<(&str, usize)> = Vec::new();
    for (name, part) in parts {
        let size = part.chars().count();
        if size <= room {
            room -= size;
            kept += part;
        } else if let Some((_, number)) = left_out.iter_mut().find(|(known, _)| *known == name) {
            *number += 1;
        } else {
            left_out.push((name, 1));
        }
    }
    let left_out: Vec<String> = left_out.iter().map(|(name, number)| format!("{number} under “{}”", inert::cut(name, 80))).collect();
    let made = job(page).map(|job| format!(" of {job}")).unwrap_or_default();
    format!(
        "{verdict}> **Left out**, for a comment holds 65,536 characters: {}. All of it stands in the report `sha256:{}`{made}; \
         `gonogo report FILE --format markdown` shows it.\n\n{facts}{kept}",
        first_of(&left_out, 8, left_out.len(), ", "),
        page.fingerprint()
    )
}

fn job(page: &Page<'_>) -> Option<String> {
    page.report.vantage.ci.as_deref().filter(|job| job.len() < 300).map(markdown::link)
}

/// `text` after its first `blanks` blank lines, and what stands before.
fn cut_after(text: &str, blanks: usize) -> Option<(&str, &str)> {
    text.match_indices("\n\n").nth(blanks - 1).map(|(place, blank)| text.split_at(place + blank.len()))
}

/// The page in parts, each with the heading it stands under. No outside text begins a line with one of these.
fn parts(page: &str) -> Vec<(&str, &str)> {
    let begins = |line: &str| ["## ", "### ", "<details>"].iter().any(|mark| line.starts_with(mark));
    let (mut parts, mut from, mut at, mut heading) = (Vec::new(), 0, 0, "");
    for line in page.split_inclusive('\n') {
        if begins(line) {
            parts.push((heading, &page[from..at]));
            from = at;
        }
        if line.starts_with("## ") || line.starts_with("<summary>") {
            let title = line.trim_start_matches("## ").trim_start_matches("<summary>").trim_end().trim_end_matches("</summary>");
            heading = title.split(" (").next().unwrap_or(title);
        }
        at += line.len();
    }
    parts.push((heading, &page[from..]));
    parts
}
