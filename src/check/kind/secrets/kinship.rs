//! Values that are too alike: two keys with one value, or the same value in another environment.

use super::{
    address,
    choice::Choice,
    flaw::{Class, Flaw},
    held::Held,
    inspection::{Elsewhere, Inspected, chosen},
};
use crate::model::{excerpt, plain};

/// Shorter values are alike by chance or by nature (a port, a region).
const SHORTEST_SAME: usize = 6;
/// Two random values of this length never differ in only two places.
const SHORTEST_NEAR: usize = 16;

/// How alike two values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// The same.
    Same,
    /// They differ in one or two places.
    Near,
}

/// How alike `a` and `b` are, if they are.
pub fn likeness(a: &str, b: &str) -> Option<Likeness> {
    let (a, b) = (a.trim().as_bytes(), b.trim().as_bytes());
    if a.len() < SHORTEST_SAME || a.len() != b.len() {
        return None;
    }
    match a.iter().zip(b).filter(|(a, b)| a != b).take(3).count() {
        0 => Some(Likeness::Same),
        1 | 2 if a.len() >= SHORTEST_NEAR => Some(Likeness::Near),
        _ => None,
    }
}

/// Marks keys that share a value. Addresses are left out (a reader and a writer may have the same one), and so is what
/// is flawed by itself already.
pub fn mark(held: &[&Held], secrets: &mut [Inspected], accepted: impl Fn(&str) -> bool) {
    let fit = |at: usize, secrets: &[Inspected]| secrets[at].flaws.is_empty() && !accepted(&held[at].key);
    let texts: Vec<Option<&str>> =
        (0..held.len()).map(|at| held[at].value.text().filter(|text| fit(at, secrets) && address::read(text).is_none())).collect();
    for a in 0..held.len() {
        let alike = |b: &usize| *b != a && texts[a].zip(texts[*b]).is_some_and(|(a, b)| likeness(a, b).is_some());
        let Some(b) = (0..held.len()).find(alike) else { continue };
        let same = texts[a].zip(texts[b]).and_then(|(a, b)| likeness(a, b)) == Some(Likeness::Same);
        let how = if same { "the same value as" } else { "nearly the same value as" };
        let other = excerpt(&plain(&held[b].key), 120);
        secrets[a].flaws.push(Flaw::new(Class::Shared, format!("{how} `{other}`")));
    }
}

/// What the chosen keys of `here` have in common with those of another environment.
pub fn elsewhere(source: String, here: &[Held], there: &[Held], choice: &Choice<'_>) -> Elsewhere {
    let (mut compared, mut same) = (0, Vec::new());
    let others = chosen(there, choice);
    for entry in chosen(here, choice) {
        let Some(text) = entry.value.text().map(str::trim).filter(|text| !text.is_empty()) else { continue };
        let twin = there.iter().find(|other| other.key == entry.key).and_then(|other| other.value.text()).map(str::trim);
        compared += u64::from(twin.is_some_and(|twin| !twin.is_empty()));
        let key = excerpt(&plain(&entry.key), 120);
        // Of the same key any equal value counts, however short.
        if twin == Some(text) {
            same.push(key);
        } else if let Some(near) = twin.and_then(|twin| likeness(text, twin)) {
            same.push(if near == Likeness::Same { key } else { format!("{key} (nearly)") });
        } else if let Some(other) = others.iter().find(|other| other.value.text().is_some_and(|other| likeness(text, other).is_some())) {
            same.push(format!("{key} (as {} there)", excerpt(&plain(&other.key), 120)));
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
        assert_eq!(likeness(key, key), Some(Likeness::Same));
        assert_eq!(likeness(key, "f32f716d70a42c5703f4656015e76201"), Some(Likeness::Near));
        assert_eq!(likeness(key, "f32f716d70a42c5703f4656015e76333"), None);
        assert_eq!((likeness("5432", "5432"), likeness("hunter2", "hunter3")), (None, None));
    }
}
