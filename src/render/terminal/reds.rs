//! What stands against the verdict, a line each, before it: whoever sees only the end of the scroll knows every id.

use crate::model::{Severity, Verdict};

use super::{
    super::{
        proof,
        story::{Exception, Story},
    },
    Style, inert, sign, wrap,
};

/// So many lines still are an end of a scroll; beyond, the rest is counted.
const MOST: usize = 100;

/// Gravest last. A go needs no list.
pub(super) fn push(out: &mut String, story: &Story<'_>, verdict: Verdict, style: Style) {
    if verdict == Verdict::Go {
        return;
    }
    let open = story.groups.iter().filter(|group| group.rank.is_open());
    let open: Vec<&Exception<'_>> = open.flat_map(|group| &group.exceptions).collect();
    if open.len() > MOST {
        super::push(out, &style.dim(&format!("  … and {} more red, above", open.len() - MOST)));
    }
    for exception in open.iter().take(MOST).rev() {
        let line = wrap::fit(&line(exception), style.columns().saturating_sub(4));
        super::push(out, &format!("  {} {line}", style.outcome(exception.finding, &sign(exception.finding).to_string())));
    }
}

fn line(exception: &Exception<'_>) -> String {
    let finding = exception.finding;
    let weighs = if finding.severity == Severity::Blocker { String::new() } else { format!(" ({})", finding.severity) };
    let also = match exception.dependents.len() {
        0 => String::new(),
        n => format!(" (+{n} because of it)"),
    };
    inert::log_line(&format!("{}{weighs}{also}: {}", finding.id, proof::brief(finding)))
}
