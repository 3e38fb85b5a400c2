//! The demands on what came of the connections.

use jiff::Timestamp;

use super::{
    Closed, Tcp,
    seen::{Answer, Place, Seen, Target},
};
use crate::model::{Expectation, Period};

pub(super) fn judge(check: &Tcp, seen: &Seen, at: Timestamp) -> Vec<Expectation> {
    let deaf = seen.control.as_ref().and_then(|target| check.not_open(target));
    let mut all: Vec<Expectation> = seen.targets.iter().map(|target| check.reached(target, deaf.as_deref())).collect();
    all.extend(seen.targets.iter().flat_map(|target| check.banners(target, at)));
    all
}

impl Tcp {
    fn wanted(&self) -> &'static str {
        match self.closed {
            None => "open",
            Some(Closed::Refused) => "refused",
            Some(Closed::Silent) => "silent",
            Some(Closed::Any) => "refused or silent",
        }
    }

    /// Whether an answer is as wanted; `None` where it is none.
    fn takes(&self, answer: &Answer) -> Option<bool> {
        match (answer, self.closed) {
            (Answer::Unknown(_), _) => None,
            (Answer::Open, closed) => Some(closed.is_none()),
            (Answer::Refused, closed) => Some(matches!(closed, Some(Closed::Refused | Closed::Any))),
            (Answer::Silent, closed) => Some(matches!(closed, Some(Closed::Silent | Closed::Any))),
        }
    }

    /// The demand on every address of a target; `deaf` says that nothing is known to be reachable from here.
    fn reached(&self, target: &Target, deaf: Option<&str>) -> Expectation {
        let expectation = Expectation::new(format!("address:{}", target.address), format!("connection to {}", target.address));
        let expectation = expectation.wanted(self.wanted());
        if let Some(wrong) = target.places.iter().find(|place| self.takes(&place.answer) == Some(false)) {
            return expectation.got(self.said(wrong, target)).met(false);
        }
        if let Some(why) = &target.unknown {
            return expectation.got("not known").undetermined(why);
        }
        if let Some(Place { at, answer: Answer::Unknown(why), .. }) = target.places.iter().find(|place| self.takes(&place.answer).is_none())
        {
            return expectation.got("not known").undetermined(format!("{at} {why}"));
        }
        if let Some(deaf) = deaf {
            return expectation.got("not known").undetermined(format!("whether that is the target's doing cannot be told: {deaf}"));
        }
        match target.places.first() {
            Some(first) if target.beyond == 0 => expectation.got(self.said(first, target)).met(true),
            Some(_) => expectation.got("not known").undetermined(format!("{} more of its addresses are not looked at", target.beyond)),
            None => expectation.got("not known").undetermined("it was not looked at"),
        }
    }

    fn said(&self, place: &Place, target: &Target) -> String {
        let how = match &place.answer {
            Answer::Open => "open".into(),
            Answer::Refused => "refused".into(),
            Answer::Silent => format!("silent for {}", Period::from(self.within().get())),
            Answer::Unknown(why) => why.clone(),
        };
        let at = if target.address == place.at { String::new() } else { format!(" at {}", place.at) };
        let of = if target.places.len() > 1 { format!(", of {} addresses", target.places.len()) } else { String::new() };
        let from = place.from.as_ref().map_or(String::new(), |from| format!(", as seen from {from}"));
        format!("{how}{at}{of}{from}")
    }

    /// Why the control does not prove that something can be reached from here, if so.
    fn not_open(&self, target: &Target) -> Option<String> {
        if target.places.iter().any(|place| place.answer == Answer::Open) {
            return None;
        }
        let how = target.places.first().map(|place| self.said(place, target)).or_else(|| target.unknown.clone());
        Some(format!("the `control` {} is not open from here ({})", target.address, how.as_deref().unwrap_or("not looked at")))
    }

    fn banners(&self, target: &Target, at: Timestamp) -> Vec<Expectation> {
        let Some(wanted) = self.banner() else { return Vec::new() };
        let of_place = |place: &Place| {
            let named = |mut one: Expectation| {
                one.name = format!("banner:{} {}", target.address, place.at);
                one.what = format!("what {} says first", place.at);
                one
            };
            wanted.judge(&Ok(&place.banner), at).into_iter().map(named).collect::<Vec<_>>()
        };
        target.places.iter().filter(|place| place.answer == Answer::Open).flat_map(of_place).collect()
    }
}
