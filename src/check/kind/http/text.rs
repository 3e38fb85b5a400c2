//! What the body's text must and must not hold.

use serde::{Deserialize, Deserializer, de::Error};

use super::expect::Expect;
use crate::{
    check::{
        OneOrMore,
        demand::{Pattern, Text},
        http::BodySeen,
    },
    model::{Expectation, quote},
};

/// Texts that must not be there.
pub(super) fn as_they_stand<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<OneOrMore<Text>>, D::Error> {
    let texts = OneOrMore::<Text>::deserialize(deserializer)?;
    match texts.iter().find_map(|text| foreign(text.as_str())) {
        Some(why) => Err(D::Error::custom(why)),
        None => Ok(Some(texts)),
    }
}

/// Why a text that must not be there is written in another program's way: it would never be found, and so always be missing.
fn foreign(text: &str) -> Option<String> {
    let within = |start: &str, end: &str| {
        text.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).filter(|inner| inner.contains(char::is_alphanumeric))
    };
    let as_it_stands = "`not-contains` looks for a text as it stands";
    if let Some(inner) = within("/", "/") {
        return Some(format!("{as_it_stands}, and `{text}` is an expression: write `not-matches: {inner:?}`"));
    }
    if ["(?i)", "(?s)", "(?m)", "^"].iter().any(|start| text.starts_with(start)) || text.ends_with(".*") || text.starts_with(".*") {
        return Some(format!("{as_it_stands}, and `{text}` is an expression: write `not-matches: {text:?}`"));
    }
    if let Some(inner) = within("*", "*").or_else(|| within("%", "%")) {
        return Some(format!("{as_it_stands}, `*` and `%` too: write `not-contains: {inner:?}`"));
    }
    text.strip_prefix('!').filter(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '/')).map(|rest| {
        format!("{as_it_stands}, `!` too, and is a negation already: write `not-contains: {rest:?}`, or `contains` if it must be there")
    })
}

/// The demands on the body's text, judged.
pub(super) fn judge(expect: &Expect, seen: &BodySeen) -> Vec<Expectation> {
    let texts = |texts: &Option<OneOrMore<Text>>| texts.iter().flat_map(|texts| texts.iter()).cloned().collect::<Vec<_>>();
    let patterns =
        |patterns: &Option<OneOrMore<Pattern>>| patterns.iter().flat_map(|patterns| patterns.iter()).cloned().collect::<Vec<_>>();
    let mut all = Vec::new();
    for text in texts(&expect.contains) {
        let demand = Expectation::new(format!("contains:{}", text.as_str()), "body").wanted(format!("to contain {text}"));
        all.push(match (seen.readable(), seen.texts.get(text.as_str())) {
            (Err(why), _) => demand.undetermined(why),
            (Ok(()), None) => demand.undetermined("it was not looked for"),
            (Ok(()), Some(true)) => demand.got(format!("contains {text}")).met(true),
            (Ok(()), Some(false)) => demand.got(seen.shown()).met(false),
        });
    }
    for text in texts(&expect.not_contains) {
        let demand = Expectation::new(format!("not-contains:{}", text.as_str()), "body").wanted(format!("not to contain {text}"));
        let found = seen.texts.get(text.as_str()).map(|is| is.then(|| format!("contains {text}")));
        all.push(absent(demand, found, "does not contain it", seen));
    }
    for pattern in patterns(&expect.matches) {
        let demand = Expectation::new(format!("matches:{}", pattern.text()), "body").wanted(format!("to match {pattern}"));
        all.push(match (seen.readable(), seen.patterns.get(pattern.text())) {
            (Err(why), _) => demand.undetermined(why),
            (Ok(()), None) => demand.undetermined("it was not looked for"),
            (Ok(()), Some(Some(found))) => demand.got(format!("matches with {}", quote(found))).met(true),
            (Ok(()), Some(None)) => demand.got(seen.shown()).met(false),
        });
    }
    for pattern in patterns(&expect.not_matches) {
        let demand = Expectation::new(format!("not-matches:{}", pattern.text()), "body").wanted(format!("not to match {pattern}"));
        let found = seen.patterns.get(pattern.text()).map(|found| found.as_ref().map(|found| format!("matches with {}", quote(found))));
        all.push(absent(demand, found, "does not match it", seen));
    }
    all
}

/// That something is not in the body: `found` is what of it was found, if it was looked for.
fn absent(demand: Expectation, found: Option<Option<String>>, not_there: &str, seen: &BodySeen) -> Expectation {
    match (seen.readable().and(seen.is_text()), found) {
        // What was found in a part is found, whatever the rest is.
        (_, Some(Some(found))) => demand.got(found).met(false),
        (Err(why), _) => demand.undetermined(why),
        (Ok(()), None) => demand.undetermined("it was not looked for"),
        // An answer that says nothing, for whatever reason, contains nothing either.
        (Ok(()), Some(None)) if seen.size == 0 => demand.undetermined("the body is empty, which proves nothing"),
        (Ok(()), Some(None)) => demand.got(not_there).met(true),
    }
}
