//! A stage of a rollout as a watcher puts it on record: its beginning, samples, evidence.

use gonogo::{
    ledger::{Blob, Draft, Entry, Store},
    model::{Act, Digest, Json, RecordedEvidence, Release, RolloutStep, StageBegun, StageStep, Statement, Subject},
};

use super::{append, made};

pub(super) fn release() -> Release {
    Release { version: Some("2.0.0".into()), commit: Some("c0ffee".into()), ..Release::default() }
}

/// A step of the stage `canary`.
pub(super) fn step(attempt: u32, step: StageStep) -> RolloutStep {
    let plan = Digest::of(b"a plan");
    RolloutStep { release: release(), stage: "canary".into(), attempt, plan, step }
}

pub(super) fn begun() -> StageStep {
    StageStep::Begun(StageBegun {
        old: "1.9.0".into(),
        new: "2.0.0".into(),
        old_release: None,
        fixed: Json::from(serde_json::json!({ "new": "2.0.0", "old": "1.9.0", "baseline": { "errors": [0.25, 1e9] } })),
        traffic: "10%".parse().expect("a share"),
        soak: 3600,
        host: "runner-7".into(),
        pid: 4711,
        after: None,
    })
}

/// Puts a step on record, with the bytes of its report.
pub(super) async fn put(store: &dyn Store, said: RolloutStep, report: Option<&[u8]>) -> Entry {
    let subject = report.map(|bytes| Subject::sha256("evidence.json", &Digest::of(bytes)));
    let statement = Statement { subject: subject.into_iter().collect(), made: made(Digest::none()), act: Act::Rollout(Box::new(said)) };
    let blobs = report.map(|bytes| Blob::of(bytes.to_vec())).into_iter().collect();
    append(store, Draft { payload: statement.to_json(), signature: None }, blobs).await.expect("added")
}

/// A sample after the one with these bytes, or after the beginning.
pub(super) fn sample(number: u64, prev: &Digest, more: &str) -> Vec<u8> {
    format!("{{\"number\":{number},\"more\":\"{more}\",\"prev\":\"{prev}\"}}").into_bytes()
}

/// So many samples of a stage.
pub(super) fn samples(run: &Digest, count: u64, more: &str) -> Vec<Vec<u8>> {
    let mut prev = run.clone();
    let next = |number| {
        let payload = sample(number, &prev, more);
        prev = Digest::of(&payload);
        payload
    };
    (1..=count).map(next).collect()
}

/// That a stage rests on these samples.
pub(super) fn evidence(run: &Digest, samples: &[Vec<u8>], standing: &str, report: Option<&[u8]>) -> StageStep {
    StageStep::Evidence(RecordedEvidence {
        began: run.clone(),
        samples: samples.len() as u64,
        last: samples.last().map_or_else(|| run.clone(), |last| Digest::of(last)),
        standing: standing.into(),
        report: report.map(Digest::of),
    })
}
