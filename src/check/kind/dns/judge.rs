//! The demands on what the name servers said.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Dns,
    seen::{Seen, Told, Zone},
    wanted::{Records, Type},
};
use crate::{
    check::demand::Lost,
    model::{Expectation, Period, first_of, quote},
    net::dns::Said,
};

pub(super) fn judge(check: &Dns, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let mut all = Vec::new();
    if let Some(kind) = check.r#type {
        let settled = settled(seen, kind);
        if check.wants_records() || check.exists == Some(false) {
            all.push(check.existence(kind, &settled));
        }
        all.extend(check.records.as_ref().map(|records| check.records(kind, records, &settled)));
        let fields = || settled.as_ref().map(|_| &seen.fields).map_err(|why| Lost::Unread(why.clone()));
        all.extend(check.fields.iter().flat_map(|wanted| wanted.judge(&fields(), at)));
        let zone = seen.zone.as_ref();
        if check.agree {
            all.push(check.agreement(kind, seen));
        }
        all.extend(check.max_ttl.map(|most| check.ttl(kind, most, zone)));
    }
    let name = check.name.to_string();
    all.extend(check.spf.as_ref().map(|spf| spf.judge(&name, &seen.spf)));
    all.extend(check.dmarc.as_ref().map(|dmarc| dmarc.judge(&name, &seen.dmarc)));
    all.extend(check.caa.as_ref().map(|caa| caa.judge(&name, &seen.caa)));
    all
}

/// What all servers say alike, or why that is not known.
fn settled(seen: &Seen, kind: Type) -> Result<&Told, String> {
    if let Some((server, why)) = seen.answers.iter().find_map(|told| Some((&told.server, told.unknown.as_ref()?))) {
        return Err(if why.contains(server.as_str()) { why.clone() } else { format!("{server}: {why}") });
    }
    match difference(seen.answers.iter(), kind) {
        Some(differ) => Err(format!("the servers differ: {differ}")),
        None => seen.answers.first().ok_or_else(|| "it was not asked for".into()),
    }
}

/// The first two that say different things.
fn difference<'a>(mut all: impl Iterator<Item = &'a Told>, kind: Type) -> Option<String> {
    let first = all.next()?;
    let other = all.find(|other| !other.same(first))?;
    let said = |told: &Told| format!("{} says {}", told.server, told.shown(kind.word()));
    Some(format!("{}, {}", said(first), said(other)))
}

impl Dns {
    fn existence(&self, kind: Type, settled: &Result<&Told, String>) -> Expectation {
        let absent = self.exists == Some(false);
        let expectation = Expectation::new("exists", format!("{} record of {}", kind.word(), self.name));
        let expectation = expectation.wanted(if absent { "none, and no alias" } else { "at least one" });
        match settled {
            Err(why) => expectation.got("not known").undetermined(why),
            Ok(told) => {
                let there = told.said == Said::Records;
                let met = if absent { !there && told.aliases.is_empty() } else { there };
                expectation.got(told.shown(kind.word())).met(met)
            }
        }
    }

    fn records(&self, kind: Type, records: &Records, settled: &Result<&Told, String>) -> Expectation {
        let wanted: BTreeSet<String> = records.texts().filter_map(|text| kind.normal(text).ok()).collect();
        let named: Vec<String> = wanted.iter().map(|text| quote(text)).collect();
        let among = if matches!(records, Records::Contains(_)) { ", among others" } else { ", no others" };
        let expectation = Expectation::new("records", format!("{} records of {}", kind.word(), self.name))
            .wanted(format!("{}{among}", first_of(&named, 10, named.len(), ", ")));
        match settled {
            Err(why) => expectation.got("not known").undetermined(why),
            Ok(told) => {
                let there: BTreeSet<String> = told.records.iter().filter_map(|text| kind.normal(text).ok()).collect();
                let met = match records {
                    Records::Exactly(_) => there == wanted,
                    Records::Contains(_) => there.is_superset(&wanted),
                };
                expectation.got(told.shown(kind.word())).met(met)
            }
        }
    }

    /// That all name servers of the zone, and all that were named, say the same.
    fn agreement(&self, kind: Type, seen: &Seen) -> Expectation {
        let expectation =
            Expectation::new("agree", format!("{} records of {}", kind.word(), self.name)).wanted("the same from every name server");
        let answers: Vec<&Told> = seen.zone.iter().flat_map(|zone| &zone.answers).filter(|told| told.unknown.is_none()).collect();
        let named = seen.answers.iter().filter(|told| told.unknown.is_none());
        if let Some(differ) = difference(answers.iter().copied(), kind).or_else(|| difference(named, kind)) {
            return expectation.got(differ).met(false);
        }
        let unasked = seen.answers.iter().find_map(|told| told.unknown.clone());
        match unasked.map_or_else(|| silent(seen.zone.as_ref()), Some) {
            Some(why) => expectation.got("not known").undetermined(why),
            None => {
                let hosts: BTreeSet<_> = answers.iter().map(|told| &told.host).collect();
                let said = answers.first().map_or_else(String::new, |told| told.shown(kind.word()));
                expectation.got(format!("{said}, from all {}", hosts.len())).met(true)
            }
        }
    }

    fn ttl(&self, kind: Type, most: Period, zone: Option<&Zone>) -> Expectation {
        let limit = most.get().as_secs();
        let expectation = Expectation::new("max-ttl", format!("time that {} records of {} are kept", kind.word(), self.name))
            .wanted(format!("at most {most}"));
        let longest = zone.iter().flat_map(|zone| &zone.answers).max_by_key(|told| told.ttl);
        let ttl = longest.and_then(|told| told.ttl.map(|ttl| (u64::from(ttl), &told.server)));
        let said = |(ttl, server): (u64, &String)| format!("{} at {server}", Period::seconds(ttl));
        match (ttl, silent(zone)) {
            (Some(over), _) if over.0 > limit => expectation.bound("<=", limit, Some(over.0.into()), "s").got(said(over)).met(false),
            (_, Some(why)) => expectation.got("not known").undetermined(why),
            (Some(ttl), None) => expectation.bound("<=", limit, Some(ttl.0.into()), "s").got(said(ttl)).met(true),
            (None, None) => expectation.got(format!("there is no {} record", kind.word())).met(false),
        }
    }
}

/// Why not all name servers of the zone were heard: each is by one of its addresses at least.
fn silent(zone: Option<&Zone>) -> Option<String> {
    let Some(zone) = zone else { return Some("the name servers of the zone were not asked".into()) };
    if let Some(why) = &zone.unknown {
        return Some(format!("the name servers of {} are not known: {why}", zone.name));
    }
    let heard: BTreeSet<_> = zone.answers.iter().filter(|told| told.unknown.is_none()).map(|told| &told.host).collect();
    let silent = zone.answers.iter().find(|told| !heard.contains(&told.host));
    let why = silent.map(|told| format!("{}: {}", told.server, told.unknown.as_deref().unwrap_or("not asked")));
    why.or_else(|| heard.is_empty().then(|| format!("{} has no name server", zone.name)))
}
