//! Puts a question about a history to the gate, the whole way from the rows of a ledger.

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use gonogo::{
    ledger::{self, AskedRelease, Deploys, Entry, GateInput, History, LedgerError, Look, Memory, PolicyInForce, Row, export::Exported},
    model::{
        BreakGlass, Committers, Exit, Independence, LongestWaiver, Method, Period, Person, Required, Role, Signoff, Unsigned, UnsignedRuns,
        Windows,
    },
};

use super::{
    book::{Believes, Book, ENVIRONMENT, PROJECT, authors, minutes, token},
    events::{DEPUTY, Event, LEADS, Question, RECORDER, SECURITY},
    reports,
};

/// What the gate says of a history, beside what another ledger knows.
pub(crate) fn ask(events: &[Event], question: &Question, elsewhere: Option<&[Event]>) -> Exit {
    let elsewhere = elsewhere.map(|events| read(&Book::of(events).entries, question).expect("a chain"));
    let book = Book::of(events);
    let history = read(&book.entries, question).expect("a chain");
    let store = Memory::new("a law", Exported { blobs: book.blobs, ..Exported::default() });
    rule(&store, &history, question, elsewhere.as_ref()).unwrap_or_else(|error| panic!("{error}"))
}

/// Follows a chain.
pub(crate) fn read(entries: &[Entry], question: &Question) -> Result<History, LedgerError> {
    let rows = entries.iter().cloned().map(Row::of).collect();
    History::of(rows, &Look::by(Believes, minutes(question.later)))
}

fn rule(store: &Memory, history: &History, question: &Question, elsewhere: Option<&History>) -> Result<Exit, LedgerError> {
    let (signoff, people) = (signoff(question), people());
    let asked = AskedRelease { project: PROJECT.into(), environment: ENVIRONMENT.into(), release: reports::release(question.release) };
    // Nothing is waited for in memory.
    let runs = ledger::runs(store, history, &asked).now_or_never().expect("at once")?;
    let authors = question.change.as_ref().map(authors);
    let child = token();
    let input = GateInput {
        asked: &asked,
        policy: PolicyInForce { policy: &signoff, people: &people, now: minutes(question.later) },
        plan_files: &reports::files(false),
        asked_of: &BTreeMap::from([(reports::SURE.to_owned(), vec!["lead".to_owned()])]),
        authors: authors.as_ref(),
        deployer: question.deployer.map_or(Deploys::Unknown, Deploys::By),
        child_of: Some(&child),
        windows: &Windows::default(),
        elsewhere,
    };
    Ok(ledger::gate(history, &runs, input)?.exit())
}

fn people() -> BTreeMap<String, Person> {
    let person = |id: &str| (id.to_owned(), Person { name: id.to_owned(), title: None, emails: Vec::new() });
    ["ann", "bob", "cy", "dee", DEPUTY].map(person).into()
}

fn signoff(question: &Question) -> Signoff {
    let role = |name: &str, people: &[&str], methods: &[Method]| {
        let people = people.iter().map(|id| (*id).to_owned()).collect();
        (name.to_owned(), Role { people, meaning: Some(reports::meaning(name)), methods: methods.to_vec() })
    };
    let either = [Method::Ssh, Method::Recorded];
    let required = |(role, count): &(&str, u32)| {
        let when = (question.conditional && *role == "security").then(|| json(r#"{"paths": ["migrations/**"]}"#));
        Required { role: (*role).to_owned(), count: *count, when }
    };
    let deputies = [("cy", vec![DEPUTY, "bob"]), ("ann", vec![DEPUTY, "dee"])];
    let deputies = deputies.map(|(id, people)| (id.to_owned(), people.into_iter().map(str::to_owned).collect()));
    Signoff {
        allowed_signers: "signers".into(),
        revoked_keys: None,
        roles: BTreeMap::from([
            role("lead", &LEADS, &either),
            role("security", &SECURITY, &[Method::Ssh]),
            role(Signoff::RECORDER, &[RECORDER], &either),
        ]),
        require: question.require.iter().map(required).collect(),
        valid_for: Period::days(7),
        max_age: Period::days(1),
        independence: if question.independent { Independence::Required } else { Independence::NotRequired },
        committers: if question.committers_count { Committers::Count } else { Committers::Shown },
        bots: vec!["bot".into()],
        unsigned_waivers: if question.signed_waivers { Unsigned::Refused } else { Unsigned::Allowed },
        unsigned_runs: if question.signed_runs { UnsignedRuns::Refused } else { UnsignedRuns::Allowed },
        longest_waiver: LongestWaiver::default(),
        break_glass: Some(BreakGlass { roles: vec!["lead".into()], review_within: Period::days(3) }),
        requests: None,
        ci_tokens: BTreeMap::new(),
        deputies: if question.deputies { deputies.into() } else { BTreeMap::new() },
        windows: json(question.windows),
        freeze: json(question.freeze),
        holidays: None,
        closed_on: Vec::new(),
        desk: None,
    }
}

/// A part of a policy as it is written.
fn json<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
