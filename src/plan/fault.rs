//! A problem as it is found: a place and words; [`Problem`](super::Problem) is what people get to see of it.

use super::place::Place;

/// Whether a problem stops a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The plan cannot be run: exit 2.
    Error,
    /// It can; `lint` says it and fails, `verify` notes it.
    Warning,
}

impl Weight {
    /// The word people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) weight: Weight,
    pub(super) place: Place,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Fault {
    pub(super) fn new(place: Place, message: impl Into<String>) -> Self {
        Self { weight: Weight::Error, place, message: message.into(), hint: None }
    }

    pub(super) fn warning(place: Place, message: impl Into<String>) -> Self {
        Self { weight: Weight::Warning, ..Self::new(place, message) }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Hints at the name that may be meant.
    pub(super) fn meant(self, near: Option<&str>) -> Self {
        self.maybe_hint(near.map(|near| format!("did you mean `{near}`?")))
    }

    pub(super) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}
