//! The report on a terminal or in a CI log. What is green stands first and in brief, the exceptions after it, the
//! gravest last, and the verdict on the last line: the end of the scroll is what people see.
//!
//! Every line of outside text stands behind a sign or a gutter, so that none can pose as ours or as a CI command.

mod exception;
mod paint;
mod reds;
mod signoff;
pub(super) mod wrap;

use crate::model::{Finding, Period};

use super::{
    Page,
    head::{self, Tone},
    inert, people, proof, rollout,
    story::{self, Story, said, sign},
};

pub use paint::Style;
pub use wrap::lines as wrapped;

/// Without colour, 100 columns: what a file or a log gets.
pub const PLAIN: Style = Style { colour: false, width: 100, verbose: false };

/// The whole report.
pub fn render(page: &Page<'_>, style: Style) -> String {
    let mut out = String::new();
    let story = Story::of(page.report);
    green(&mut out, &story, style);
    skipped(&mut out, &story, style);
    for group in story.groups.iter().rev() {
        let members = group.exceptions.iter().map(|e| 1 + e.dependents.len()).sum();
        heading(&mut out, group.rank.title(), members, style);
        for (place, exception) in group.exceptions.iter().enumerate() {
            if place > 0 {
                out.push('\n');
            }
            exception::push(&mut out, exception, style);
        }
    }
    if let Some(record) = page.record {
        signoff::block(&mut out, record, style);
    }
    if let Some(Ok(evidence)) = rollout::of(page.report) {
        let stage = rollout::block(&evidence, style);
        out.push_str(&if out.is_empty() { stage } else { format!("\n{stage}") });
    }
    ending(&mut out, page, &story, style);
    out
}

/// One finished check on one line, for progress in a CI log: nothing of what its target said, in which a secret may stand
/// that the run has not learned of yet.
pub fn line(finding: &Finding, style: Style) -> String {
    let took = if finding.attempts > 0 { format!(", {}", took(finding)) } else { String::new() };
    let text = format!("{}: {}{took}", inert::log_line(&finding.id), said(finding));
    format!("{} {}", style.sign(finding), wrap::fit(&text, style.columns().saturating_sub(2)))
}

fn green(out: &mut String, story: &Story<'_>, style: Style) {
    if story.green() == 0 {
        return;
    }
    heading(out, "Passed", story.green(), style);
    for section in &story.passed {
        if !section.name.is_empty() {
            push(out, &style.dim(&wrap::fit(&format!("  # {}", inert::log_line(section.name)), style.columns())));
        }
        let alone: Vec<&Finding> = if style.verbose { section.all().collect() } else { section.findings.clone() };
        for finding in alone {
            brief(out, finding, &took(finding), style);
            if style.verbose {
                finding.expectations.iter().for_each(|demand| aside(out, &proof::line(demand), style));
            } else {
                let proven = inert::log_line(&proof::reason(finding));
                push(out, &style.dim(&wrap::fit(&format!("  │   {proven}"), style.columns())));
            }
        }
        for (list, members) in section.lists.iter().filter(|_| !style.verbose) {
            let slowest = members.iter().max_by_key(|finding| finding.duration_ms).map(|finding| took(finding)).unwrap_or_default();
            row(out, &style.sign(members[0]), &format!("{list}: {} checks of this list", members.len()), &slowest, style);
        }
    }
}

/// What is said of a finding under its own line.
fn aside(out: &mut String, text: &str, style: Style) {
    for line in wrap::lines(&inert::log_line(text), style.columns().saturating_sub(6)) {
        push(out, &style.dim(&format!("  │   {line}")));
    }
}

fn skipped(out: &mut String, story: &Story<'_>, style: Style) {
    if story.skipped.is_empty() {
        return;
    }
    heading(out, "Skipped", story.skipped.len(), style);
    for finding in &story.skipped {
        brief(out, finding, "", style);
        aside(out, &finding.reason, style);
    }
}

/// `  ✓ tls-api: The certificate is valid          120 ms`.
fn brief(out: &mut String, finding: &Finding, end: &str, style: Style) {
    row(out, &style.sign(finding), &story::name(finding), end, style);
}

fn row(out: &mut String, sign: &str, name: &str, end: &str, style: Style) {
    let room = style.columns().saturating_sub(5 + wrap::columns(end));
    let name = wrap::fit(&inert::log_line(name), room);
    let gap = " ".repeat(room.saturating_sub(wrap::columns(&name)) + 1);
    push(out, format!("  {sign} {name}{}", style.dim(&format!("{gap}{end}"))).trim_end());
}

fn heading(out: &mut String, title: &str, members: usize, style: Style) {
    if !out.is_empty() {
        out.push('\n');
    }
    push(out, &style.bold(&format!("{title} ({members})")));
}

fn ending(out: &mut String, page: &Page<'_>, story: &Story<'_>, style: Style) {
    let report = page.report;
    let width = style.columns();
    if !out.is_empty() {
        out.push('\n');
    }
    push(out, &style.dim(&"─".repeat(width)));
    let mut facts: Vec<(&str, String)> = head::facts(page).into_iter().map(|fact| (fact.label, fact.text)).collect();
    facts.extend(head::acting(story).map(|who| ("Must act", who)));
    facts.push(("Checks", head::tally(report)));
    facts.push(("Fingerprint", format!("sha256:{}", page.fingerprint())));
    facts.extend(page.record.map(|record| ("Ledger", format!("{}, head sha256:{}", people::ledger(record), record.head))));
    facts.iter().for_each(|(label, text)| labelled(out, label, text, style));
    for caveat in head::caveats(page) {
        let word = if caveat.loud { caveat.word.to_uppercase() } else { caveat.word.to_owned() };
        let lines = wrap::lines(&format!("{word}: {}", inert::log_line(&caveat.text)), width.saturating_sub(2));
        for (place, line) in lines.iter().enumerate() {
            let mark = match (place, caveat.loud) {
                (0, true) => '!',
                (0, false) => '·',
                (_, _) => '│',
            };
            push(out, &if caveat.loud { style.loud(&format!("{mark} {line}")) } else { style.dim(&format!("{mark} {line}")) });
        }
    }
    reds::push(out, story, page.shown().verdict, style);
    out.push_str(&verdict(page, style));
}

/// The last line; why stands before it where both do not fit into one.
pub fn verdict(page: &Page<'_>, style: Style) -> String {
    let tone = Tone::of(page);
    let headline = inert::log_line(&format!("{} {}", tone.sign(), page.shown().headline));
    let why = inert::log_line(&head::why(page));
    let whole = format!("{headline}: {why}");
    let mut out = String::new();
    if wrap::columns(&whole) <= style.columns() {
        push(&mut out, &style.verdict(tone, &whole));
    } else {
        for line in wrap::lines(&why, style.columns()) {
            push(&mut out, &line);
        }
        push(&mut out, &style.verdict(tone, &wrap::fit(&headline, style.columns())));
    }
    out
}

/// A fact of the run behind its label.
pub(super) fn labelled(out: &mut String, label: &str, text: &str, style: Style) {
    for (place, line) in wrap::lines(&inert::log_line(text), style.columns().saturating_sub(14)).iter().enumerate() {
        let label = if place == 0 { label } else { "│" };
        push(out, &format!("{}{line}", style.dim(&format!("{label:<13} "))));
    }
}

fn took(finding: &Finding) -> String {
    Period::millis(finding.duration_ms).to_string()
}

pub(super) fn push(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}
