//! How a check is tried in two reports: for how long, how often, and from where. More time and more attempts forgive more.

use std::cmp::Ordering;

use super::{Change, Effect};
use crate::model::{Finding, Retries};

/// What changed; nothing where a report is of a version that did not say it.
pub(super) fn changes(before: &Finding, after: &Finding) -> Vec<Change> {
    let (Some(old), Some(new)) = (before.timeout_ms, after.timeout_ms) else { return Vec::new() };
    let mut all = Vec::new();
    if let Some(effect) = forgiving(old.cmp(&new)) {
        all.push(Change::new("timeout", Some(time(old)), Some(time(new)), effect));
    }
    if let (Some(old), Some(new)) = (before.retry, after.retry)
        && old != new
    {
        let effect = forgiving(old.attempts.cmp(&new.attempts)).unwrap_or(Effect::Changed);
        all.push(Change::new("retry", Some(tries(old)), Some(tries(new)), effect));
    }
    if before.from != after.from {
        all.push(Change::new("from", before.from.clone(), after.from.clone(), Effect::Changed));
    }
    all
}

fn forgiving(order: Ordering) -> Option<Effect> {
    match order {
        Ordering::Less => Some(Effect::Loosened),
        Ordering::Greater => Some(Effect::Tightened),
        Ordering::Equal => None,
    }
}

fn time(milliseconds: u64) -> String {
    if milliseconds.is_multiple_of(1_000) { format!("{} s", milliseconds / 1_000) } else { format!("{milliseconds} ms") }
}

fn tries(retries: Retries) -> String {
    match retries.attempts {
        1 => "one attempt".into(),
        attempts => format!("{attempts} attempts, {} apart", time(retries.delay_ms)),
    }
}
