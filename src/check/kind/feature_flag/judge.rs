//! The demands on the flags.

use super::{
    Api, FeatureFlag,
    seen::{Flag, Seen},
    wanted::{Share, State, Wanted},
};
use crate::{
    check::sql_name,
    model::{Expectation, excerpt, quote},
};

pub(super) fn judge(check: &FeatureFlag, seen: &Seen, _: jiff::Timestamp) -> Vec<Expectation> {
    let mut all = Vec::new();
    if check.unleash.is_some() && check.api() != Api::Admin {
        let demand = Expectation::new("environment", "Environment of the token").wanted(quote(check.environment()));
        all.push(match seen.environment.as_deref() {
            None | Some("") => {
                demand.undetermined("neither the answer nor the token says it: a token is written `project:environment.secret`")
            }
            Some(have) => demand.got(quote(have)).met(have == check.environment()),
        });
    }
    all.extend(check.flags.iter().map(|(name, wanted)| {
        let demand = Expectation::new(format!("flag:{name}"), format!("Flag {}", sql_name::shown(name))).wanted(wanted.to_string());
        match seen.flags.get(name) {
            None => demand.undetermined("was not looked at"),
            Some(flag) => flagged(demand, wanted, flag),
        }
    }));
    all
}

fn flagged(demand: Expectation, wanted: &Wanted, flag: &Flag) -> Expectation {
    let note = flag.note.clone().unwrap_or_else(|| "it is not told".into());
    let demand = demand.got(said(flag));
    let state = match (wanted.state, flag.exists, flag.on) {
        (Some(State::Absent), Some(exists), _) => Some(!exists),
        (Some(State::On | State::Off | State::Exists) | None, Some(false), _) => Some(false),
        // Off, or not there: neither is on.
        (Some(State::On), None, Some(false)) => Some(false),
        (_, None, _) => None,
        (Some(State::Exists) | None, Some(true), _) => Some(true),
        (Some(State::Off), Some(true), on) => on.map(|on| !on),
        (Some(State::On), Some(true), Some(true)) => for_whom(wanted, flag),
        (Some(State::On), Some(true), on) => on,
    };
    let value = match (&wanted.value, flag.exists) {
        (None, _) | (_, Some(false)) => Some(true),
        (Some(wanted), _) => flag.value.as_ref().map(|value| value == wanted),
    };
    match (state, value) {
        (Some(false), _) | (_, Some(false)) => demand.met(false),
        (Some(true), Some(true)) => demand.met(true),
        _ => demand.undetermined(note),
    }
}

/// Whether it is on for those that are wanted.
fn for_whom(wanted: &Wanted, flag: &Flag) -> Option<bool> {
    let near = |share: f64| flag.share.map(|have| (have - share).abs() < 1e-9);
    match wanted.percentage {
        Some(Share::Any) => Some(true),
        Some(Share::Of(share)) => near(share.fraction()),
        None if flag.of_one => Some(true),
        None => near(1.0),
    }
}

fn said(flag: &Flag) -> String {
    let note = flag.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    let value = flag
        .value
        .as_ref()
        .filter(|value| !value.is_boolean())
        .map(|value| format!(", {}", excerpt(&value.to_string(), 100)))
        .unwrap_or_default();
    let whom = match flag.share {
        Some(share) if share < 1.0 => format!(" for {:.4} %", share * 100.0).replace(".0000", ""),
        Some(_) => " for everybody".into(),
        None if flag.of_one => " for the context".into(),
        None => String::new(),
    };
    match (flag.exists, flag.on) {
        (Some(false), _) => format!("no such flag{note}"),
        (_, Some(true)) => format!("on{whom}{value}{note}"),
        (_, Some(false)) => format!("off{value}{note}"),
        (Some(true), None) => format!("there{value}{note}"),
        (None, None) => format!("not known{note}"),
    }
}
