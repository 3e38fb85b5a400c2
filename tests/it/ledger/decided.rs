//! What people decided at the end of a stage: who counts, on what, and what it comes to.

use std::collections::BTreeMap;

use super::{
    append, made, now, signed,
    stages::{begun, evidence, put, release, samples, step},
};
use gonogo::{
    ledger::{
        AskedRelease, Checked, Deploys, Draft, History, Look, Memory, PolicyInForce, Rollouts, StageInput, Store as _, Verifier,
        stage_decisions,
    },
    model::{Author, Authors, Choice, Digest, Made, Method, Period, Person, Required, Signoff, StageDecision, Statement, Subject},
};

const FIRST: &[u8] = b"the first evidence";
const SECOND: &[u8] = b"the second evidence";

const HOUR: Period = Period::seconds(3600);

/// Trusts every signature; each person has a key of their own.
struct OwnKeys;

impl Verifier for OwnKeys {
    fn check(&self, _: &[u8], _: &str, person: &str, _: jiff::Timestamp) -> Checked {
        Checked::Signed { key: format!("the key of {person}"), since: None, confirmed_by: Vec::new() }
    }
}

/// A stage that began, with evidence on record, and what people say of it.
struct Stage {
    store: Memory,
    run: Digest,
    seen: Digest,
}

impl Stage {
    async fn with(standing: &str) -> Self {
        let store = Memory::empty("a test");
        let run = put(&store, step(1, begun()), None).await.statement();
        let mut stage = Self { store, run, seen: Digest::none() };
        stage.shows(FIRST, standing).await;
        stage
    }

    async fn shows(&mut self, report: &[u8], standing: &str) {
        let said = evidence(&self.run, &samples(&self.run, 2, "x"), standing, Some(report));
        self.seen = put(&self.store, step(1, said), Some(report)).await.digest();
    }

    fn decision(&self, person: &str, role: &str, choice: Choice) -> StageDecision {
        StageDecision {
            release: release(),
            stage: "canary".into(),
            attempt: 1,
            began: self.run.clone(),
            evidence: Digest::of(FIRST),
            role: role.into(),
            meaning: format!("I have read this report and, as {role}, I stand by the decision I sign."),
            choice,
            comment: None,
            exceptions: Vec::new(),
            person: person.into(),
            shown_by: Vec::new(),
        }
    }

    async fn says(&self, said: StageDecision) {
        let by = said.person.clone();
        self.said_by(said, &by, self.seen.clone()).await;
    }

    async fn said_by(&self, said: StageDecision, by: &str, head: Digest) {
        let subject = vec![Subject::sha256("evidence.json", &said.evidence)];
        let made = Made { by: Some(by.into()), at: now(), method: Method::Ssh, ..made(head) };
        let act = gonogo::model::Act::StageDecision(Box::new(said));
        append(&self.store, signed(Draft { payload: Statement { subject, made, act }.to_json(), signature: None }), Vec::new())
            .await
            .expect("added");
    }

    async fn comes_to(&self) -> (Choice, String) {
        self.asked(&["lead", "security"], HOUR).await
    }

    async fn asked(&self, require: &[&str], within: Period) -> (Choice, String) {
        let history = History::of(self.store.rows("api").await.expect("rows"), &Look::by(OwnKeys, now())).expect("a history");
        let rollouts = Rollouts::of(&history, ("api", "prod")).expect("rollouts");
        let asked = AskedRelease { project: "api".into(), environment: "prod".into(), release: release() };
        let policy: Signoff = serde_json::from_value(serde_json::json!({
            "allowed-signers": "signers", "roles": { "lead": ["lea", "ann"], "security": ["sepp"] }, "require": ["lead"],
        }))
        .expect("a policy");
        let person = |id: &str| (id.to_owned(), Person { name: id.to_owned(), title: None, emails: vec![format!("{id}@x")] });
        let people: BTreeMap<String, Person> = ["lea", "ann", "sepp"].map(person).into();
        let people_of = |email: &str| Author { name: "A".into(), email: email.into(), committer: false };
        let authors = Authors { people: vec![people_of("ann@x")], since: None, until: "c0ffee".into(), incomplete: None, paths: None };
        let require: Vec<Required> = require.iter().map(|role| Required { role: (*role).to_owned(), count: 1, when: None }).collect();
        let input = StageInput {
            asked: &asked,
            policy: PolicyInForce { policy: &policy, people: &people, now: now() },
            require: &require,
            within,
            authors: Some(&authors),
            deployer: Deploys::NotYet,
        };
        let stage = rollouts.newest(&asked, "canary").expect("a stage");
        let ruling = stage_decisions(&history, stage, input).expect("a ruling");
        let void = ruling.votes.iter().filter_map(|vote| vote.void.clone());
        (ruling.standing, ruling.reasons.iter().cloned().chain(void).collect::<Vec<_>>().join("\n"))
    }
}

#[tokio::test]
async fn every_role_must_say_go() {
    let stage = Stage::with("earned").await;
    let (standing, why) = stage.comes_to().await;
    assert_eq!(standing, Choice::Hold);
    assert!(why.contains("`lead` must decide go (lea, ann): `gonogo decide --stage canary go --as lead`"), "{why}");
    stage.says(stage.decision("lea", "lead", Choice::Go)).await;
    assert_eq!(stage.comes_to().await.0, Choice::Hold);
    stage.says(stage.decision("sepp", "security", Choice::Go)).await;
    assert_eq!(stage.comes_to().await, (Choice::Go, String::new()));
}

#[tokio::test]
async fn the_newest_word_of_a_person_counts() {
    let stage = Stage::with("earned").await;
    stage.says(stage.decision("lea", "lead", Choice::Go)).await;
    stage.says(stage.decision("sepp", "security", Choice::NoGo)).await;
    let (standing, why) = stage.comes_to().await;
    assert!(standing == Choice::NoGo && why.contains("sepp (security) says no-go"), "{why}");
    // A go that was signed before the no, and handed in after it, changes nothing.
    stage.says(stage.decision("sepp", "security", Choice::Go)).await;
    let (standing, why) = stage.comes_to().await;
    assert!(standing == Choice::NoGo && why.contains("made before the no-go in entry"), "{why}");
    let head = stage.store.chains().await.expect("chains")["api"].clone();
    stage.said_by(stage.decision("sepp", "security", Choice::Hold), "sepp", head).await;
    let (standing, why) = stage.comes_to().await;
    assert!(standing == Choice::Hold && why.contains("sepp (security) says hold"), "{why}");
    let head = stage.store.chains().await.expect("chains")["api"].clone();
    stage.said_by(stage.decision("sepp", "security", Choice::Go), "sepp", head).await;
    assert_eq!(stage.comes_to().await.0, Choice::Go);
}

#[tokio::test]
async fn only_who_may_decides() {
    let stage = Stage::with("earned").await;
    stage.says(stage.decision("sepp", "security", Choice::Go)).await;
    stage.says(stage.decision("eve", "lead", Choice::Go)).await;
    stage.said_by(stage.decision("lea", "lead", Choice::Go), "ann", stage.seen.clone()).await;
    stage.says(StageDecision { meaning: "Whatever.".into(), ..stage.decision("lea", "lead", Choice::Go) }).await;
    let (standing, why) = stage.comes_to().await;
    assert_eq!(standing, Choice::Hold);
    for void in ["`eve` does not have the role `lead`", "`ann` signed for `lea`", "another sentence was signed than the role's"] {
        assert!(why.contains(void), "{void}: {why}");
    }
}

#[tokio::test]
async fn whoever_wrote_the_release_does_not_decide_alone() {
    let stage = Stage::with("earned").await;
    stage.says(stage.decision("ann", "lead", Choice::Go)).await;
    let (standing, why) = stage.asked(&["lead"], HOUR).await;
    assert!(standing == Choice::Hold && why.contains("whoever approved (ann) wrote or deploys the release"), "{why}");
    stage.says(stage.decision("sepp", "security", Choice::Go)).await;
    assert_eq!(stage.comes_to().await.0, Choice::Go, "somebody else decided beside her");
    assert_eq!(stage.asked(&["lead"], HOUR).await.0, Choice::Hold, "whose role is not asked");
    assert_eq!(stage.asked(&[], HOUR).await, (Choice::Go, String::new()), "nobody is asked");
}

#[tokio::test]
async fn a_go_rests_on_the_evidence_of_this_attempt() {
    let mut stage = Stage::with("earned").await;
    stage.says(stage.decision("lea", "lead", Choice::Go)).await;
    let go = stage.decision("sepp", "security", Choice::Go);
    stage.says(StageDecision { evidence: Digest::of(b"nobody's"), ..go.clone() }).await;
    stage.says(StageDecision { attempt: 2, ..go.clone() }).await;
    let (standing, why) = stage.comes_to().await;
    assert!(standing == Choice::Hold && why.contains("is not on record before it for this attempt"), "{why}");
    assert!(why.contains("it says other things of the stage than its beginning does"), "{why}");
    stage.shows(SECOND, "earned").await;
    stage.says(go.clone()).await;
    let (standing, why) = stage.comes_to().await;
    assert!(standing == Choice::Hold && why.contains("it rests on the evidence of entry 3, and that of entry 7 was newer"), "{why}");
    stage.says(StageDecision { evidence: Digest::of(SECOND), ..go.clone() }).await;
    assert_eq!(stage.comes_to().await.0, Choice::Go);
    let (standing, why) = stage.asked(&["lead", "security"], Period::seconds(0)).await;
    assert!(standing == Choice::Hold && why.contains("longer than 0 s after the evidence"), "{why}");
    // It begins again: what was decided before counts for nothing.
    put(&stage.store, step(2, begun()), None).await;
    assert_eq!(stage.comes_to().await.0, Choice::Hold);
}

#[tokio::test]
async fn what_is_not_earned_takes_a_comment_and_what_is_breached_no_go() {
    let mut stage = Stage::with("held").await;
    stage.says(stage.decision("lea", "lead", Choice::Go)).await;
    stage.says(stage.decision("sepp", "security", Choice::Go)).await;
    let (standing, why) = stage.comes_to().await;
    assert!(standing == Choice::Hold && why.contains("decide with a comment"), "{why}");
    for (person, role) in [("lea", "lead"), ("sepp", "security")] {
        let comment = Some("212 of 299 requests, all well: enough for us".to_owned());
        stage.says(StageDecision { comment, ..stage.decision(person, role, Choice::Go) }).await;
    }
    assert_eq!(stage.comes_to().await.0, Choice::Go);
    stage.shows(SECOND, "breached").await;
    let comment = Some("whatever".to_owned());
    stage.says(StageDecision { comment, evidence: Digest::of(SECOND), ..stage.decision("lea", "lead", Choice::Go) }).await;
    let (standing, why) = stage.comes_to().await;
    assert!(why.contains("the evidence says breached, on which nobody can decide go"), "{why}");
    assert!(standing == Choice::Hold && why.contains("its newest evidence (entry 8) says breached"), "{why}");
}
