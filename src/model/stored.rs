//! Reads a stored report, trusting nothing: no duplicate keys, no verdict that its own findings contradict.

use std::fmt;

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor},
};

use super::{Outcome, Report, SCHEMA};

/// Why a file is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Not JSON, a duplicate key, or not the shape of a report.
    #[error("this is not a report: {0}")]
    Malformed(String),
    /// A report, but of a format this program does not know.
    #[error("this report has the format `{0}`, this program reads `{SCHEMA}`")]
    Format(String),
    /// Its verdict is not the one its findings give: it was edited.
    #[error("this report contradicts itself: {0}; it was altered after the run")]
    Contradiction(String),
}

impl Report {
    /// Reads a report's JSON. Unknown fields are ignored, so that newer programs may add some.
    pub fn from_json(json: &[u8]) -> Result<Self, ReportError> {
        let malformed = |error: serde_json::Error| ReportError::Malformed(error.to_string());
        unique_keys(json).map_err(malformed)?;
        let head: ReportHead = serde_json::from_slice(json).map_err(malformed)?;
        if head.schema != SCHEMA {
            return Err(ReportError::Format(super::excerpt(&head.schema, 64)));
        }
        let report: Self = serde_json::from_slice(json).map_err(malformed)?;
        report.consistent()
    }

    fn consistent(self) -> Result<Self, ReportError> {
        let derived = self.clone().concluded();
        let contradiction = |what: &str, said: &dyn fmt::Display, is: &dyn fmt::Display| {
            Err(ReportError::Contradiction(format!("it says {what} `{said}`, its findings give `{is}`")))
        };
        if self.verdict != derived.verdict {
            return contradiction("verdict", &self.verdict, &derived.verdict);
        }
        if self.exit != derived.exit {
            return contradiction("exit code", &self.exit, &derived.exit);
        }
        if self.counts != derived.counts {
            return Err(ReportError::Contradiction("its counts are not those of its findings".into()));
        }
        let mut ids = std::collections::BTreeSet::new();
        if let Some(twice) = self.findings.iter().find(|finding| !ids.insert(finding.id.as_str())) {
            return Err(ReportError::Contradiction(format!("the check `{}` stands twice in it", super::excerpt(&twice.id, 64))));
        }
        for finding in &self.findings {
            let untried = finding.expectations.is_empty() && matches!(finding.outcome, Outcome::Skipped | Outcome::Unknown);
            if finding.elsewhere && !(untried && finding.attempts == 0) {
                let said = format!("`{}` is left to another run although it was tried", super::excerpt(&finding.id, 64));
                return Err(ReportError::Contradiction(said));
            }
            let derived = Outcome::of(&finding.expectations);
            if !finding.expectations.is_empty() && finding.outcome != derived {
                return contradiction(&format!("`{}` is", finding.id), &finding.outcome, &derived);
            }
            if finding.expectations.is_empty() && finding.outcome == Outcome::Pass {
                return Err(ReportError::Contradiction(format!("`{}` passed although nothing was expected of it", finding.id)));
            }
        }
        Ok(self)
    }
}

#[derive(Deserialize)]
struct ReportHead {
    schema: String,
}

/// Refuses JSON in which a key stands twice in one object: two readers could read two things.
pub(crate) fn unique_keys(json: &[u8]) -> Result<(), serde_json::Error> {
    let mut strict = serde_json::Deserializer::from_slice(json);
    Unique.deserialize(&mut strict)?;
    strict.end()
}

/// Walks any JSON value and refuses a key that stands twice in one object.
struct Unique;

macro_rules! scalars {
    ($($method:ident $type:ty;)*) => {
        $(fn $method<E>(self, _: $type) -> Result<(), E> {
            Ok(())
        })*
    };
}

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    scalars! {
        visit_bool bool;
        visit_i64 i64;
        visit_u64 u64;
        visit_f64 f64;
        visit_str &str;
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = std::collections::BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if seen.contains(&key) {
                return Err(A::Error::custom(format_args!("the key `{}` stands twice in one object", super::excerpt(&key, 64))));
            }
            seen.insert(key);
            map.next_value_seed(Self)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_stand_once() {
        let twice = br#"{"schema":"gonogo.report/v1","a":[{"b":1,"b":2}]}"#;
        let error = Report::from_json(twice).expect_err("a duplicate key");
        assert!(error.to_string().contains("the key `b` stands twice"), "{error}");
    }

    #[test]
    fn another_format_is_named() {
        let error = Report::from_json(br#"{"schema":"gonogo.report/v9"}"#).expect_err("another format");
        assert!(error.to_string().contains("gonogo.report/v9"), "{error}");
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "[".repeat(100_000);
        assert!(matches!(Report::from_json(deep.as_bytes()), Err(ReportError::Malformed(_))));
    }
}
