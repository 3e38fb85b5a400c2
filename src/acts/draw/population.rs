//! What a sample is drawn from, and what is to be said of it.

use std::collections::BTreeSet;

use crate::{
    acts::ActError,
    ledger::{AskedRelease, Draw, Emergencies, History, LedgerError, Member, Store, Went},
    model::{Release, Report, one_line, utc},
    render::log::status as shown,
};

/// The deployments of a period that a sample is drawn from.
pub(in crate::acts) struct Population<'h> {
    /// In the order of the ledger.
    pub(in crate::acts) members: Vec<Member<'h>>,
    /// The entries of those that a control leaves out because no report of theirs is on record.
    without_report: Vec<u64>,
    /// How many there are in the period.
    of: usize,
    /// The tags of the checks in their reports, where a control was asked for.
    tags: BTreeSet<String>,
    /// The entries of emergencies of the period that no deployment on record used.
    unused: Vec<u64>,
}

impl<'h> Population<'h> {
    /// All of the period, or those whose report has a check with the control among its tags.
    pub(in crate::acts) async fn of(history: &'h History, store: &dyn Store, draw: &'h Draw) -> Result<Self, ActError> {
        let members = draw.period(history)?;
        let asked = asked(draw, Release::default());
        let unused = Emergencies::of(history, &asked, None)?.unused(|at| draw.has(at));
        let mut population = Self { of: members.len(), members, without_report: Vec::new(), tags: BTreeSet::new(), unused };
        let Some(control) = &draw.control else { return Ok(population) };
        for member in std::mem::take(&mut population.members) {
            let Some(report) = report(history, store, draw, &member).await? else {
                population.without_report.push(member.entry.entry.seq);
                continue;
            };
            let tags: BTreeSet<String> = report.findings.into_iter().flat_map(|finding| finding.tags).collect();
            if tags.contains(control) {
                population.members.push(member);
            }
            population.tags.extend(tags);
        }
        Ok(population)
    }

    /// Why there is nothing to draw from.
    pub(in crate::acts) fn is_nothing(&self, draw: &Draw) -> Option<String> {
        let Draw { environment, from, to, .. } = draw;
        let here = format!("deployments to `{environment}` from {from} to {to}");
        match &draw.control {
            _ if !self.members.is_empty() => None,
            Some(control) if self.of > 0 => {
                let tags: Vec<&str> = self.tags.iter().map(String::as_str).collect();
                let known = if tags.is_empty() { "they have none: write `tags: [CC8.1]` at the checks".into() } else { tags.join(", ") };
                Some(format!(
                    "no check in a report of the {} {here} has the tag `{control}`, so there is nothing to draw from; tags there: {known}",
                    self.of
                ))
            }
            _ => Some(format!("there are no {here} on record, so there is nothing to draw from: `gonogo log` lists those of other times")),
        }
    }

    /// What whoever reads the sample should know.
    pub(in crate::acts) fn notes(&self, draw: &Draw) -> Vec<String> {
        let mut notes = Vec::new();
        if draw.wanted > self.members.len() {
            notes.push(format!("{} were asked for and there are {}: all of them are drawn", draw.wanted, self.members.len()));
        }
        let late: Vec<u64> = self.members.iter().filter(|member| draw.to < member.entry.own).map(|member| member.entry.entry.seq).collect();
        let mut told = |entries: &[u64], what: &str| {
            let named: Vec<String> = entries.iter().map(u64::to_string).collect();
            notes.extend((!entries.is_empty()).then(|| format!("entries {}: {what}", named.join(", "))));
        };
        told(&self.without_report, "deployments of the period without a report: none can have the control, so they are not drawn from");
        told(&late, "deployments of the period that came on record after it, when the seed may have been known");
        told(&self.unused, "the gate was passed in an emergency, and no deployment on record says what was deployed then");
        if draw.as_of <= draw.to {
            notes.push(format!("the period was not over when this was drawn, at {}: there may be more of it since", utc(draw.as_of)));
        }
        notes
    }

    /// A deployment a line: the fingerprint of its entry, the entry, when and how it ended, the release, who deployed it.
    pub(in crate::acts) fn text(&self) -> String {
        let line = |member: &Member<'_>| {
            let (release, deployer) = (member.release().name().unwrap_or_default(), &member.deployer().name);
            let emergency = if member.emergency().is_some() { " EMERGENCY" } else { "" };
            let (seq, at, status) = (member.entry.entry.seq, member.at(), status(member));
            format!("{} {seq} {at} {status}{emergency}: {} by {}\n", member.fingerprint, one_line(&release), one_line(deployer))
        };
        self.members.iter().map(line).collect()
    }
}

/// How it went, in a word or two.
pub(in crate::acts) fn status(member: &Member<'_>) -> &'static str {
    match member.went {
        Went::Ended(deployment) if deployment.unverified.is_some() => "not verified",
        Went::Ended(deployment) => shown(deployment.status),
        Went::Open(_) => "no end on record",
    }
}

async fn report(history: &History, store: &dyn Store, draw: &Draw, member: &Member<'_>) -> Result<Option<Report>, ActError> {
    let asked = asked(draw, member.release().clone());
    let Some((entry, run)) = member.run(history, &asked)? else { return Ok(None) };
    let broken = |why: String| LedgerError::Broken { seq: entry.entry.seq, why };
    let bytes = store.blob(&run.report).await?.ok_or_else(|| broken("its report is gone".into()))?;
    Ok(Some(Report::from_json(&bytes).map_err(|error| broken(format!("its report: {error}")))?))
}

/// The question about a release of the environment that is drawn from.
pub(in crate::acts) fn asked(draw: &Draw, release: Release) -> AskedRelease {
    AskedRelease { project: draw.project.clone(), environment: draw.environment.clone(), release }
}
