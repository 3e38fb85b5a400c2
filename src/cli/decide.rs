//! `gonogo decide`: whether what follows a stage may begin, signed with one's own key.

use super::{
    Failure,
    arguments::DecideOptions,
    edge::{self, Edge},
    rollout::request,
    runtime,
};
use crate::{
    acts::rollout::{DecideRequest, OpenRollout, decide as put},
    model::Exit,
    plan::Purpose,
};

/// Runs the command: 0 when the decision is on record.
pub(super) fn decide(edge: &Edge, options: &DecideOptions) -> Result<Exit, Failure> {
    let (rollout, caller) = (request(edge, &options.rollout)?, edge.caller());
    let wanted = DecideRequest {
        stage: options.stage.clone(),
        choice: options.choice,
        role: options.role.clone(),
        comment: options.comment.clone(),
        key: options.key.key.clone(),
    };
    let (entry, head, notes) = runtime::block_on(async {
        let mut open = OpenRollout::of(&caller, &rollout, Purpose::Look).await?;
        let (entry, notes) = put(&caller, &edge.with(&options.key), &mut open, &wanted).await?;
        Ok((entry, open.record().history.head(), notes))
    })?;
    notes.iter().for_each(|note| edge::complain(note));
    edge::print_lines(&[format!("on record: entry {}, ledger head {head}", entry.seq)])?;
    Ok(Exit::Go)
}
