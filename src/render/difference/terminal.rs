//! A comparison on a terminal or in a CI log: what the two reports are, then the changes, the gravest last, and how much
//! of what on the last line.
//!
//! Every line of outside text stands behind a sign, a label or a gutter, so that none can pose as ours or as a CI command.

use crate::model::Difference;

use super::{ChangeGroup, ChangedItem, facts, groups, tally};
use crate::render::{
    inert,
    terminal::{Style, labelled, push, wrap},
};

/// Beyond this many characters of one outside text, the JSON holds the rest.
const LONGEST: usize = 600;

pub(super) fn render(difference: &Difference, style: Style) -> String {
    let mut out = String::new();
    head(&mut out, difference, style);
    for group in groups(difference).iter().rev() {
        out.push('\n');
        push_group(&mut out, group, style);
    }
    out.push('\n');
    push(&mut out, &style.dim(&"─".repeat(style.columns())));
    for line in wrap::lines(&tally(difference), style.columns()) {
        push(&mut out, &style.bold(&line));
    }
    out
}

fn head(out: &mut String, difference: &Difference, style: Style) {
    for fact in facts(difference) {
        let said = if fact.before == fact.after { fact.before } else { format!("{} → {}", fact.before, fact.after) };
        labelled(out, fact.label, &inert::cut(&said, LONGEST), style);
    }
    for warning in &difference.warnings {
        let warning = inert::log_line(&inert::cut(warning, LONGEST));
        for (place, line) in wrap::lines(&format!("WARNING: {warning}"), style.columns().saturating_sub(2)).iter().enumerate() {
            push(out, &style.loud(&format!("{} {line}", if place == 0 { '!' } else { '│' })));
        }
    }
}

fn push_group(out: &mut String, group: &ChangeGroup, style: Style) {
    let heading = format!("{} ({})", group.title, group.entries.len());
    push(out, &if group.grave { style.loud(&heading) } else { style.bold(&heading) });
    for entry in &group.entries {
        push_entry(out, entry, style);
    }
}

fn push_entry(out: &mut String, entry: &ChangedItem, style: Style) {
    let name = match (&entry.id, entry.title.as_str()) {
        (Some(id), "") => id.clone(),
        (Some(id), title) => format!("{id}: {title}"),
        (None, title) => title.to_owned(),
    };
    let name = wrap::fit(&inert::log_line(&name), style.columns().saturating_sub(4));
    push(out, &format!("  {} {}", entry.sign, style.bold(&name)));
    for line in &entry.lines {
        let line = inert::log_line(&inert::cut(line, LONGEST));
        for line in wrap::lines(&line, style.columns().saturating_sub(4)) {
            push(out, &format!("  {} {line}", style.dim("│")));
        }
    }
}
