//! Makes a check's row of the report, masked: the one place where what targets said meets the secrets of the run.

use super::attempt::Attempted;
use crate::{
    check::{Judged, Unseen},
    model::{Finding, Json, Masker, Outcome, Retries, Severity},
    plan::Item,
};

/// What is known of a check when its row is made.
pub(super) struct Row<'a> {
    pub(super) item: &'a Item,
    pub(super) vantage: Option<&'a str>,
}

impl Row<'_> {
    pub(super) fn untried(&self, outcome: Outcome, reason: String) -> Finding {
        let item = self.item;
        Finding {
            id: item.id.clone(),
            title: item.title.clone(),
            section: item.section.clone(),
            kind: item.kind.name.into(),
            guard: item.guard,
            severity: if item.guard { Severity::Blocker } else { item.severity },
            owner: item.owner.clone(),
            tags: item.tags.clone(),
            outcome,
            reason,
            elsewhere: false,
            expectations: Vec::new(),
            observation: Json::default(),
            settings: item.settings.clone(),
            target: None,
            vantage: self.vantage.map(str::to_owned),
            from: item.from.clone(),
            timeout_ms: Some(item.timeout.as_millis()),
            retry: Some(Retries { attempts: item.retry.attempts, delay_ms: item.retry.delay.as_millis() }),
            attempts: 0,
            flaky: false,
            needs: item.needs.clone(),
            because: None,
            duration_ms: 0,
            location: item.location.clone(),
            why: item.why.clone(),
            fix: item.fix.clone(),
            runbook: item.runbook.clone(),
            waiver: None,
        }
    }

    /// With what the pack says of the program that was to look.
    fn helped(&self, why: String) -> String {
        match &self.item.needs_command {
            Some(help) => format!("{why}. {help}"),
            None => why,
        }
    }

    pub(super) fn tried(&self, attempted: Attempted) -> Finding {
        let Attempted { result, attempts, took, .. } = attempted;
        let row = match result {
            Ok(Judged { observation, expectations }) => {
                let outcome = Outcome::of(&expectations);
                let reason = Finding::reason_of(outcome, &expectations);
                Finding { observation, expectations, ..self.untried(outcome, reason) }
            }
            Err(Unseen::Waiting(whom)) => self.untried(Outcome::Pending, format!("waits for {whom}")),
            Err(Unseen::Unknown(why) | Unseen::Unreachable(why)) => self.untried(Outcome::Unknown, self.helped(why)),
        };
        let flaky = row.outcome == Outcome::Pass && attempts > 1;
        Finding { attempts, flaky, duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX), ..row }
    }
}

/// Takes the run's secrets out of everything in the row that is not the plan's own text; it looked at `targets`.
pub(super) fn masked(mut finding: Finding, targets: &[String], masker: &Masker) -> Finding {
    let targets: Vec<String> = targets.iter().map(|target| masker.mask_target(target)).collect();
    finding.target = (!targets.is_empty()).then(|| targets.join(", "));
    let mask = |text: &mut String| masker.mask_text(text);
    mask(&mut finding.reason);
    masker.mask_json(&mut finding.observation);
    masker.mask_json(&mut finding.settings);
    for expectation in &mut finding.expectations {
        mask(&mut expectation.what);
        mask(&mut expectation.wanted);
        mask(&mut expectation.got);
        expectation.why.iter_mut().for_each(mask);
    }
    finding
}
