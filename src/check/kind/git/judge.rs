//! The demands on what git says.

use super::{Beside, Git, seen::Seen};
use crate::model::{Expectation, counted, first_of, quote};

pub(super) fn judge(check: &Git, seen: &Seen, _: jiff::Timestamp) -> Vec<Expectation> {
    let mut all = Vec::new();
    if check.tagged {
        all.extend(tag(seen));
    }
    all.extend(check.branch.as_ref().map(|branch| on_branch(branch.as_str(), seen)));
    if check.signed_by.is_some() {
        let demand = Expectation::new("signed", format!("Signature of the {}", check.signs())).wanted("a good one by one who may sign");
        all.push(match &seen.signature {
            None => demand.undetermined(format!("there is no {} to look at", check.signs())),
            Some(signature) => match signature.good {
                Some(met) => demand.got(signature.said.clone()).met(met),
                None => demand.undetermined(&signature.said),
            },
        });
    }
    if check.beside != Beside::Anything {
        all.extend(work_tree(seen));
    }
    all
}

/// What no run knows is no commit that could be right.
const NO_COMMIT: &str = "the run knows no commit under sign-off: give `--commit`";

fn tag(seen: &Seen) -> Vec<Expectation> {
    let names = seen.looked_for.iter().map(|name| quote(name)).collect::<Vec<_>>().join(" or ");
    let demand = Expectation::new("tag", format!("Tag at {}", seen.remote)).wanted(names.clone());
    let commit =
        Expectation::new("tag-commit", "The tag's commit").wanted(seen.commit.clone().unwrap_or_else(|| "that under sign-off".into()));
    let tag = match seen.tags.as_slice() {
        [] => return vec![demand.got("none").met(false)],
        [tag] => tag,
        _ => return vec![demand.undetermined(format!("it has both {}: say which by `tag`", names.replace(" or ", " and ")))],
    };
    let demand = match &tag.calls_itself {
        Some(own) if *own != tag.name.trim_start_matches("refs/tags/") => {
            demand.got(format!("one that was made as {}", quote(own))).met(false)
        }
        _ => demand.got(quote(&tag.name)).met(true),
    };
    let commit = match &seen.commit {
        None => commit.undetermined(NO_COMMIT),
        Some(wanted) => commit.got(tag.commit.clone()).met(*wanted == tag.commit),
    };
    vec![demand, commit]
}

fn on_branch(name: &str, seen: &Seen) -> Expectation {
    let demand = Expectation::new("branch", format!("Branch {} at {}", quote(name), seen.remote)).wanted("the commit under sign-off on it");
    match (&seen.branch, &seen.commit) {
        (None, _) => demand.undetermined("was not looked at"),
        (Some(branch), _) if branch.tip.is_none() => demand.got("no such branch").met(false),
        (_, None) => demand.undetermined(NO_COMMIT),
        (Some(branch), Some(_)) => match branch.contains {
            Some(true) => demand.got("it lies on it").met(true),
            Some(false) => demand.got(format!("a branch without it, up to {}", branch.tip.as_deref().unwrap_or_default())).met(false),
            None => {
                demand.undetermined("the clone does not hold the branch and the commit with what is between: fetch both, without `--depth`")
            }
        },
    }
}

fn work_tree(seen: &Seen) -> Vec<Expectation> {
    let head = Expectation::new("checked-out", "What is checked out")
        .wanted(seen.commit.clone().unwrap_or_else(|| "the commit under sign-off".into()));
    let clean = Expectation::new("clean", "Changes in the work tree").wanted("none");
    let Some(tree) = &seen.work_tree else { return vec![head.undetermined("was not looked at"), clean.undetermined("was not looked at")] };
    let head = match (&tree.head, &seen.commit) {
        (_, None) => head.undetermined(NO_COMMIT),
        (None, _) => head.got("no commit").met(false),
        (Some(have), Some(wanted)) => head.got(have.clone()).met(have == wanted),
    };
    let clean = match tree.changes {
        0 if tree.overlooked => {
            clean.undetermined("git is told to overlook changes in some files: `git ls-files -v` shows them in lower case or with `S`")
        }
        0 => clean.got("none").met(true),
        count => {
            let first: Vec<String> = tree.first.iter().map(|path| quote(path)).collect();
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            clean.got(format!("{}: {}", counted(count as u64, "path"), first_of(&first, 3, count, ", "))).met(false)
        }
    };
    vec![head, clean]
}
