//! A statement as JSON.

use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};

use super::{Act, Made, Statement, Subject};
use crate::model::{Digest, stored::unique_keys};

/// The `_type` of an in-toto Statement v1.
const TYPE: &str = "https://in-toto.io/Statement/v1";
/// What every predicate type of ours begins with.
const PREDICATES: &str = "urn:gonogo:";

/// Why bytes are no statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Not JSON, a duplicate key, or not the shape.
    #[error("this is not a statement: {0}")]
    Malformed(String),
    /// Of another format.
    #[error("this statement has the type `{0}`, wanted `{TYPE}`")]
    Type(String),
}

#[derive(Deserialize)]
struct StatementHead {
    #[serde(rename = "_type")]
    kind: String,
    #[serde(rename = "predicateType")]
    predicate_type: String,
}

#[derive(Serialize, Deserialize)]
struct Wire<P> {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: P,
}

#[derive(Serialize, Deserialize)]
struct Predicate<A> {
    #[serde(flatten)]
    made: Made,
    act: A,
}

/// Each act with its word, which its predicate type is made of.
macro_rules! acts {
    ($($act:ident $name:ident $word:literal,)*) => {
        impl Act {
            $(
                #[doc = concat!("What [`Self::", stringify!($act), "`] is called.")]
                pub const $name: &str = $word;
            )*

            /// What the acts are called that this program knows.
            pub const WORDS: [&str; [$($word),*].len()] = [$($word),*];

            /// What people call it.
            pub fn word(&self) -> &'static str {
                match self {
                    $(Self::$act(_) => $word,)*
                    Self::Other(_) => "entry of a newer gonogo",
                }
            }
        }

        impl Statement {
            /// Its bytes, made this once: what is signed and kept.
            pub fn to_json(&self) -> Vec<u8> {
                match &self.act {
                    $(Act::$act(act) => self.written(act),)*
                    Act::Other(_) => self.written(&()),
                }
            }

            fn of_type(predicate_type: &str, json: &[u8]) -> Result<Self, StatementError> {
                match Act::word_of(predicate_type) {
                    $($word => read(json, Act::$act),)*
                    _ => read(json, |_: IgnoredAny| Act::Other(predicate_type.to_owned())),
                }
            }
        }
    };
}

acts! {
    Run RUN "run",
    Answer ANSWER "answer",
    Waiver WAIVER "waiver",
    SignOff SIGN_OFF "sign-off",
    Withdrawal WITHDRAWAL "withdrawal",
    Deputation DEPUTATION "deputation",
    Deployment DEPLOYMENT "deployment",
    Emergency EMERGENCY "emergency",
    Review REVIEW "review",
    Begun BEGUN "begun",
    VouchedAuthors AUTHORS "authors",
    Rollout ROLLOUT "rollout",
    StageDecision DECISION "decision",
    Passkey PASSKEY "passkey",
    Repair REPAIR "repair",
    Checkpoint CHECKPOINT "checkpoint",
    Closing CLOSING "closing",
}

impl Act {
    /// What an act of this predicate type is called; a foreign one by its whole type.
    pub fn word_of(predicate_type: &str) -> &str {
        predicate_type.strip_prefix(PREDICATES).and_then(|rest| rest.strip_suffix("/v1")).unwrap_or(predicate_type)
    }

    /// The predicate's type: `urn:gonogo:sign-off/v1`.
    pub fn predicate_type(&self) -> String {
        if let Self::Other(foreign) = self { foreign.clone() } else { format!("{PREDICATES}{}/v1", self.word()) }
    }
}

impl Statement {
    fn written<A: Serialize>(&self, act: &A) -> Vec<u8> {
        let wire = Wire {
            kind: TYPE.into(),
            subject: self.subject.clone(),
            predicate_type: self.act.predicate_type(),
            predicate: Predicate { made: self.made.clone(), act },
        };
        // All keys are strings and all numbers whole, so this cannot fail.
        serde_json::to_vec(&wire).unwrap_or_default()
    }

    /// Reads a statement. Unknown fields are ignored, so that newer programs may add some; an act this program does not
    /// know is [`Act::Other`].
    pub fn from_json(json: &[u8]) -> Result<Self, StatementError> {
        unique_keys(json).map_err(malformed)?;
        let head: StatementHead = serde_json::from_slice(json).map_err(malformed)?;
        if head.kind != TYPE {
            return Err(StatementError::Type(crate::model::excerpt(&head.kind, 64)));
        }
        Self::of_type(&head.predicate_type, json)
    }

    /// The fingerprints of all bytes that must be kept beside it.
    pub fn kept(&self) -> Vec<&Digest> {
        match &self.act {
            Act::Run(run) => std::iter::once(&run.report).chain(run.files.values()).chain(&run.evidence).collect(),
            Act::Answer(answer) => answer.evidence.iter().filter_map(|evidence| evidence.digest.as_ref()).collect(),
            Act::SignOff(sign_off) => sign_off.evidence.iter().filter_map(|evidence| evidence.digest.as_ref()).collect(),
            Act::Deployment(deployment) => deployment.log.iter().map(|log| &log.digest).collect(),
            Act::Rollout(rollout) => rollout.report().into_iter().collect(),
            Act::StageDecision(decision) => decision.shown_by.iter().filter_map(|evidence| evidence.digest.as_ref()).collect(),
            Act::Waiver(_)
            | Act::Withdrawal(_)
            | Act::Emergency(_)
            | Act::Review(_)
            | Act::Deputation(_)
            | Act::Begun(_)
            | Act::VouchedAuthors(_)
            | Act::Passkey(_)
            | Act::Repair(_)
            | Act::Checkpoint(_)
            | Act::Closing(_)
            | Act::Other(_) => Vec::new(),
        }
    }
}

fn read<A: DeserializeOwned>(json: &[u8], act: impl FnOnce(A) -> Act) -> Result<Statement, StatementError> {
    let wire: Wire<Predicate<A>> = serde_json::from_slice(json).map_err(malformed)?;
    Ok(Statement { subject: wire.subject, made: wire.predicate.made, act: act(wire.predicate.act) })
}

fn malformed(error: serde_json::Error) -> StatementError {
    StatementError::Malformed(error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Decision, Method, Release, RolloutStep, SignOff, Verdict};

    fn sign_off() -> Statement {
        let report = Digest::of(b"a report");
        let act = SignOff {
            report: report.clone(),
            release: Release { version: Some("1.4.2".into()), ..Release::default() },
            verdict: Verdict::Go,
            role: "security".into(),
            meaning: "I stand by it.".into(),
            decision: Decision::Go,
            comment: None,
            exceptions: Vec::new(),
            person: "bob@example.com".into(),
            evidence: Vec::new(),
            deputy_of: None,
            beside: Vec::new(),
        };
        Statement {
            subject: vec![Subject::sha256("report.json", &report), Subject::commit("0a1b")],
            made: Made {
                project: "api".into(),
                environment: "prod".into(),
                at: "2026-11-20T12:00:00Z".parse().expect("an instant"),
                head: Digest::none(),
                org: None,
                by: Some("bob@example.com".into()),
                method: Method::Ssh,
                tool: "gonogo 0.1.0".into(),
            },
            act: Act::SignOff(Box::new(act)),
        }
    }

    #[test]
    fn comes_back_as_it_was() {
        let json = sign_off().to_json();
        assert_eq!(Statement::from_json(&json), Ok(sign_off()));
        let text = String::from_utf8(json).expect("text");
        assert!(
            text.starts_with(r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"report.json","digest":{"sha256":""#),
            "{text}"
        );
        assert!(text.contains(r#""predicateType":"urn:gonogo:sign-off/v1","predicate":{"project":"api","#), "{text}");
    }

    #[test]
    fn what_a_newer_program_says_is_known_to_be_there() {
        let text = String::from_utf8(sign_off().to_json()).expect("text").replace("urn:gonogo:sign-off/v1", "urn:gonogo:oath/v1");
        let read = Statement::from_json(text.as_bytes()).expect("a statement");
        assert_eq!(read.act, Act::Other("urn:gonogo:oath/v1".into()));
    }

    #[test]
    fn every_word_is_known() {
        for word in Act::WORDS {
            let text =
                String::from_utf8(sign_off().to_json()).expect("text").replace("urn:gonogo:sign-off/v1", &format!("{PREDICATES}{word}/v1"));
            let known = |read: &Statement| read.act.word() == word;
            assert!(Statement::from_json(text.as_bytes()).as_ref().map_or(true, known), "{word}");
        }
    }

    #[test]
    fn every_step_of_a_rollout_comes_back_as_it_was() {
        let began = Digest::of(b"a beginning");
        let steps = [
            json!({ "begun": { "old": "1", "new": "2", "fixed": { "baseline": { "errors": [0.25, 1e9] } }, "traffic": "2.5%", "soak": 600,
                "host": "h", "pid": 7 } }),
            json!({ "evidence": { "began": began, "samples": 3, "last": began, "standing": "earned", "report": began } }),
            json!({ "rollback-begun": { "began": began, "sample": 2, "fired": "2026-11-20T12:00:00Z", "why": "errors", "kind": "breach",
                "host": "h", "pid": 7 } }),
            json!({ "rollback-ended": { "begun": began, "outcome": "late", "took": 1500, "way": "flag", "notes": ["slow"], "report": began } }),
        ];
        let wrap = |step: &serde_json::Value| json!({ "release": { "version": "2", "source": "flag", "dirty": false }, "stage": "canary", "attempt": 1, "plan": began, "rollout": began, "step": step });
        for step in steps {
            let said: RolloutStep = serde_json::from_value(wrap(&step)).expect("a step");
            let statement = Statement { act: Act::Rollout(Box::new(said)), ..sign_off() };
            let json = statement.to_json();
            assert_eq!(Statement::from_json(&json).as_ref(), Ok(&statement));
            let read: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
            assert_eq!((&read["predicate"]["act"]["step"], &read["predicateType"]), (&step, &json!("urn:gonogo:rollout/v1")));
            let about_another = statement.contradiction().is_some();
            assert_eq!(about_another, step.get("evidence").or(step.get("rollback-ended")).is_some(), "its report is not in the subject");
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        let text = String::from_utf8(sign_off().to_json()).expect("text").replace(r#""role":"#, r#""role":"devops","role":"#);
        assert!(matches!(Statement::from_json(text.as_bytes()), Err(StatementError::Malformed(why)) if why.contains("twice")));
    }
}
