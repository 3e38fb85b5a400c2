//! The deployment log, and the ledger under it.

mod checkpoint;
mod repair;
mod verify;

use jiff::{SignedDuration, Timestamp};

use super::{ActError, EnvironmentRecord, deployments};
use crate::{
    ledger::{self, VerifiedEntry},
    model::{Act, Deployment, DeploymentRow, moment},
};

pub(crate) use checkpoint::checkpoint;
pub(crate) use repair::{RepairRequest, faults, repair};
pub(super) use verify::never_believed;
pub(crate) use verify::{Looked, verify};

/// Which stretch of time is listed; ends included.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
}

impl Span {
    /// From this day or instant on, up to this one; of a day in UTC its beginning, and its end.
    pub(crate) fn of(since: Option<&str>, until: Option<&str>) -> Result<Self, ActError> {
        let usage = ActError::Usage;
        let since = since.map(|text| moment(text, false)).transpose().map_err(usage)?;
        let until = until.map(|text| moment(text, true).and_then(|end| Ok((end, moment(text, false)?)))).transpose().map_err(usage)?;
        // The next day begins where this one has ended.
        let until = until.map(|(end, start)| if end == start { end } else { end - SignedDuration::from_nanos(1) });
        match since.zip(until) {
            Some((since, until)) if until < since => Err(usage(format!(
                "the period is the wrong way round: it begins at {since} and ends at {until}: write the earlier one after `--from`"
            ))),
            _ => Ok(Self { since, until }),
        }
    }

    /// Whether it has this moment.
    pub(crate) fn has(self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at <= until)
    }
}

/// The deployments of the record's environment in that time, newest first.
pub(crate) async fn deployments(record: &EnvironmentRecord, span: Span) -> Result<Vec<DeploymentRow>, ActError> {
    deployments::rows(record, None, |deployment: &Deployment| span.has(deployment.finished)).await
}

/// What began and did not end, a sentence each.
pub(crate) fn unended(record: &EnvironmentRecord) -> Result<Vec<String>, ActError> {
    let open = ledger::unended(&record.history, record.place())?;
    Ok(open.into_iter().map(|(entry, begun)| ledger::begun_sentence(entry, begun)).collect())
}

/// How the windows after the deployment that is live stand, a sentence each.
pub(crate) fn windows(record: &EnvironmentRecord) -> Result<Vec<String>, ActError> {
    Ok(record.windows()?.iter().map(|window| window.sentence(record.now)).collect())
}

/// Every entry of the record's environment in that time, oldest first.
pub(crate) fn trail(record: &EnvironmentRecord, span: Span) -> Result<Vec<&VerifiedEntry>, ActError> {
    let (project, environment) = record.place();
    let entries = record.history.entries()?.into_iter();
    Ok(entries.filter(|entry| entry.is_of(project, environment) && span.has(entry.entry.recorded)).collect())
}

/// The deployments of the record's environment in that time, oldest first, each with when it began.
pub(crate) async fn with_starts(record: &EnvironmentRecord, span: Span) -> Result<Vec<(DeploymentRow, Option<Timestamp>)>, ActError> {
    let rows = deployments(record, span).await?.into_iter().rev();
    rows.map(|row| Ok((started(record, row.entry)?, row))).map(|both| both.map(|(started, row)| (row, started))).collect()
}

/// When the deployment of this entry began.
fn started(record: &EnvironmentRecord, entry: u64) -> Result<Option<Timestamp>, ActError> {
    Ok(match record.entry(entry)?.map(|entry| &entry.statement.act) {
        Some(Act::Deployment(deployment)) => deployment.started,
        _ => None,
    })
}
