//! A file or an address that shows something, as the templates are given it.

use serde::Serialize;

use crate::model::Evidence;

use super::super::inert;

#[derive(Serialize)]
pub(super) struct EvidenceView {
    name: String,
    /// Where it is, if it is an address.
    link: Option<String>,
    digest: Option<String>,
}

impl EvidenceView {
    /// A file with a fingerprint is that file, even if it is called like an address.
    pub(super) fn of(evidence: &Evidence) -> Self {
        let digest = evidence.digest.as_ref().map(ToString::to_string);
        Self { name: evidence.name.clone(), link: if digest.is_none() { inert::link(&evidence.name) } else { None }, digest }
    }
}
