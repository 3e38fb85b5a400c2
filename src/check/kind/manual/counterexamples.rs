//! Answers that must turn the check red.

use jiff::{SignedDuration, Timestamp};

use super::{Manual, seen::Seen};
use crate::model::Reply;

/// A no, and a yes whose time is just over.
pub(super) fn counterexamples(check: &Manual, at: Timestamp) -> Vec<Seen> {
    let given = |reply, at| Seen {
        reply,
        question: check.question.clone(),
        reason: None,
        by: "somebody".into(),
        name: "Somebody".into(),
        at,
        key: "ED25519 SHA256:…".into(),
        evidence: Vec::new(),
        entry: 1,
    };
    let expired = check.valid_for.signed().saturating_add(SignedDuration::from_secs(1));
    let mut all = vec![given(Reply::No, at)];
    // Where no answer can be that old, none can be too old.
    all.extend(at.checked_sub(expired).map(|long_ago| given(Reply::Yes, long_ago)));
    all
}
