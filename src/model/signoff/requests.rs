//! How people are asked for a signature that is missing: a reminder, the next person, an end.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use crate::model::{Period, without_contradiction};

/// How those are asked who have not signed, from the moment on when nothing but people was missing. At least one is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Requests {
    /// After how long somebody who was asked is reminded, once. Default: never.
    pub remind_after: Option<Period>,
    /// After how long the next person of the role is asked too, in the order of its `people`. Default: all are asked at once.
    pub next_after: Option<Period>,
    /// After how long it has timed out: nobody is asked any more, and nobody has refused. A signature still counts. Default: never.
    pub time_out: Option<Period>,
}

without_contradiction!(Requests);

impl Serialize for Requests {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl Requests {
    fn contradiction(&self) -> Option<String> {
        let steps = [("remind-after", self.remind_after), ("next-after", self.next_after)];
        let longer = |(name, step): (&'static str, Option<Period>)| Some(name).filter(|_| step.is_some() && step >= self.time_out);
        match (steps, self.time_out) {
            ([(_, None), (_, None)], None) => Some("this asks nobody anew: write `remind-after`, `next-after` or `time-out`".into()),
            _ if [self.remind_after, self.next_after, self.time_out].contains(&Some(Period::seconds(0))) => {
                Some("0s is no time: leave it out".into())
            }
            (steps, Some(over)) => {
                let name = steps.into_iter().find_map(longer)?;
                Some(format!("`{name}` comes only after `time-out`, {over}: make it shorter"))
            }
            (_, None) => None,
        }
    }
}
