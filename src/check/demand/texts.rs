//! Texts and expressions that must be in a text, or must not, whatever brought it.

use std::collections::BTreeMap;

use super::{Pattern, Text};
use crate::model::{Expectation, excerpt, quote};

/// What of a match is kept.
const KEPT: usize = 200;

/// The demands on a text.
pub(crate) struct Texts<'d> {
    pub(crate) contains: &'d [Text],
    pub(crate) not_contains: &'d [Text],
    pub(crate) matches: &'d [Pattern],
    pub(crate) not_matches: &'d [Pattern],
}

/// What was found in a text, and how far it could be read.
pub(crate) struct Within<'s> {
    /// What people call it: `body`, `output`.
    pub(crate) noun: &'static str,
    /// Texts that were looked for, and whether they are in it.
    pub(crate) texts: &'s BTreeMap<String, bool>,
    /// Expressions that were looked for, and what they match first.
    pub(crate) patterns: &'s BTreeMap<String, Option<String>>,
    /// Why nothing can be said of it.
    pub(crate) readable: Result<(), String>,
    /// Why something may be in it that was not found.
    pub(crate) is_text: Result<(), String>,
    /// Nothing is in it, which proves nothing.
    pub(crate) is_empty: bool,
    /// Its beginning, for a sentence.
    pub(crate) shown: String,
}

impl Texts<'_> {
    /// Which texts are in `text`, and what each expression matches first.
    pub(crate) fn find(&self, text: &str) -> (BTreeMap<String, bool>, BTreeMap<String, Option<String>>) {
        let texts = self.contains.iter().chain(self.not_contains).map(Text::as_str);
        let patterns = self.matches.iter().chain(self.not_matches);
        (
            texts.map(|wanted| (wanted.to_owned(), text.contains(wanted))).collect(),
            patterns.map(|one| (one.text().to_owned(), one.find(text).map(|found| excerpt(found, KEPT)))).collect(),
        )
    }

    /// Each demand, judged.
    pub(crate) fn judge(&self, seen: &Within<'_>) -> Vec<Expectation> {
        let demand = |name: String, wanted: String| Expectation::new(name, seen.noun).wanted(wanted);
        let held = |text: &Text| seen.texts.get(text.as_str()).map(|held| held.then(|| format!("contains {text}")));
        let match_of = |found: &Option<String>| found.as_ref().map(|found| format!("matches with {}", quote(found)));
        let matched = |pattern: &Pattern| seen.patterns.get(pattern.text()).map(match_of);
        let mut all = Vec::new();
        for text in self.contains {
            all.push(present(demand(format!("contains:{}", text.as_str()), format!("to contain {text}")), held(text), seen));
        }
        for text in self.not_contains {
            let demand = demand(format!("not-contains:{}", text.as_str()), format!("not to contain {text}"));
            all.push(absent(demand, held(text), "does not contain it", seen));
        }
        for pattern in self.matches {
            all.push(present(demand(format!("matches:{}", pattern.text()), format!("to match {pattern}")), matched(pattern), seen));
        }
        for pattern in self.not_matches {
            let demand = demand(format!("not-matches:{}", pattern.text()), format!("not to match {pattern}"));
            all.push(absent(demand, matched(pattern), "does not match it", seen));
        }
        all
    }
}

/// That something is in it: `found` is what of it was found, if it was looked for.
fn present(demand: Expectation, found: Option<Option<String>>, seen: &Within<'_>) -> Expectation {
    match (&seen.readable, found) {
        (Err(why), _) => demand.undetermined(why.clone()),
        (Ok(()), None) => demand.undetermined("it was not looked for"),
        (Ok(()), Some(Some(found))) => demand.got(found).met(true),
        (Ok(()), Some(None)) => demand.got(seen.shown.clone()).met(false),
    }
}

/// The opposite.
fn absent(demand: Expectation, found: Option<Option<String>>, not_there: &str, seen: &Within<'_>) -> Expectation {
    match (seen.readable.as_ref().and(seen.is_text.as_ref()), found) {
        // What was found in a part is found, whatever the rest is.
        (_, Some(Some(found))) => demand.got(found).met(false),
        (Err(why), _) => demand.undetermined(why.clone()),
        (Ok(()), None) => demand.undetermined("it was not looked for"),
        // An answer that says nothing, for whatever reason, contains nothing either.
        (Ok(()), Some(None)) if seen.is_empty => demand.undetermined(format!("the {} is empty, which proves nothing", seen.noun)),
        (Ok(()), Some(None)) => demand.got(not_there).met(true),
    }
}
