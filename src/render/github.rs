//! Annotations for GitHub Actions: workflow commands that point at the plan's file and line.
//!
//! GitHub shows ten annotations of a level for a step. The verdict and the gravest come first, what is unknown only because
//! of another check is told in the message of that one, and the last of a level names those that have none of their own.

use std::cmp::Reverse;

use crate::model::{Finding, Outcome, Period, Severity, Verdict, counted, first_of};

use super::{
    Page,
    head::{self, Tone},
    inert, people, proof,
    story::{self, Exception, Rank, Story, said, sign},
};

/// Commands and, in folded groups, every other finding as a plain line.
pub(super) fn render(page: &Page<'_>) -> String {
    let report = page.report;
    let story = Story::of(report);
    let shown = page.shown();
    let level = match shown.verdict {
        Verdict::Go => "notice",
        Verdict::Hold => "warning",
        Verdict::NoGo => "error",
    };
    let mut verdict = vec![head::why(page)];
    verdict.extend(page.record.map(people::signed_by_name));
    verdict.extend(head::caveats(page).into_iter().map(|caveat| format!("{}: {}", caveat.word, caveat.text)));
    let title = format!("{}: {} → {}", shown.headline, report.project, report.environment);
    let mut out = command(level, &[("title", &title)], &verdict);
    let exceptions = || story.groups.iter().flat_map(|group| group.exceptions.iter().map(|exception| (group.rank, exception)));
    let mut rest: Vec<&Finding> = Vec::new();
    for name in LEVELS {
        let mut all: Vec<(Rank, &Exception<'_>)> = exceptions().filter(|(rank, it)| level_of(*rank, it) == name).collect();
        all.sort_by_key(|(rank, it)| (*rank, it.finding.severity, it.finding.outcome != Outcome::Fail, Reverse(it.dependents.len())));
        let all: Vec<&Exception<'_>> = all.into_iter().map(|(_, exception)| exception).collect();
        let room = SHOWN - usize::from(name == level);
        let own = if all.len() > room { room - 1 } else { all.len() };
        let (told, untold) = all.split_at(own);
        told.iter().for_each(|exception| out += &annotation(page, name, exception));
        if !untold.is_empty() {
            out += &command(name, &[("title", &format!("{} more", counted(untold.len(), "check")))], &[named(untold)]);
            rest.extend(untold.iter().flat_map(|it| std::iter::once(it.finding).chain(it.dependents.iter().copied())));
        }
    }
    out += &group(&format!("Named in one annotation ({})", rest.len()), rest.iter().copied());
    let passed = story.passed.iter().flat_map(story::Section::all);
    out += &group(&format!("Passed ({})", story.green()), passed);
    out += &group(&format!("Skipped ({})", story.skipped.len()), story.skipped.iter().copied());
    let last = format!("{} {}: {}", Tone::of(page).sign(), shown.headline, head::why(page));
    out + &inert::log_line(&last) + "\n"
}

/// The levels, gravest first, and how many annotations of each GitHub shows for a step.
const LEVELS: [&str; 3] = ["error", "warning", "notice"];
const SHOWN: usize = 10;

fn level_of(rank: Rank, exception: &Exception<'_>) -> &'static str {
    match (rank, exception.finding.severity) {
        (Rank::Blocks, _) => "error",
        (Rank::Waits, _) | (Rank::Lesser, Severity::Blocker | Severity::Warning) => "warning",
        (Rank::Lesser, Severity::Info) | (Rank::Accepted | Rank::Remarked, _) => "notice",
    }
}

/// As many ids as fit into a line, the gravest first.
fn named(untold: &[&Exception<'_>]) -> String {
    let ids: Vec<&str> = untold.iter().map(|exception| exception.finding.id.as_str()).collect();
    let mut room = LONGEST - 100;
    let fit = ids.iter().take_while(|id| {
        let taken = id.chars().count() + 2;
        let fits = taken <= room;
        room = room.saturating_sub(taken);
        fits
    });
    let fit = fit.count();
    format!("{}: the step's log tells them all", first_of(&ids, fit, ids.len(), ", "))
}

fn annotation(page: &Page<'_>, level: &str, exception: &Exception<'_>) -> String {
    let finding = exception.finding;
    let line = finding.location.line.max(1).to_string();
    let title = story::name(finding);
    let file = page.report.vantage.from_root(&finding.location.file);
    let properties = [("file", file.as_str()), ("line", &line), ("title", &title)];
    // Without a file the line would point at nothing.
    let from = if finding.location.file.is_empty() { 2 } else { 0 };
    command(level, &properties[from..], &message(exception))
}

fn message(exception: &Exception<'_>) -> Vec<String> {
    let finding = exception.finding;
    let mut lines = vec![format!("{} ({}): {}", said(finding), finding.severity, proof::reason(finding))];
    lines.extend(proof::question(finding).map(|question| format!("asked: {question}")));
    let open: Vec<_> = finding.expectations.iter().filter(|e| e.met != Some(true)).collect();
    if open.len() > 1 {
        lines.extend(open.iter().map(|demand| format!("- {}", demand.line())));
    }
    lines.extend(story::excepted(finding));
    for (label, text) in [("target", &finding.target), ("owner", &finding.owner)] {
        lines.extend(text.iter().map(|text| format!("{label}: {text}")));
    }
    for (label, text) in [("why", &finding.why), ("fix", &finding.fix), ("runbook", &finding.runbook)] {
        lines.extend(text.iter().flat_map(|text| format!("{label}: {}", text.trim()).lines().map(str::to_owned).collect::<Vec<_>>()));
    }
    lines.extend(exception.dependents.iter().map(|d| format!("only because of this: {} ({}, {})", d.id, said(d), d.severity)));
    lines
}

fn group<'a>(title: &str, findings: impl Iterator<Item = &'a Finding>) -> String {
    let mut lines = String::new();
    for finding in findings {
        let took = Period::millis(finding.duration_ms);
        let text =
            inert::log_line(&inert::cut(&format!("{}: {}: {}", story::name(finding), said(finding), proof::reason(finding)), LONGEST));
        lines += &format!("{} {text} ({took})\n", sign(finding));
    }
    if lines.is_empty() { lines } else { format!("{}{lines}::endgroup::\n", command("group", &[], &[title.to_owned()])) }
}

/// Beyond this many characters of one line, the JSON report holds the rest.
const LONGEST: usize = 600;

/// One workflow command. Escaped as the runner's own toolkit does it (actions/toolkit, `packages/core/src/command.ts`).
fn command(name: &str, properties: &[(&str, &str)], lines: &[String]) -> String {
    let message = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| message(text).replace(':', "%3A").replace(',', "%2C");
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(&inert::log_line(&inert::cut(value, LONGEST))))).collect();
    let space = if properties.is_empty() { "" } else { " " };
    let lines: Vec<String> = lines.iter().map(|line| inert::log_line(&inert::cut(line, LONGEST))).collect();
    format!("::{name}{space}{}::{}\n", properties.join(","), message(&lines.join("\n")))
}
