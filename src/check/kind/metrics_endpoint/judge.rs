//! The demands on an exposition.

use jiff::Timestamp;

use super::{
    MetricsEndpoint, Values,
    seen::{Found, Seen},
};
use crate::{
    check::demand::Lost,
    model::{Expectation, counted, first_of, quote},
};

pub(super) fn judge(check: &MetricsEndpoint, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let exposition = Expectation::new("exposition", "exposition").wanted("text 0.0.4 or OpenMetrics 1.0, to the last line");
    let mut all = vec![match (&seen.unread, &seen.wrong) {
        (Some(why), _) => exposition.got("not known").undetermined(why),
        (None, Some(why)) => exposition.got(why).met(false),
        // An empty answer can be read, and says nothing.
        (None, None) if seen.count == 0 => exposition.got("no series at all").met(false),
        (None, None) => exposition.got(counted(seen.count, "sample")).met(true),
    }];
    let lost = seen.unread.as_ref().or(seen.wrong.as_ref()).map(|_| "the exposition could not be read".to_owned());
    let known = |demand: Expectation, judge: &dyn Fn(Expectation) -> Expectation| match &lost {
        Some(why) => demand.got("not known").undetermined(why),
        None => judge(demand),
    };
    all.push(known(Expectation::new("once", "series that stand there twice").wanted("none"), &|demand| {
        let twice: Vec<String> = seen.twice.iter().map(|name| quote(name)).collect();
        let got = if twice.is_empty() { "none".into() } else { first_of(&twice, 3, twice.len(), ", ") };
        demand.got(got).met(twice.is_empty())
    }));
    let nothing = Found::default();
    let of = |name: &str| seen.series.get(name).unwrap_or(&nothing);
    for name in check.series.iter().flat_map(|all| all.iter()).map(ToString::to_string) {
        let demand = Expectation::new(format!("series:{name}"), format!("series {}", quote(&name))).wanted("at least one");
        all.push(known(demand, &|demand| demand.got(there(of(&name))).met(of(&name).count > 0)));
    }
    for (selector, wanted) in check.values.iter().flat_map(Values::iter) {
        let name = selector.to_string();
        let found = lost.clone().map_or(Ok(&of(&name).values), |why| Err(Lost::Unread(why)));
        for one in wanted.of("value").judge(&found, at) {
            let what = format!("value of {}", quote(&name));
            let got = if of(&name).count == 0 && lost.is_none() { there(of(&name)) } else { one.got.clone() };
            all.push(Expectation { name: format!("value:{name}"), what, got, ..one });
        }
    }
    for name in check.moves.iter().flat_map(|all| all.iter()).map(ToString::to_string) {
        let demand = Expectation::new(format!("moves:{name}"), format!("value of {}", quote(&name))).wanted("another one a second later");
        all.push(known(demand, &|demand| match of(&name) {
            found if found.count == 0 => demand.got(there(found)).met(false),
            Found { moved: None, .. } => demand.got("not known").undetermined("it was looked at once"),
            Found { moved: Some(moved), .. } => demand.got(if *moved { "another one" } else { "the same" }).met(*moved),
        }));
    }
    all
}

fn there(found: &Found) -> String {
    let similar: Vec<String> = found.similar.iter().map(|name| quote(name)).collect();
    match (found.count, similar.is_empty()) {
        (0, true) => "none".into(),
        (0, false) => format!("none (there is {})", similar.join(", ")),
        (count, _) => count.to_string(),
    }
}
