//! How many of the required signatures are there, when one person counts once.

use crate::model::Required;

/// A role that still lacks signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The role.
    pub role: String,
    /// How many more people must sign.
    pub count: u32,
}

/// What is missing when these people have signed in these roles. A person who signed in several roles counts in one of
/// them, whichever helps most; with two keys they are still one person.
pub(super) fn missing(require: &[Required], signed: &[(&str, &str)]) -> Vec<Missing> {
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
            None => missing.push(Missing { role: places[place].to_owned(), count: 1 }),
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
        roles.iter().map(|(role, count)| Required { role: (*role).to_owned(), count: *count }).collect()
    }

    fn lacks(roles: &[(&str, u32)], signed: &[(&str, &str)]) -> Vec<(String, u32)> {
        missing(&require(roles), signed).into_iter().map(|missing| (missing.role, missing.count)).collect()
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
    fn nobody_signed() {
        assert_eq!(lacks(&[("security", 2), ("devops", 1)], &[]), [("security".into(), 2), ("devops".into(), 1)]);
    }
}
