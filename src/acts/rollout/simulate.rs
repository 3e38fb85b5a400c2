//! What a stage would have come to before: judged on what Prometheus remembers of a version.

use jiff::Timestamp;

use crate::{
    acts::{ActError, Caller, Dialogue, rollout::OpenRollout},
    model::{Digest, Exit, Period, Release, Verdict, utc},
    rollout::{Rehearsal, Sample, Terms, Trouble, rehearse},
    run::{Sampler, Surroundings, Taken},
};

/// So often a service that counts is asked by one rehearsal.
const MOST_ASKED: u64 = 2_000;

/// What is to be rehearsed.
#[derive(Debug, Clone)]
pub(crate) struct SimulateRequest {
    pub(crate) stage: String,
    /// Over how much of the past.
    pub(crate) since: Period,
    /// Of which version; the old one where none is named.
    pub(crate) version: Option<String>,
}

/// Rehearses a stage on the past of one version. What compares two says nothing then.
pub(crate) async fn simulate(
    caller: &Caller,
    dialogue: &dyn Dialogue,
    open: &OpenRollout,
    request: &SimulateRequest,
) -> Result<Rehearsal, ActError> {
    let (_, stage) = open.stage(&request.stage)?;
    let mut stage = stage.clone();
    stage.comparable = false;
    let version =
        request.version.clone().or_else(|| open.rollout.versions.old().map(str::to_owned)).or_else(|| open.release.version.clone());
    let version = version.ok_or_else(|| ActError::Usage("of which version is not known: name it with `--of`".into()))?;
    let phase = open.phase(&stage.name, Release { version: Some(version.clone()), ..Release::default() });
    let plan = open.plan_in(caller, &phase, &stage)?;
    let section = plan.rollout.clone().unwrap_or_else(|| open.rollout.clone());
    let now = (caller.clock)();
    let looks = request.since.get().as_secs() / section.interval.get().as_secs().max(1);
    if looks > MOST_ASKED && section.measures.values().any(|measure| measure.document.is_some()) {
        let most = Period::seconds(section.interval.get().as_secs() * MOST_ASKED);
        let why = format!("`--since {}` would ask for each document {looks} times: at most {MOST_ASKED}, `--since {most}`", request.since);
        return Err(ActError::Usage(why));
    }
    let surroundings = Surroundings::of(&plan, &section, &caller.env, now);
    let sampler = Sampler::new(&section, &stage, &surroundings);
    let begun = now - request.since.signed();
    let (fixed, troubles) = sampler.fix(&version, &version, now).await;
    let unseen = |why: String| ActError::Closed { exit: Exit::Unchecked, why };
    if let Some((measure, trouble)) = troubles.into_iter().next() {
        return Err(unseen(format!("{measure}: {}", trouble.why)));
    }
    let mut samples: Vec<Sample> = Vec::new();
    loop {
        let since = samples.last().map_or(begun, |last| last.until);
        let taken = sampler.catch_up(&fixed, since, now, now).await.map_err(|Trouble { why, .. }| unseen(why))?;
        if taken.is_empty() {
            break;
        }
        samples.extend((samples.len() as u64 + 1..).zip(taken).map(|(number, taken)| sample(number, taken)));
        dialogue.tell(&format!("{} samples, up to {}", samples.len(), samples.last().map_or_else(String::new, |last| utc(last.until))));
    }
    surroundings.reach.close().await;
    Ok(rehearse(&Terms::of(&section, &stage), &fixed, begun, &samples))
}

/// One of the past: whether its checks passed nobody knows, so that is left out of it.
fn sample(number: u64, taken: Taken) -> Sample {
    let at: Timestamp = taken.until;
    Sample { verdict: Some(Verdict::Go), ..taken.sample(number, at, Digest::of(&[])) }
}
