//! The order in which people are told a report: what stands in the way first, what is green by section, what was left out.

use std::collections::{BTreeMap, HashMap};

pub(super) use crate::model::utc as moment;
use crate::model::{Finding, Outcome, Report, Waived, list_of};

/// Every finding of a report, each exactly once.
pub(super) struct Story<'a> {
    /// The exceptions, gravest first; only groups that have some.
    pub(super) groups: Vec<Group<'a>>,
    /// What passed without a remark, by section, both in the plan's order.
    pub(super) passed: Vec<Section<'a>>,
    /// What was left out.
    pub(super) skipped: Vec<&'a Finding>,
}

/// Exceptions of one rank.
pub(super) struct Group<'a> {
    pub(super) rank: Rank,
    pub(super) exceptions: Vec<Exception<'a>>,
}

/// A finding that people must see, with those that are unknown or pending only because of it.
pub(super) struct Exception<'a> {
    /// Its place in the report.
    pub(super) place: usize,
    pub(super) finding: &'a Finding,
    pub(super) dependents: Vec<&'a Finding>,
}

/// Passed findings under one heading of the plan.
#[derive(Default)]
pub(super) struct Section<'a> {
    pub(super) name: &'a str,
    /// Those that stand for themselves.
    pub(super) findings: Vec<&'a Finding>,
    /// Two or more members of one list, by its id.
    pub(super) lists: Vec<(&'a str, Vec<&'a Finding>)>,
}

impl<'a> Section<'a> {
    fn of(name: &'a str, findings: Vec<&'a Finding>) -> Self {
        let mut members: HashMap<&str, usize> = HashMap::new();
        findings.iter().filter_map(|finding| list_of(&finding.id)).for_each(|list| *members.entry(list).or_default() += 1);
        let mut section = Self { name, ..Self::default() };
        let mut places: HashMap<&str, usize> = HashMap::new();
        for finding in findings {
            let Some(list) = list_of(&finding.id).filter(|list| members[list] > 1) else {
                section.findings.push(finding);
                continue;
            };
            let place = *places.entry(list).or_insert_with(|| {
                section.lists.push((list, Vec::new()));
                section.lists.len() - 1
            });
            section.lists[place].1.push(finding);
        }
        section
    }

    /// Each finding of it.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().chain(self.lists.iter().flat_map(|(_, members)| members)).copied()
    }
}

/// What an exception means for the verdict, gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Makes the verdict no-go.
    Blocks,
    /// Makes it hold.
    Waits,
    /// Red or unknown, but does not decide the verdict.
    Lesser,
    /// Failed under an accepted exception.
    Accepted,
    /// Passed, with a remark.
    Remarked,
}

impl Rank {
    /// One word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Waits => "waits",
            Self::Lesser => "lesser",
            Self::Accepted => "accepted",
            Self::Remarked => "remarked",
        }
    }

    /// Whether somebody has to do something about it.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Blocks | Self::Waits | Self::Lesser)
    }

    /// The heading.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Blocks => "Stands in the way",
            Self::Waits => "Waits for a person's answer",
            Self::Lesser => "Needs attention, does not block",
            Self::Accepted => "Accepted exceptions",
            Self::Remarked => "Passed, with a remark",
        }
    }

    /// What the heading means.
    pub(super) fn about(self) -> &'static str {
        match self {
            Self::Blocks => "Each of these alone makes the verdict NO-GO.",
            Self::Waits => "Nothing here is red, but somebody has to answer before the verdict can be GO.",
            Self::Lesser => "Red or not checked, but not a blocker.",
            Self::Accepted => "These failed. Somebody accepted that for a time; they stay failures until they are mended.",
            Self::Remarked => "Green, but look again: a retry was needed, or an exception is no longer.",
        }
    }

    fn of(finding: &Finding, strict: bool) -> Option<Self> {
        let blocks = finding.severity.blocks(strict);
        match finding.outcome {
            Outcome::Fail if finding.is_waived() => Some(Self::Accepted),
            Outcome::Fail | Outcome::Unknown if blocks => Some(Self::Blocks),
            Outcome::Pending if blocks => Some(Self::Waits),
            Outcome::Fail | Outcome::Unknown | Outcome::Pending => Some(Self::Lesser),
            Outcome::Pass if finding.is_exception() => Some(Self::Remarked),
            Outcome::Pass | Outcome::Skipped => None,
        }
    }
}

impl<'a> Story<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let mut ranked: BTreeMap<Rank, Vec<Exception<'a>>> = BTreeMap::new();
        for (rank, exception) in exceptions(report) {
            ranked.entry(rank).or_default().push(exception);
        }
        let mut passed: Vec<(&str, Vec<&Finding>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for finding in report.findings.iter().filter(|f| f.outcome == Outcome::Pass && !f.is_exception()) {
            let place = *places.entry(&finding.section).or_insert_with(|| {
                passed.push((&finding.section, Vec::new()));
                passed.len() - 1
            });
            passed[place].1.push(finding);
        }
        Self {
            groups: ranked.into_iter().map(|(rank, exceptions)| Group { rank, exceptions }).collect(),
            passed: passed.into_iter().map(|(name, findings)| Section::of(name, findings)).collect(),
            skipped: report.findings.iter().filter(|f| f.outcome == Outcome::Skipped).collect(),
        }
    }

    /// How many passed without a remark.
    pub(super) fn green(&self) -> usize {
        self.passed.iter().map(|section| section.all().count()).sum()
    }
}

/// Each exception that stands for itself, in the plan's order, under the gravest rank among it and its dependents.
fn exceptions(report: &Report) -> Vec<(Rank, Exception<'_>)> {
    let ranks: Vec<Option<Rank>> = report.findings.iter().map(|f| Rank::of(f, report.strict)).collect();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (place, finding) in report.findings.iter().enumerate() {
        if ranks[place].is_some() {
            places.entry(&finding.id).or_insert(place);
        }
    }
    let mut roots: BTreeMap<usize, (Rank, Exception<'_>)> = BTreeMap::new();
    for (place, finding) in report.findings.iter().enumerate() {
        let Some(rank) = ranks[place] else { continue };
        let root = root_of(place, &report.findings, &places);
        let Some(root_rank) = ranks[root] else { continue };
        let (gravest, exception) = roots
            .entry(root)
            .or_insert_with(|| (root_rank, Exception { place: root, finding: &report.findings[root], dependents: Vec::new() }));
        *gravest = rank.min(*gravest);
        if root != place {
            exception.dependents.push(finding);
        }
    }
    roots.into_values().collect()
}

/// Follows `because` to the exception that stands for itself. A chain that leaves the exceptions or bites its own tail
/// ends where it began: that finding stands for itself.
fn root_of(place: usize, findings: &[Finding], places: &HashMap<&str, usize>) -> usize {
    let mut at = place;
    for _ in 0..findings.len() {
        let hangs = matches!(findings[at].outcome, Outcome::Unknown | Outcome::Pending);
        match findings[at].because.as_deref().filter(|_| hangs).map(|id| places.get(id)) {
            None => return at,
            Some(None) => return at,
            Some(Some(next)) => at = *next,
        }
    }
    place
}

/// What came of a finding, as people say it.
pub(super) fn said(finding: &Finding) -> String {
    match (finding.outcome, &finding.waiver) {
        (Outcome::Fail, Some(waiver)) => format!("failed, accepted exception until {}", moment(waiver.expires)),
        (Outcome::Pass, _) if finding.flaky => "passed only after a retry".into(),
        (outcome, _) => outcome.phrase().into(),
    }
}

/// The accepted exception of a finding, on a line of its own.
pub(super) fn excepted(finding: &Finding) -> Option<String> {
    let Waived { reason, approver, ticket, expires, .. } = finding.waiver.as_ref()?;
    Some(format!("exception until {}: {reason} ({ticket}, accepted by {approver})", moment(*expires)))
}

/// Whether the reason only sums up demands that are not met or not determined: whoever shows those need not repeat it.
pub(super) fn said_by_demands(finding: &Finding) -> bool {
    finding.expectations.iter().any(|e| e.met != Some(true)) && finding.reason == Finding::reason_of(finding.outcome, &finding.expectations)
}

/// The sign that stands for what came of a finding, readable without colour.
pub(super) fn sign(finding: &Finding) -> char {
    match finding.outcome {
        Outcome::Fail if finding.is_waived() => '!',
        Outcome::Pass if finding.flaky => '~',
        outcome => sign_of(outcome),
    }
}

/// The sign of an outcome where nothing is said beside.
pub(super) fn sign_of(outcome: Outcome) -> char {
    match outcome {
        Outcome::Fail => '✗',
        Outcome::Unknown => '?',
        Outcome::Pending => '…',
        Outcome::Pass => '✓',
        Outcome::Skipped => '-',
    }
}

/// The id, and the title where the plan gives one.
pub(super) fn name(finding: &Finding) -> String {
    if finding.title == finding.id || finding.title.is_empty() { finding.id.clone() } else { format!("{}: {}", finding.id, finding.title) }
}
