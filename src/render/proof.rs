//! What came of a check in words that stand for themselves: of a green one what was proven, with the margin it had.

use std::borrow::Cow;

use serde_json::Value;

use super::story::said_by_demands;
use crate::model::{Expectation, Finding, Outcome, first_of};

/// At most so many demands of a green check stand in its line.
const TOLD: usize = 3;

/// Why a check came to what it came to. Of a green one the reason may only count its demands; then they are told, and
/// first what runs out or fills up: time left, sizes, shares.
pub(super) fn reason(finding: &Finding) -> Cow<'_, str> {
    let met = &finding.expectations;
    if finding.outcome != Outcome::Pass || met.is_empty() || finding.reason != Finding::reason_of(Outcome::Pass, met) {
        return Cow::Borrowed(&finding.reason);
    }
    let mut met: Vec<&Expectation> = met.iter().collect();
    met.sort_by_key(|demand| demand.bound.as_ref().is_none_or(|bound| bound.unit == "count"));
    let lines: Vec<String> = met.iter().map(|demand| line(demand)).collect();
    first_of(&lines, TOLD, lines.len(), "; ").into()
}

/// One demand that is met: what was seen, and where it is a bound, how far it may go.
pub(super) fn line(demand: &Expectation) -> String {
    let Expectation { what, got, wanted, .. } = demand;
    // What explains the bound is in the evidence.
    let bound = wanted.split(" (").next().unwrap_or(wanted);
    let is_number = bound.contains(|c: char| c.is_ascii_digit());
    if demand.bound.is_none() || !is_number || got.contains("wanted") || got.starts_with(bound) {
        return demand.line();
    }
    match got.split_once(" (").filter(|(_, aside)| aside.ends_with(')')) {
        Some((got, aside)) => format!("{what}: {got} ({bound} wanted; {aside}"),
        None => format!("{what}: {got} ({bound} wanted)"),
    }
}

/// The question that a person is asked.
pub(super) fn question(finding: &Finding) -> Option<String> {
    asked(finding, "question")
}

/// Who has to act: of what waits for an answer whoever is asked, where the plan says that; else the owner.
pub(super) fn actor(finding: &Finding) -> Option<String> {
    let by = || asked(finding, "by").filter(|_| finding.outcome == Outcome::Pending);
    by().or_else(|| finding.owner.clone())
}

fn asked(finding: &Finding, key: &str) -> Option<String> {
    let settings = (finding.kind == "manual").then(|| finding.settings.value())?;
    let listed = |all: &Vec<Value>| all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ");
    settings[key].as_str().map(str::to_owned).or_else(|| settings[key].as_array().map(listed))
}

/// The reason where there is one line for it: of what waits for an answer, the question; of several demands, the first.
pub(super) fn brief(finding: &Finding) -> String {
    let asked = question(finding).filter(|_| finding.outcome == Outcome::Pending);
    let open: Vec<&Expectation> = finding.expectations.iter().filter(|demand| demand.met == Some(false)).collect();
    match (asked, open.as_slice()) {
        (Some(question), _) => question,
        (None, [first, rest @ ..]) if !rest.is_empty() && said_by_demands(finding) => format!("{} (and {} more)", first.line(), rest.len()),
        (None, _) => reason(finding).into_owned(),
    }
}

/// As many whole words of `text` as fit into `limit` characters; code between backticks is left out or whole.
pub(super) fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    let Some((end, _)) = text.char_indices().nth(limit) else { return text.into() };
    let begun = &text[..end];
    let begun = begun.rsplit_once(' ').map_or(begun, |(words, _)| words);
    let begun = if begun.matches('`').count() % 2 == 1 { begun.rsplit_once('`').map_or(begun, |(words, _)| words) } else { begun };
    format!("{} …", begun.trim_end_matches([' ', ',', ';', ':'])).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(what: &str, got: &str, wanted: &str, unit: Option<&str>) -> Expectation {
        let demand = Expectation::new(what, what).got(got).wanted(wanted).met(true);
        unit.map_or(demand.clone(), |unit| demand.bound(">=", 1, None, unit))
    }

    #[test]
    fn short_is_whole_words_and_no_torn_code() {
        for (text, limit, short) in [
            ("`A`: got one, wanted two", 30, "`A`: got one, wanted two"),
            ("`A`: got one, wanted two", 16, "`A`: got one …"),
            ("say `let it be` twice", 12, "say …"),
            ("unbroken", 4, "unbr …"),
        ] {
            assert_eq!(shortened(text, limit), short);
        }
    }

    #[test]
    fn a_bound_is_told_with_its_margin_and_once() {
        for (demand, said) in [
            (met("lifetime", "expires in 64 d", "21 d", Some("s")), "lifetime: expires in 64 d (21 d wanted)"),
            (met("age", "5 s (a.dump)", "at most 1 d", Some("s")), "age: 5 s (at most 1 d wanted; a.dump)"),
            (met("keys", "9 of 17", "at least 1 (else name them)", Some("count")), "keys: 9 of 17 (at least 1 wanted)"),
            (met("time", "89 d, at least 13 d wanted", "at least 14 d", Some("s")), "time: 89 d, at least 13 d wanted"),
            (met("invalid", "none of 21", "none", Some("count")), "invalid: none of 21"),
            (met("answer", "yes (Bob, 29 d left)", "yes", Some("s")), "answer: yes (Bob, 29 d left)"),
            (met("status", "200", "2xx", None), "status: 200"),
        ] {
            assert_eq!(line(&demand), said);
        }
    }
}
