//! What changed about the runs themselves: plan, release, and what makes a run prove less.

use std::collections::BTreeSet;

use super::{Change, Effect};
use crate::model::{Digest, Partial, Release, Report};

/// Why the two may not be comparable.
pub(super) fn warnings((before, old): (&Report, &Digest), (after, new): (&Report, &Digest)) -> Vec<String> {
    let mut all = Vec::new();
    if old == new {
        all.push("both files are the same report".to_owned());
    }
    for (what, was, is) in [
        ("projects", before.project.as_str(), after.project.as_str()),
        ("environments", &before.environment, &after.environment),
        ("phases", &before.when(), &after.when()),
    ] {
        if was != is {
            all.push(format!("these are reports of different {what}, `{was}` and `{is}`: what differs may come from that alone"));
        }
    }
    if before.started > after.started {
        all.push("the first report is the newer one: changes are told as if it were the older".into());
    }
    all
}

pub(super) fn changes(before: &Report, after: &Report) -> Vec<Change> {
    let mut all = less(before, after);
    if before.partial != after.partial && before.partial.is_some() && after.partial.is_some() {
        let said = |report: &Report| report.partial.as_ref().map(left_out);
        all.push(Change::new("partial run", said(before), said(after), Effect::Changed));
    }
    let mut changed = |what: &str, was: String, is: String| {
        if was != is {
            let some = |text: String| (!text.is_empty()).then_some(text);
            all.push(Change::new(what, some(was), some(is), Effect::Changed));
        }
    };
    changed("project", before.project.clone(), after.project.clone());
    changed("environment", before.environment.clone(), after.environment.clone());
    changed("phase", before.when(), after.when());
    changed("release", release(&before.release), release(&after.release));
    changed("plan", before.plan.digest.to_string(), after.plan.digest.to_string());
    let files: BTreeSet<&String> = before.plan.files.keys().chain(after.plan.files.keys()).collect();
    let digest = |report: &Report, file: &String| report.plan.files.get(file).map(ToString::to_string).unwrap_or_default();
    for file in files {
        changed(&format!("plan file {file}"), digest(before, file), digest(after, file));
    }
    changed("pinned names", pins(before), pins(after));
    let ambient = [before, after].map(|report| report.ambient.clone().unwrap_or_default());
    let [was, is] = &ambient;
    changed("trusted roots", was.said_roots(), is.said_roots());
    changed("proxies", was.said_proxies(), is.said_proxies());
    let tool = |report: &Report| format!("{} {}", report.tool.name, report.tool.version);
    changed("program", tool(before), tool(after));
    all
}

/// What makes a run prove less when it is there (or, for `strict`, when it is not).
fn less(before: &Report, after: &Report) -> Vec<Change> {
    let partial = |report: &Report| report.partial.as_ref().map(left_out);
    let when = |is: bool, said: &str| is.then(|| said.to_owned());
    let weaknesses = [
        ("partial run", partial(before), partial(after)),
        ("advisory run", when(before.advisory, "exits 0 whatever the verdict"), when(after.advisory, "exits 0 whatever the verdict")),
        ("rehearsal", when(before.rehearsal, "judged as of another moment"), when(after.rehearsal, "judged as of another moment")),
        ("interrupted run", when(before.interrupted, "ended early"), when(after.interrupted, "ended early")),
        ("hold allowed", when(before.allow_hold, "a hold exits 0"), when(after.allow_hold, "a hold exits 0")),
    ];
    let mut all = Vec::new();
    let mut add = |what: &str, was: Option<String>, is: Option<String>, gained: Effect, lost: Effect| match (&was, &is) {
        (None, Some(_)) => all.push(Change::new(what, was, is, gained)),
        (Some(_), None) => all.push(Change::new(what, was, is, lost)),
        _ => {}
    };
    let (was, is) = (when(before.strict, "warnings block too"), when(after.strict, "warnings block too"));
    add("strict", was, is, Effect::Tightened, Effect::Loosened);
    for (what, was, is) in weaknesses {
        add(what, was, is, Effect::Loosened, Effect::Tightened);
    }
    all
}

fn left_out(partial: &Partial) -> String {
    let parts = partial.said();
    if parts.is_empty() { "not every check was run".into() } else { parts.join("; ") }
}

fn release(release: &Release) -> String {
    let mut said = release.version.clone().unwrap_or_default();
    for (label, part) in [("commit", &release.commit), ("artifact", &release.artifact)] {
        if let Some(part) = part {
            said += &format!("{}{label} {part}", if said.is_empty() { "" } else { ", " });
        }
    }
    if release.dirty {
        said += ", with uncommitted changes";
    }
    said
}

fn pins(report: &Report) -> String {
    report.resolve.iter().map(|(name, address)| format!("{name} = {address}")).collect::<Vec<_>>().join(", ")
}
