//! Waits at the gate for people, and tells those who are asked.

use std::time::Duration;

use super::{GateQuestion, GateRequest, question};
use crate::{
    acts::{ActError, Caller, Dialogue, EnvironmentRecord, notify, page},
    ledger::{Ruling, VerifiedEntry},
    model::{Exit, Period, plain},
};

/// How often the record is read anew.
const PAUSE: Duration = Duration::from_secs(5);

/// The question as it stands when the gate does not hold any more, or so much later; also once nobody is asked any more.
pub(crate) async fn waited(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    request: &GateRequest,
    patience: Period,
) -> Result<(EnvironmentRecord, GateQuestion), ActError> {
    let end = patience.after((caller.clock)());
    let mut told = Vec::new();
    loop {
        let caller = &Caller { now: (caller.clock)(), ..caller.clone() };
        let (record, asked) = question(caller, request).await?;
        let ruling = asked.rule(&record)?;
        let is_over = ruling.exit() != Exit::Hold || has_timed_out(&ruling) || caller.now >= end;
        let why: Vec<String> = ruling.objections.iter().map(|objection| objection.text.clone()).collect();
        // Who is asked anew stands in the sentence.
        if ruling.exit() == Exit::Hold && why != told {
            tell_who_is_asked(caller, dialogue, &record, &ruling).await?;
        }
        if is_over {
            drop(ruling);
            return Ok((record, asked));
        }
        if why != told {
            why.iter().for_each(|text| dialogue.tell(&plain(&format!("waits: {text}"))));
            told = why;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether nothing but signatures is missing, and of one of them nobody is asked any more.
fn has_timed_out(ruling: &Ruling<'_>) -> bool {
    let mut requests = ruling.missing.iter().filter_map(|missing| missing.request.as_ref());
    ruling.waiting && requests.any(|request| request.timed_out.is_some())
}

async fn tell_who_is_asked(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    record: &EnvironmentRecord,
    ruling: &Ruling<'_>,
) -> Result<(), ActError> {
    let Some(of) = &ruling.run else { return Ok(()) };
    let Some((entry, run)) = record.entry(of.seq)?.and_then(VerifiedEntry::run) else { return Ok(()) };
    let asking = page::Asking { as_of: Some(record.now), ..page::Asking::default() };
    let beside = page::beside(record, entry, run, asking).await?.record;
    notify::ask(caller, dialogue, record, &of.report, Some(&beside)).await;
    Ok(())
}
