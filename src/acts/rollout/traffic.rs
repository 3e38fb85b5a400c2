//! How much traffic there was: with how much of it the stages of a rollout can show what they demand.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    acts::{
        ActError, Caller, EnvironmentRecord, RecordRequest,
        given::{self, Said},
    },
    ledger::{self, LedgerError},
    model::{Exit, Period, Release},
    plan::{self, Plan, Problem, Purpose},
    rollout::{Misfit, Rollout, State, Step, Trouble, in_phase},
    run::{Sampler, Surroundings},
};

/// Over how much of the past.
const WEEK: Period = Period::days(7);

/// What last week's traffic lets the stages show.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    /// What can be shown.
    pub(crate) told: Vec<String>,
    /// What cannot, with its place in the plan.
    pub(crate) problems: Vec<Problem>,
}

/// Asks the plan's Prometheus how much the measures of requests counted of `version`, or of the one that is live by the record.
pub(crate) async fn traffic(caller: &Caller, request: &RecordRequest, version: Option<&str>) -> Result<Traffic, ActError> {
    let asked = request.plan(caller, Purpose::Run);
    let plan = Arc::new(plan::load(&asked).map_err(ActError::Plan)?);
    let none = || ActError::Usage("the plan has no `rollout`: without one there is no traffic to ask for".into());
    let rollout = plan.rollout.clone().ok_or_else(none)?;
    let counted = rollout.counted();
    if counted.is_empty() {
        let told = vec!["no stage demands a share or a quantile by an absolute limit: nothing depends on how many requests come".into()];
        return Ok(Traffic { told, ..Traffic::default() });
    }
    let version = match version.or(rollout.versions.old()) {
        Some(version) => version.to_owned(),
        None => live(caller, request, (&plan, &rollout)).await?,
    };
    // Whatever the queries say of either version is asked of the one that there was.
    let release = Release { version: Some(version.clone()), ..Release::default() };
    let stage = &rollout.stages[0];
    let phase = in_phase(&stage.name, release.clone());
    let plan = given::fill(plan, asked.clone(), &release, Said { phase: Some(&phase), stage: Some(stage) })?;
    let rollout = plan.rollout.as_ref().ok_or_else(none)?;
    let surroundings = Surroundings::of(&plan, rollout, &caller.env, (caller.clock)());
    let sampler = Sampler::new(rollout, &rollout.stages[0], &surroundings);
    let (mut rates, mut found) = (BTreeMap::new(), Vec::new());
    for measure in counted {
        match sampler.rate(&measure, &version, (WEEK, (caller.clock)())).await {
            Ok(rate) => _ = rates.insert(measure, rate),
            Err(Trouble { state: State::Error, why }) => {
                let why = format!("how many {} came in the last {WEEK} could not be asked: `{measure}`: {why}", rollout.unit);
                return Err(ActError::Closed { exit: Exit::Unchecked, why });
            }
            Err(Trouble { why, .. }) => {
                let at = vec![Step::Key("measures".into()), Step::Key(measure.clone())];
                let message = format!("nobody can tell by `{measure}` how many {} came in the last {WEEK}: {why}", rollout.unit);
                found.push(Misfit { at, message });
            }
        }
    }
    surroundings.reach.close().await;
    let (told, short) = rollout.at_rates(&rates);
    found.extend(short);
    Ok(Traffic { told, problems: plan::rollout_warnings(&asked, &found) })
}

/// The version that is live by the record; any where no query names one.
async fn live(caller: &Caller, request: &RecordRequest, (plan, rollout): (&Plan, &Rollout)) -> Result<String, ActError> {
    if !rollout.measures.values().any(crate::rollout::Measure::is_by_version) {
        return Ok(String::new());
    }
    let of = |record: &EnvironmentRecord| {
        let version =
            ledger::live(&record.history, record.place()).find_map(|one| one.map(|(_, one)| one.release.version.clone()).transpose());
        version.transpose()
    };
    let found = match EnvironmentRecord::open(caller, request, false).await {
        Ok(record) => of(&record)?,
        Err(ActError::Ledger(LedgerError::Missing(_))) => None,
        Err(error) => return Err(error),
    };
    found.ok_or_else(|| {
        let why = format!("which version is live in {} is not on record: name it with `--version`", plan.environment);
        ActError::Closed { exit: Exit::Unchecked, why }
    })
}
