//! A check of any kind, for the floors above: the types of its observation erased.

use std::{future::Future, pin::Pin};

use jiff::Timestamp;
use serde_json::Value;

use super::{Check, Context, Manner, Touch, Unseen};
use crate::model::{Expectation, Json, ProcessEnv};

/// What a check saw and what that means.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The observation as the report shows it, not masked yet.
    pub observation: Json,
    /// The demands, judged.
    pub expectations: Vec<Expectation>,
}

/// A [`Check`] whose kind does not matter.
pub trait AnyCheck: Send + Sync {
    /// See [`Check::touches`].
    fn touches(&self, env: &ProcessEnv) -> Vec<Touch>;

    /// See [`Check::manner`].
    fn manner(&self) -> Manner {
        Manner::Looks
    }

    /// Looks, then judges as of the run's instant.
    fn look<'a>(&'a self, cx: &'a Context) -> Pin<Box<dyn Future<Output = Result<Judged, Unseen>> + Send + 'a>>;

    /// Judges a stored observation; an error where it is none of this kind.
    fn judge_value(&self, observation: Value, at: Timestamp) -> Result<Vec<Expectation>, serde_json::Error>;

    /// Each counterexample, judged.
    fn counterexamples(&self, at: Timestamp) -> Vec<Judged>;
}

impl<C: Check> AnyCheck for C {
    fn touches(&self, env: &ProcessEnv) -> Vec<Touch> {
        Check::touches(self, env)
    }

    fn manner(&self) -> Manner {
        Check::manner(self)
    }

    fn look<'a>(&'a self, cx: &'a Context) -> Pin<Box<dyn Future<Output = Result<Judged, Unseen>> + Send + 'a>> {
        Box::pin(async move {
            let observation = self.observe(cx).await?;
            Ok(judged(self, &observation, cx.shared.at))
        })
    }

    fn judge_value(&self, observation: Value, at: Timestamp) -> Result<Vec<Expectation>, serde_json::Error> {
        Ok(self.judge(&serde_json::from_value(observation)?, at))
    }

    fn counterexamples(&self, at: Timestamp) -> Vec<Judged> {
        Check::counterexamples(self, at).iter().map(|observation| judged(self, observation, at)).collect()
    }
}

fn judged<C: Check>(check: &C, observation: &C::Observation, at: Timestamp) -> Judged {
    let expectations = check.judge(observation, at);
    // An observation that cannot be serialised has a map with keys that are no strings: a bug, shown as such.
    let observation = Json::of(observation).unwrap_or_else(|error| Value::String(format!("not shown: {error}")).into());
    Judged { observation, expectations }
}
