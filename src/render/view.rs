//! What the templates of the reports for people are given: every text chosen, none escaped.

mod evidence;
mod finding;
mod record;
mod signoff;

use serde::Serialize;

use crate::model::{Outcome, Severity, Tally, Verdict};

use super::{
    Page,
    head::{self, Caveat, Fact, Tone},
    people,
    story::{self, Exception, Group, Rank, Story, moment},
};

use finding::FindingView;
use record::RecordView;

#[derive(Serialize)]
pub(super) struct View {
    headline: String,
    tone: &'static str,
    sign: char,
    why: String,
    project: String,
    environment: String,
    release: String,
    tally: String,
    caveats: Vec<Caveat>,
    facts: Vec<Fact>,
    outcomes: Vec<OutcomeView>,
    counts: Vec<CountView>,
    groups: Vec<GroupView>,
    green: usize,
    passed: Vec<SectionView>,
    skipped: Vec<FindingView>,
    plan_digest: String,
    plan_files: Vec<(String, String)>,
    tool: String,
    schema: String,
    at: String,
    exit: u8,
    fingerprint: String,
    /// Which roles have signed, for the first screen.
    signed: Option<String>,
    record: Option<RecordView>,
}

/// A row of the counts.
#[derive(Serialize)]
struct OutcomeView {
    phrase: &'static str,
    sign: char,
    tone: &'static str,
}

/// A column of the counts.
#[derive(Serialize)]
struct CountView {
    severity: &'static str,
    /// In the order of [`Outcome::ALL`].
    numbers: Vec<usize>,
    waived: usize,
    flaky: usize,
}

#[derive(Serialize)]
struct GroupView {
    word: &'static str,
    title: &'static str,
    about: &'static str,
    /// Whether it is what the verdict comes from: told beside it.
    decides: bool,
    members: usize,
    exceptions: Vec<ExceptionView>,
}

#[derive(Serialize)]
struct ExceptionView {
    /// The anchor of its card.
    place: usize,
    finding: FindingView,
    dependents: Vec<FindingView>,
}

#[derive(Serialize)]
struct SectionView {
    name: String,
    findings: Vec<FindingView>,
}

impl View {
    pub(super) fn of(page: &Page<'_>) -> Self {
        let report = page.report;
        let story = Story::of(report);
        let tone = Tone::of(page);
        let decisive = match report.verdict {
            Verdict::Go => Rank::Accepted,
            Verdict::Hold => Rank::Waits,
            Verdict::NoGo => Rank::Blocks,
        };
        Self {
            headline: page.shown().headline,
            tone: tone.word(),
            sign: tone.sign(),
            why: head::why(page),
            project: report.project.clone(),
            environment: report.environment.clone(),
            release: report.release.name().unwrap_or_else(|| "no release named".into()),
            tally: head::tally(report),
            caveats: head::caveats(page),
            facts: head::facts(page),
            outcomes: Outcome::ALL.map(OutcomeView::of).into(),
            counts: counts(page),
            groups: story.groups.iter().map(|group| GroupView::of(group, decisive)).collect(),
            green: story.green(),
            passed: story.passed.iter().map(SectionView::of).collect(),
            skipped: story.skipped.iter().map(|f| FindingView::of(f)).collect(),
            plan_digest: report.plan.digest.to_string(),
            plan_files: report.plan.files.iter().map(|(file, digest)| (file.clone(), digest.to_string())).collect(),
            tool: format!("{} {}", report.tool.name, report.tool.version),
            schema: report.schema.clone(),
            at: moment(report.at),
            exit: report.exit,
            fingerprint: page.fingerprint().to_string(),
            signed: page.record.map(people::signed),
            record: page.record.map(|record| RecordView::of(record, page)),
        }
    }
}

impl OutcomeView {
    fn of(outcome: Outcome) -> Self {
        let (sign, tone) = match outcome {
            Outcome::Fail => ('✗', "fail"),
            Outcome::Unknown => ('?', "unknown"),
            Outcome::Pending => ('…', "pending"),
            Outcome::Pass => ('✓', "pass"),
            Outcome::Skipped => ('-', "skipped"),
        };
        Self { phrase: outcome.phrase(), sign, tone }
    }
}

fn counts(page: &Page<'_>) -> Vec<CountView> {
    let row = |severity: &'static str, tally: Tally| CountView {
        severity,
        numbers: Outcome::ALL.map(|outcome| tally.of(outcome)).to_vec(),
        waived: tally.waived,
        flaky: tally.flaky,
    };
    let counts = &page.report.counts;
    let mut rows: Vec<CountView> = Severity::ALL.map(|severity| row(severity.word(), counts.by(severity))).into();
    rows.retain(|row| row.numbers.iter().any(|n| *n > 0));
    rows
}

impl GroupView {
    fn of(group: &Group<'_>, decisive: Rank) -> Self {
        Self {
            word: group.rank.word(),
            title: group.rank.title(),
            about: group.rank.about(),
            decides: group.rank == decisive,
            members: group.exceptions.iter().map(|e| 1 + e.dependents.len()).sum(),
            exceptions: group.exceptions.iter().map(ExceptionView::of).collect(),
        }
    }
}

impl ExceptionView {
    fn of(exception: &Exception<'_>) -> Self {
        Self {
            place: exception.place,
            finding: FindingView::of(exception.finding),
            dependents: exception.dependents.iter().map(|f| FindingView::of(f)).collect(),
        }
    }
}

impl SectionView {
    fn of(section: &story::Section<'_>) -> Self {
        Self { name: section.name.to_owned(), findings: section.findings.iter().map(|f| FindingView::of(f)).collect() }
    }
}
