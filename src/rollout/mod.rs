//! Rollouts: what a release must show in a stage to earn the next one, and whether it did.
//!
//! What flows in: the plan's [`Rollout`] and the [`Sample`]s of a stage. What flows out: a [`Standing`] with its reasons. Nothing
//! here asks anybody or reads a clock: the same samples always come to the same.

mod account;
mod amount;
mod cover;
mod demand;
mod evidence;
mod fixed;
mod judge;
mod judgement;
mod measure;
mod misfit;
mod naming;
mod origin;
mod prospects;
mod query;
pub mod reference;
mod sample;
mod section;
mod several;
mod stage;
pub mod statistics;
mod terms;
mod trigger;
mod way_back;

pub use account::{Account, DecisionAccount, Progress, Recovering, Shown, StageAccount, WentBack};
pub use amount::{Amount, Limit, Unit};
pub use cover::{Cover, Gap};
pub use demand::Demand;
pub use evidence::{Course, Form, Point, StageEvidence};
pub use fixed::{Fixed, same_end};
pub use judge::{Firings, Rehearsal, Soak, courses, judge, rehearse};
pub use judgement::{JudgedDemand, JudgedTrigger, Judgement, Standing};
pub use measure::{Measure, Shape};
pub use misfit::{Misfit, Step};
pub use naming::{CLEANUP, READY, ROLLBACK, in_phase};
pub use origin::{About, FROM, Origin, TO};
pub use query::{Query, VERSION};
pub use sample::{Pair, Sample, State, Trouble, Watcher, key};
pub use section::{Baseline, Rollout, Server, Success, Versions, ZeroDowntime};
pub use several::Several;
pub use stage::{Decide, Stage, Whose};
pub use terms::Terms;
pub use trigger::{Level, Trigger};
pub use way_back::{Drill, Recovery, WayBack};
