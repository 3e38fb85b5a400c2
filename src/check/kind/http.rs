//! An HTTP endpoint answers as demanded.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    check::{Check, Context, Touch, Unseen},
    model::{Expectation, ProcessEnv},
};

/// An HTTP endpoint answers as demanded.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Http {
    /// The address to ask.
    pub url: String,
}

/// What the endpoint answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    status: u16,
}

impl Check for Http {
    type Observation = Answer;

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        vec![Touch::new(&self.url, "GET")]
    }

    async fn observe(&self, _: &Context) -> Result<Answer, Unseen> {
        Err(Unseen::Unknown("not written yet".into()))
    }

    fn judge(&self, seen: &Answer, _: Timestamp) -> Vec<Expectation> {
        vec![Expectation::new("status", "HTTP status").wanted("200").got(seen.status.to_string()).met(seen.status == 200)]
    }

    fn counterexamples(&self, _: Timestamp) -> Vec<Answer> {
        vec![Answer { status: 500 }]
    }
}
