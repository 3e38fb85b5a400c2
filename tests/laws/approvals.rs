//! The laws of approvals as people live them: deputies, roles by what changed, windows and freezes.

use gonogo::model::Exit;
use proptest::prelude::*;

use super::{
    ADDED,
    drawing::{history, question},
    events::{Change, DEPUTY, Event, Question, Said},
    hold, no_go_comes_of_it,
    question::ask,
};

/// Two signatures of which one person is behind both, those of whoever wrote it, a time when nothing is deployed.
#[test]
fn no_deputy_and_no_window_makes_it_go() {
    hold(1_000, (history(), question(), 0..4_u8), |tally, (mut events, mut question, which)| {
        tally.said(ask(&events, &question, None));
        let run = events.iter().rev().find(|event| event.is_run()).map_or(u32::MAX, |event| event.id);
        match which {
            // A deputy and whoever they speak for, where two must sign; both speak in one role, or one of them in two.
            0 if question.require.iter().map(|(_, count)| count).sum::<u32>() > 1 && !question.conditional => {
                events.retain(|event| !event.is_yes());
                let (principal, deputy, role) =
                    if question.require.len() > 1 { ("cy", "bob", "security") } else { ("ann", DEPUTY, "lead") };
                let own = if question.require.len() > 1 { deputy } else { principal };
                stand_in(&mut events, &question, (principal, deputy, role), run);
                let said = Said::SignOff { run, named: None, role: "lead", person: own, deputy_of: None, go: true, true_words: true };
                events.push(Event { id: ADDED + 9, recorded: question.later, lag: 0, by: Some(own), saw: None, said });
            }
            // Whoever wrote it has a deputy, or is one.
            1 | 2 if question.independent && !events.iter().any(|event| matches!(event.said, Said::Wrote { .. })) => {
                events.retain(|event| !event.is_yes());
                stand_in(&mut events, &question, ("ann", DEPUTY, "lead"), run);
                let people = vec!["dee", if which == 1 { DEPUTY } else { "ann" }];
                question.change = Some(Change { people, paths: None });
            }
            3 => question.freeze = FROZEN,
            _ => return Ok(()),
        }
        prop_assert_ne!(ask(&events, &question, None), Exit::Go);
        Ok(())
    });
}

/// A freeze that holds whenever a question is put.
const FROZEN: &str = r#"[{"from": "2000-01-01", "to": "2100-01-01"}]"#;

/// Somebody names a deputy, who says yes.
fn stand_in(events: &mut Vec<Event>, question: &Question, (principal, deputy, role): (&'static str, &'static str, &'static str), run: u32) {
    let named = Said::Deputation { principal, deputy, role, until: 1_000 };
    let yes = Said::SignOff { run, named: None, role, person: deputy, deputy_of: Some(principal), go: true, true_words: true };
    for (id, by, said) in [(ADDED + 7, principal, named), (ADDED + 8, deputy, yes)] {
        events.push(Event { id, recorded: question.later, lag: 0, by: Some(by), saw: None, said });
    }
}

/// Nothing else than a stricter policy stands between the two.
#[test]
fn a_stricter_policy_never_makes_it_go() {
    hold(1_000, (history(), question(), 0..4_u8), |tally, (events, question, which)| {
        let mut stricter = question.clone();
        match which {
            0 => stricter.conditional = false,
            // Who is no deputy any more says no no more.
            1 if !events.iter().any(|event| matches!(event.said, Said::SignOff { deputy_of: Some(_), go: false, .. })) => {
                stricter.deputies = false;
            }
            2 => stricter.freeze = FROZEN,
            _ if question.windows == "[]" => stricter.windows = r#"[{"days": ["thu"], "daily": "20:00-21:00"}]"#,
            _ => return Ok(()),
        }
        no_go_comes_of_it(tally, ask(&events, &question, None), || ask(&events, &stricter, None))
    });
}

/// A role that must sign for what changed is asked as one that must always; and where nobody knows, it is asked too.
#[test]
fn what_concerns_a_role_is_never_passed_by() {
    hold(1_000, (history(), question(), any::<prop::sample::Index>(), any::<bool>()), |tally, (mut events, mut question, which, known)| {
        let before = ask(&events, &question, None);
        let changes =
            events.iter_mut().filter_map(|event| if let Said::Run(looks) = &mut event.said { looks.change.as_mut() } else { None });
        let mut changes: Vec<_> = changes.chain(question.change.as_mut()).collect();
        if changes.is_empty() {
            return Ok(());
        }
        // One more path never makes it go; that of the role is looked for in all of them.
        let which = which.index(changes.len());
        changes[which].paths = changes[which].paths.take().filter(|_| known).map(|paths| [paths, vec!["migrations/8.sql"]].concat());
        let after = ask(&events, &question, None);
        no_go_comes_of_it(tally, before, || after)?;
        let everywhere =
            events.iter_mut().filter_map(|event| if let Said::Run(looks) = &mut event.said { looks.change.as_mut() } else { None });
        everywhere.chain(question.change.as_mut()).for_each(|change| change.paths = Some(vec!["migrations/8.sql"]));
        let asked = ask(&events, &question, None);
        question.conditional = false;
        prop_assert_eq!(asked, ask(&events, &question, None));
        Ok(())
    });
}
