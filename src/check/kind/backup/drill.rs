//! The record of the last restore.

use std::path::Path;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;

use super::seen::Drill;
use crate::{
    model::{Period, Size, excerpt, plain},
    net::regular_file::{FileError, read_text},
};

/// Records are short.
const LARGEST: Size = Size(256 << 10);

/// One restore, as a team writes it down.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Record {
    restored: String,
    result: Outcome,
    backup: Option<String>,
    environment: Option<String>,
    by: Option<String>,
    took: Option<Period>,
    #[serde(rename = "notes")]
    _notes: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    Ok,
    Failed,
}

/// Reads the file; what is wrong with it stands in what comes back.
pub(super) fn read(path: &Path) -> Drill {
    let text = match read_text(path, LARGEST) {
        Ok(text) => text,
        Err(FileError::Forbidden) => return Drill { unseen: Some(FileError::Forbidden.to_string()), ..Drill::default() },
        Err(error) => return flawed(error.to_string()),
    };
    match newest(&text) {
        Ok((time, record)) => Drill { restored: Some(time), ok: record.result == Outcome::Ok, about: about(&record), ..Drill::default() },
        Err(why) => flawed(why),
    }
}

fn flawed(flaw: String) -> Drill {
    Drill { flaw: Some(flaw), ..Drill::default() }
}

fn newest(text: &str) -> Result<(Timestamp, Record), String> {
    let wrong = |error: serde_yaml::Error| {
        let said = error.to_string();
        format!("is no record of a restore: {}", excerpt(&plain(said.lines().next().unwrap_or_default()), 160))
    };
    // A list begins with a dash or a bracket; JSON is YAML.
    let records: Vec<Record> = if text.trim_start().starts_with(['-', '[']) {
        serde_yaml::from_str(text).map_err(wrong)?
    } else {
        vec![serde_yaml::from_str(text).map_err(wrong)?]
    };
    let mut newest: Option<(Timestamp, Record)> = None;
    for record in records {
        let time = instant(&record.restored)?;
        if newest.as_ref().is_none_or(|(latest, _)| time >= *latest) {
            newest = Some((time, record));
        }
    }
    newest.ok_or_else(|| "holds no record".into())
}

/// A date means its first moment in UTC.
fn instant(text: &str) -> Result<Timestamp, String> {
    let date = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let time = text.parse::<Timestamp>().ok();
    let wrong = || format!("says `restored: {}`, which is neither a date nor a time with its zone", excerpt(&plain(text), 40));
    time.or_else(|| date().filter(|_| text.len() == 10)).ok_or_else(wrong)
}

fn about(record: &Record) -> Option<String> {
    let short = |text: &String| excerpt(&plain(text), 80);
    let parts = [
        record.backup.as_ref().map(|backup| format!("backup {}", short(backup))),
        record.environment.as_ref().map(|environment| format!("in {}", short(environment))),
        record.by.as_ref().map(|by| format!("by {}", short(by))),
        record.took.map(|took| format!("took {took}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_record_counts() {
        let text = "- {restored: 2026-10-01, result: ok}\n- {restored: 2026-11-01T10:00:00+01:00, result: failed, by: bob, took: 42m}\n";
        let (time, record) = newest(text).expect("records");
        assert_eq!((time.to_string().as_str(), record.result), ("2026-11-01T09:00:00Z", Outcome::Failed));
        assert_eq!(about(&record).as_deref(), Some("by bob, took 42 min"));
    }

    #[test]
    fn json_will_do() {
        let (time, _) = newest(r#"{"restored": "2026-11-01", "result": "ok"}"#).expect("a record");
        assert_eq!(time.to_string(), "2026-11-01T00:00:00Z");
    }

    #[test]
    fn nothing_is_guessed() {
        for text in [
            "",
            "[]",
            "restored: 2026-11-01",
            "{restored: yesterday, result: ok}",
            "{restored: 2026-11-01T10:00:00, result: ok}",
            "{restored: 2026-11-01, result: fine}",
            "{restored: 2026-11-01, result: ok, resutl: x}",
        ] {
            assert!(newest(text).is_err(), "{text}");
        }
    }
}
