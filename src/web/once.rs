//! What is good once, as long as it is good at all.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;

/// More than so many at once come from nobody who signs in.
const MOST: usize = 50_000;

/// What was used.
#[derive(Default)]
pub(super) struct Once(Mutex<HashMap<String, Timestamp>>);

impl Once {
    /// Whether this is its first use; it is remembered until it has run out.
    pub(super) fn first(&self, text: &str, until: Timestamp, now: Timestamp) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MOST {
            used.retain(|_, until| now < *until);
        }
        used.len() < MOST && used.insert(text.to_owned(), until).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_first_twice_and_memory_is_bounded() {
        let (once, now) = (Once::default(), Timestamp::UNIX_EPOCH);
        let until = crate::model::Period::seconds(60).after(now);
        assert!(once.first("a", until, now) && !once.first("a", until, now));
        for at in 0..MOST {
            once.first(&at.to_string(), until, now);
        }
        assert!(!once.first("more", until, now), "full");
        assert!(once.first("more", until, until), "what has run out makes room");
    }
}
