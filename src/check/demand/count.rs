//! How many of something there must be: a number, or bounds.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error};

use super::{matcher::Matcher, written};
use crate::model::{Expectation, counted, schema};

/// So many: a whole number, or `{min: 1, max: 5}`.
#[derive(Debug, Clone)]
pub struct Count(Box<Matcher>);

impl Count {
    /// Judges `demand` by how many there are; `one` is what one of them is called.
    pub(crate) fn judge(&self, demand: Expectation, count: u64, one: &str) -> Expectation {
        demand.wanted(self.to_string()).got(counted(count, one)).met(self.takes(count))
    }

    /// Whether so many are as demanded.
    pub(crate) fn takes(&self, count: u64) -> bool {
        self.0.takes_count(count)
    }

    /// Whether it says itself that there may be none.
    pub(crate) fn names_none(&self) -> bool {
        (self.0.equals.is_some() || self.0.min.is_some()) && self.takes(0)
    }

    /// A number that is not as demanded.
    pub(crate) fn unwanted(&self) -> u64 {
        if self.takes(0) { self.0.max.as_ref().and_then(serde_json::Number::as_u64).unwrap_or_default() + 1 } else { 0 }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.equals {
            Some(number) => write!(f, "{number}"),
            None => f.write_str(&self.0.to_string().replace("a number of ", "").replace("a number ", "")),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const FORM: &str = "expected a whole number or `{min: …, max: …}`";
        let count = written::count(deserializer)?.filter(|count| count.is_count()).ok_or_else(|| D::Error::custom(FORM))?;
        let takes_all = count.max.is_none() && count.equals.is_none() && count.takes_count(0);
        if takes_all {
            Err(D::Error::custom("every number meets this: give a number, a `max`, or a `min` over 0"))
        } else {
            Ok(Self(count))
        }
    }
}

schema!(inline Count, |generator| written::schema(generator));

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn what_it_takes_and_what_breaks_it() {
        for (written, takes, not, none) in [
            (json!(0), 0, 1, true),
            (json!("2"), 2, 0, false),
            (json!({ "max": 3 }), 0, 4, false),
            (json!({ "min": 0, "max": 3 }), 3, 4, true),
            (json!({ "min": 2 }), 9, 1, false),
        ] {
            let count: Count = from_value(written.clone()).expect("a count");
            assert!(count.takes(takes) && !count.takes(not) && !count.takes(count.unwanted()), "{written}");
            assert_eq!(count.names_none(), none, "{written}");
        }
        for written in [json!({}), json!(-1), json!(1.5), json!({ "min": 0 }), json!("x"), json!({ "exists": true }), json!(null)] {
            assert!(from_value::<Count>(written.clone()).is_err(), "{written}");
        }
    }
}
