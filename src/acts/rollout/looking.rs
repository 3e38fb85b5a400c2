//! Looks at the checks of a phase of a rollout.

use std::sync::Arc;

use crate::{
    acts::{
        ActError, Caller,
        looks::Looks,
        release::Identified,
        rollout::OpenRollout,
        verify::{self, VerifyRequest},
    },
    model::{Finding, InRollout, Outcome, Report, Verdict, is_named},
    plan::Plan,
    rollout::Stage,
    run::{Settings, Stop},
};

/// The checks of a phase, ready to be looked at again and again.
pub(super) struct Looking {
    pub(super) plan: Arc<Plan>,
    settings: Settings,
    /// Checks without which nothing is shown, by name.
    named: Vec<String>,
    /// Those that must pass, whatever their severity.
    must_pass: Vec<String>,
    /// Whether they are a proof: a waiver accepts that a check fails, and proves nothing.
    proves: bool,
}

impl Looking {
    /// Those of a stage: all that name it, and all that it names.
    pub(super) fn at_stage(caller: &Caller, open: &OpenRollout, phase: &InRollout, stage: &Stage) -> Result<Self, ActError> {
        let named = open.rollout.checks(stage).map(str::to_owned).collect();
        Ok(Self { must_pass: stage.checks.clone(), proves: false, ..Self::new(caller, open, (phase, stage), (named, Vec::new()))? })
    }

    /// These and no others, in a phase that is about a stage.
    pub(super) fn only(caller: &Caller, open: &OpenRollout, about: (&InRollout, &Stage), named: Vec<String>) -> Result<Self, ActError> {
        Self::new(caller, open, about, (named.clone(), named))
    }

    fn new(
        caller: &Caller,
        open: &OpenRollout,
        (phase, stage): (&InRollout, &Stage),
        (named, only): (Vec<String>, Vec<String>),
    ) -> Result<Self, ActError> {
        let plan = open.plan_in(caller, phase, stage)?;
        let request = VerifyRequest::in_phase(&phase.name, open.request.record.clone(), only);
        let identified = Identified { release: open.release.clone(), notes: Vec::new() };
        let settings = verify::settings(caller, &request, &plan, (&open.open, &open.record().policy), identified)?;
        Ok(Self { plan, settings: Settings { stage: Some(phase.clone()), ..settings }, must_pass: named.clone(), named, proves: true })
    }

    /// Takes in what people have said since: answers, accepted exceptions, and what was practised.
    pub(super) fn take_in(&mut self, open: &OpenRollout) -> Result<(), ActError> {
        self.settings.answers = Arc::new(open.open.answers()?);
        self.settings.waivers = open.open.waivers(&self.plan)?;
        self.settings.drills = open.open.drills()?.map(Arc::new);
        Ok(())
    }

    /// One look.
    pub(super) async fn look(&self, caller: &Caller, stop: Stop) -> Result<Report, ActError> {
        let settings = Settings { at: (caller.clock)(), ..self.settings.clone() };
        let looks = Looks { plan: &self.plan, settings: &settings, stop, clock: caller.clock };
        looks.one(&settings, &mut |_| {}).await
    }

    /// What a look came to: a check that was named and not looked at is none that passed, one that must pass is no mere warning, and
    /// where none is asked there is nothing against it.
    pub(super) fn verdict(&self, report: &Report) -> Verdict {
        let tried: Vec<&Finding> = report.findings.iter().filter(|finding| finding.outcome != Outcome::Skipped).collect();
        let missing = self.named.iter().any(|name| !tried.iter().any(|finding| is_named(&finding.id, name)));
        let silent = !tried.iter().any(|finding| finding.severity.blocks(report.strict));
        let demanded = || tried.iter().filter(|finding| self.must_pass.iter().any(|name| is_named(&finding.id, name)));
        let failed = demanded().any(|finding| match finding.outcome {
            Outcome::Pass | Outcome::Pending => false,
            _ => self.proves || !finding.is_waived(),
        });
        let waits = demanded().any(|finding| finding.outcome == Outcome::Pending);
        match if silent { Verdict::Go } else { report.verdict } {
            _ if missing || failed => Verdict::NoGo,
            Verdict::Go if waits => Verdict::Hold,
            verdict => verdict,
        }
    }
}

/// What keeps a look from being green, a sentence each.
pub(super) fn faults(report: &Report) -> Vec<String> {
    let bad = |finding: &&Finding| !matches!(finding.outcome, Outcome::Pass | Outcome::Skipped) && !finding.is_waived();
    report.findings.iter().filter(bad).map(|finding| format!("`{}` {}: {}", finding.id, finding.outcome, finding.reason)).collect()
}
