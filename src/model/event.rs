//! What happens during a run, as it happens. The report is a fold of the events.

use jiff::Timestamp;

use super::Finding;

/// One thing that happened during a run. Texts in it are masked already.
#[derive(Debug, Clone)]
pub enum Event {
    /// The run begins; `selected` checks will be tried out of `total`.
    Started {
        /// When.
        at: Timestamp,
        /// Checks in the plan.
        total: usize,
        /// Checks that will be tried.
        selected: usize,
    },
    /// A check holds its slot and begins its first attempt.
    Began {
        /// Its place in the plan.
        index: usize,
        /// Its id.
        id: String,
    },
    /// An attempt could not reach its target; another one follows.
    Retrying {
        /// Its id.
        id: String,
    },
    /// A check is done.
    Finished {
        /// Its place in the plan.
        index: usize,
        /// What it came to. Another check may still find a secret that stands in its texts: none is to be shown before
        /// the run is over.
        finding: Box<Finding>,
    },
    /// The run is being ended early; what is not finished will be unknown.
    Interrupted {
        /// Why: a signal, or the run's deadline.
        why: String,
    },
    /// The run is over.
    Ended {
        /// When.
        at: Timestamp,
    },
}
