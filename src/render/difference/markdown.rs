//! A comparison as Markdown: the gravest first, escaped like the report's page.

use crate::model::Difference;

use super::{ChangedItem, facts, groups, tally};
use crate::render::markdown::{code, text};

/// The whole page.
pub(super) fn render(difference: &Difference) -> String {
    let (before, after) = (&difference.before, &difference.after);
    let mut out = format!("# What changed: {}\n\n**{} → {}**\n\n", text(&after.project), text(&before.headline), text(&after.headline));
    out += &format!("{}\n\n", text(&tally(difference)));
    for warning in &difference.warnings {
        out += &format!("- **WARNING**: {}\n", text(warning));
    }
    if !difference.warnings.is_empty() {
        out.push('\n');
    }
    out += "| | before | after |\n| --- | --- | --- |\n";
    for fact in facts(difference) {
        let (before, after) = (text(&fact.before), text(&fact.after));
        if before == after {
            out += &format!("| {} | {before} | same |\n", fact.label);
        } else {
            out += &format!("| {} | {before} | **{after}** |\n", fact.label);
        }
    }
    for group in groups(difference) {
        out += &format!("\n## {}{} ({})\n\n", if group.grave { "⚠ " } else { "" }, group.title, group.entries.len());
        for entry in &group.entries {
            out += &item(entry);
        }
    }
    out
}

fn item(entry: &ChangedItem) -> String {
    let name = match (&entry.id, entry.title.as_str()) {
        (Some(id), "") => code(id),
        (Some(id), title) => format!("{} {}", code(id), text(title)),
        (None, title) => text(title),
    };
    let mut out = format!("- {} {name}\n", entry.sign);
    for line in &entry.lines {
        out += &format!("  - {}\n", text(line));
    }
    out
}
