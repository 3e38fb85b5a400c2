//! Programs that break each demand.

use jiff::Timestamp;

use super::{Command, seen::Seen};
use crate::check::demand::json_text;

/// For each way an output can be wrong one program, with which everything else that can be wrong is wrong too.
pub(super) fn counterexamples(check: &Command, _: Timestamp) -> Vec<Seen> {
    let forbidden = check.texts().not_contains;
    let mut outputs: Vec<&str> = vec!["", "{}", "an unexpected output"];
    outputs.extend(forbidden.iter().map(|text| text.as_str()));
    let mut all: Vec<Seen> = outputs.into_iter().map(|output| wrong(check, output)).collect();
    all.extend(check.json.as_ref().map(|demands| Seen { json: demands.counterexample(), not_json: None, ..wrong(check, "{}") }));
    all
}

fn wrong(check: &Command, output: &str) -> Seen {
    let (texts, mut patterns) = check.texts().find(output);
    // What an expression matches is not made here; that it does is.
    patterns.extend(check.texts().not_matches.iter().map(|one| (one.text().to_owned(), Some("what it matches".to_owned()))));
    Seen {
        code: check.exit().unwanted().unwrap_or_default(),
        ms: check.max_time.map_or(0, |limit| limit.as_millis().saturating_add(1)),
        size: output.len() as u64,
        utf8: true,
        texts,
        patterns,
        not_json: json_text::parse(output.as_bytes()).err(),
        excerpt: Some(output.to_owned()),
        ..Seen::default()
    }
}
