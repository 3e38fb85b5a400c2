//! `gonogo answer`: a signed answer to a manual item.

use super::{
    Failure,
    arguments::{AnswerOptions, Said},
    edge::Edge,
};
use crate::{
    acts::answer::{AnswerRequest, answer as put},
    model::{Exit, Reply},
};

/// Runs the command: 0 when the answer is on record.
pub(super) fn answer(edge: &Edge, options: &AnswerOptions) -> Result<Exit, Failure> {
    let request = AnswerRequest {
        uploads: Vec::new(),
        record: edge.of(&options.record)?,
        id: options.id.clone(),
        reply: match options.said {
            Said::Yes => Reply::Yes,
            Said::No => Reply::No,
            Said::NotApplicable => Reply::NotApplicable,
        },
        reason: options.reason.clone(),
        evidence: options.evidence.clone(),
        key: options.key.key.clone(),
    };
    edge.on_record(async { Ok(put(&edge.caller(), &edge.with(&options.key), &request).await?) })
}
