//! Which instances answered.

use serde::{Deserialize, Serialize};

use crate::check::volley::Tally;

/// Which instances answered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    pub(super) answers: Tally,
    pub(super) cookies: bool,
    pub(super) visitor: Option<Tally>,
}
