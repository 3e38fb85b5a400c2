//! The report in a few lines of Markdown that never exceed a limit: a job summary, a deployment comment, a chat message.

use super::{
    Page,
    head::{self, Tone},
    inert, markdown, people, proof,
    story::{Exception, Rank, Story, said, sign},
};
use crate::model::counted;

/// A summary of at most `limit` characters. Whole lines are left out, never parts of one, and how many is said.
/// GitHub takes 1,024 characters in the comment of a deployment protection rule; a job summary may have a megabyte.
///
/// Below some 200 characters only the verdict is left, which is never cut.
pub fn summary(page: &Page<'_>, limit: usize) -> String {
    let report = page.report;
    let release = report.release.name().unwrap_or_else(|| "no release named".into());
    let what = [report.project.as_str(), &release, "→", &report.environment].map(|part| inert::cut(part, 40)).join(" ");
    let mut kept = format!("**{} {}**: {}\n", Tone::of(page).sign(), markdown::text(&page.shown().headline), markdown::text(&what));
    let mut left_out = 0;
    for line in lines(page) {
        // Room for the line that says what was left out.
        if left_out == 0 && chars(&kept) + chars(&line) + 40 <= limit {
            kept += &line;
        } else {
            left_out += 1;
        }
    }
    let more = format!("\n… and {} more", counted(left_out, "line"));
    if left_out > 0 && chars(&kept) + chars(&more) <= limit {
        kept += &more;
        kept.push('\n');
    }
    kept
}

fn lines(page: &Page<'_>) -> Vec<String> {
    let report = page.report;
    let mut lines = vec![format!("\n{}\n\n", markdown::text(&head::why(page)))];
    let loud = head::caveats(page).into_iter().filter(|caveat| caveat.loud);
    lines.extend(loud.map(|caveat| format!("- **{}**: {}\n", caveat.word.to_uppercase(), markdown::text(&caveat.text))));
    let story = Story::of(report);
    let exceptions = story.groups.iter().flat_map(|group| group.exceptions.iter().map(|exception| (group.rank, exception)));
    lines.extend(exceptions.map(|(rank, exception)| line(rank, exception)));
    lines.extend(page.record.map(|record| format!("\n{}\n", markdown::text(&people::signed_by_name(record)))));
    lines.push(format!("\n{} · `sha256:{}`\n", head::tally(report), page.fingerprint()));
    lines
}

fn line(rank: Rank, exception: &Exception<'_>) -> String {
    let finding = exception.finding;
    let id = markdown::code(&inert::cut(&finding.id, 80));
    let also = match exception.dependents.len() {
        0 => String::new(),
        n => format!(" (and {n} only because of it)"),
    };
    match rank {
        Rank::Blocks | Rank::Waits | Rank::Lesser => {
            let reason = markdown::text(&proof::shortened(&proof::brief(finding), 160));
            format!("- {} {id} {}, {}: {reason}{also}\n", sign(finding), finding.severity, said(finding))
        }
        Rank::Accepted | Rank::Remarked => format!("- {} {id} {}{also}\n", sign(finding), said(finding)),
    }
}

fn chars(text: &str) -> usize {
    text.chars().count()
}
