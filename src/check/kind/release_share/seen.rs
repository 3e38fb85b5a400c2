//! Which versions answered.

use serde::{Deserialize, Serialize};

use crate::check::volley::Tally;

/// Which versions answered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    pub(super) release: Option<String>,
    pub(super) answers: Tally,
}
