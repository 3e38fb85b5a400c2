//! What the templates of the reports for people are given: every text chosen, none escaped.

mod finding;
mod record;
mod signoff;

use minijinja::{
    context,
    value::{Serde, Value},
};

use crate::model::{Contact, Evidence, Finding, IncidentLevel, Outcome, Resource, Runbook, Severity, Verdict};

use super::{
    Page,
    head::{self, Tone},
    inert, people, proof, rollout,
    story::{self, Exception, Group, Rank, Story, moment},
};

/// All that is told of a page.
pub(super) fn view(page: &Page<'_>) -> Value {
    let report = page.report;
    let story = Story::of(report);
    let tone = Tone::of(page);
    let decisive = match report.verdict {
        Verdict::Go => Rank::Accepted,
        Verdict::Hold => Rank::Waits,
        Verdict::NoGo => Rank::Blocks,
    };
    context! {
        headline => page.shown().headline,
        tone => tone.word(),
        sign => tone.sign(),
        why => head::why(page),
        acting => head::acting(&story),
        project => &report.project,
        environment => &report.environment,
        release => report.release.name().unwrap_or_else(|| "no release named".into()),
        tally => head::tally(report),
        caveats => Serde(head::caveats(page)),
        facts => Serde(head::facts(page)),
        outcomes => Outcome::ALL.map(outcome),
        counts => counts(page),
        groups => story.groups.iter().map(|told| group(told, decisive)).collect::<Vec<_>>(),
        green => story.green(),
        passed => story.passed.iter().map(section).collect::<Vec<_>>(),
        skipped => story.skipped.iter().map(|f| finding::quiet(f)).collect::<Vec<_>>(),
        runbook => report.runbook.as_ref().map(runbook),
        plan_digest => report.plan.digest.as_str(),
        plan_files => Serde(&report.plan.files.iter().collect::<Vec<_>>()),
        tool => format!("{} {}", report.tool.name, report.tool.version),
        schema => &report.schema,
        at => moment(report.at),
        exit => report.exit,
        fingerprint => page.fingerprint().as_str(),
        // Which roles have signed, for the first screen.
        signed => page.record.map(people::signed),
        stage => rollout::of(report).and_then(Result::ok).map(|evidence| rollout::stage(&evidence)),
        record => page.record.map(|record| record::view(record, page)),
    }
}

/// Whom to reach and where to look; a report may be somebody else's, so that a link is one only where it leads to the web.
fn runbook(runbook: &Runbook) -> Value {
    let contact = |it: &Contact| context! { role => &it.role, name => &it.name, reach => &it.reach, link => inert::link(&it.reach) };
    let level =
        |it: &IncidentLevel| context! { level => &it.level, means => &it.means, respond => it.respond.to_string(), action => &it.action };
    let resource = |it: &Resource| context! { name => &it.name, url => &it.url, link => inert::link(&it.url) };
    context! {
        contacts => runbook.contacts.iter().map(contact).collect::<Vec<_>>(),
        incidents => runbook.incidents.iter().map(level).collect::<Vec<_>>(),
        resources => runbook.resources.iter().map(resource).collect::<Vec<_>>(),
    }
}

/// A row of the counts.
fn outcome(outcome: Outcome) -> Value {
    context! { phrase => outcome.phrase(), sign => story::sign_of(outcome), tone => outcome.word() }
}

/// The columns of the counts, their numbers in the order of [`Outcome::ALL`].
fn counts(page: &Page<'_>) -> Vec<Value> {
    let tallies = Severity::ALL.map(|severity| (severity, page.report.counts.by(severity))).into_iter();
    let some = tallies.filter(|(_, tally)| Outcome::ALL.iter().any(|outcome| tally.of(*outcome) > 0));
    some.map(|(severity, tally)| {
        let numbers = Outcome::ALL.map(|outcome| tally.of(outcome));
        context! { severity => severity.word(), numbers, waived => tally.waived, flaky => tally.flaky }
    })
    .collect()
}

/// `decides` is whether it is what the verdict comes from: told beside it.
fn group(group: &Group<'_>, decisive: Rank) -> Value {
    context! {
        word => group.rank.word(),
        title => group.rank.title(),
        about => group.rank.about(),
        decides => group.rank == decisive,
        members => group.exceptions.iter().map(|e| 1 + e.dependents.len()).sum::<usize>(),
        exceptions => group.exceptions.iter().map(exception).collect::<Vec<_>>(),
    }
}

/// Its place is the anchor of its card.
fn exception(exception: &Exception<'_>) -> Value {
    let dependents: Vec<Value> = exception.dependents.iter().map(|f| finding::view(f)).collect();
    context! { place => exception.place, finding => finding::view(exception.finding), dependents }
}

fn section(section: &story::Section<'_>) -> Value {
    let quiet = |findings: &[&Finding]| findings.iter().map(|f| finding::quiet(f)).collect::<Vec<_>>();
    let lists = section.lists.iter().map(|(id, members)| context! { id => *id, findings => quiet(members) }).collect::<Vec<_>>();
    context! { name => section.name, findings => quiet(&section.findings), lists }
}

/// What shows something: a file, or an address. A file with a fingerprint is that file, even if it is called like an
/// address.
fn evidence(all: &[Evidence]) -> Vec<Value> {
    let one = |evidence: &Evidence| {
        let link = if evidence.digest.is_none() { inert::link(&evidence.name) } else { None };
        context! { name => &evidence.name, link, digest => evidence.digest.as_ref().map(|digest| digest.as_str()) }
    };
    all.iter().map(one).collect()
}
