//! What a rollout was to have shown, beside what it has shown.

use crate::{
    acts::{ActError, rollout::OpenRollout},
    ledger::Rollouts,
    model::{Finding, Outcome, Report, is_named},
    rollout::{Account, JudgedDemand, Progress, Shown, StageAccount, Success},
};

/// What the rollout was to have shown, beside what it has shown.
pub(super) async fn success(open: &OpenRollout, account: &Account, rollouts: &Rollouts<'_>) -> Result<Vec<Shown>, ActError> {
    let mut shown = Vec::with_capacity(open.rollout.success.len());
    for wanted in &open.rollout.success {
        let text = wanted.text.clone();
        shown.push(match (&wanted.measure, &wanted.check) {
            (Some(measure), _) => measured(account, wanted, measure),
            (None, Some(check)) => {
                let found = newest_outcome(open, rollouts, check).await?;
                let met = found.and_then(|outcome| match outcome {
                    Outcome::Pass => Some(true),
                    Outcome::Fail => Some(false),
                    _ => None,
                });
                let measured = found.map_or_else(|| "was not looked at in a stage".to_owned(), |outcome| outcome.to_string());
                Shown { text, wanted: format!("`{check}` passes"), measured, met }
            }
            (None, None) => {
                let met = match account.state {
                    Progress::Finished => Some(true),
                    Progress::RolledBack | Progress::RollbackFailed => Some(false),
                    Progress::Waiting | Progress::UnderWay => None,
                };
                Shown { text, wanted: "every stage was decided, and nothing went back".into(), measured: account.said.clone(), met }
            }
        });
    }
    Ok(shown)
}

/// A measure in one stage, or in all: the worst of them.
fn measured(account: &Account, wanted: &Success, measure: &str) -> Shown {
    let meant = |stage: &&StageAccount| wanted.stage.as_ref().is_none_or(|name| *name == stage.name);
    let (mut demands, mut missing): (Vec<(&str, &JudgedDemand)>, Vec<&str>) = Default::default();
    for stage in account.stages.iter().filter(meant) {
        let found: Vec<_> =
            stage.evidence.iter().flat_map(|shown| &shown.judgement.demands).filter(|demand| demand.measure == measure).collect();
        if found.is_empty() {
            missing.push(&stage.name);
        }
        demands.extend(found.into_iter().map(|demand| (stage.name.as_str(), demand)));
    }
    let every = missing.is_empty() && !demands.is_empty() && demands.iter().all(|(_, demand)| demand.met == Some(true));
    let missed = demands.iter().any(|(_, demand)| demand.met == Some(false));
    let met = if missed { Some(false) } else { every.then_some(true) };
    let said: Vec<String> = demands
        .iter()
        .map(|(stage, demand)| format!("{stage}: {}", demand.got))
        .chain(missing.iter().map(|stage| format!("{stage}: was not measured")))
        .collect();
    let mut limits: Vec<&str> = demands.iter().map(|(_, demand)| demand.wanted.as_str()).collect();
    limits.dedup();
    Shown { text: wanted.text.clone(), wanted: format!("{measure} {}", limits.join(", ")), measured: said.join("; "), met }
}

/// What a check came to when it was looked at last in a stage.
async fn newest_outcome(open: &OpenRollout, rollouts: &Rollouts<'_>, check: &str) -> Result<Option<Outcome>, ActError> {
    let asked = open.asked();
    for on_record in rollouts.stages.iter().rev().filter(|stage| asked.covered(&stage.step.release).is_ok()) {
        let Some(report) = on_record.newest_evidence().and_then(|(_, kept)| kept.report.as_ref()) else { continue };
        let Some(bytes) = open.record().store.blob(report).await? else { continue };
        let Ok(report) = serde_json::from_slice::<Report>(&bytes) else { continue };
        let theirs = |finding: &&Finding| is_named(&finding.id, check) && finding.outcome != Outcome::Skipped;
        // Of a list's members the worst counts.
        if let Some(worst) = report
            .findings
            .iter()
            .filter(theirs)
            .map(|finding| finding.outcome)
            .min_by_key(|outcome| Outcome::ALL.iter().position(|known| known == outcome))
        {
            return Ok(Some(worst));
        }
    }
    Ok(None)
}
