//! What is judged: the newest drill.

use serde::{Deserialize, Serialize};

use crate::model::GivenDrill;

/// What the record says.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The newest drill of the environment; absent where none is on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) drill: Option<GivenDrill>,
    /// The other environments that have one.
    pub(super) elsewhere: Vec<String>,
}
