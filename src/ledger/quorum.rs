//! How many of the required signatures are there, when one person counts once.

use super::VerifiedEntry;
use crate::model::{Required, SignOff, SignatureRequest};

/// A role that still lacks signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The role.
    pub role: String,
    /// How many more people must sign.
    pub count: u32,
    /// Who is asked for it, where the policy says how people are asked.
    pub request: Option<SignatureRequest>,
}

/// A signature that counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signature<'a> {
    /// Whose, by id.
    person: &'a str,
    role: &'a str,
    /// Who signed that the key is theirs: they may have made it for themselves.
    confirmed_by: &'a [String],
    /// For whom they sign who is absent.
    deputy_of: Option<&'a str>,
}

impl<'a> Signature<'a> {
    /// That of this person in this role, in this entry.
    pub(super) fn of(entry: &'a VerifiedEntry, person: &'a str, role: &'a str) -> Self {
        Self { person, role, confirmed_by: entry.confirmed_by(), deputy_of: None }
    }

    /// That of a sign-off.
    pub(super) fn of_sign_off(entry: &'a VerifiedEntry, said: &'a SignOff) -> Self {
        Self { deputy_of: said.deputy_of.as_deref(), ..Self::of(entry, &said.person, &said.role) }
    }

    /// Whether the two may be one person: whoever signs the one, or is absent there, signs the other, is absent there, or has confirmed
    /// the passkey that signs it. That two passkeys were confirmed by the same registrars makes them no one: that takes two of them.
    fn may_be(&self, other: &Self) -> bool {
        let behind = |one: &Self, name: &str| one.is_or_speaks_for(name) || one.confirmed_by.iter().any(|by| by == name);
        let of = |one: &Self, other: &Self| behind(one, other.person) || other.deputy_of.is_some_and(|principal| behind(one, principal));
        self.person != other.person && (of(self, other) || of(other, self))
    }

    fn is_or_speaks_for(&self, name: &str) -> bool {
        self.person == name || self.deputy_of == Some(name)
    }
}

/// Of so many pairs who may be one person each is left out in turn; of more whoever was confirmed is.
const MOST_PAIRS: usize = 8;

/// What is missing when these people have signed. A person who signed in several roles counts in one of
/// them, whichever helps most; with two keys they are still one person, and so are two of whom one has confirmed the other's
/// passkey or is their deputy.
pub(super) fn missing(require: &[Required], signed: &[Signature<'_>]) -> Vec<Missing> {
    let pairs = signed.iter().flat_map(|one| signed.iter().filter(|other| one.may_be(other)).map(move |other| (one.person, other.person)));
    let pairs: Vec<(&str, &str)> = pairs.collect();
    let Some((one, other)) = pairs.first() else {
        let signed: Vec<(&str, &str)> = signed.iter().map(|signature| (signature.person, signature.role)).collect();
        return lacking(require, &signed);
    };
    let without = |person: &str| {
        let left: Vec<Signature<'_>> = signed.iter().copied().filter(|signature| signature.person != person).collect();
        missing(require, &left)
    };
    let lacks = |missing: &Vec<Missing>| missing.iter().map(|missing| missing.count).sum::<u32>();
    let first = without(one);
    if pairs.len() > MOST_PAIRS || first.is_empty() { first } else { std::cmp::min_by_key(first, without(other), lacks) }
}

/// The same for people of whom each is one.
fn lacking(require: &[Required], signed: &[(&str, &str)]) -> Vec<Missing> {
    let places: Vec<&str> =
        require.iter().flat_map(|required| std::iter::repeat_n(required.role.as_str(), required.count as usize)).collect();
    let mut people: Vec<&str> = signed.iter().map(|(person, _)| *person).collect();
    people.sort_unstable();
    people.dedup();
    let mut taken: Vec<Option<usize>> = vec![None; people.len()];
    let mut filled = vec![false; places.len()];
    for (place, filled) in filled.iter_mut().enumerate() {
        let mut tried = vec![false; people.len()];
        *filled = fill(place, &places, &people, signed, &mut taken, &mut tried);
    }
    let mut missing: Vec<Missing> = Vec::new();
    for place in (0..places.len()).filter(|place| !filled[*place]) {
        match missing.iter_mut().find(|missing| missing.role == places[place]) {
            Some(missing) => missing.count += 1,
            None => missing.push(Missing { role: places[place].to_owned(), count: 1, request: None }),
        }
    }
    missing
}

/// Finds somebody for `place`, moving others to another place of theirs where that helps (an augmenting path).
fn fill(
    place: usize,
    places: &[&str],
    people: &[&str],
    signed: &[(&str, &str)],
    taken: &mut Vec<Option<usize>>,
    tried: &mut Vec<bool>,
) -> bool {
    for (index, person) in people.iter().enumerate() {
        if tried[index] || !signed.contains(&(person, places[place])) {
            continue;
        }
        tried[index] = true;
        let free = match taken[index] {
            None => true,
            Some(other) => fill(other, places, people, signed, taken, tried),
        };
        if free {
            taken[index] = Some(place);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn require(roles: &[(&str, u32)]) -> Vec<Required> {
        roles.iter().map(|(role, count)| Required { role: (*role).to_owned(), count: *count, when: None }).collect()
    }

    fn lacks(roles: &[(&str, u32)], signed: &[(&str, &str)]) -> Vec<(String, u32)> {
        let signed = signed.iter().map(|(person, role)| Signature { person, role, confirmed_by: &[], deputy_of: None });
        left(roles, &signed.collect::<Vec<_>>())
    }

    fn left(roles: &[(&str, u32)], signed: &[Signature<'_>]) -> Vec<(String, u32)> {
        missing(&require(roles), signed).into_iter().map(|missing| (missing.role, missing.count)).collect()
    }

    #[test]
    fn whoever_confirmed_a_passkey_and_its_holder_are_one() {
        let by = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (ann, ann_and_cy, nobody) = (by(&["ann"]), by(&["ann", "cy"]), by(&[]));
        let sign = |person, role, confirmed_by| Signature { person, role, confirmed_by, deputy_of: None };
        let two = [("security", 1), ("devops", 1)];
        let bob = sign("bob", "security", &ann);
        assert_eq!(left(&two, &[bob, sign("ann", "devops", &nobody)]).len(), 1);
        assert_eq!(left(&two, &[bob, sign("cy", "devops", &nobody)]), []);
        // A valid signature more takes nothing away.
        let all = [sign("bob", "security", &ann_and_cy), sign("ann", "devops", &nobody), sign("cy", "security", &nobody)];
        assert_eq!(left(&two, &all), []);
        // Whoever helps most stays.
        assert_eq!(left(&[("devops", 1)], &[bob, sign("ann", "devops", &nobody)]), []);
        assert_eq!(left(&[("security", 1)], &[bob, sign("ann", "devops", &nobody)]), []);
    }

    #[test]
    fn one_person_counts_once() {
        assert_eq!(lacks(&[("security", 2)], &[("bob", "security"), ("bob", "security")]), [("security".into(), 1)]);
        assert_eq!(lacks(&[("security", 1), ("devops", 1)], &[("bob", "security"), ("bob", "devops")]), [("devops".into(), 1)]);
    }

    #[test]
    fn whoever_signed_in_two_roles_is_counted_where_it_helps() {
        let signed = [("ann", "security"), ("bob", "security"), ("ann", "devops")];
        assert_eq!(lacks(&[("security", 1), ("devops", 1)], &signed), []);
        let signed = [("ann", "devops"), ("ann", "security"), ("bob", "devops"), ("cy", "lead"), ("bob", "lead")];
        assert_eq!(lacks(&[("devops", 1), ("security", 1), ("lead", 1)], &signed), []);
    }

    #[test]
    fn a_deputy_and_whom_they_speak_for_are_one() {
        let sign = |person, role, deputy_of| Signature { person, role, confirmed_by: &[], deputy_of };
        let two = [("security", 2)];
        let eve = sign("eve", "security", Some("bob"));
        assert_eq!(left(&two, &[eve, sign("bob", "security", None)]).len(), 1);
        assert_eq!(left(&two, &[eve, sign("max", "security", Some("bob"))]).len(), 1);
        assert_eq!(left(&two, &[eve, sign("eve", "security", Some("dan"))]).len(), 1);
        assert_eq!(left(&two, &[eve, sign("eve", "security", None)]).len(), 1);
        // Bob's passkey was confirmed by Ann, for whom Max signs.
        let by_ann = ["ann".to_owned()];
        let bob = Signature { person: "bob", role: "security", confirmed_by: &by_ann, deputy_of: None };
        assert_eq!(left(&two, &[bob, sign("max", "security", Some("ann"))]).len(), 1);
        assert_eq!(left(&two, &[eve, sign("dan", "security", None)]), []);
        assert_eq!(left(&two, &[eve, sign("bob", "security", None), sign("dan", "security", None)]), []);
    }

    #[test]
    fn nobody_signed() {
        assert_eq!(lacks(&[("security", 2), ("devops", 1)], &[]), [("security".into(), 2), ("devops".into(), 1)]);
    }
}
