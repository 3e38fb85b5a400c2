//! The kind `manual`: whose answer counts, to which question, and for how long.

use std::{collections::BTreeMap, sync::Arc};

use gonogo::{
    check::{self, Unseen},
    model::{Exit, GivenAnswer, Outcome, Reply, Verdict},
    plan::Item,
    run::Settings,
};
use serde_json::{Value, json};

use crate::{
    gonogo::Gonogo,
    look::Look,
    scripted::{Ending, item, plan, run, settings, with_check},
};

const QUESTION: &str = "Was the backup restored?";

fn answer(reply: Reply) -> GivenAnswer {
    GivenAnswer {
        reply,
        question: QUESTION.into(),
        reason: (reply != Reply::Yes).then(|| "we keep no data".into()),
        by: "bob".into(),
        name: "Bob Brown".into(),
        at: "2026-11-01T09:00:00Z".parse().expect("an instant"),
        key: "ED25519 SHA256:b1".into(),
        evidence: Vec::new(),
        entry: 3,
    }
}

async fn waits(look: Look) -> String {
    match look.look().await {
        Err(Unseen::Waiting(whom)) => whom,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn without_an_answer_it_waits_and_says_for_what() {
    let whom = waits(Look::new("manual", json!({ "question": QUESTION }))).await;
    assert_eq!(whom, "an answer: `gonogo answer it`");
    let asked = json!({ "question": QUESTION, "by": ["security", "eve"], "evidence": "the ticket" });
    assert_eq!(waits(Look::new("manual", asked)).await, "an answer of security or eve: `gonogo answer it`, with evidence (the ticket)");
}

#[tokio::test]
async fn each_answer_comes_to_what_it_says() {
    for (reply, outcome, said) in [
        (Reply::Yes, Outcome::Pass, "answer: yes (Bob Brown, 2026-11-01; good until 2027-04-30, 160 d left)"),
        (
            Reply::NotApplicable,
            Outcome::Pass,
            "answer: not applicable: we keep no data (Bob Brown, 2026-11-01; good until 2027-04-30, 160 d left)",
        ),
        (Reply::No, Outcome::Fail, "answer: got no: we keep no data (Bob Brown, 2026-11-01), wanted yes"),
    ] {
        let came = Look::new("manual", json!({ "question": QUESTION })).answer(answer(reply)).outcome().await;
        assert_eq!(came, (outcome, said.to_owned()));
    }
}

/// What comes of the two answers that let it go.
pub(crate) async fn answered_well() -> Vec<(String, (Outcome, String))> {
    let mut judged = Vec::new();
    for reply in [Reply::Yes, Reply::NotApplicable] {
        let look = Look::new("manual", json!({ "question": QUESTION })).answer(answer(reply));
        judged.push((format!("{reply:?}"), look.outcome().await));
    }
    judged
}

#[tokio::test]
async fn another_question_is_not_answered() {
    let whom = waits(Look::new("manual", json!({ "question": "Was the backup restored twice?" })).answer(answer(Reply::Yes))).await;
    assert_eq!(whom, "a new answer: `gonogo answer it`; Bob Brown answered on 2026-11-01, but what is asked has changed since");
    // A no to another question says nothing of this one either.
    waits(Look::new("manual", json!({ "question": "Is it hot?" })).answer(answer(Reply::No))).await;
    // Only its layout has changed.
    let folded = Look::new("manual", json!({ "question": "Was the  backup\nrestored?\n" })).answer(answer(Reply::Yes));
    assert_eq!(folded.outcome().await.0, Outcome::Pass);
}

#[tokio::test]
async fn only_those_who_are_asked_may_answer() {
    let asked = |by: Value| Look::new("manual", json!({ "question": QUESTION, "by": by })).answer(answer(Reply::Yes));
    let whom = waits(asked(json!("security"))).await;
    assert_eq!(whom, "a new answer of security: `gonogo answer it`; Bob Brown, who answered on 2026-11-01, is not among them");
    waits(asked(json!("security")).role("security", "eve").role("owner", "bob")).await;
    waits(asked(json!("Bob Brown"))).await;
    for look in [
        asked(json!("security")).role("security", "eve").role("security", "bob"),
        asked(json!(["eve", "bob"])),
        asked(json!(["eve", "owner"])).role("owner", "bob"),
    ] {
        assert_eq!(look.outcome().await.0, Outcome::Pass);
    }
}

#[tokio::test]
async fn an_answer_runs_out_but_a_no_does_not() {
    let at = |at: &str, reply| {
        Look::new("manual", json!({ "question": QUESTION, "valid-for": "10d" })).answer(answer(reply)).at(at.parse().expect("an instant"))
    };
    assert_eq!(at("2026-11-11T08:59:59Z", Reply::Yes).outcome().await.0, Outcome::Pass);
    for reply in [Reply::Yes, Reply::NotApplicable] {
        let whom = waits(at("2026-11-11T09:00:00Z", reply)).await;
        let said = "a new answer: `gonogo answer it`; the answer that Bob Brown gave on 2026-11-01 expired at 2026-11-11T09:00:00Z";
        assert_eq!(whom, said);
    }
    assert_eq!(at("2027-11-11T09:00:00Z", Reply::No).outcome().await.0, Outcome::Fail);
    // One from the future would last too long.
    assert_eq!(at("2026-10-31T09:00:00Z", Reply::Yes).outcome().await.0, Outcome::Unknown);
}

#[tokio::test]
async fn a_run_takes_the_answer_of_its_own_check() {
    let manual = || check::parse("manual", &json!({ "question": QUESTION })).expect("a kind").expect("settings");
    let items = || -> Vec<Item> { vec![item("fine", Ending::Met), with_check("drill", manual()), with_check("other", manual())] };
    let answered = |id: &str, reply| Arc::new(BTreeMap::from([(id.to_owned(), answer(reply))]));
    let came = async |answers| {
        let report = run(plan(items()), &Settings { answers, ..settings() }).await.expect("a report");
        let outcomes: Vec<Outcome> = report.findings.iter().map(|finding| finding.outcome).collect();
        (outcomes, report.verdict, report.exit)
    };
    use Outcome::{Fail, Pass, Pending};
    assert_eq!(came(Arc::default()).await, (vec![Pass, Pending, Pending], Verdict::Hold, Exit::Hold.code()));
    assert_eq!(came(answered("drill", Reply::Yes)).await, (vec![Pass, Pass, Pending], Verdict::Hold, Exit::Hold.code()));
    assert_eq!(came(answered("drill", Reply::No)).await, (vec![Pass, Fail, Pending], Verdict::NoGo, Exit::Red.code()));
    assert_eq!(came(answered("nobody", Reply::Yes)).await.1, Verdict::Hold);
    let both = Arc::new(["drill", "other"].map(|id| (id.to_owned(), answer(Reply::NotApplicable))).into());
    assert_eq!(came(both).await, (vec![Pass, Pass, Pass], Verdict::Go, 0));
}

#[test]
fn the_program_holds_until_somebody_answers() {
    let text = "project: shop\nenvironments: { prod: {} }\nchecks:\n  - id: drill\n    manual: { question: Was it restored? }\n";
    let gonogo = Gonogo::new().plan(text);
    let (ran, report) = gonogo.verify(&[]);
    assert_eq!((ran.code, report.verdict, report.findings[0].outcome), (4, Verdict::Hold, Outcome::Pending));
    assert_eq!(report.findings[0].reason, "waits for an answer: `gonogo answer drill`");
    gonogo.run(["verify", "--allow-hold"]).exits(0);
    gonogo.run(["lint"]).exits(2).says("nobody can answer this");
}
