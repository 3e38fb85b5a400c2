//! Values that are too alike: two keys with one value, or the same value in another environment.

use std::collections::BTreeSet;

use super::{
    Secrets,
    assess::texts,
    flaw::{Class, Flaw},
    inspect::{chosen, shown},
    seen::{Elsewhere, Inspected},
};
use crate::check::environment::Held;

/// Shorter values are alike by chance or by nature (a port, a region).
const SHORTEST_SAME: usize = 6;
/// Two random values of this length never differ in only two places.
const SHORTEST_NEAR: usize = 16;

/// How alike two values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// They differ in one or two places, or in the environment that they name.
    Near,
    /// The same.
    Same,
}

/// How alike `a` and `b` are, if they are.
pub(super) fn likeness(a: &str, b: &str) -> Option<Likeness> {
    let (a, b) = (a.trim(), b.trim());
    if a.len() < SHORTEST_SAME || b.len() < SHORTEST_SAME {
        return None;
    }
    let places = a.bytes().zip(b.bytes()).filter(|(a, b)| a != b).take(3).count();
    let core = |text| Some(core(text)).filter(|core: &&str| core.len() >= SHORTEST_SAME);
    match a.len() == b.len() {
        true if places == 0 => Some(Likeness::Same),
        true if places < 3 && a.len() >= SHORTEST_NEAR => Some(Likeness::Near),
        _ => core(a).filter(|core_of_a| Some(*core_of_a) == core(b)).map(|_| Likeness::Near),
    }
}

/// `text` without the environment that its first or last word names.
fn core(text: &str) -> &str {
    let names = |word: &str| super::placeholder::names_an_environment(word);
    let cut = text.split_once(MARKS).filter(|(first, _)| names(first)).map_or(text, |(_, rest)| rest);
    cut.rsplit_once(MARKS).filter(|(_, last)| names(last)).map_or(cut, |(rest, _)| rest)
}

const MARKS: [char; 5] = ['-', '_', '.', ':', '@'];

/// The likeness of the two texts that are most alike, one of each key.
fn nearest(a: &BTreeSet<String>, b: &BTreeSet<String>) -> Option<Likeness> {
    a.iter().flat_map(|a| b.iter().filter_map(move |b| likeness(a, b))).max()
}

/// Marks keys that share a value. Addresses are left out (a reader and a writer may have the same one), and so is what
/// is flawed by itself already.
pub(super) fn mark(held: &[&Held], secrets: &mut [Inspected], accepted: impl Fn(&str) -> bool) {
    let fit = |at: usize, secrets: &[Inspected]| secrets[at].flaws.is_empty() && !accepted(&held[at].key);
    let texts: Vec<BTreeSet<String>> = (0..held.len()).map(|at| if fit(at, secrets) { alone(held[at]) } else { BTreeSet::new() }).collect();
    for a in 0..held.len() {
        let found = (0..held.len()).filter(|b| *b != a).find_map(|b| nearest(&texts[a], &texts[b]).map(|how| (b, how)));
        if let Some((b, how)) = found {
            let how = if how == Likeness::Same { "the same value as" } else { "nearly the same value as" };
            secrets[a].flaws.push(Flaw::new(Class::Shared, format!("{how} `{}`", shown(&held[b].key))));
        }
    }
}

/// The value of a key that is one text.
fn alone(held: &Held) -> BTreeSet<String> {
    held.value.text().filter(|text| super::address::read(text).is_none()).map(str::to_owned).into_iter().collect()
}

/// What the chosen keys of `here` have in common with those of another environment: of each its secrets, also those in
/// its fields and URLs, and what it is wrapped in.
pub(super) fn elsewhere(source: String, here: &[Held], there: &[Held], check: &Secrets) -> Elsewhere {
    let (mut compared, mut same) = (0, Vec::new());
    let others: Vec<(&Held, BTreeSet<String>)> = chosen(there, check).into_iter().map(|other| (other, texts(other))).collect();
    for entry in chosen(here, check) {
        let Some(text) = entry.value.text().map(str::trim).filter(|text| !text.is_empty()) else { continue };
        let twin = there.iter().find(|other| other.key == entry.key);
        let twin_text = twin.and_then(|twin| twin.value.text()).map(str::trim).filter(|text| !text.is_empty());
        compared += u64::from(twin_text.is_some());
        let own = texts(entry);
        let (key, near) = (shown(&entry.key), |how| if how == Likeness::Same { "" } else { " (nearly)" });
        // Of the same key any equal value counts, however short.
        if twin_text == Some(text) {
            same.push(key);
        } else if let Some(how) = twin.and_then(|twin| nearest(&own, &texts(twin))) {
            same.push(format!("{key}{}", near(how)));
        } else if let Some((other, _)) = others.iter().find(|(_, other)| nearest(&own, other).is_some()) {
            same.push(format!("{key} (as {} there)", shown(&other.key)));
        }
    }
    Elsewhere { source, compared, same }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likenesses() {
        let key = "f32f716d70a42c5703f4656015e76200";
        let is = |a: &str, b: &str| likeness(a, b);
        assert_eq!(is(key, key), Some(Likeness::Same));
        assert_eq!(is(key, "f32f716d70a42c5703f4656015e76201"), Some(Likeness::Near));
        assert_eq!(is(key, "f32f716d70a42c5703f4656015e76333"), None);
        assert_eq!((is("5432", "5432"), is("hunter2", "hunter3")), (None, None));
        // Only the environment that they name sets them apart.
        for (a, b) in [("velvet-otter-prod", "velvet-otter-staging"), ("prod_Zk3Rw9", "dev_Zk3Rw9"), ("Zk3Rw9Lm.live", "Zk3Rw9Lm")] {
            assert_eq!(is(a, b), Some(Likeness::Near), "{a}");
        }
        assert_eq!(is("velvet-otter-prod", "velvet-badger-staging"), None);
    }
}
