//! The demands of one check in two reports: which are gone, which new, and where a bound moved.

use std::{cmp::Ordering, collections::BTreeMap};

use serde_json::Number;

use super::{Change, Effect};
use crate::model::{Bound, Expectation, Finding};

/// What changed of the demands. `same_rules`: program, kind and settings are the same, so what differs comes from what
/// was seen. A check that was not looked at says nothing of its demands.
pub(super) fn changes(before: &Finding, after: &Finding, same_rules: bool) -> Vec<Change> {
    if before.expectations.is_empty() || after.expectations.is_empty() {
        return Vec::new();
    }
    let (old, new) = (by_name(&before.expectations), by_name(&after.expectations));
    let mut all = Vec::new();
    for (name, was) in &old {
        match new.get(name) {
            Some(is) => all.extend(changed(was, is, same_rules)),
            None => {
                let effect = if same_rules { Effect::Changed } else { Effect::Loosened };
                let after = same_rules.then(|| "was not judged this time, the settings are the same".to_owned());
                all.push(Change::new(what(was), Some(wanted(was)), after, effect));
            }
        }
    }
    let added = new.iter().filter(|(name, _)| !same_rules && !old.contains_key(*name));
    all.extend(added.map(|(_, is)| Change::new(what(is), None, Some(wanted(is)), Effect::Tightened)));
    all
}

/// Names are unique in a finding; should one stand twice all the same, both are compared, in their order.
fn by_name(demands: &[Expectation]) -> BTreeMap<(&str, usize), &Expectation> {
    let mut all = BTreeMap::new();
    for demand in demands {
        let times = all.range((demand.name.as_str(), 0)..=(demand.name.as_str(), usize::MAX)).count();
        all.insert((demand.name.as_str(), times), demand);
    }
    all
}

fn changed(was: &Expectation, is: &Expectation, same_rules: bool) -> Option<Change> {
    let change = |effect| Some(Change::new(what(was), Some(wanted(was)), Some(wanted(is)), effect));
    let moved = match (&was.bound, &is.bound) {
        (Some(old), Some(new)) => moved(old, new),
        (Some(_), None) if !same_rules => Some(Effect::Loosened),
        (None, Some(_)) if !same_rules => Some(Effect::Tightened),
        _ => None,
    };
    if let Some(effect) = moved {
        return change(effect);
    }
    // The same in numbers may be other words. What could not be determined may leave unsaid what was wanted.
    let silent = was.wanted.is_empty() || is.wanted.is_empty();
    if silent || was.wanted == is.wanted { None } else { change(Effect::Changed) }
}

/// Which way a bound moved; `None` where it did not.
fn moved(old: &Bound, new: &Bound) -> Option<Effect> {
    let (Some(way), Some(same)) = (Way::of(&old.op), Way::of(&new.op)) else {
        return (old.op != new.op || old.value != new.value || old.unit != new.unit).then_some(Effect::Changed);
    };
    if way != same || old.unit != new.unit {
        return Some(Effect::Changed);
    }
    let stricter = |bound: &Bound| bound.op.len() == 1;
    match (order(&new.value, &old.value), way) {
        (Ordering::Equal, _) => match (stricter(old), stricter(new)) {
            (true, false) => Some(Effect::Loosened),
            (false, true) => Some(Effect::Tightened),
            _ => None,
        },
        (Ordering::Greater, Way::AtMost) | (Ordering::Less, Way::AtLeast) => Some(Effect::Loosened),
        (Ordering::Less, Way::AtMost) | (Ordering::Greater, Way::AtLeast) => Some(Effect::Tightened),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    AtMost,
    AtLeast,
}

impl Way {
    /// `None` for an operator with no direction, as `==`.
    fn of(op: &str) -> Option<Self> {
        match op {
            "<" | "<=" => Some(Self::AtMost),
            ">" | ">=" => Some(Self::AtLeast),
            _ => None,
        }
    }
}

/// Whole numbers are compared exactly: beyond 2^53 neighbours are the same as floating-point numbers.
fn order(a: &Number, b: &Number) -> Ordering {
    let whole = |n: &Number| n.as_i64().map(i128::from).or_else(|| n.as_u64().map(i128::from));
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.as_f64().unwrap_or_default().total_cmp(&b.as_f64().unwrap_or_default()),
    }
}

fn what(demand: &Expectation) -> String {
    if demand.what.is_empty() || demand.what == demand.name {
        format!("expectation {}", demand.name)
    } else {
        format!("expectation {} ({})", demand.name, demand.what)
    }
}

/// In the words of the report; a bound without words in its numbers.
fn wanted(demand: &Expectation) -> String {
    match &demand.bound {
        Some(bound) if demand.wanted.is_empty() => format!("{} {} {}", bound.op, bound.value, bound.unit),
        Some(_) | None if demand.wanted.is_empty() => "demanded".into(),
        Some(_) | None => demand.wanted.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(op: &str, value: impl Into<Number>) -> Bound {
        Bound { op: op.into(), value: value.into(), got: None, unit: "s".into() }
    }

    #[test]
    fn a_bound_is_loosened_in_its_own_direction() {
        let (up, down) = (Some(Effect::Loosened), Some(Effect::Tightened));
        for (old, new, effect) in [
            (bound("<=", 200), bound("<=", 800), up),
            (bound("<=", 800), bound("<=", 200), down),
            (bound(">=", 21), bound(">=", 7), up),
            (bound(">=", 7), bound(">=", 21), down),
            (bound("<", 200), bound("<=", 200), up),
            (bound(">=", 200), bound(">", 200), down),
            (bound("<=", 200), bound("<=", 200), None),
            (bound("<=", 200), bound(">=", 200), Some(Effect::Changed)),
            (bound("==", 2), bound("==", 3), Some(Effect::Changed)),
            (bound("==", 2), bound("==", 2), None),
            (bound(">=", u64::MAX), bound(">=", u64::MAX - 1), up),
            (bound(">=", -1), bound(">=", u64::MAX), down),
        ] {
            assert_eq!(moved(&old, &new), effect, "{old:?} {new:?}");
        }
        assert_eq!(moved(&bound("<=", 1), &Bound { unit: "ms".into(), ..bound("<=", 1) }), Some(Effect::Changed));
    }

    #[test]
    fn a_name_that_stands_twice_hides_nothing() {
        let demand = |wanted: &str| Expectation::new("a", "a").wanted(wanted);
        assert_eq!(by_name(&[demand("1"), demand("2"), Expectation::new("b", "b")]).len(), 3);
    }
}
