//! The laws of the gate, held over generated histories of one environment: more than 10,000 of them in all.
//!
//! A binary of its own: it needs neither servers nor the program, and is built and run in a tenth of the time of the others.
//! Nobody's rule is written down a second time here: what the gate says of one history is compared with what it says of
//! another.
//!
//! Each law has failed when its owner was broken by hand, one edit each:
//! - `votes`: any later no takes back any earlier one (against), any later yes another (taking away, setting aside); a no under
//!   another label, or in doubt, is passed over, anybody takes back anybody's no, a yes that is set aside counts (plainly);
//!   entries of another ledger are counted with those here, or a withdrawal there takes back a no here (another ledger);
//! - `quorum`: one person counts in two roles (plainly);
//! - `runs`: the first entry of a report is taken, whatever its clock and its signature (order);
//! - `gate`: a deployment that began is passed over, what another ledger knows is passed over (plainly);
//! - `begun`: an end that nobody signed ends it (plainly);
//! - `independence`: with an unknown author nobody is one (an unknown author, plainly);
//! - `deputies`: nobody looks who named the deputy, until when, in which policy (taking away, stricter, plainly);
//! - `chain`: the head that a signer saw is not looked for (a no that is gone).

mod approvals;
mod book;
mod drawing;
mod events;
mod question;
mod reports;

use std::{cell::Cell, fmt::Debug};

use gonogo::model::Exit;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner},
};

use book::Book;
use drawing::{Drawn, Kind, drawn, history, question};
use events::{Change, Door, Event, Looks, Named, Said};
use question::{ask, read};

/// Holds a law over so many histories, always the same. `LAWS_TIMES` makes them more, and others.
#[expect(clippy::disallowed_methods, reason = "how long to search is said by whoever runs the test")]
fn hold<S: Strategy<Value: Debug>>(histories: u32, strategy: S, law: impl Fn(&Tally, S::Value) -> TestCaseResult) {
    let times: Option<u32> = std::env::var("LAWS_TIMES").ok().and_then(|times| times.parse().ok());
    let config = Config { cases: histories * times.unwrap_or(1), max_shrink_iters: 20_000, failure_persistence: None, ..Config::default() };
    let mut runner = match times {
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
        Some(_) => TestRunner::new(config),
    };
    let tally = Tally::default();
    if let Err(error) = runner.run(&strategy, |drawn| law(&tally, drawn)) {
        panic!("{error}");
    }
    let (go, other) = (tally.go.get(), tally.other.get());
    assert!(go > histories / 10 && other > histories / 10, "the histories show nothing: {go} GO, {other} not");
}

/// How often the gate said what.
#[derive(Default)]
struct Tally {
    go: Cell<u32>,
    other: Cell<u32>,
}

impl Tally {
    fn said(&self, exit: Exit) -> bool {
        let go = exit == Exit::Go;
        let counter = if go { &self.go } else { &self.other };
        counter.set(counter.get() + 1);
        go
    }
}

/// No first question that is not answered by GO may be answered so by the second.
fn no_go_comes_of_it(tally: &Tally, before: Exit, after: impl FnOnce() -> Exit) -> TestCaseResult {
    if !tally.said(before) {
        prop_assert_ne!(after(), Exit::Go, "it was {:?}", before);
    }
    Ok(())
}

const ADDED: u32 = 1_000;

/// What speaks against a release.
fn against() -> impl Strategy<Value = Drawn> {
    let kind = prop_oneof![
        4 => Just(Kind::Red),
        5 => Just(Kind::No),
        3 => Just(Kind::TakenBack),
        1 => Just(Kind::Overdue),
        1 => Just(Kind::Open),
        2 => Just(Kind::Back),
        2 => Just(Kind::Answer),
    ];
    kind.prop_flat_map(drawn)
}

#[test]
fn what_speaks_against_a_release_never_makes_it_go() {
    hold(2_000, (history(), question(), against(), any::<u8>()), |tally, (events, question, against, place)| {
        // Most often at the end, or after somebody's no.
        let no = events.iter().rposition(Event::is_no).filter(|_| place % 2 == 1);
        let place = no.map_or_else(|| events.len().saturating_sub(usize::from(place) % (2 * events.len() + 1)), |no| no + 1);
        let mut after = events.clone();
        after.insert(place, against.after(&events[..place], ADDED));
        no_go_comes_of_it(tally, ask(&events, &question, None), || ask(&after, &question, None))
    });
}

/// Said at the very end, by somebody who may, about the release that is asked about; or all that speaks for it is worth
/// nothing.
#[test]
fn what_speaks_plainly_against_a_release_stops_it() {
    hold(1_500, (history(), question(), 0..13_u8), |tally, (mut events, mut question, which)| {
        tally.said(ask(&events, &question, None));
        let release = question.release;
        let mut id = ADDED;
        let mut then = |by: Option<&'static str>, said: Said| {
            events.push(Event { id, recorded: question.later, lag: 0, by, saw: None, said });
            id += 1;
        };
        let no = |named| Said::SignOff {
            run: u32::MAX,
            named: Some(named),
            role: "lead",
            person: "ann",
            deputy_of: None,
            go: false,
            true_words: true,
        };
        match which {
            0 => then(
                Some("ci"),
                Said::Run(Looks { release, looked: 0, door: Door::Open, answer: None, full: true, other_plan: false, change: None }),
            ),
            1 => then(Some("ann"), no(release)),
            // The same commit under another label; and what names nothing that could be compared.
            2 if release.1 > 0 => then(Some("ann"), no(Named(9, release.1, 0))),
            3 if release.2 == 0 => then(Some("ann"), no(Named(0, 0, 9))),
            4 => {
                then(Some("ann"), no(release));
                then(Some("cy"), Said::Withdrawal { of: ADDED });
            }
            5 => then(Some("ann"), Said::Emergency { release, overdue: true }),
            6 => then(Some("ci"), Said::Begun { release, child: false }),
            7 => {
                then(Some("ci"), Said::Begun { release, child: false });
                then(None, Said::End { of: ADDED });
            }
            8 => then(Some("ann"), Said::Answer { yes: false }),
            // One person alone, where two must sign.
            9 if !question.conditional && question.require.iter().map(|(_, count)| count).sum::<u32>() > 1 => {
                let run = events.iter().rev().find(|event| event.is_run()).map_or(u32::MAX, |event| event.id);
                events.retain(|event| !event.is_yes());
                for (role, id) in ["lead", "security"].into_iter().zip(ADDED..) {
                    let said = Said::SignOff { run, named: None, role, person: "bob", deputy_of: None, go: true, true_words: true };
                    events.push(Event { id, recorded: question.later, lag: 0, by: Some("bob"), saw: None, said });
                }
            }
            // Every yes is still to come.
            10 => events.iter_mut().filter(|event| event.is_yes()).for_each(|event| event.recorded = question.later + 100),
            11 if question.independent && !events.iter().any(|event| matches!(event.said, Said::Wrote { .. })) => {
                question.change = Some(Change { people: vec!["dee", "nobody-knows"], paths: None });
            }
            // What the ledger here knows, and the bundle that is judged does not.
            12 => {
                let here = events.clone();
                events.push(Event { id, recorded: question.later, lag: 0, by: Some("ann"), saw: None, said: no(release) });
                prop_assert_ne!(ask(&here, &question, Some(&events)), Exit::Go);
            }
            _ => return Ok(()),
        }
        prop_assert_ne!(ask(&events, &question, None), Exit::Go);
        Ok(())
    });
}

#[test]
fn an_unknown_author_never_makes_it_go() {
    hold(500, (history(), question(), any::<prop::sample::Index>()), |tally, (events, question, which)| {
        let (mut after, mut asked) = (events.clone(), question.clone());
        let lists = after.iter_mut().filter_map(|event| match &mut event.said {
            Said::Run(looks) => looks.change.as_mut().map(|change| &mut change.people),
            Said::Wrote { people, .. } => Some(people),
            _ => None,
        });
        let mut lists: Vec<_> = lists.chain(asked.change.as_mut().map(|change| &mut change.people)).collect();
        if lists.is_empty() {
            return Ok(());
        }
        let which = which.index(lists.len());
        lists[which].push("nobody-knows");
        no_go_comes_of_it(tally, ask(&events, &question, None), || ask(&after, &asked, None))
    });
}

#[test]
fn taking_away_what_speaks_for_a_release_never_makes_it_go() {
    hold(2_000, (history(), question(), any::<prop::sample::Index>()), |tally, (events, question, which)| {
        let all: Vec<Vec<Event>> = (0..events.len()).flat_map(|place| without(&events, place)).collect();
        if all.is_empty() {
            return Ok(());
        }
        no_go_comes_of_it(tally, ask(&events, &question, None), || ask(&all[which.index(all.len())], &question, None))
    });
}

/// The histories without this event, or without its signature, where it speaks for a release.
fn without(events: &[Event], place: usize) -> Vec<Vec<Event>> {
    let event = &events[place];
    let gone = || events.iter().filter(|other| other.id != event.id).cloned().collect::<Vec<_>>();
    let unsigned = || {
        let mut events = events.to_vec();
        events[place].by = None;
        events
    };
    match event.said {
        // What was taken back speaks no more.
        Said::SignOff { go: true, .. } => {
            let stands = !events.iter().any(|other| matches!(other.said, Said::Withdrawal { of } if of == event.id));
            if stands { vec![gone(), unsigned()] } else { Vec::new() }
        }
        Said::Waiver { .. } | Said::Review { .. } | Said::End { .. } => vec![gone(), unsigned()],
        // The newest counts, and it may end an earlier one.
        Said::Deputation { principal: of, .. } => {
            let others = |other: &&Event| matches!(other.said, Said::Deputation { principal, .. } if principal == of);
            if events.iter().filter(others).count() == 1 { vec![gone(), unsigned()] } else { Vec::new() }
        }
        // A later answer asks for a new run, whatever it says.
        Said::Answer { yes: true } if !events[..place].iter().any(Event::is_run) => vec![unsigned()],
        _ if is_spare(events, place) => vec![gone()],
        _ => Vec::new(),
    }
}

/// Whether this is a green look beside which there is another that says as much: a newer one of the same release, or the
/// one of which it is the twin. Without the newest look of all an older one is judged, which may say other things.
fn is_spare(events: &[Event], place: usize) -> bool {
    let event = &events[place];
    let newer = |looks: &Looks| {
        events.iter().any(|other| {
            let Said::Run(others) = &other.said else { return false };
            let looked = |event: &Event, looks: &Looks| event.recorded - looks.looked;
            others.full && others.release == looks.release && other.recorded <= 0 && looked(other, others) > looked(event, looks)
        })
    };
    match &event.said {
        Said::Run(looks) => looks.is_green() && newer(looks),
        Said::Twin { of, .. } => events[..place]
            .iter()
            .any(|other| matches!(&other.said, Said::Run(looks) if other.id == *of && other.by == event.by && looks.is_green())),
        _ => false,
    }
}

#[test]
fn the_order_of_entries_about_the_same_looks_never_matters() {
    let index = || any::<prop::sample::Index>();
    let again = prop_oneof![Just(Kind::Again), Just(Kind::Twin)].prop_flat_map(drawn);
    hold(1_500, (history(), question(), again, index(), index()), |tally, (mut events, question, again, at, which)| {
        // Beside one of the looks its report is recorded again, merged the other way round, or much the same was seen.
        let looks: Vec<usize> = (0..events.len()).filter(|place| events[*place].is_run()).collect();
        if !looks.is_empty() {
            let place = looks[at.index(looks.len())];
            let mut beside = again.after(&events[..=place], ADDED);
            beside.said = match (&events[place].said, beside.said) {
                (Said::Merged { of: [one, other] }, _) => Said::Merged { of: [*other, *one] },
                (_, Said::Again { .. }) => Said::Again { of: events[place].id },
                (_, said) => said,
            };
            events.insert(place + 1, beside);
        }
        let before = ask(&events, &question, None);
        tally.said(before);
        let mut others: Vec<Vec<Event>> = (1..events.len()).filter_map(|place| swapped(&events, place)).collect();
        others.push(other_way_round(&events));
        let after = ask(&others[which.index(others.len())], &question, None);
        prop_assert_eq!(before, after);
        Ok(())
    });
}

/// Two neighbours the other way round: two looks, or two people's yes.
fn swapped(events: &[Event], place: usize) -> Option<Vec<Event>> {
    let (one, other) = (&events[place - 1], &events[place]);
    let people = match (&one.said, &other.said) {
        // Whoever signs for somebody is that person too.
        (
            Said::SignOff { person: one, deputy_of: for_one, go: true, .. },
            Said::SignOff { person: other, deputy_of: for_other, go: true, .. },
        ) => one != other && for_one.is_none() && for_other.is_none(),
        _ => false,
    };
    (people || (one.is_run() && other.is_run())).then(|| {
        let mut events = events.to_vec();
        events.swap(place - 1, place);
        events
    })
}

/// Every merger with its shares in the other order.
fn other_way_round(events: &[Event]) -> Vec<Event> {
    let mut events = events.to_vec();
    for event in &mut events {
        if let Said::Merged { of } = &mut event.said {
            of.reverse();
        }
    }
    events
}

#[test]
fn setting_aside_what_is_still_to_come_never_makes_it_go() {
    hold(1_000, (history(), question(), any::<prop::sample::Index>()), |tally, (events, question, which)| {
        // Without the newest look an older one is judged, which may say other things.
        let green = |place: usize| match &events[place].said {
            Said::Run(looks) => looks.is_green(),
            _ => events[place].is_run(),
        };
        let mut after = events.clone();
        let may: Vec<usize> = (0..events.len())
            .filter(|place| events[*place].recorded <= question.later)
            .filter(|place| !green(*place) || is_spare(&events, *place))
            .collect();
        if may.is_empty() {
            return Ok(());
        }
        let event = &mut after[may[which.index(may.len())]];
        let later = question.later + 100 - event.recorded;
        event.recorded += later;
        event.lag += later;
        if let Said::Run(looks) = &mut event.said {
            looks.looked += later;
        }
        no_go_comes_of_it(tally, ask(&events, &question, None), || ask(&after, &question, None))
    });
}

#[test]
fn what_another_ledger_knows_never_makes_it_go() {
    // Most often somebody takes back what they said here.
    let kind = prop_oneof![3 => drawing::any_kind(), 1 => Just(Kind::Withdrawal)];
    let more = prop::collection::vec(kind.prop_flat_map(drawn), 0..4);
    hold(1_000, (history(), question(), any::<prop::sample::Index>(), more), |tally, (events, question, parting, more)| {
        let mut there = events[..parting.index(events.len() + 1)].to_vec();
        for (drawn, id) in more.into_iter().zip(ADDED..) {
            let event = drawn.after(&there, id);
            there.push(event);
        }
        no_go_comes_of_it(tally, ask(&events, &question, None), || ask(&events, &question, Some(&there)))
    });
}

/// Whoever has the disk takes a no out of the ledger and makes anew what they can: every link, and what nobody signed.
#[test]
fn a_no_that_was_seen_is_missed_when_it_is_gone() {
    let index = || any::<prop::sample::Index>();
    hold(1_000, (history(), question(), drawn(Kind::No), index(), index()), |tally, (mut events, question, no, place, relinked)| {
        let place = place.index(events.len() + 1);
        events.insert(place, no.after(&events[..place], ADDED));
        tally.said(ask(&events, &question, None));
        let whole = Book::of(&events).entries;
        prop_assert!(read(&whole, &question).is_ok());
        // The closing stands before the first event.
        let (gone, head) = (place + 1, whole[whole.len() - 1].digest());
        // Links made anew up to here; the rest as it was.
        let relinked = gone + relinked.index(whole.len() - gone + 1);
        let seen = Book::cut(&whole, gone, relinked);
        let signed_since = events[gone..].iter().any(|event| event.by.is_some() && (event.saw.is_none() || event.saw == Some(ADDED)));
        match read(&seen, &question) {
            Ok(history) => {
                prop_assert!(!signed_since, "somebody signed after it");
                prop_assert!(!history.holds(&head), "the head that somebody kept");
            }
            Err(error) => prop_assert_eq!(error.exit(), Exit::Untrusted),
        }
        Ok(())
    });
}
