//! The demands on how the answers differ.

use super::{
    Compare, Extent,
    seen::{Seen, Told},
};
use crate::model::{Expectation, counted};

/// The classes that are demanded.
pub(super) fn classes(check: &Compare) -> Vec<&'static str> {
    let mut all = vec!["status"];
    all.extend(check.same_headers.as_ref().map(|_| "headers"));
    all.extend((check.body != Extent::Any).then_some("structure"));
    all.extend((check.body == Extent::Values).then_some("values"));
    all
}

pub(super) fn judge(check: &Compare, seen: &Seen, _: jiff::Timestamp) -> Vec<Expectation> {
    let mut all = vec![requests(seen)];
    let beside: Vec<String> = [("ignored", &seen.ignored), ("tolerated", &seen.tolerances)]
        .into_iter()
        .filter(|(_, paths)| !paths.is_empty())
        .map(|(word, paths)| format!("{word}: {}", paths.join(", ")))
        .collect();
    let beside = if beside.is_empty() { String::new() } else { format!(" ({})", beside.join("; ")) };
    for class in classes(check) {
        let none = Told::default();
        let told = seen.differences.get(class).unwrap_or(&none);
        let demand = Expectation::new(class, format!("Differences in {class}")).wanted("none");
        let demand = demand.bound("<=", 0_u64, Some(told.count.into()), "count");
        all.push(match told.count {
            0 if seen.compared == 0 => demand.undetermined("no pair of answers was compared"),
            0 => demand.got(format!("none in {}{beside}", counted(seen.compared, "pair"))).met(true),
            count => demand.got(format!("{count} of {}{beside}: {}", seen.compared, told.said())).met(false),
        });
    }
    all.extend(check.latency.map(|limit| {
        let most = limit.get().as_secs_f64() * 1_000.0;
        let demand = Expectation::new("latency", "Median of the differences in time").wanted(format!("at most {limit} longer"));
        let Some(paired) = seen.latency else {
            return demand.undetermined(format!("{} are too few for an interval: at least 6", counted(seen.compared, "pair")));
        };
        let said = format!(
            "{:+.1} ms, 95 % interval {:+.1} to {:+.1} ms by order statistics over {} pairs",
            paired.median, paired.low, paired.high, paired.pairs
        );
        match () {
            () if paired.high <= most => demand.got(said).met(true),
            () if paired.low > most => demand.got(said).met(false),
            () => demand.undetermined(format!("{said}: the limit lies within; record more requests")),
        }
    }));
    all
}

fn requests(seen: &Seen) -> Expectation {
    let demand = Expectation::new("requests", "Recorded requests").wanted("each answered by both");
    let left: Vec<String> = seen.left_out.iter().map(|(method, count)| format!("{count} left out as {method}")).collect();
    let over = (seen.over > 0).then(|| format!("{} over `most`", seen.over));
    let more: String = left.into_iter().chain(over).map(|part| format!(", {part}")).collect();
    let got = format!("{} of {} compared{more}", seen.compared, seen.recorded);
    match (seen.open.count, seen.compared) {
        (0, 0) => demand.got(format!("{got}: there is none to send")).met(false),
        (0, _) => demand.got(got).met(true),
        (count, _) => demand.undetermined(format!("{got}; {count} open: {}", seen.open.said())),
    }
}
