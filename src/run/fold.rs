//! Folds the events of a run into its report.

use std::collections::BTreeMap;

use crate::{
    model::{Ambient, Counts, Event, Exit, Finding, Masker, Partial, PlanIdentity, Report, SCHEMA, Shard, Verdict},
    plan::Plan,
};

use super::{Selection, Settings, finding, schedule::Schedule, select};

pub(super) struct Fold {
    report: Report,
    findings: Vec<Option<Finding>>,
    known: usize,
}

impl Fold {
    pub(super) fn new(plan: &Plan, settings: &Settings, selection: &Selection, known: usize) -> Self {
        let mut vantage = settings.vantage.clone();
        vantage.name.clone_from(&settings.from);
        let shard = settings.shard.clone();
        let from = settings.from.iter().cloned().chain(shard.iter().map(Shard::to_string)).reduce(|from, shard| format!("{from}, {shard}"));
        let partial = || Partial { only: settings.only.clone(), skip: settings.skip.clone(), from, shard };
        let report = Report {
            schema: SCHEMA.into(),
            project: plan.project.clone(),
            environment: plan.environment.clone(),
            phase: settings.phase,
            window: settings.window(),
            stage: settings.stage.as_ref().map(|stage| stage.name.clone()),
            rollout: None,
            release: settings.release.clone(),
            at: settings.at,
            rehearsal: settings.rehearsal,
            advisory: settings.advisory,
            strict: settings.strict,
            allow_hold: settings.allow_hold,
            interrupted: false,
            partial: selection.partial.then(partial),
            started: settings.at,
            finished: settings.at,
            tool: settings.tool.clone(),
            plan: PlanIdentity { digest: plan.digest.clone(), files: plan.files.clone() },
            vantage,
            merged: Vec::new(),
            resolve: plan.pins.iter().map(|(host, pin)| (host.to_owned(), pin.to_string())).collect::<BTreeMap<_, _>>(),
            ambient: None,
            runbook: plan.runbook.clone(),
            verdict: Verdict::NoGo,
            exit: Exit::Unchecked.code(),
            counts: Counts::default(),
            notes: settings.notes.iter().cloned().chain(notes(plan, selection)).collect(),
            findings: Vec::new(),
        };
        Self { report, findings: vec![None; plan.items.len()], known }
    }

    pub(super) fn add(&mut self, event: Event) {
        match event {
            Event::Started { at, .. } => self.report.started = at,
            Event::Began { .. } | Event::Retrying { .. } => {}
            Event::Finished { index, finding } => self.findings[index] = Some(*finding),
            Event::Interrupted { why } => {
                self.report.interrupted = true;
                self.report.notes.push(format!("the run was ended early: {why}"));
            }
            Event::Ended { at } => self.report.finished = at,
        }
    }

    /// Without the secrets the run has learned of since each row was made.
    pub(super) fn masked(mut self, schedule: &Schedule, masker: &Masker) -> Self {
        if masker.has_learned_since(self.known) {
            let masked = |(index, finding): (usize, Option<Finding>)| Some(finding::masked(finding?, schedule.targets(index), masker));
            self.findings = self.findings.into_iter().enumerate().map(masked).collect();
        }
        self
    }

    /// Says what of the machine decided what was seen.
    pub(super) fn looked_through(&mut self, mut ambient: Ambient, masker: &Masker) {
        let roots = ambient.ca_files.iter_mut().chain([&mut ambient.roots]).map(|roots| &mut roots.from);
        roots.chain(ambient.proxies.values_mut()).for_each(|text| masker.mask_text(text));
        self.report.ambient = Some(ambient);
    }

    /// Adds to the notes what `say` makes of the findings.
    pub(super) fn note(&mut self, say: impl FnOnce(&[Option<Finding>]) -> Vec<String>) {
        self.report.notes.extend(say(&self.findings));
    }

    /// The report, concluded. Every check has a finding by then.
    #[expect(clippy::filter_map_identity, reason = "it collects in place; `flatten` makes a second list of all findings")]
    pub(super) fn report(self) -> Report {
        Report { findings: self.findings.into_iter().filter_map(|finding| finding).collect(), ..self.report }.concluded()
    }
}

fn notes(plan: &Plan, selection: &Selection) -> Vec<String> {
    let mut notes: Vec<String> =
        plan.warnings.iter().map(|problem| format!("{}:{}: {}", problem.file, problem.line, problem.message)).collect();
    if select::relies_on_nothing(plan, selection) {
        notes.push("no blocker is among the selected checks, so this run cannot be a go".into());
    }
    notes
}
