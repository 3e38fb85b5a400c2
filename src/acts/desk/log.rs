//! The deployments of an environment, as the desk shows them.

use jiff::Timestamp;

use super::{Desk, DeskRecord};
use crate::{
    acts::{
        ActError,
        log::{self, Span},
    },
    model::DeploymentRow,
};

/// The deployment log.
pub(crate) struct LogShown {
    /// Oldest first, each with when it began.
    pub(crate) rows: Vec<(DeploymentRow, Option<Timestamp>)>,
    /// What began and did not end, and what is due, a sentence each.
    pub(crate) open: Vec<String>,
    pub(crate) own_roles: bool,
}

impl Desk {
    /// The deployments of an environment; `None` where nothing was ever run there.
    pub(crate) async fn log(&self, place: (&str, &str)) -> Result<Option<LogShown>, ActError> {
        let Some(DeskRecord { record, own_roles, _reading }) = self.record(place.0, place.1).await? else { return Ok(None) };
        let rows = log::with_starts(&record, Span::default()).await?;
        let open = log::unended(&record)?.into_iter().chain(log::windows(&record)?).collect();
        Ok(Some(LogShown { rows, open, own_roles }))
    }
}
