//! A question that only a person can answer.

mod counterexamples;
mod judge;
mod observe;
mod seen;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};

use crate::{
    check::{Check, OneOrMore, Touch},
    model::{Period, ProcessEnv},
};

/// Somebody has answered a question that no machine can answer, and the answer is still good.
///
/// `gonogo answer ID` puts a signed yes, no or "not applicable because …" on record, with evidence. Until then the check
/// waits, and a run without anything red is a HOLD. A yes passes; so does "not applicable", with its reason shown; a no
/// fails with its reason. An answer counts only for the question as it was asked (spaces aside), only from those it is
/// asked of, and only for its time: after that the check waits again and says whose answer has run out, and when. A no
/// does not run out: it stays red until somebody answers anew. Nothing is touched. Not seen: whether the answer is true.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Manual {
    /// What is asked, so that yes is the good answer: `Was the database restored from last night's backup?` Another
    /// wording is another question: it needs a new answer.
    #[serde(deserialize_with = "said")]
    #[schemars(length(min = 1))]
    pub question: String,
    /// What evidence is wanted with the answer: `the ticket of the drill`. Default: none is asked for.
    #[serde(default, deserialize_with = "said_if_any")]
    #[schemars(length(min = 1))]
    pub evidence: Option<String>,
    /// How long an answer is good, from the time it was given. Default: `180d`.
    #[serde(default = "half_a_year", deserialize_with = "some_time")]
    pub valid_for: Period,
    /// Who may answer: a role of `signoff`, the id of a person, or a list of them. Default: everybody whose key counts.
    pub by: Option<OneOrMore<String>>,
}

fn half_a_year() -> Period {
    Period::days(180)
}

fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() { Err(D::Error::custom("the text is empty")) } else { Ok(text) }
}

fn said_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    said(deserializer).map(Some)
}

fn some_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
    let period = Period::deserialize(deserializer)?;
    if period == Period::seconds(0) {
        return Err(D::Error::custom("an answer that is good for no time at all never counts"));
    }
    Ok(period)
}

impl Check for Manual {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        Vec::new()
    }
}
