//! The demands on the values.

use jiff::Timestamp;

use super::{Config, seen::Seen};
use crate::{check::demand::Lost, model::Expectation};

pub(super) fn judge(check: &Config, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = Vec::new();
    for judged in check.values().iter().flat_map(|values| values.judge(&Ok(&seen.values), at)) {
        let key = judged.name.strip_prefix("field:").unwrap_or_default().to_owned();
        all.push(known(judged, &key, seen));
    }
    for (key, demands) in &check.json {
        let found = seen.json.get(key).ok_or_else(|| Lost::Other("it is not set".into()));
        for mut judged in demands.judge(&found, at) {
            (judged.name, judged.what) = (format!("{key}:{}", judged.name), format!("`{key}`, {}", judged.what));
            all.push(known(judged, key, seen));
        }
    }
    all.extend(check.differ.iter().map(|keys| differ(keys, seen)));
    all
}

/// The same of a value that can be told; of one that is not set, with what may be meant.
fn known(judged: Expectation, key: &str, seen: &Seen) -> Expectation {
    match (seen.unread.get(key), seen.unset.get(key)) {
        (Some(why), _) => judged.undetermined(why.clone()),
        (None, Some(instead)) if judged.met == Some(false) && !instead.is_empty() => judged.got(format!("nothing there; {instead}")),
        _ => judged,
    }
}

fn differ(keys: &[String], seen: &Seen) -> Expectation {
    let demand = Expectation::new(format!("differ:{}", keys.join(",")), keys.join(" and ")).wanted("different values");
    if let Some((key, why)) = keys.iter().find_map(|key| seen.unread.get_key_value(key)) {
        return demand.undetermined(format!("`{key}`: {why}"));
    }
    if let Some(key) = keys.iter().find(|key| seen.unset.contains_key(*key)) {
        return demand.got(format!("`{key}` is not set")).met(false);
    }
    match seen.equal.iter().find(|group| group.iter().all(|key| keys.contains(key))) {
        Some(group) => demand.got(format!("one value for {}", group.join(" and "))).met(false),
        None => demand.got("different values").met(true),
    }
}
