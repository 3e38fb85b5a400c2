//! Whether there is an answer to this question that may be judged.

use super::{Manual, seen::Seen};
use crate::{
    check::{Context, Unseen},
    model::{Reply, plain},
};

/// The answer, or whom the check waits for and what became of the answer there is.
pub(super) async fn observe(check: &Manual, cx: &Context) -> Result<Seen, Unseen> {
    let waiting = |why: &str| Err(Unseen::Waiting(awaited(check, &cx.id, why)));
    let Some(answer) = cx.answer() else { return waiting("") };
    let (name, day) = (plain(&answer.name), super::judge::day(answer.at));
    if !answer.answers(&check.question) {
        return waiting(&format!("{name} answered on {day}, but what is asked has changed since"));
    }
    if let Some(by) = &check.by
        && !by.iter().any(|wanted| cx.is_meant(&answer.by, wanted))
    {
        return waiting(&format!("{name}, who answered on {day}, is not among them"));
    }
    let until = answer.until(check.valid_for);
    if until <= cx.shared.at && answer.reply != Reply::No {
        return waiting(&format!("the answer that {name} gave on {day} expired at {until}"));
    }
    Ok(answer.clone())
}

/// What is waited for, with the command that brings it.
fn awaited(check: &Manual, id: &str, why: &str) -> String {
    let article = if why.is_empty() { "an" } else { "a new" };
    let by = check.by.as_ref().map(|by| format!(" of {by}")).unwrap_or_default();
    let evidence = check.evidence.as_ref().map(|evidence| format!(", with evidence ({})", evidence.trim())).unwrap_or_default();
    let why = if why.is_empty() { String::new() } else { format!("; {why}") };
    format!("{article} answer{by}: `gonogo answer {id}`{evidence}{why}")
}
