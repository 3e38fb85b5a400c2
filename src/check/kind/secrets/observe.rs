//! Reads the values and judges them at once: what is kept of them is no value.

use super::{
    Secrets, hiding, inspect, kinship,
    seen::{InGit, Seen},
};
use crate::{
    check::{
        Context, Unseen,
        environment::{self, Held, Source},
    },
    net::git,
};

/// What the source holds, here and in the other environment, and what git knows of it.
pub(super) async fn observe(check: &Secrets, cx: &Context) -> Result<Seen, Unseen> {
    let held = if check.judges_values() { read_hidden(check, &check.source, cx).await? } else { Vec::new() };
    let elsewhere = match &check.differs_from {
        Some(other) => {
            let there = read_hidden(check, other, cx).await?;
            Some(kinship::elsewhere(other.to_string(), &held, &there, check))
        }
        None => None,
    };
    let git = in_git(check, cx).await;
    Ok(Seen { elsewhere, git, ..inspect::inspect(&held, check) })
}

/// Reads a source and hides what it holds before anything is done with it.
async fn read_hidden(check: &Secrets, source: &Source, cx: &Context) -> Result<Vec<Held>, Unseen> {
    let held = environment::read(source, &|key| check.asks_for(key), cx).await?;
    for entry in inspect::chosen(&held, check) {
        hiding::worth_hiding(entry).iter().for_each(|text| cx.hide(&entry.key, text));
    }
    Ok(held)
}

async fn in_git(check: &Secrets, cx: &Context) -> Option<InGit> {
    let path = check.source.path().filter(|_| check.untracked)?;
    Some(match git::tracking(&cx.path(path), &cx.shared.env, cx.until()).await {
        Ok(tracking) => InGit::Known(tracking),
        Err(error) => InGit::Unknown(error.to_string()),
    })
}
