//! A rollout in a bundle on an auditor's machine: its samples, its evidence, and what somebody made of them.

use gonogo::{
    ledger::{Blob, Draft, Store as _},
    model::{Act, Digest, Json, Made, Method, RecordedEvidence, Release, RolloutStep, StageBegun, StageStep, Statement, Subject},
};

use super::{
    audited::{audit, bundle, packed_anew},
    house::{House, now},
};

const TRUSTED: [&str; 4] = ["--signers", "trusted", "--policy", "law.yaml"];
const NAME: &str = "samples/canary-1.jsonl";

async fn put(house: &House, version: &str, step: StageStep, report: Option<&[u8]>) -> Digest {
    put_in("prod", house, version, step, report).await
}

/// Puts a step of a rollout on record, as a watcher without a key does.
pub(super) async fn put_in(environment: &str, house: &House, version: &str, step: StageStep, report: Option<&[u8]>) -> Digest {
    let release = Release { version: Some(version.into()), ..Release::default() };
    let plan = Digest::of(b"a plan");
    let act = Act::Rollout(Box::new(RolloutStep { release, stage: "canary".into(), attempt: 1, plan, step }));
    let subject = report.map(|bytes| Subject::sha256("evidence.json", &Digest::of(bytes))).into_iter().collect();
    let made = Made {
        project: "shop".into(),
        environment: environment.into(),
        at: now(),
        head: Digest::none(),
        org: None,
        by: None,
        method: Method::Recorded,
        tool: "gonogo 0.1.0".into(),
    };
    let draft = Draft { payload: Statement { subject, made, act }.to_json(), signature: None };
    let blobs = report.map(|bytes| Blob::of(bytes.to_vec())).into_iter().collect();
    house.store().append(draft, blobs, now(), None).await.expect("added").statement()
}

fn begun() -> StageStep {
    StageStep::Begun(StageBegun {
        old: "1.4.1".into(),
        new: "1.4.2".into(),
        old_release: None,
        fixed: Json::default(),
        traffic: "10%".parse().expect("a share"),
        soak: 600,
        host: "runner-7".into(),
        pid: 4711,
        after: None,
    })
}

/// A team whose rollout of 1.4.2 earned its first stage by three samples; the bundle is written.
async fn rolled_out() -> (House, Digest, Vec<Vec<u8>>) {
    let house = House::new().await.security_alone();
    house.verify(&[]).exits(0);
    house.sign("security", "sec", &[]).exits(0);
    let run = put(&house, "1.4.2", begun(), None).await;
    let mut samples: Vec<Vec<u8>> = Vec::new();
    for number in 1..=3 {
        let prev = samples.last().map_or_else(|| run.clone(), |last| Digest::of(last));
        let payload = format!("{{\"number\":{number},\"prev\":\"{prev}\"}}").into_bytes();
        house.store().add_sample(&run, number, payload.clone()).await.expect("added");
        samples.push(payload);
    }
    let (began, last, report) = (run.clone(), Digest::of(&samples[2]), Some(Digest::of(b"evidence")));
    let evidence = RecordedEvidence { began, samples: 3, last, standing: "earned".into(), report };
    put(&house, "1.4.2", StageStep::Evidence(evidence), Some(b"evidence")).await;
    // The stage of another release has a file of its own elsewhere.
    let other = put(&house, "1.3.0", begun(), None).await;
    house.store().add_sample(&other, 1, format!("{{\"number\":1,\"prev\":\"{other}\"}}").into_bytes()).await.expect("added");
    house.gonogo.run(["report", "-q", "--bundle", "bundle.zip"]).exits(0);
    (house, run, samples)
}

#[tokio::test(flavor = "multi_thread")]
async fn its_samples_are_followed_and_what_was_done_to_them_is_named() {
    let (house, _, samples) = rolled_out().await;
    let whole = bundle(&house);
    let lines: Vec<u8> = samples.iter().flat_map(|sample| [sample.as_slice(), b"\n"].concat()).collect();
    assert_eq!(whole.files.get(NAME), Some(&lines));
    assert_eq!(whole.files.keys().filter(|name| name.starts_with("samples/")).count(), 1, "of this release alone");
    assert_eq!(whole.files.get(&format!("evidence/{}", Digest::of(b"evidence"))).map(Vec::as_slice), Some(&b"evidence"[..]));
    // Whole, but its evidence is no report that could be judged again.
    audit(&house, &packed_anew(bundle(&house)), &TRUSTED).exits(3).says("says nothing of a stage");
    let changed = |file: Option<Vec<u8>>| {
        let mut bundle = bundle(&house);
        bundle.files.remove(NAME);
        bundle.files.extend(file.map(|bytes| (NAME.to_owned(), bytes)));
        packed_anew(bundle)
    };
    let text = String::from_utf8(lines.clone()).expect("text");
    let spaced = text.replacen("\"number\":2", "\"number\": 2", 1).into_bytes();
    audit(&house, &changed(Some(spaced)), &TRUSTED).exits(5).says("stage `canary`, attempt 1 (entry 4): sample 3 follows");
    let last = text.replacen("\"number\":3", "\"number\": 3", 1).into_bytes();
    audit(&house, &changed(Some(last)), &TRUSTED).exits(5).says("rests on another sample 3");
    let cut = [samples[0].as_slice(), b"\n"].concat();
    audit(&house, &changed(Some(cut)), &TRUSTED).exits(5).says("rests on 3 samples, and 1 are here");
    audit(&house, &changed(None), &TRUSTED).exits(5).says("rests on 3 samples, and 0 are here");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_it_and_looks_at_every_sample() {
    let (house, run, samples) = rolled_out().await;
    let log = house.log();
    assert!(log.contains("1.4.2 begins stage canary with 10 % of the traffic, in place of 1.4.1"), "{log}");
    assert!(log.contains("1.4.2 in stage canary: earned after 3 samples"), "{log}");
    house.gonogo.run(["log", "verify"]).exits(0);
    // It goes to another ledger with the bundle.
    let there = house.copied_without_ledger();
    std::fs::copy(house.gonogo.path("bundle.zip"), there.gonogo.path("b.zip")).expect("copied");
    there.gonogo.run(["gate", "--release", "1.4.2", "--bundle", "b.zip"]);
    assert_eq!(there.store().samples(&run, 1).await, Ok(samples));
    house.sql().execute("UPDATE samples SET payload = CAST('{}' AS BLOB) WHERE number = 2", []).expect("tampered");
    house.gonogo.run(["log", "verify"]).exits(5).says("stage `canary`, attempt 1 (entry 4): sample 2 cannot be read");
}
