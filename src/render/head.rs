//! What stands at the head of a report for people: the verdict, why, what weakens it, and the facts of the run.

use serde::Serialize;

use crate::model::{Ambient, Finding, Outcome, Period, Phase, Report, Vantage, Verdict, counted, first_of};

use super::{
    Page, inert, people, proof, rollout,
    story::{Rank, Story, moment},
};

/// How the verdict is to be taken: it chooses colour and sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// A go with nothing to weaken it.
    Go,
    /// A go that rests on exceptions, or that is not a full one: partial, advisory, a rehearsal.
    Caution,
    /// Nothing is red, people have to answer.
    Hold,
    /// No.
    NoGo,
}

impl Tone {
    pub(super) fn of(page: &Page<'_>) -> Self {
        let report = page.report;
        let weak = report.advisory || report.rehearsal || report.partial.is_some() || report.interrupted;
        match page.shown().verdict {
            Verdict::NoGo => Self::NoGo,
            Verdict::Hold => Self::Hold,
            Verdict::Go if weak || report.counts.blocker.waived > 0 => Self::Caution,
            Verdict::Go => Self::Go,
        }
    }

    /// The name of its style.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::Caution => "caution",
            Self::Hold => "hold",
            Self::NoGo => "no-go",
        }
    }

    /// Readable without colour.
    pub(super) fn sign(self) -> char {
        match self {
            Self::Go => '✓',
            Self::Caution => '!',
            Self::Hold => '…',
            Self::NoGo => '✗',
        }
    }
}

/// Why the verdict is what it is, in a sentence or two: first what the record has against it, then what the checks say.
pub(super) fn why(page: &Page<'_>) -> String {
    let checks = checks(page.report);
    match page.shown().because {
        Some(because) => format!("{} {checks}", sentence(&because)),
        None => checks,
    }
}

/// `text` as a sentence of its own.
pub(super) fn sentence(text: &str) -> String {
    capital(text.trim_end_matches('.')) + "."
}

/// `text` with a capital at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

fn checks(report: &Report) -> String {
    let noun = if report.strict { "blocking check" } else { "blocker" };
    let decides = |f: &&Finding| f.severity.blocks(report.strict);
    let number = |outcome: Outcome, waived: bool| {
        report.findings.iter().filter(decides).filter(|f| f.outcome == outcome && f.is_waived() == waived).count()
    };
    let (failed, accepted) = (number(Outcome::Fail, false), number(Outcome::Fail, true));
    let (unknown, pending, passed) = (number(Outcome::Unknown, false), number(Outcome::Pending, false), number(Outcome::Pass, false));
    let because = match report.verdict {
        Verdict::NoGo => match (failed, unknown) {
            (0, 0) if report.interrupted => "The run was ended before every check had finished".into(),
            (0, 0) => "No blocker passed, so there is nothing to rely on".into(),
            (failed, 0) => format!("{} failed", counted(failed, noun)),
            (0, unknown) => format!("{} could not be checked", counted(unknown, noun)),
            (failed, unknown) => format!("{} failed, {unknown} could not be checked", counted(failed, noun)),
        },
        Verdict::Hold => {
            let wait = if pending == 1 { "waits" } else { "wait" };
            format!("{} {wait} for a person's answer, no {noun} is red", counted(pending, noun))
        }
        Verdict::Go if accepted > 0 => format!("{} passed, {accepted} failed under an accepted exception", counted(passed, noun)),
        Verdict::Go if passed == 1 => format!("The only {noun} passed"),
        Verdict::Go => format!("All {passed} {noun}s passed"),
    };
    let lesser = report
        .findings
        .iter()
        .filter(|f| !decides(f) && !f.is_waived())
        .filter(|f| matches!(f.outcome, Outcome::Fail | Outcome::Unknown | Outcome::Pending))
        .count();
    match lesser {
        0 => format!("{because}."),
        1 => format!("{because}. 1 lesser check needs attention."),
        n => format!("{because}. {n} lesser checks need attention."),
    }
}

/// Who has to act before the verdict can be better, each with how much is theirs; nobody where nothing decides against it.
pub(super) fn acting(story: &Story<'_>) -> Option<String> {
    let decides = |rank| matches!(rank, Rank::Blocks | Rank::Waits);
    let mut shares: Vec<(String, usize)> = Vec::new();
    for exception in story.groups.iter().filter(|group| decides(group.rank)).flat_map(|group| &group.exceptions) {
        let who = proof::actor(exception.finding).unwrap_or_else(|| "an owner the plan does not name".into());
        match shares.iter_mut().find(|(name, _)| *name == who) {
            Some((_, number)) => *number += 1,
            None => shares.push((who, 1)),
        }
    }
    let said: Vec<String> = shares.iter().map(|(who, number)| format!("{who} ({})", counted(*number, "check"))).collect();
    (!said.is_empty()).then(|| first_of(&said, OWNERS, said.len(), ", "))
}

/// More owners than these do not stand on the first screen.
const OWNERS: usize = 12;

/// Something the reader must know about the run before trusting its verdict.
#[derive(Serialize)]
pub(super) struct Caveat {
    pub(super) word: &'static str,
    pub(super) text: String,
    /// Whether it makes the verdict less than it seems.
    pub(super) loud: bool,
}

/// What must be known beside the verdict: what the people and the ledger say, then what weakens the report, then the
/// run's own notes.
pub(super) fn caveats(page: &Page<'_>) -> Vec<Caveat> {
    let report = page.report;
    let mut all = page.record.map(|record| people::caveats(record, report)).unwrap_or_default();
    let mut say = |is: bool, loud: bool, word, text: String| {
        if is {
            all.push(Caveat { word, text, loud });
        }
    };
    say(
        report.interrupted,
        true,
        "Interrupted",
        "The run was ended before every check had finished; the rest could not be checked.".into(),
    );
    say(
        report.advisory,
        true,
        "Advisory",
        "Run for information: it exits 0 whatever the verdict, stops nothing, and can never be signed.".into(),
    );
    say(report.partial.is_some(), true, "Partial run", left_out(report));
    if let Some(Err(unread)) = rollout::of(report) {
        say(true, true, "Stage not shown", unread.into());
    }
    say(
        report.rehearsal,
        true,
        "Rehearsal",
        format!("Judged as of {}, not as of the moment it was run. It cannot be signed as go.", moment(report.at)),
    );
    let nameless = report.release.version.is_none() && report.release.commit.is_none();
    say(nameless, true, "No release named", "Neither a version nor a commit is known, so this report cannot be signed.".into());
    let dirty = "The work tree had changes that no commit holds: what is released may differ from what the commit says.";
    say(report.release.dirty, true, "Uncommitted changes", dirty.into());
    let held = report.allow_hold && report.verdict == Verdict::Hold;
    say(held, true, "Hold allowed", "The exit code is 0 although people have not answered (`--allow-hold`).".into());
    say(report.strict, false, "Strict", "Warnings block too (`--strict`).".into());
    say(!report.merged.is_empty(), false, "Merged", shares(report));
    let pinned: Vec<String> = report.resolve.iter().map(|(name, address)| format!("{name} = {address}")).collect();
    say(!pinned.is_empty(), false, "Pinned names", format!("Not looked up but given by the plan: {}.", pinned.join(", ")));
    for (loud, word, text) in report.ambient.iter().flat_map(ambient) {
        say(true, loud, word, text);
    }
    for note in &report.notes {
        say(true, false, "Note", note.clone());
    }
    all
}

/// What of the machine is not as everywhere: roots of its own, files of roots, proxies.
fn ambient(ambient: &Ambient) -> Vec<(bool, &'static str, String)> {
    let own = ambient.roots.sha256.is_some();
    let mut all = Vec::new();
    if own || !ambient.ca_files.is_empty() {
        all.push((own, "Trusted roots", format!("Not the system's alone: {}.", ambient.said_roots())));
    }
    if !ambient.proxies.is_empty() {
        all.push((false, "Proxies", format!("Programs that checks run may go through {}.", ambient.said_proxies())));
    }
    all
}

/// What a merged report was made of, for whoever wants to look at the shares.
fn shares(report: &Report) -> String {
    let said = report.merged.iter().map(|share| {
        let from = from(&share.vantage).filter(|from| !from.is_empty()).unwrap_or_else(|| "a place not recorded".into());
        format!("from {from}, judged {}, sha256:{}", moment(share.at), share.digest)
    });
    format!("Made of {}: {}.", counted(report.merged.len(), "share"), said.collect::<Vec<_>>().join("; "))
}

fn left_out(report: &Report) -> String {
    let Some(partial) = &report.partial else { return String::new() };
    let what: String = partial.said().iter().map(|part| format!("; {part}")).collect();
    format!("Not every check of the plan was run{what}. It cannot be signed as go.")
}

/// A fact of the run: its label and what it says.
#[derive(Serialize)]
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) text: String,
    /// Whether people copy it as it stands.
    pub(super) exact: bool,
    /// Where it can be looked up.
    pub(super) link: Option<String>,
}

/// The facts of the run, in the order people ask for them.
pub(super) fn facts(page: &Page<'_>) -> Vec<Fact> {
    let report = page.report;
    let fact = |label, text: String| Fact { label, text, exact: false, link: None };
    let mut facts = vec![
        fact("Project", report.project.clone()),
        fact("Environment", format!("{}, {}", report.environment, when_in_life(report))),
        fact("Release", release(report)),
    ];
    facts.extend(report.release.artifact.iter().map(|artifact| Fact { exact: true, ..fact("Artifact", artifact.clone()) }));
    facts.push(fact("When", format!("{}, took {}", moment(report.started), Period::between(report.started, report.finished))));
    facts.push(fact("From", from(&report.vantage).unwrap_or_else(|| "not recorded".into())));
    facts.extend(report.vantage.ci.iter().map(|ci| Fact { link: inert::link(ci), ..fact("CI job", ci.clone()) }));
    facts.extend(page.record.and_then(|record| record.policy.as_ref()).map(|policy| fact("Policy", people::policy(policy))));
    facts.push(fact("Signed", page.record.map_or_else(|| "Not signed".into(), people::signed_by_name)));
    facts
}

fn when_in_life(report: &Report) -> String {
    if let Some(stage) = &report.stage {
        return format!("in the phase {stage} of the rollout");
    }
    let window = report.window.map(|window| format!(" ({window})")).unwrap_or_default();
    match report.phase {
        Phase::PreDeploy => "before the deployment".into(),
        Phase::PostDeploy => format!("after the deployment{window}"),
    }
}

fn release(report: &Report) -> String {
    let release = &report.release;
    let commit = release.commit.as_deref().map(|commit| commit.chars().take(12).collect::<String>());
    let said = match (&release.version, commit) {
        (Some(version), Some(commit)) => format!("{version}, commit {commit}"),
        (Some(version), None) => version.clone(),
        (None, Some(commit)) => format!("commit {commit}"),
        (None, None) => return "not named".into(),
    };
    let dirty = if release.dirty { ", with uncommitted changes" } else { "" };
    format!("{said}{dirty} (from {})", release.source)
}

/// Where a run was made from; `None` where that is not recorded.
fn from(vantage: &Vantage) -> Option<String> {
    let known: Vec<&str> = [&vantage.name, &vantage.host].into_iter().flatten().map(String::as_str).collect();
    (!known.is_empty()).then(|| known.join(", on "))
}

/// The counts over all severities: `31 passed, 2 failed (1 accepted), 3 skipped`.
pub(super) fn tally(report: &Report) -> String {
    let total = report.counts.total();
    let mut parts = Vec::new();
    for outcome in Outcome::ALL {
        let n = total.of(outcome);
        let aside = match outcome {
            Outcome::Fail if total.waived > 0 => format!(" ({} as an accepted exception)", total.waived),
            Outcome::Pass if total.flaky > 0 => format!(" ({} only after a retry)", total.flaky),
            Outcome::Fail | Outcome::Unknown | Outcome::Pending | Outcome::Pass | Outcome::Skipped => String::new(),
        };
        if n > 0 {
            let verb = if outcome == Outcome::Pending && n > 1 { "wait for an answer" } else { outcome.phrase() };
            parts.push(format!("{n} {verb}{aside}"));
        }
    }
    if parts.is_empty() { "none".into() } else { parts.join(", ") }
}
