//! The demands on what was seen.

use jiff::Timestamp;

use super::{
    Secrets,
    seen::{Elsewhere, InGit, Inspected, Seen},
};
use crate::{
    model::{Expectation, first_of},
    net::git::Past,
};

/// The demands of a check on what was seen, as of an instant.
pub(super) fn judge(check: &Secrets, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut demands: Vec<Expectation> = seen.globs.iter().map(|(glob, keys)| found(glob, *keys, seen)).collect();
    demands.extend(seen.looks_secret.map(|keys| look_secret(keys, seen)));
    demands.extend(seen.secrets.iter().map(|secret| value(secret, at)));
    if check.differs_from.is_some() {
        demands.push(differs(seen.elsewhere.as_ref()));
    }
    if check.untracked {
        demands.extend(tracked(seen.git.as_ref()));
    }
    demands
}

/// At least one key is chosen.
fn chosen(demand: Expectation, keys: u64, seen: &Seen) -> Expectation {
    demand.got(format!("{keys} of {}", seen.keys)).met(keys > 0).bound(">=", 1, Some(keys.into()), "count")
}

fn found(glob: &str, keys: u64, seen: &Seen) -> Expectation {
    let demand = Expectation::new(format!("chosen:{glob}"), format!("keys like `{glob}` in {}", seen.source));
    chosen(demand.wanted("at least 1"), keys, seen)
}

fn look_secret(keys: u64, seen: &Seen) -> Expectation {
    let demand = Expectation::new("chosen", format!("keys that look secret in {}", seen.source));
    chosen(demand.wanted("at least 1 (else name the keys)"), keys, seen)
}

fn value(secret: &Inspected, at: Timestamp) -> Expectation {
    let demand = Expectation::new(format!("key:{}", secret.key), format!("`{}`", secret.key)).wanted("a value made for production");
    let expired = secret.expires.filter(|expires| *expires <= at).map(|expires| format!("a token that expired on {expires}"));
    let flaws: Vec<String> = secret.flaws.iter().map(|flaw| flaw.what.clone()).chain(expired).collect();
    if !flaws.is_empty() {
        return demand.got(flaws.join("; ")).met(false);
    }
    match &secret.unreadable {
        Some(why) => demand.got("not readable").undetermined(why.clone()),
        None => demand.got(no_weakness(secret)).met(true),
    }
}

fn no_weakness(secret: &Inspected) -> String {
    let facts = [&secret.length, &secret.strength].into_iter().filter(|fact| !fact.is_empty());
    let facts: Vec<&str> = facts.chain(&secret.notes).map(String::as_str).collect();
    if facts.is_empty() { "no known weakness".into() } else { format!("no known weakness ({})", facts.join(", ")) }
}

fn differs(elsewhere: Option<&Elsewhere>) -> Expectation {
    let demand = |of: &str| Expectation::new("differs", format!("values shared with {of}")).wanted("none");
    match elsewhere {
        None => demand("the other environment").undetermined("the other environment was not read"),
        Some(other) if !other.same.is_empty() => {
            let same: Vec<String> = other.same.iter().map(|key| format!("`{key}`")).collect();
            demand(&other.source).got(first_of(&same, 5, same.len(), ", ")).met(false)
        }
        Some(other) if other.compared == 0 => {
            demand(&other.source).undetermined("none of the judged keys is set there, so nothing was compared")
        }
        Some(other) => demand(&other.source).got(format!("none of {} compared", other.compared)).met(true),
    }
}

fn tracked(git: Option<&InGit>) -> [Expectation; 2] {
    let index = Expectation::new("untracked:index", "the source in git's index").wanted("not tracked");
    let history = Expectation::new("untracked:history", "the source in git's history").wanted("never committed");
    let seen = match git {
        Some(InGit::Known(seen)) => seen,
        Some(InGit::Unknown(why)) => return [index.undetermined(why.clone()), history.undetermined(why.clone())],
        None => return [index.undetermined("git was not asked"), history.undetermined("git was not asked")],
    };
    let index = index.got(if seen.index { "tracked" } else { "not tracked" }).met(!seen.index);
    let history = match &seen.history {
        Past::Never => history.got("never committed").met(true),
        Past::Committed { commit } => {
            history.got(format!("committed, last in {commit}: its values are known to all who have the repository")).met(false)
        }
        Past::Elsewhere { commit } => history.got(format!("its contents under another name, in {commit}")).met(false),
        Past::Unknown(why) => history.undetermined(why.clone()),
    };
    [index, history]
}
