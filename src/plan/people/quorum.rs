//! Whether the required roles can be met at all, by different people: one person counts once.

use std::collections::BTreeSet;

use super::{members_of, role_names, unknown};
use crate::plan::{
    fault::Fault,
    node::{Key, Node},
    place::Place,
};

/// A role that must sign, with those who may.
struct Seat<'a> {
    role: &'a str,
    people: BTreeSet<&'a str>,
}

/// What is wrong with `require`.
pub(super) fn check(signoff: &Node, roles: &[(Key, Node)], faults: &mut Vec<Fault>) {
    let Some((key, items)) = signoff.entry("require").and_then(|(key, node)| Some((key, node.items()?))) else { return };
    let before = faults.len();
    if items.is_empty() {
        faults.push(Fault::new(key.place, "`require` names no role"));
    } else if items.iter().all(|item| item.get("when").is_some()) {
        let hint = "leave `when` out of one of them";
        faults.push(Fault::new(key.place, "each role of `require` signs for some changes only, so nobody signs for the others").hint(hint));
    }
    let mut seats: Vec<Seat<'_>> = Vec::new();
    for item in items {
        let named = item.get("role").unwrap_or(item);
        if let Some(fault) = unknown(named, role_names(roles), "role", "roles") {
            faults.push(fault);
            continue;
        }
        let Some(role) = named.scalar() else { continue };
        if seats.iter().any(|seat| seat.role == role.text) {
            let hint = format!("for more people write `{{ role: {}, count: 2 }}` once", role.quotable());
            faults.push(Fault::new(named.place, format!("`{}` is required twice", role.quotable())).hint(hint));
            continue;
        }
        let members = roles.iter().find(|(key, _)| key.text == role.text).map(|(_, members)| members_of(members)).unwrap_or_default();
        let people: BTreeSet<&str> = members.iter().filter_map(|item| Some(item.scalar()?.text.as_str())).collect();
        let (count, place) = count(item);
        if count > people.len() && !people.is_empty() {
            let has = if people.len() == 1 { "1 person has".to_owned() } else { format!("{} people have", people.len()) };
            let place = place.unwrap_or(named.place);
            faults.push(Fault::new(place, format!("{has} the role `{}`, and {count} must sign", role.text)));
        }
        seats.extend((0..count.min(people.len())).map(|_| Seat { role: &role.text, people: people.clone() }));
    }
    if faults.len() == before {
        faults.extend(contested(&seats, key.place));
    }
}

/// How many people of a role must sign. One that is no number is told elsewhere.
fn count(item: &Node) -> (usize, Option<Place>) {
    let count = item.get("count").and_then(|node| Some((node.scalar()?.text.parse().ok()?, node.place)));
    count.map_or((1, None), |(count, place)| (count, Some(place)))
}

/// The fault of seats that cannot all be taken by different people. Each person is given to one seat; where none is
/// left, the seats in the way name who is short (Hall's theorem).
fn contested(seats: &[Seat<'_>], place: Place) -> Option<Fault> {
    let mut taken: Vec<Option<&str>> = vec![None; seats.len()];
    for seat in 0..seats.len() {
        let mut tried = BTreeSet::new();
        if !take(seat, seats, &mut taken, &mut tried) {
            let in_the_way = |index: usize| index == seat || taken[index].is_some_and(|person| tried.contains(person));
            let short: Vec<&Seat<'_>> = seats.iter().enumerate().filter(|(index, _)| in_the_way(*index)).map(|(_, seat)| seat).collect();
            let mut roles: Vec<String> = short.iter().map(|seat| format!("`{}`", seat.role)).collect();
            roles.dedup();
            let people: Vec<String> = tried.iter().map(|person| format!("`{person}`")).collect();
            let message = format!(
                "{} need {} different people, and only {} can sign: one person counts once",
                roles.join(" and "),
                short.len(),
                people.join(" and ")
            );
            return Some(Fault::new(place, message).hint("give a role to somebody else, or require one role less"));
        }
    }
    None
}

/// Gives the seat to somebody, who may leave another seat for it.
fn take<'a>(seat: usize, seats: &[Seat<'a>], taken: &mut [Option<&'a str>], tried: &mut BTreeSet<&'a str>) -> bool {
    for person in &seats[seat].people {
        if !tried.insert(person) {
            continue;
        }
        let holder = taken.iter().position(|holder| *holder == Some(person));
        if holder.is_none_or(|holder| take(holder, seats, taken, tried)) {
            taken[seat] = Some(person);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PEOPLE: [&str; 4] = ["ann", "bob", "eve", "joe"];

    /// Whether the seats can be taken by different people, tried in every way.
    fn can_be_taken(seats: &[Seat<'_>], gone: &mut Vec<String>) -> bool {
        let Some((seat, rest)) = seats.split_first() else { return true };
        seat.people.iter().any(|person| {
            if gone.iter().any(|known| known == person) {
                return false;
            }
            gone.push((*person).to_owned());
            let fits = can_be_taken(rest, gone);
            gone.pop();
            fits
        })
    }

    proptest! {
        #[test]
        fn refuses_exactly_what_different_people_cannot_meet(drawn in proptest::collection::vec(proptest::collection::vec(0..4_usize, 1..4), 0..6)) {
            let seats: Vec<Seat<'_>> =
                drawn.iter().map(|people| Seat { role: "role", people: people.iter().map(|person| PEOPLE[*person]).collect() }).collect();
            let fault = contested(&seats, Place::default());
            prop_assert_eq!(fault.is_none(), can_be_taken(&seats, &mut Vec::new()), "{:?}", drawn);
        }
    }
}
