//! Reports of a plan with two blockers: a door that may stay open for a while, a question to people.

use std::collections::BTreeMap;

use gonogo::model::{
    Answer, Counts, Digest, Expectation, Finding, GivenAnswer, Json, Location, Outcome, Partial, Phase, PlanIdentity, Release, Reply,
    Report, SCHEMA, Severity, Tool, Vantage, Verdict, Waiver,
};
use jiff::Timestamp;
use serde_json::json;

use super::{
    book::{ENVIRONMENT, PROJECT, minutes},
    events::{Door, Looks, Named},
};

pub(crate) const FILE: &str = "gonogo.yaml";
pub(crate) const SURE: &str = "sure";
pub(crate) const QUESTION: &str = "Are you sure?";

/// The files of a plan.
pub(crate) fn files(other: bool) -> BTreeMap<String, Digest> {
    BTreeMap::from([(FILE.to_owned(), Digest::of(if other { b"another plan" } else { b"the plan" }))])
}

pub(crate) fn release(Named(version, commit, artifact): Named) -> Release {
    let named = |what: &str, number: u8| (number > 0).then(|| format!("{what}{number}"));
    Release {
        version: named("1.", version),
        commit: named("c", commit),
        artifact: named("a", artifact),
        source: "flags".into(),
        dirty: false,
    }
}

/// The sentence of a role.
pub(crate) fn meaning(role: &str) -> String {
    format!("As {role} I stand by it.")
}

/// An accepted exception of the door, by its words.
pub(crate) fn waiver(words: u8) -> Waiver {
    Waiver {
        check: "door".into(),
        environment: ENVIRONMENT.into(),
        reason: format!("reason {words}"),
        ticket: "T-1".into(),
        owner: "dee".into(),
        approver: "bob".into(),
        granted: None,
        expires: minutes(30 * 1_440),
    }
}

/// An answer as a run takes it.
pub(crate) fn given(answer: Answer, by: &str, at: Timestamp, entry: u64) -> GivenAnswer {
    GivenAnswer {
        reply: answer.reply,
        question: answer.question,
        reason: None,
        by: by.to_owned(),
        name: by.to_owned(),
        at,
        key: by.to_owned(),
        evidence: Vec::new(),
        entry,
    }
}

pub(crate) fn report(looks: &Looks, at: Timestamp, given: Option<GivenAnswer>) -> Report {
    let files = files(looks.other_plan);
    Report {
        stage: None,
        rollout: None,
        schema: SCHEMA.into(),
        project: PROJECT.into(),
        environment: ENVIRONMENT.into(),
        phase: Phase::PreDeploy,
        window: None,
        release: release(looks.release),
        at,
        rehearsal: false,
        advisory: false,
        strict: false,
        allow_hold: false,
        interrupted: false,
        partial: (!looks.full).then(Partial::default),
        started: at,
        finished: at,
        tool: Tool { name: "gonogo".into(), version: "0".into() },
        plan: PlanIdentity { digest: files[FILE].clone(), files },
        vantage: Vantage::default(),
        merged: Vec::new(),
        resolve: BTreeMap::new(),
        ambient: None,
        runbook: None,
        verdict: Verdict::NoGo,
        exit: 0,
        counts: Counts::default(),
        notes: Vec::new(),
        findings: vec![door(looks.door), sure(given)],
    }
    .concluded()
}

fn door(door: Door) -> Finding {
    let waiver = if let Door::Accepted(words) = door { Some(waiver(words).waived()) } else { None };
    let shut = (door != Door::Unseen).then_some(door == Door::Shut);
    Finding { waiver, ..finding("door", "http", vec![expectation("shut", shut)]) }
}

/// Good for a week.
fn sure(given: Option<GivenAnswer>) -> Finding {
    let Some(given) = given else {
        return Finding {
            expectations: Vec::new(),
            outcome: Outcome::Pending,
            ..finding(SURE, "manual", vec![expectation("answer", None)])
        };
    };
    let bound = expectation("answer", Some(given.reply == Reply::Yes)).bound("<=", 7 * 86_400, None, "s");
    Finding { observation: Json::from(json!(given)), ..finding(SURE, "manual", vec![bound]) }
}

fn expectation(name: &str, met: Option<bool>) -> Expectation {
    Expectation { met, ..Expectation::new(name, name).wanted("yes").got("this") }
}

fn finding(id: &str, kind: &str, expectations: Vec<Expectation>) -> Finding {
    let outcome = match expectations[0].met {
        Some(true) => Outcome::Pass,
        Some(false) => Outcome::Fail,
        None => Outcome::Unknown,
    };
    Finding {
        id: id.into(),
        title: id.into(),
        section: String::new(),
        kind: kind.into(),
        guard: false,
        severity: Severity::Blocker,
        owner: None,
        tags: Vec::new(),
        outcome,
        reason: "so".into(),
        elsewhere: false,
        expectations,
        observation: Json::default(),
        settings: Json::default(),
        target: None,
        vantage: None,
        from: None,
        timeout_ms: None,
        retry: None,
        attempts: 1,
        flaky: false,
        needs: Vec::new(),
        because: None,
        duration_ms: 0,
        location: Location::default(),
        why: None,
        fix: None,
        runbook: None,
        waiver: None,
    }
}
