//! The demands on each round.

use jiff::Timestamp;

use super::{
    RateLimit,
    seen::{Round, Seen},
};
use crate::model::{Expectation, counted, first_of};

pub(super) fn judge(check: &RateLimit, seen: &Seen, _: Timestamp) -> Vec<Expectation> {
    let rounds = [
        ("at-once", "requests at once", Some(&seen.at_once)),
        ("in-turn", "requests one after the other", seen.in_turn.as_ref().filter(|_| !check.delays)),
        ("from-elsewhere", "requests as if from elsewhere", Some(&seen.from_elsewhere)),
    ];
    let tried = || rounds.iter().filter_map(|(name, what, round)| Some((*name, *what, (*round)?)));
    let mut all: Vec<Expectation> = tried().map(|(name, what, round)| check.refused(name, what, round)).collect();
    if !check.delays && seen.in_turn.is_none() {
        all.push(Expectation::new("in-turn", "requests one after the other").wanted("one is refused").undetermined("they were not sent"));
    }
    all.push(check.others(&tried().map(|(_, _, round)| round).collect::<Vec<_>>()));
    all
}

impl RateLimit {
    fn refusals(&self, round: &Round) -> u64 {
        self.refusing().iter().filter_map(|status| round.statuses.get(status)).sum()
    }

    fn refused(&self, name: &str, what: &str, round: &Round) -> Expectation {
        let statuses: Vec<String> = self.refusing().iter().map(u16::to_string).collect();
        let demand = Expectation::new(name, what).wanted(format!("one of {} refused ({})", self.requests(), statuses.join(" or ")));
        match self.refusals(round) {
            0 if round.sent == 0 => demand.got("not known").undetermined("nothing was sent"),
            0 if round.unsent.is_some() => demand.got("not known").undetermined(format!(
                "{} of {} were sent in time, and none was refused: give the check a longer `timeout`; a limit that delays wants `delays: true`",
                round.sent,
                self.requests()
            )),
            0 if round.unanswered.is_some() => demand.got("not known").undetermined(format!("none was refused, {}", unanswered(round))),
            0 if round.statuses.contains_key(&503) => {
                let help = "where 503 is how the limit refuses, say so with `status`, or set `limit_req_status 429` in nginx";
                demand.got(format!("none: {}; {help}", said(round))).met(false)
            }
            0 => demand.got(format!("none: {}", said(round))).met(false),
            _ => demand.got(said(round)).met(true),
        }
    }

    /// That what was not refused was answered: a server that gives up has no limit.
    fn others(&self, rounds: &[&Round]) -> Expectation {
        let demand = Expectation::new("answers", "other answers").wanted("of a service that works (no 5xx)");
        let refusing = self.refusing();
        let broken = |round: &&&Round| round.statuses.keys().any(|status| *status >= 500 && !refusing.contains(status));
        let only_refused = rounds.iter().all(|round| round.statuses.keys().all(|status| refusing.contains(status)));
        match (rounds.iter().find(broken), rounds.iter().find(|round| round.unanswered.is_some())) {
            (Some(round), _) => demand.got(said(round)).met(false),
            (None, Some(round)) => demand.got("not known").undetermined(unanswered(round)),
            // Whoever is refused from the first request on may be refused for good.
            (None, None) if only_refused => demand.got("not known").undetermined("every request was refused, from the first on"),
            (None, None) => demand.got("such").met(true),
        }
    }
}

fn unanswered(round: &Round) -> String {
    round
        .unanswered
        .as_ref()
        .map_or_else(|| "all have an answer".into(), |(count, why)| format!("{} no answer: {why}", counted_has(*count)))
}

fn counted_has(count: u64) -> String {
    format!("{} {}", counted(count, "request"), if count == 1 { "has" } else { "have" })
}

/// What came back, by status.
fn said(round: &Round) -> String {
    let by: Vec<String> = round.statuses.iter().map(|(status, count)| format!("{count} × {status}")).collect();
    format!("{} of {} sent", if by.is_empty() { "no answer".into() } else { first_of(&by, 6, by.len(), ", ") }, round.sent)
}
