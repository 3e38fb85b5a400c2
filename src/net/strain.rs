//! Which targets said that they are asked too much.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

/// Targets that answered 429 (RFC 6585, 4) or 503 (RFC 9110, 15.6.4) since somebody last asked.
#[derive(Default)]
pub struct Strain(Mutex<HashSet<String>>);

impl Strain {
    /// `target` is asked too much.
    pub fn note(&self, target: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(target);
    }

    /// Whether `target` said so; it is told once.
    pub fn take(&self, target: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(target)
    }
}
