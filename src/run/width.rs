//! How many checks run at once on one target: more while it answers as fast as before, fewer when it is asked too much.

use std::{collections::VecDeque, time::Duration};

/// So many at once to begin with.
const FIRST: usize = 32;

/// Answers that take this much longer than the fastest are no sign of strain: this machine's own work makes them.
const SLACK: Duration = Duration::from_millis(10);

/// One target of a run.
pub(super) struct Width {
    /// So many at once for now, never more than `most`.
    now: usize,
    most: usize,
    running: usize,
    /// Checks that wait for their turn.
    waiting: VecDeque<usize>,
    /// Checks that ended since `now` was last set, and what they took in all.
    ended: usize,
    took: Duration,
    /// The least mean time there was.
    fastest: Option<Duration>,
}

/// What the end of a check tells of its target.
#[derive(Clone, Copy)]
pub(super) struct Ended {
    /// How long it ran.
    pub(super) took: Duration,
    /// The target refused it or said that it is asked too much.
    pub(super) strained: bool,
}

impl Width {
    pub(super) fn new(most: usize) -> Self {
        Self { now: FIRST.min(most), most, running: 0, waiting: VecDeque::new(), ended: 0, took: Duration::ZERO, fastest: None }
    }

    /// Whether a check may start; one that may not waits here.
    pub(super) fn take(&mut self, check: usize) -> bool {
        let free = self.running < self.now;
        if free {
            self.running += 1;
        } else {
            self.waiting.push_back(check);
        }
        free
    }

    /// Gives a place back. The checks returned may be tried again now.
    pub(super) fn release(&mut self, ended: Ended) -> impl Iterator<Item = usize> {
        self.running -= 1;
        self.ended += 1;
        self.took += ended.took;
        if ended.strained {
            self.set((self.now / 2).max(1));
        } else if self.ended >= self.now {
            let mean = self.took / u32::try_from(self.ended).unwrap_or(u32::MAX);
            let fastest = self.fastest.map_or(mean, |fastest| fastest.min(mean));
            self.fastest = Some(fastest);
            self.set(if mean <= fastest * 2 + SLACK { (self.now * 2).min(self.most) } else { self.now });
        }
        let free = self.now.saturating_sub(self.running).min(self.waiting.len());
        self.waiting.drain(..free)
    }

    fn set(&mut self, now: usize) {
        (self.now, self.ended, self.took) = (now, 0, Duration::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(width: &mut Width, count: usize, ms: u64, strained: bool) -> usize {
        for check in 0..count {
            assert!(width.take(check));
            assert_eq!(width.release(Ended { took: Duration::from_millis(ms), strained }).count(), 0);
        }
        width.now
    }

    #[test]
    fn it_doubles_while_answers_stay_fast() {
        let mut width = Width::new(256);
        assert_eq!(end(&mut width, 32, 50, false), 64);
        assert_eq!(end(&mut width, 64, 90, false), 128);
        assert_eq!(end(&mut width, 128, 111, false), 128, "more than twice the fastest");
        assert_eq!(end(&mut width, 128, 60, false), 256);
        assert_eq!(end(&mut width, 256, 50, false), 256, "never more than the most");
        assert_eq!(Width::new(8).now, 8);
    }

    #[test]
    fn it_halves_when_the_target_is_strained_and_never_stops() {
        let mut width = Width::new(256);
        assert_eq!(end(&mut width, 1, 1, true), 16);
        assert_eq!(end(&mut width, 10, 1, true), 1);
        assert_eq!(end(&mut width, 1, 1, false), 2);
    }

    #[test]
    fn those_that_wait_go_on_as_far_as_there_is_room() {
        let mut width = Width::new(2);
        assert_eq!([0, 1, 2, 3].map(|check| width.take(check)), [true, true, false, false]);
        let ended = Ended { took: Duration::ZERO, strained: false };
        assert_eq!(width.release(ended).collect::<Vec<_>>(), [2]);
        assert!(width.take(2));
        assert_eq!(width.release(Ended { strained: true, ..ended }).count(), 0, "one place is left, and it is taken");
        assert_eq!(width.release(ended).collect::<Vec<_>>(), [3]);
    }
}
