//! The demands on who answered.

use jiff::Timestamp;

use super::{ReleaseShare, Share, seen::Seen};
use crate::{
    check::volley::{self, Tally},
    model::{Expectation, Percent, first_of, quote},
};

pub(super) fn judge(check: &ReleaseShare, seen: &Seen, _: Timestamp) -> Vec<Expectation> {
    let release = seen.release.as_deref();
    let mut all = vec![seen.answers.judge()];
    all.extend(check.shares.0.iter().map(|share| judged(share, release, &seen.answers)));
    if !check.others {
        all.push(others(check, seen));
    }
    all
}

/// A share for people: `12.5 %`.
fn shown(fraction: f64) -> String {
    format!("{:.1} %", fraction * 100.0)
}

fn judged(share: &Share, release: Option<&str>, answers: &Tally) -> Expectation {
    let wanted = match (share.min, share.max) {
        (Some(min), Some(max)) => format!("between {min} and {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "any".into(),
    };
    let Some(version) = share.name(release) else {
        let demand = Expectation::new("share", "share of the release").wanted(wanted);
        return demand.got("not known").undetermined("the run names no version: give `version` here, or the release's to the run");
    };
    let demand = Expectation::new(format!("share:{version}"), format!("share of {}", quote(version))).wanted(wanted);
    let hits = answers.by.get(version).copied().unwrap_or_default();
    if answers.sent == 0 {
        return demand.got("not known").undetermined("nothing was sent");
    }
    // What did not say who it was may be anybody.
    let (low, high) = (volley::least(hits, answers.sent), volley::most(hits + answers.untold, answers.sent));
    let got = format!("{hits} of {}: {} to {}", answers.sent, shown(low), shown(high));
    let (min, max) = (share.min.map_or(0.0, Percent::fraction), share.max.map_or(1.0, Percent::fraction));
    match () {
        () if high < min || low > max => demand.got(got).met(false),
        () if low >= min && high <= max => demand.got(got).met(true),
        () => demand.undetermined(format!("{got}, of which the demand is a part: send more requests to know")),
    }
}

fn others(check: &ReleaseShare, seen: &Seen) -> Expectation {
    let demand = Expectation::new("others", "other versions").wanted("none answers");
    let names: Vec<&str> = check.shares.0.iter().filter_map(|share| share.name(seen.release.as_deref())).collect();
    if names.len() < check.shares.0.len() {
        return demand.got("not known").undetermined("the run names no version, so that it cannot be told from others");
    }
    let answers = &seen.answers;
    let others = answers.by.iter().filter(|(name, _)| !names.contains(&name.as_str()));
    let others: Vec<String> = others.map(|(name, count)| format!("{} {count}", quote(name))).collect();
    match others.is_empty() {
        false => demand.got(format!("{} of {}", first_of(&others, 5, others.len(), ", "), answers.sent)).met(false),
        true if answers.untold > 0 => demand.got("not known").undetermined("not every answer says its version"),
        true if answers.sent == 0 => demand.got("not known").undetermined("nothing was sent"),
        true => demand.got(format!("none; they are at most {} of all", shown(volley::most(0, answers.sent)))).met(true),
    }
}
