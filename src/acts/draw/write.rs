//! The bundle of a sample, written.

use std::{collections::BTreeMap, io::BufWriter, path::Path};

use super::Population;
use crate::{
    acts::{ActError, EnvironmentRecord, bundle},
    ledger::{AskedRelease, Draw, DrawnContents, DrawnStatement, Entry, ItemFiles, Member},
    model::{Act, Digest},
    net::new_file::NewFile,
    plan::Plan,
};

/// Which release a deployment was of, and the file of keys that its plan names.
pub(in crate::acts) struct Keys {
    pub(in crate::acts) asked: AskedRelease,
    pub(in crate::acts) keys: Option<Digest>,
}

impl Keys {
    pub(in crate::acts) fn of(asked: AskedRelease, plan: Option<&Plan>) -> Self {
        let bytes = plan.and_then(|plan| plan.keys(&plan.signoff.as_ref()?.allowed_signers));
        Self { asked, keys: bytes.map(Digest::of) }
    }
}

/// The entries that bear on one of these deployments, and those on passkeys, each with the keys of the newest that it bears on.
pub(in crate::acts) fn statements<'a>(entries: impl Iterator<Item = &'a Entry>, items: &'a [Keys]) -> Vec<DrawnStatement<'a>> {
    let keys = |entry: &Entry| {
        let place = |item: &&Keys| entry.label.act == Act::PASSKEY || entry.label.is_of(item.asked.place());
        items.iter().rev().find(|item| place(item) && (entry.label.act == Act::PASSKEY || item.asked.touches(&entry.label)))
    };
    let whole = entries.filter(|entry| entry.bare.is_none());
    whole.filter_map(|entry| Some(DrawnStatement { entry, keys: keys(entry)?.keys.as_ref() })).collect()
}

/// A deployment with the run that it rests on.
struct Item {
    entry: u64,
    run: Option<(u64, Digest, jiff::Timestamp)>,
}

/// Writes the bundle.
pub(super) async fn write(
    record: &EnvironmentRecord,
    draw: &Draw,
    population: &Population<'_>,
    drawn: &[&Member<'_>],
    file: &Path,
) -> Result<(), ActError> {
    let mut in_order: Vec<&&Member<'_>> = drawn.iter().collect();
    in_order.sort_by_key(|member| member.entry.entry.seq);
    let (mut items, mut keys) = (Vec::new(), Vec::new());
    for member in in_order {
        let asked = record.asked(member.release().clone());
        let run = member.run(&record.history, &asked)?;
        let (release, plan) = match run {
            Some((entry, run)) => (run.release.clone(), record.plans.of_run(record.store.as_ref(), entry, run).await.ok()),
            None => (member.release().clone(), None),
        };
        let run = run.map(|(entry, run)| (entry.entry.seq, run.report.clone(), member.moment(&record.history, entry.entry.seq)));
        items.push(Item { entry: member.entry.entry.seq, run });
        keys.push(Keys::of(record.asked(release), plan.as_deref()));
    }
    let reports: BTreeMap<u64, Digest> = items.iter().filter_map(|item| Some((item.entry, item.run.as_ref()?.1.clone()))).collect();
    let asked: Vec<AskedRelease> = keys.iter().map(|item| item.asked.clone()).collect();
    let bearing = bundle::needed(record, &asked);
    let statements = statements(bearing.iter().map(|entry| &**entry), &keys);
    let text = population.text();
    let head = record.history.head();
    let contents = DrawnContents { draw, population: &text, reports: &reports, statements: &statements, head: &head };
    let writing = bundle::Writing { record, file };
    let mut new = NewFile::at(file).map_err(|error| writing.failed(&error))?;
    let mut packing = contents.pack(BufWriter::new(new.file())).map_err(|error| writing.failed(&error))?;
    for item in &items {
        let Some((seq, _, moment)) = &item.run else { continue };
        let packed = bundle::Packed::of(record, *seq, *moment).await?;
        let (report, html, markdown, record) = (&*packed.json, &*packed.pages.html, &*packed.pages.markdown, &packed.beside);
        packing.add_item(item.entry, ItemFiles { report, html, markdown, record }).map_err(|error| writing.failed(&error))?;
        for bytes in packed.files.values() {
            packing.add_kept(&Digest::of(bytes), bytes).map_err(|error| writing.failed(&error))?;
        }
    }
    record.live().await?;
    let needed = bundle::needed(record, &asked);
    let entries: Vec<&Entry> = statements.iter().map(|statement| statement.entry).collect();
    writing.end(packing, (&needed, &entries), &asked).await?;
    new.keep().map_err(|error| writing.failed(&error))
}
