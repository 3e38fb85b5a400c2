//! Whether shares belong together: one plan, one environment, one release, one way of judging.

use std::collections::BTreeSet;

use super::{MergeError, name};
use crate::model::{Ambient, Digest, Report};

type Shared = (Report, Digest);

/// The error is the first thing in which they do not agree.
pub(super) fn check(shares: &[Shared]) -> Result<(), MergeError> {
    for (place, share) in shares.iter().enumerate() {
        if let Some(twin) = shares[..place].iter().find(|(_, digest)| *digest == share.1) {
            return Err(MergeError::Twice(name(twin)));
        }
        if !share.0.merged.is_empty() {
            return Err(MergeError::Merged(name(share)));
        }
        if share.0.partial.is_some() && share.0.shard().is_none() && !share.0.findings.iter().any(|finding| finding.elsewhere) {
            return Err(MergeError::Unmarked(name(share)));
        }
    }
    if let Some((first, others)) = shares.split_first() {
        for other in others {
            agree(first, other)?;
        }
        complete(first, shares)?;
    }
    ambients(shares)?;
    artifacts(shares)
}

/// Of a run that many machines share every part is there, and nothing else.
fn complete(first: &Shared, shares: &[Shared]) -> Result<(), MergeError> {
    let Some(shard) = first.0.shard() else { return Ok(()) };
    let there: BTreeSet<u32> = shares.iter().filter_map(|(report, _)| Some(report.shard()?.number)).collect();
    let missing: Vec<String> =
        (1..=shard.of).filter(|number| !there.contains(number)).map(|number| format!("{number}/{}", shard.of)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let verb = if missing.len() == 1 { "is" } else { "are" };
    Err(MergeError::Missing { set: shard.set.clone(), missing: format!("{} {verb}", missing.join(", ")), of: shard.of })
}

/// Each with each: a file of roots that one share did not read may differ between two others.
fn ambients(shares: &[Shared]) -> Result<(), MergeError> {
    for (place, share) in shares.iter().enumerate() {
        for other in &shares[place + 1..] {
            if let Some(clash) = Ambient::clashes(share.0.ambient.as_ref(), other.0.ambient.as_ref()).into_iter().next() {
                let said = format!("not the same: {clash}, in {} and {}", name(other), name(share));
                return Err(MergeError::Differs { what: "what was looked through", said, hint: "" });
            }
        }
    }
    Ok(())
}

/// What is compared: its name, how a share says it, and what to do about a difference.
type Matter = (&'static str, fn(&Report) -> String, &'static str);

const MATTERS: [Matter; 12] = [
    ("the project", |r| quoted(&r.project), ""),
    ("the environment", |r| quoted(&r.environment), ""),
    ("the phase", |r| quoted(&r.when()), ""),
    (
        "the plan's fingerprint",
        |r| quoted(r.plan.digest.as_str()),
        " (it covers the plan's files and the values of its variables: run all shares with the same)",
    ),
    ("the released version", |r| or_none(r.release.version.as_deref()), " (name it in every share with `--release`)"),
    ("the released commit", |r| or_none(r.release.commit.as_deref()), " (name it in every share with `--commit`)"),
    (
        "the set of shards",
        |r| r.shard().map_or_else(|| "none".into(), |shard| format!("`{}` of {}", shard.set, shard.of)),
        " (shards are merged with all shards of their set)",
    ),
    ("`--strict`", |r| on(r.strict), ""),
    ("`--advisory`", |r| on(r.advisory), ""),
    ("a rehearsal (`--at`)", |r| on(r.rehearsal), ""),
    ("the instant of the rehearsal", |r| if r.rehearsal { quoted(&r.at.to_string()) } else { String::new() }, ""),
    ("what names are pinned to", |r| quoted(&format!("{:?}", r.resolve)), ""),
];

fn agree(first: &Shared, other: &Shared) -> Result<(), MergeError> {
    for (what, say, hint) in MATTERS {
        let (a, b) = (say(&first.0), say(&other.0));
        if a != b {
            return Err(differs(what, (first, &a), (other, &b), hint));
        }
    }
    Ok(())
}

/// Not every share need name the artifact, but those that do name the same.
fn artifacts(shares: &[Shared]) -> Result<(), MergeError> {
    let mut named = shares.iter().filter_map(|share| Some((share, share.0.release.artifact.as_ref()?)));
    let Some((first, artifact)) = named.next() else { return Ok(()) };
    match named.find(|(_, other)| *other != artifact) {
        None => Ok(()),
        Some((share, other)) => Err(differs("the released artifact", (first, &quoted(artifact)), (share, &quoted(other)), "")),
    }
}

fn differs(what: &'static str, (first, a): (&Shared, &str), (second, b): (&Shared, &str), hint: &'static str) -> MergeError {
    MergeError::Differs { what, said: format!("{a} in {}, {b} in {}", name(first), name(second)), hint }
}

fn quoted(text: &str) -> String {
    format!("`{text}`")
}

fn or_none(text: Option<&str>) -> String {
    text.map_or_else(|| "not named".into(), quoted)
}

fn on(is: bool) -> String {
    if is { "on".into() } else { "off".into() }
}
