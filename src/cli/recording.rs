//! Puts a run on record.

use std::collections::BTreeMap;

use super::{Failure, case::Case, edge::Edge, recorder::Recorder};
use crate::{
    ledger::{Blob, Entry},
    model::{Act, Digest, Report, Run, Subject},
};

/// Adds the run whose report has these bytes, with the bytes of the plan it was made with.
pub(super) async fn record(edge: &Edge, case: &mut Case, recorder: &Recorder<'_>, report: &Report, json: Vec<u8>) -> Result<Entry, Failure> {
    let authors = case.authors(edge, &report.release).await;
    let mut blobs: Vec<Blob> = vec![Blob::of(json)];
    let mut files: BTreeMap<String, Digest> = BTreeMap::new();
    for (name, bytes) in &case.plan.kept {
        let blob = Blob::of(bytes.to_vec());
        files.insert(name.clone(), blob.digest.clone());
        blobs.push(blob);
    }
    let digest = blobs[0].digest.clone();
    let mut subject = vec![Subject::sha256("report.json", &digest)];
    subject.extend(report.release.commit.as_deref().map(Subject::commit));
    let config = case.plan.config.to_string_lossy().into_owned();
    let run = Run::of(report, digest, config, files, authors);
    recorder.record(case, subject, Act::Run(Box::new(run)), blobs).await
}
