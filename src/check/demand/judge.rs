//! Demands held against what their paths led to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    Demands, Hit, Hits, Lost, compare,
    matcher::Matcher,
    place::Place,
    unit::{self, Unit},
};
use crate::model::{Expectation, plain, quote};

/// What the paths lead to, by the path as written.
type ByPath = BTreeMap<String, Hits>;

impl Demands {
    /// Each demand, judged as of an instant.
    pub(crate) fn judge(&self, document: &Result<&ByPath, Lost>, at: Timestamp) -> Vec<Expectation> {
        self.0.iter().map(|(place, wanted)| judge(place, wanted, document, at)).collect()
    }

    /// The same, where of some paths nothing is known: `open` says why.
    pub(crate) fn judge_known(&self, found: &ByPath, open: impl Fn(&str) -> Option<String>, at: Timestamp) -> Vec<Expectation> {
        let why =
            |place: &Place, wanted: &Matcher| open(place.written()).or_else(|| wanted.others().find_map(|other| open(other.written())));
        let judged = self.0.iter().map(|(place, wanted)| match why(place, wanted) {
            Some(why) => judge(place, wanted, &Err(Lost::Unread(why)), at),
            None => judge(place, wanted, &Ok(found), at),
        });
        judged.collect()
    }
}

fn judge(place: &Place, wanted: &Matcher, document: &Result<&ByPath, Lost>, at: Timestamp) -> Expectation {
    let (kind, path) = (if place.is_field { "field" } else { "json" }, place.written());
    let demand = Expectation::new(format!("{kind}:{path}"), format!("`{path}`")).wanted(wanted.to_string());
    let found = match document {
        Ok(found) => found,
        Err(Lost::Unread(why)) => return demand.undetermined(why.clone()),
        Err(Lost::Other(what)) => return demand.got(what.clone()).met(false),
    };
    let Some(hits) = found.get(path) else { return demand.undetermined("it was not looked for") };
    let judged = [counted, summed, each, any, none, same, differs].map(|part| part(demand.clone(), wanted, hits, found, at));
    let worst = judged.into_iter().flatten().min_by_key(|part| match part.met {
        Some(false) => 0,
        None => 1,
        Some(true) => 2,
    });
    worst.unwrap_or_else(|| demand.undetermined("nothing of it is demanded"))
}

/// One part of a demand, where it is demanded.
type Part = Option<Expectation>;

fn counted(demand: Expectation, wanted: &Matcher, hits: &Hits, _: &ByPath, _: Timestamp) -> Part {
    let count = wanted.count.as_ref()?;
    Some(demand.got(places(hits)).met(count.takes_count(hits.count as u64)))
}

fn summed(demand: Expectation, wanted: &Matcher, hits: &Hits, _: &ByPath, _: Timestamp) -> Part {
    let sum = wanted.sum.as_ref()?;
    if hits.count == 0 || hits.missing > 0 {
        return Some(demand.undetermined("not every place has a value, so nothing is known of their sum"));
    }
    if hits.more {
        return Some(demand.undetermined(too_many(hits)));
    }
    let amount = |hit: &Hit| Unit::Quantity.read(&hit.value).filter(|_| hit.cut.is_none() && !compare::is_rounded(&hit.value));
    if let Some(other) = hits.values.iter().find(|hit| amount(hit).is_none()) {
        return Some(demand.undetermined(unknown(other)));
    }
    let total = hits.values.iter().filter_map(amount).try_fold(0_i128, i128::checked_add);
    Some(match total {
        Some(total) => {
            let got = if hits.count == 1 { said(&hits.values[0], hits, wanted) } else { unit::written(total) };
            demand.got(format!("{got} in {}", places(hits))).met(sum.takes(total, Unit::Quantity))
        }
        None => demand.undetermined("the sum is too large to be told"),
    })
}

fn each(demand: Expectation, wanted: &Matcher, hits: &Hits, _: &ByPath, at: Timestamp) -> Part {
    if !wanted.is_on_each() {
        return None;
    }
    if hits.count == 0 {
        return Some(demand.got("nothing there").met(wanted.exists == Some(false)));
    }
    if hits.missing > 0 && wanted.exists != Some(false) {
        return Some(demand.got(format!("nothing there in {}", counted_rows(hits.missing))).met(false));
    }
    let told = |hit: &Hit| hit.cut.map_or_else(|| wanted.takes(&hit.value, at), |length| wanted.takes_cut(length));
    if let Some(wrong) = hits.values.iter().find(|hit| told(hit) == Some(false)) {
        return Some(bounded(demand, wanted, hits).got(said(wrong, hits, wanted)).met(false));
    }
    if let Some(open) = hits.values.iter().find(|hit| told(hit).is_none()) {
        return Some(demand.undetermined(unknown(open)));
    }
    Some(match hits.values.first() {
        Some(first) if !hits.more => bounded(demand, wanted, hits).got(said(first, hits, wanted)).met(true),
        _ => demand.undetermined(too_many(hits)),
    })
}

fn any(demand: Expectation, wanted: &Matcher, hits: &Hits, _: &ByPath, at: Timestamp) -> Part {
    let any = wanted.any.as_ref()?;
    let told = |hit: &Hit| hit.cut.map_or_else(|| any.takes(&hit.value, at), |length| any.takes_cut(length));
    Some(among(demand, any, hits, told, true, "nothing is there, so it cannot be told whether one of them is as wanted"))
}

fn none(demand: Expectation, wanted: &Matcher, hits: &Hits, _: &ByPath, at: Timestamp) -> Part {
    let none = wanted.none.as_ref()?;
    let spared = |hit: &Hit| match hit.cut {
        None => none.spares(&hit.value, at),
        Some(length) => none.takes_cut(length).map(|takes| !takes),
    };
    Some(among(demand, none, hits, spared, false, "nothing is there, which does not prove that none is so"))
}

/// Whether there is one of which `told` says what decides; `empty` says what no place at all means.
fn among(
    demand: Expectation,
    inner: &Matcher,
    hits: &Hits,
    told: impl Fn(&Hit) -> Option<bool>,
    decides: bool,
    empty: &str,
) -> Expectation {
    if let Some(one) = hits.values.iter().find(|hit| told(hit) == Some(decides)) {
        return demand.got(said(one, hits, inner)).met(decides);
    }
    match hits.values.iter().find(|hit| told(hit).is_none()) {
        Some(open) => demand.undetermined(unknown(open)),
        None if hits.count == 0 => demand.undetermined(empty),
        None if hits.more => demand.undetermined(too_many(hits)),
        None if hits.missing > 0 && !decides => demand.undetermined(format!("it is missing in {}", counted_rows(hits.missing))),
        None => demand.got(format!("none of {}", places(hits))).met(!decides),
    }
}

fn same(demand: Expectation, wanted: &Matcher, hits: &Hits, found: &ByPath, _: Timestamp) -> Part {
    Some(compared(demand, wanted, hits, found, (wanted.same_as.as_ref()?.written(), true)))
}

fn differs(demand: Expectation, wanted: &Matcher, hits: &Hits, found: &ByPath, _: Timestamp) -> Part {
    Some(compared(demand, wanted, hits, found, (wanted.differs_from.as_ref()?.written(), false)))
}

/// Held against the value at another place: the same, or another.
fn compared(demand: Expectation, wanted: &Matcher, hits: &Hits, found: &ByPath, (other, alike): (&str, bool)) -> Expectation {
    let there = found.get(other);
    let hidden = |hits: &Hits| hits.more || hits.values.iter().any(|hit| hit.cut.is_some() || compare::is_rounded(&hit.value));
    match (hits.values.as_slice(), there.map(|there| there.values.as_slice())) {
        (_, None) => demand.undetermined("it was not looked for"),
        ([], _) => demand.got("nothing there").met(false),
        (_, Some([])) => demand.got(format!("nothing at {}", quote(other))).met(false),
        _ if hidden(hits) || there.is_some_and(hidden) => demand.undetermined("what is to be compared is too large, too much, or rounded"),
        ([only], Some([its])) => {
            let met = compare::same(&only.value, &its.value) == alike && !only.value.is_null() && !its.value.is_null();
            let got = if met == alike {
                said(only, hits, wanted)
            } else {
                format!("{} and {}", said(only, hits, wanted), quote(&its.value.to_string()))
            };
            demand.got(got).met(met)
        }
        _ => demand.got("several values, of which one was meant").met(false),
    }
}

fn places(hits: &Hits) -> String {
    crate::model::counted(hits.count, "place")
}

fn counted_rows(count: usize) -> String {
    crate::model::counted(count, "row")
}

fn too_many(hits: &Hits) -> String {
    format!("it leads to {} values, more than are looked at; narrow the path to the wrong ones and demand `{{exists: false}}`", hits.count)
}

fn unknown(hit: &Hit) -> String {
    let why = match &hit.value {
        Value::Null => return format!("the value at {} is NULL: where a right is missing that stands there too", plain(&hit.at)),
        _ if hit.cut.is_some() => "too large to compare".to_owned(),
        value if compare::is_rounded(value) => "a number too long to be read exactly".to_owned(),
        value => format!("{}, of which the demand says nothing", word(value)),
    };
    format!("the value at {} is {why}: {}", plain(&hit.at), quote(&hit.value.to_string()))
}

/// The number behind the demand, where there is one on either side.
fn bounded(demand: Expectation, wanted: &Matcher, hits: &Hits) -> Expectation {
    match (wanted.bound(), hits.values.as_slice()) {
        (Some((op, limit)), [only]) => demand.bound(op, limit.clone(), only.value.as_number().cloned(), "count"),
        _ => demand,
    }
}

fn said(hit: &Hit, hits: &Hits, wanted: &Matcher) -> String {
    let text = match hit.cut {
        Some(length) => format!("{} (of length {length})", quote(hit.value.as_str().unwrap_or_default())),
        None => quote(&hit.value.to_string()),
    };
    let typed = match &wanted.equals {
        Some(other) if hit.cut.is_none() && word(other) != word(&hit.value) => format!("{text}, {}", word(&hit.value)),
        _ => text,
    };
    let measured = match (&wanted.length, compare::length(&hit.value)) {
        (Some(_), Some(length)) if hit.cut.is_none() => format!("{typed} of length {length}"),
        _ => typed,
    };
    if hits.count == 1 { measured } else { format!("{measured} at {}, of {} places", plain(&hit.at), hits.count) }
}

fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
