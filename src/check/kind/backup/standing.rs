//! Whether each backup counts, as of an instant.

use jiff::Timestamp;

use super::seen::{Copy, Seen};
use crate::model::{CLOCK_TOLERANCE, Period};

/// Whether a backup counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// Finished then.
    Usable(Timestamp),
    /// Why it cannot be used.
    Flawed(String),
    /// Why it is not known whether it can be used.
    Unseen(String),
    Unfinished,
}

impl Standing {
    pub(super) fn of(copy: &Copy, at: Timestamp) -> Self {
        if copy.unfinished {
            return Self::Unfinished;
        }
        if let Some(flaw) = &copy.flaw {
            return Self::Flawed(flaw.clone());
        }
        match copy.at {
            Some(time) if time.duration_since(at) > CLOCK_TOLERANCE.signed() => Self::Flawed(format!("is dated in the future: {time}")),
            Some(time) => copy.unseen.clone().map_or(Self::Usable(time), Self::Unseen),
            None => Self::Unseen(copy.unseen.clone().unwrap_or_else(|| "does not say when it was finished".into())),
        }
    }
}

/// All backups of an observation, newest first.
pub(super) struct Copies<'a> {
    pub(super) all: Vec<(&'a Copy, Standing)>,
    left_out: u64,
    at: Timestamp,
}

impl<'a> Copies<'a> {
    pub(super) fn of(seen: &'a Seen, at: Timestamp) -> Self {
        let backups = seen.backups.as_deref().unwrap_or_default();
        Self { all: backups.iter().map(|copy| (copy, Standing::of(copy, at))).collect(), left_out: seen.left_out, at }
    }

    /// The usable ones, newest first, by the time each was finished.
    pub(super) fn usable(&self) -> Vec<(&'a Copy, Timestamp)> {
        let mut usable: Vec<_> = self
            .all
            .iter()
            .filter_map(|(copy, standing)| match standing {
                Standing::Usable(time) => Some((*copy, *time)),
                Standing::Flawed(_) | Standing::Unseen(_) | Standing::Unfinished => None,
            })
            .collect();
        usable.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
        usable
    }

    /// The same, but only those that hold everything and say how large they are.
    pub(super) fn measured(&self) -> Vec<(&'a Copy, u64)> {
        let usable = self.usable().into_iter();
        usable.filter(|(copy, _)| !copy.partial).filter_map(|(copy, _)| copy.size.map(|size| (copy, size))).collect()
    }

    /// The newest that is not still being made.
    pub(super) fn newest(&self) -> Option<(&'a Copy, &Standing)> {
        self.all.iter().find(|(_, standing)| *standing != Standing::Unfinished).map(|(copy, standing)| (*copy, standing))
    }

    /// How many usable ones have the content of a newer one.
    pub(super) fn twins(&self) -> usize {
        self.usable().iter().filter(|(copy, _)| copy.same_as.is_some()).count()
    }

    /// How many are usable, of the same content one, and how many more may be.
    pub(super) fn counts(&self) -> (u64, u64) {
        let unseen = self.all.iter().filter(|(_, standing)| matches!(standing, Standing::Unseen(_))).count();
        ((self.usable().len() - self.twins()) as u64 + self.left_out, unseen as u64)
    }

    /// Why one that would be young enough does not count, if there is such a one.
    pub(super) fn unseen_within(&self, longest: Period, full: bool) -> Option<String> {
        self.all.iter().find_map(|(copy, standing)| match standing {
            Standing::Unseen(why) if !(full && copy.partial) && copy.at.is_none_or(|time| Period::between(time, self.at) <= longest) => {
                Some(format!("{} {why}", copy.name))
            }
            _ => None,
        })
    }
}
