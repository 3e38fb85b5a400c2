//! The rollout of an environment, as the desk shows it.

use super::{Desk, DeskRecord};
use crate::{
    acts::{
        ActError,
        rollout::{OpenRollout, status},
    },
    ledger::{Rollouts, newest_look},
    rollout::Account,
};

impl Desk {
    /// Where the rollout stands that began last, or that of the newest release; `None` where its plan has none.
    pub(crate) async fn rollout(&self, place: (&str, &str)) -> Result<Option<Account>, ActError> {
        let Some(DeskRecord { record, _reading, .. }) = self.record(place.0, place.1).await? else { return Ok(None) };
        if record.plan.rollout.is_none() {
            return Ok(None);
        }
        let began = Rollouts::of(&record.history, place)?.stages.last().map(|stage| stage.step.release.clone());
        let looked = newest_look(&record.history, place)?.map(|(_, run)| run.release.clone());
        let Some(release) = began.or(looked) else { return Ok(None) };
        let open = OpenRollout::kept(record, release)?;
        Ok(Some(status(&self.caller(), &open).await?))
    }
}
