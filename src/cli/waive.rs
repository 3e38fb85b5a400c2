//! `gonogo waive`: an approver accepts an exception and signs for it.

use anyhow::anyhow;

use super::{Failure, arguments::WaiveOptions, edge::Edge};
use crate::{
    acts::waive::{SaidWaiver, WaiveRequest, waive as accept},
    model::{Exit, moment},
};

/// Runs the command: 0 when the exception is accepted on record.
pub(super) fn waive(edge: &Edge, options: &WaiveOptions) -> Result<Exit, Failure> {
    let said = match (&options.reason, &options.ticket, &options.owner, &options.expires) {
        (Some(reason), Some(ticket), Some(owner), Some(expires)) => Some(SaidWaiver {
            reason: reason.clone(),
            ticket: ticket.clone(),
            owner: owner.clone(),
            expires: moment(expires, true).map_err(|why| Failure::usage(anyhow!("--expires: {why}")))?,
        }),
        _ => None,
    };
    let request = WaiveRequest { record: edge.of(&options.record)?, id: options.id.clone(), said, key: options.key.key.clone() };
    edge.on_record(async { Ok(accept(&edge.caller(), &edge.with(&options.key), &request).await?) })
}
