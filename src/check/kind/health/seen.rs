//! What a service answered, as evidence.

use serde::{Deserialize, Serialize};

use super::{fresh, reading::Reading, release::Running};
use crate::check::http::BodySeen;

/// What the service answered, each time it was asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seen {
    /// In the order of asking; at least one.
    pub(super) answers: Vec<Said>,
    /// Why a later one did not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lost: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Said {
    pub(super) status: u16,
    /// Where it leads, if it is a redirect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) leads_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    /// What its headers say of caches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) caches: Vec<fresh::Told>,
    pub(super) says: Reading,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) release: Option<Running>,
    pub(super) body: BodySeen,
    /// Until its end, in milliseconds, rounded up.
    #[serde(default)]
    pub(super) total_ms: u64,
}
