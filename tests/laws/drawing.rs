//! Draws histories and questions. A history begins with what makes a release go, most of it; then more happens between.

use proptest::prelude::*;

use super::events::{Change, DEPUTY, Door, Event, LEADS, Looks, Named, Question, RECORDER, STRANGER, Said};

/// An event that does not know yet after what it comes: its kind, and numbers that say the rest. 0 is the plainest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Drawn {
    kind: Kind,
    dials: [u8; 8],
    /// For whom somebody signs, what changed.
    beside: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Run,
    Twin,
    Again,
    Merged,
    Yes,
    No,
    Withdrawal,
    Deputation,
    Waiver,
    Answer,
    Emergency,
    Review,
    Begun,
    End,
    Wrote,
    Elsewhere,
    /// A run that is no go.
    Red,
    /// A withdrawal of a yes.
    TakenBack,
    /// The end of what a deputy may do.
    Back,
    /// An emergency whose review is overdue.
    Overdue,
    /// A deployment that somebody else's began and did not end.
    Open,
}

/// A dial that mostly stands at 0: of `often` + 1 times, once it is anything.
fn dial(often: u32) -> impl Strategy<Value = u8> {
    prop_oneof![often => Just(0_u8), 1 => 0..DIAL]
}

const DIAL: u8 = 12;

fn dials(often: u32) -> BoxedStrategy<([u8; 8], u8)> {
    // Trees of so many dials are too large for the stack.
    (proptest::array::uniform8(dial(often)), dial(3)).boxed()
}

/// An event of this kind.
pub(crate) fn drawn(kind: Kind) -> impl Strategy<Value = Drawn> {
    dials(1).prop_map(move |(dials, beside)| Drawn { kind, dials, beside })
}

pub(crate) fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        4 => Just(Kind::Run),
        1 => Just(Kind::Twin),
        3 => Just(Kind::Again),
        2 => Just(Kind::Merged),
        5 => Just(Kind::Yes),
        2 => Just(Kind::No),
        2 => Just(Kind::Withdrawal),
        1 => Just(Kind::Deputation),
        2 => Just(Kind::Waiver),
        1 => Just(Kind::Answer),
        1 => Just(Kind::Emergency),
        1 => Just(Kind::Review),
        1 => Just(Kind::Begun),
        1 => Just(Kind::End),
        1 => Just(Kind::Wrote),
        1 => Just(Kind::Elsewhere),
    ]
}

/// A history.
pub(crate) fn history() -> BoxedStrategy<Vec<Event>> {
    // Whose yes is told by the first number.
    let base = [
        (Kind::Answer, 0),
        (Kind::Waiver, 0),
        (Kind::Run, 0),
        (Kind::Deputation, 0),
        (Kind::Deputation, 4),
        (Kind::Yes, 0),
        (Kind::No, 0),
        (Kind::Yes, 1),
        (Kind::Yes, 2),
    ];
    let base = base.map(|(kind, first)| {
        (prop::bool::weighted(if kind == Kind::No { 0.2 } else { 0.93 }), dials(9)).prop_map(move |(there, (mut dials, beside))| {
            dials[0] = if matches!(kind, Kind::Yes | Kind::No | Kind::Deputation) { first } else { dials[0] };
            there.then_some(Drawn { kind, dials, beside })
        })
    });
    let more = prop::collection::vec((any::<u8>(), any_kind().prop_flat_map(drawn)), 0..6);
    (base, more)
        .prop_map(|(base, more)| {
            let mut all: Vec<Drawn> = base.into_iter().flatten().collect();
            for (place, drawn) in more {
                all.insert(usize::from(place) % (all.len() + 1), drawn);
            }
            let mut events: Vec<Event> = Vec::new();
            for drawn in all {
                let event = drawn.after(&events, events.len() as u32);
                events.push(event);
            }
            events
        })
        .boxed()
}

pub(crate) fn question() -> BoxedStrategy<Question> {
    let require = prop_oneof![
        3 => Just(&[("lead", 1)][..]),
        4 => Just(&[("lead", 1), ("security", 1)][..]),
        1 => Just(&[("lead", 2)][..]),
    ];
    let people = prop_oneof![
        4 => Just(None),
        4 => Just(Some(vec!["dee"])),
        1 => Just(Some(vec!["dee", "ann"])),
        1 => Just(Some(vec!["dee", "+bob"])),
        1 => Just(Some(vec!["bob", "+bot"])),
    ];
    let change = (people, dial(3)).prop_map(|(people, dial)| people.map(|people| Change { people, paths: paths(dial) }));
    // The histories' now is a Thursday, 20:26 in London.
    let windows = prop_oneof![
        8 => Just("[]"),
        2 => Just(r#"[{"days": ["mon", "tue", "wed", "thu"]}]"#),
        1 => Just(r#"[{"daily": "09:00-17:00"}, {"days": ["fri"], "zone": "Asia/Tokyo"}]"#),
    ];
    let freeze = prop_oneof![9 => Just("[]"), 1 => Just(r#"[{"from": "2026-05-29", "to": "2026-06-03", "zone": "Europe/London"}]"#)];
    let deployer = prop_oneof![4 => Just(Some("dee")), 3 => Just(None), 1 => Just(Some("ann")), 1 => Just(Some("somebody"))];
    let later = prop_oneof![9 => Just(0), 1 => Just(200), 1 => Just(1_000), 1 => Just(11_000)];
    let policy = (require, prop::bool::weighted(0.8), any::<[bool; 4]>(), prop::bool::weighted(0.9), windows, freeze);
    (dial(3), policy, deployer, change, later)
        .prop_map(
            |(
                named,
                (require, independent, [committers_count, signed_runs, signed_waivers, conditional], deputies, windows, freeze),
                deployer,
                change,
                later,
            )| Question {
                release: release(named),
                require,
                independent,
                committers_count,
                signed_runs,
                signed_waivers,
                deployer,
                change,
                // One role at least is always asked.
                conditional: conditional && require.len() > 1,
                deputies,
                windows,
                freeze,
                later,
            },
        )
        .boxed()
}

fn release(dial: u8) -> Named {
    match dial {
        0..=5 => Named(1, 1, 0),
        6 => Named(1, 0, 0),
        7 => Named(0, 1, 0),
        8 => Named(1, 2, 0),
        9 => Named(2, 1, 0),
        10 => Named(1, 1, 1),
        _ => Named(2, 0, 0),
    }
}

impl Drawn {
    /// What it is after these events.
    pub(crate) fn after(self, earlier: &[Event], id: u32) -> Event {
        let [.., lag, clock, by] = self.dials;
        let regular = -600 + 10 * earlier.len() as i64;
        let recorded = match clock {
            0..=8 => regular,
            9 => 120,
            10 => regular - 45,
            _ => regular - 1_500,
        };
        let lag = match lag {
            0..=8 => 1,
            9 => 0,
            10 => 60,
            _ => 11_000,
        };
        let by = match by {
            0..=7 => self.signer(earlier),
            8 => Some("bob"),
            9 => Some("cy"),
            10 => None,
            _ => Some(STRANGER),
        };
        let sign_off = matches!(self.kind, Kind::Yes | Kind::No);
        let saw = earlier.get(usize::from(self.dials[3])).map(|event| event.id).filter(|_| sign_off && self.dials[3] > 0);
        Event { id, recorded, lag, by, saw, said: self.said(earlier) }
    }

    /// Who signs such a thing, where all is well.
    fn signer(self, earlier: &[Event]) -> Option<&'static str> {
        match self.kind {
            Kind::Run | Kind::Twin | Kind::Again | Kind::Merged | Kind::Begun | Kind::End | Kind::Red | Kind::Open => Some(RECORDER),
            Kind::Yes | Kind::No => Some(self.voter(earlier).1),
            Kind::Deputation | Kind::Back => Some(self.deputation().0),
            Kind::Waiver | Kind::Review => Some("bob"),
            Kind::Withdrawal | Kind::TakenBack => Some(["ann", "ann", "cy", "bob"][usize::from(self.dials[1]) % 4]),
            Kind::Answer | Kind::Emergency | Kind::Overdue => Some(LEADS[0]),
            Kind::Wrote | Kind::Elsewhere => Some("cy"),
        }
    }

    /// Whoever says no has often said so before.
    fn voter(self, earlier: &[Event]) -> (&'static str, &'static str, Option<&'static str>) {
        let said = earlier.iter().rev().find(|event| event.is_no()).map(|event| &event.said);
        if let Some(Said::SignOff { role, person, deputy_of, .. }) = said.filter(|_| self.kind == Kind::No && self.dials[1] % 2 == 1) {
            return (role, person, *deputy_of);
        }
        let (role, person) = self.holder();
        match self.beside {
            0..=5 => (role, person, None),
            6..=8 => (role, DEPUTY, Some(person)),
            9 => (role, "bob", Some(person)),
            10 => (role, "dee", Some(person)),
            _ => (role, DEPUTY, Some("bob")),
        }
    }

    /// In whose role it is said.
    fn holder(self) -> (&'static str, &'static str) {
        match self.dials[0] {
            0 | 4 | 9 => ("lead", "ann"),
            1 | 5 => ("security", "cy"),
            2 | 11 => ("lead", "bob"),
            3 | 10 => ("security", "bob"),
            6 => ("lead", "cy"),
            7 => ("lead", STRANGER),
            _ => ("recorder", RECORDER),
        }
    }

    /// Whose deputy is who in which role.
    fn deputation(self) -> (&'static str, &'static str, &'static str) {
        match self.dials[0] {
            0..=3 | 9 => ("cy", DEPUTY, "security"),
            4..=6 => ("ann", DEPUTY, "lead"),
            7 => ("cy", "bob", "security"),
            8 => ("ann", "dee", "lead"),
            10 => (DEPUTY, "dee", "lead"),
            _ => ("bob", DEPUTY, "lead"),
        }
    }

    fn said(self, earlier: &[Event]) -> Said {
        let [a, b, ..] = self.dials;
        let of = |wanted: fn(&Event) -> bool, back: u8| latest(earlier, wanted, back).unwrap_or(u32::MAX);
        let vote = |go: bool| {
            let (role, person, deputy_of) = self.voter(earlier);
            let run = of(Event::is_run, if b < 7 { 0 } else { b - 6 });
            // A no may have been given under another name.
            let named = (!go && self.dials[4] > 3).then(|| if self.dials[4] < 9 { Named(2, 0, 0) } else { release(self.dials[4]) });
            Said::SignOff { run, named, role, person, deputy_of, go, true_words: self.dials[2] < 11 }
        };
        match self.kind {
            Kind::Run => Said::Run(self.looks(earlier)),
            Kind::Twin => Said::Twin { of: of(|event| matches!(event.said, Said::Run(_)), a % 3), looked: looked(b) },
            Kind::Again => Said::Again { of: of(Event::is_run, a % 4) },
            Kind::Merged => Said::Merged { of: [of(Event::is_run, a % 3), of(Event::is_run, a % 3 + 1 + b % 2)] },
            Kind::Yes => vote(true),
            Kind::No => vote(false),
            Kind::Withdrawal => Said::Withdrawal { of: of(if b % 3 == 2 { Event::is_no } else { Event::is_yes }, a % 5) },
            Kind::Deputation | Kind::Back => {
                let (principal, deputy, role) = self.deputation();
                let until = if self.kind == Kind::Back { 0 } else { [20_000, 100, 1, 91 * 1_440][usize::from(b.saturating_sub(8))] };
                Said::Deputation { principal, deputy, role, until }
            }
            Kind::Waiver => {
                let granted = if b < 9 { 1_440 } else { 100 * 1_440 };
                Said::Waiver { words: u8::from(a > 8), owner: "dee", granted }
            }
            Kind::Answer => Said::Answer { yes: a < 9 },
            Kind::Emergency => Said::Emergency { release: release(a), overdue: b < 8 },
            Kind::Review => Said::Review { of: of(|event| matches!(event.said, Said::Emergency { .. }), a % 3) },
            Kind::Begun => Said::Begun { release: release(a), child: b > 8 },
            Kind::End => Said::End { of: of(|event| matches!(event.said, Said::Begun { .. }), a % 3) },
            Kind::Wrote => Said::Wrote { release: release(a), people: authors(b).unwrap_or_default() },
            Kind::Elsewhere => Said::Elsewhere,
            Kind::Red => {
                let looks = self.looks(earlier);
                Said::Run(if looks.is_green() { Looks { door: Door::Open, ..looks } } else { looks })
            }
            Kind::TakenBack => Said::Withdrawal { of: of(Event::is_yes, a % 5) },
            Kind::Overdue => Said::Emergency { release: release(a), overdue: true },
            Kind::Open => Said::Begun { release: release(a), child: false },
        }
    }

    fn looks(self, earlier: &[Event]) -> Looks {
        let [named, sight, taken, others, look, ..] = self.dials;
        let change = authors(others).map(|people| Change { people, paths: paths(self.beside) });
        let door = match sight {
            4 | 5 | 9 | 11 => Door::Accepted(0),
            10 => Door::Accepted(1),
            6 | 8 => Door::Open,
            7 => Door::Unseen,
            _ => Door::Shut,
        };
        let back = u8::from(taken == 10);
        Looks {
            release: release(named),
            looked: looked(look),
            door,
            answer: latest(earlier, |event| matches!(event.said, Said::Answer { .. }), back).filter(|_| taken != 9),
            full: taken != 11,
            other_plan: others == 11,
            change,
        }
    }
}

fn paths(dial: u8) -> Option<Vec<&'static str>> {
    match dial {
        0..=6 => Some(vec!["src/shop.rs"]),
        7 | 8 => Some(vec!["src/shop.rs", "migrations/7.sql"]),
        9 => Some(Vec::new()),
        10 => Some(vec!["migrations/old/1.sql"]),
        _ => None,
    }
}

/// How many minutes before it was recorded something was looked at.
fn looked(dial: u8) -> i64 {
    [1, 1, 1, 1, 1, 1, 1, 0, 30, 200, 1_500, 15][usize::from(dial)]
}

fn authors(dial: u8) -> Option<Vec<&'static str>> {
    match dial {
        0..=4 | 11 => Some(vec!["dee"]),
        5 => Some(vec!["bob", "dee"]),
        6 => Some(vec!["ann"]),
        7 => Some(vec!["dee", "+ann"]),
        8 => Some(vec!["dee", STRANGER]),
        9 => None,
        _ => Some(vec!["dee", "+bot"]),
    }
}

/// The newest event of a kind, or one so many before it.
fn latest(earlier: &[Event], wanted: fn(&Event) -> bool, back: u8) -> Option<u32> {
    earlier.iter().rev().filter(|event| wanted(event)).nth(back.into()).map(|event| event.id)
}
