//! A sample of the deployments of a period, as an auditor draws one, and the bundle of its evidence.

mod population;
mod write;

use std::path::PathBuf;

use jiff::Timestamp;

use super::{ActError, Caller, EnvironmentRecord, RecordRequest, bundle, log::Span};
use crate::{
    ledger::{DRAW_METHOD, DRAW_SCHEMA, Draw, Member},
    model::{Digest, Release},
};

pub(super) use population::{Population, asked};
pub(super) use write::{Keys, statements};

/// What is drawn.
#[derive(Debug, Clone, Default)]
pub(crate) struct DrawRequest {
    pub(crate) record: RecordRequest,
    /// The period.
    pub(crate) span: Span,
    /// Only deployments whose report has a check with this tag.
    pub(crate) control: Option<String>,
    pub(crate) seed: u64,
    pub(crate) wanted: usize,
    /// Where the evidence goes.
    pub(crate) bundle: Option<PathBuf>,
}

/// What was drawn.
pub(crate) struct Drawn {
    pub(crate) draw: Draw,
    /// In the order of the draw.
    pub(crate) items: Vec<DrawnItem>,
    /// What is to be said beside.
    pub(crate) notes: Vec<String>,
}

/// A deployment that was drawn.
pub(crate) struct DrawnItem {
    pub(crate) entry: u64,
    /// The fingerprint of the entry.
    pub(crate) fingerprint: Digest,
    /// What put it in its place.
    pub(crate) order: Digest,
    pub(crate) release: Release,
    pub(crate) deployer: String,
    /// How it went, in a word or two.
    pub(crate) status: &'static str,
    /// When it ended, or began where it has no end.
    pub(crate) at: Timestamp,
    pub(crate) recorded: Timestamp,
    pub(crate) emergency: bool,
}

impl DrawnItem {
    pub(super) fn of(draw: &Draw, member: &Member<'_>) -> Self {
        Self {
            entry: member.entry.entry.seq,
            fingerprint: member.fingerprint.clone(),
            order: draw.order(&member.fingerprint),
            release: member.release().clone(),
            deployer: member.deployer().name.clone(),
            status: population::status(member),
            at: member.at(),
            recorded: member.entry.entry.recorded,
            emergency: member.emergency().is_some(),
        }
    }
}

/// Draws, and writes the bundle where one is asked for.
pub(crate) async fn draw(caller: &Caller, request: &DrawRequest) -> Result<Drawn, ActError> {
    let (Some(from), Some(to)) = (request.span.since, request.span.until) else {
        return Err(ActError::Usage("a sample is of a period: say `--from DATE` and `--to DATE`".into()));
    };
    let mut record = EnvironmentRecord::open(caller, &request.record, false).await?;
    if request.bundle.is_some() {
        bundle::begin(&mut record)?;
    }
    let (project, environment) = (record.plan.project.clone(), record.plan.environment.clone());
    let (schema, method, control) = (DRAW_SCHEMA.into(), DRAW_METHOD.into(), request.control.clone());
    let (seed, wanted, as_of) = (request.seed, request.wanted, record.now);
    let before = Draw { schema, project, environment, from, to, control, seed, wanted, method, as_of, population: 0, entries: Vec::new() };
    let population = Population::of(&record.history, record.store.as_ref(), &before).await?;
    if let Some(why) = population.is_nothing(&before) {
        return Err(ActError::Usage(why));
    }
    let drawn = before.of(&population.members);
    let entries = drawn.iter().map(|member| member.entry.entry.seq).collect();
    let draw = Draw { population: population.members.len(), entries, ..before.clone() };
    if let Some(file) = &request.bundle {
        write::write(&record, &draw, &population, &drawn, file).await?;
    }
    let items = drawn.iter().map(|member| DrawnItem::of(&draw, member)).collect();
    Ok(Drawn { items, notes: population.notes(&draw), draw })
}
