//! Looks at an environment: once, or again and again until all of it is green.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{ActError, Dialogue};
use crate::{
    model::{Event, Finding, Masker, Outcome, Period, Report, counted},
    plan::Plan,
    run::{self, Settings, Stop},
};

/// From the end of one look to the beginning of the next.
const PAUSE: Duration = Duration::from_secs(5);

/// What looks are made with.
pub(super) struct Looks<'a> {
    pub(super) plan: &'a Arc<Plan>,
    pub(super) settings: &'a Settings,
    pub(super) stop: Stop,
    pub(super) clock: fn() -> Timestamp,
}

impl Looks<'_> {
    /// One whole look.
    pub(super) async fn one(&self, settings: &Settings, observer: &mut impl FnMut(&Event)) -> Result<Report, ActError> {
        // What one look learned of secrets is learned again by the next.
        let masker = Arc::new(Masker::new(self.plan.words.clone()));
        let run = run::verify(self.plan.clone(), settings, masker, self.stop.clone(), observer);
        run.await.map_err(|error| ActError::Usage(error.to_string()))
    }

    /// Whole looks, one after the other, until one of them is all green, `limit` is over, or only people are awaited. The
    /// report is the last look's and says how many there were; nothing of an earlier look is in it.
    pub(super) async fn until_green(
        mut self,
        limit: Period,
        dialogue: &dyn Dialogue,
        observer: &mut impl FnMut(&Event),
    ) -> Result<Report, ActError> {
        let started = Instant::now();
        let mut report = self.one(self.settings, observer).await?;
        for number in 2_u64.. {
            let open: Vec<&Finding> = report.findings.iter().filter(|finding| !is_green(finding)).collect();
            let waits_for_people = open.iter().all(|finding| finding.outcome == Outcome::Pending);
            let over = started.elapsed() + PAUSE >= limit.get();
            if waits_for_people || over || self.stop.borrow().is_some() {
                break;
            }
            let checks = counted(open.len(), "check");
            dialogue.tell(&format!("look {}: {checks} not green yet; looking again in {} s", number - 1, PAUSE.as_secs()));
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = self.stop.changed() => break,
            }
            let mut settings = Settings { at: (self.clock)(), ..self.settings.clone() };
            settings.notes.push(format!("this is look {number} of `--until-green {limit}`: those before were not all green"));
            report = self.one(&settings, observer).await?;
        }
        Ok(report)
    }
}

/// Whether nothing about it would get better by waiting.
fn is_green(finding: &Finding) -> bool {
    matches!(finding.outcome, Outcome::Pass | Outcome::Skipped) || finding.is_waived()
}
