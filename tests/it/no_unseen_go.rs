//! The law of the house: no combination of severity, waiver, needs, environments, phase and guard over failing
//! targets exits 0, unless every blocker was looked at, is a waived fail, or is not meant for this run.

use gonogo::{
    model::{Outcome, Phase, Severity, Unsigned, Waiver},
    plan::{Item, Plan, Standing},
    run::{GivenWaiver, Settings},
};
use proptest::prelude::*;

use crate::scripted::{Ending, item, plan, run, settings, signoff};

#[derive(Debug, Clone)]
struct Drawn {
    ending: Ending,
    severity: Severity,
    phases: Vec<Phase>,
    excluded: bool,
    guard: bool,
    waived: Option<Exception>,
    needs: Vec<usize>,
    from: Option<&'static str>,
}

/// An accepted exception for the check.
#[derive(Debug, Clone, Copy)]
struct Exception {
    in_force: bool,
    signed: bool,
    short: bool,
    here: bool,
    on_record: bool,
}

fn exception() -> impl Strategy<Value = Exception> {
    let most = || prop::bool::weighted(0.75);
    (most(), any::<bool>(), most(), most(), any::<bool>()).prop_map(|(in_force, signed, short, here, on_record)| Exception {
        in_force,
        signed,
        short,
        here,
        on_record,
    })
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let ending = prop_oneof![
        3 => Just(Ending::Met),
        2 => Just(Ending::Unmet),
        1 => Just(Ending::Undetermined),
        1 => Just(Ending::ExpectsNothing),
        1 => Just(Ending::Unknown),
        1 => Just(Ending::Unreachable),
        1 => Just(Ending::Waiting),
        1 => Just(Ending::Panics),
    ];
    let severity = prop_oneof![3 => Just(Severity::Blocker), 1 => Just(Severity::Warning), 1 => Just(Severity::Info)];
    let phases = prop_oneof![2 => Just(Phase::ALL.to_vec()), 1 => Just(vec![Phase::PreDeploy]), 1 => Just(vec![Phase::PostDeploy])];
    let needs = proptest::collection::vec(0..6_usize, 0..3);
    let from = prop_oneof![4 => Just(None), 1 => Just(Some("inside")), 1 => Just(Some("outside"))];
    (
        ending,
        severity,
        phases,
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.15),
        prop::option::weighted(0.4, exception()),
        needs,
        from,
    )
        .prop_map(|(ending, severity, phases, excluded, guard, waived, needs, from)| Drawn {
            ending,
            severity,
            phases,
            excluded,
            guard,
            waived,
            needs,
            from,
        })
}

/// Where little goes wrong, so that the exceptions decide.
fn mild() -> impl Strategy<Value = Drawn> {
    drawn().prop_map(|drawn| Drawn {
        ending: if drawn.ending == Ending::Unmet { Ending::Unmet } else { Ending::Met },
        phases: Phase::ALL.to_vec(),
        excluded: false,
        needs: Vec::new(),
        from: None,
        ..drawn
    })
}

/// What a correct tool may rely on, worked out from the drawn plan alone and not from the engine's findings.
fn accounted_for(drawn: &Drawn, phase: Phase, from: Option<&str>, policy: Option<Unsigned>) -> bool {
    let not_meant = drawn.excluded || (!drawn.guard && !drawn.phases.contains(&phase));
    let another_share = from.is_some() && drawn.from.is_some() && drawn.from != from;
    let deselected = another_share;
    let here = drawn.from.is_none() || drawn.from == from;
    let accepted = |e: &Exception| e.in_force && e.short && e.here && (e.signed || policy == Some(Unsigned::Allowed));
    let waived = drawn.ending == Ending::Unmet && drawn.waived.as_ref().is_some_and(accepted) && !drawn.guard;
    not_meant || deselected || (here && (drawn.ending == Ending::Met || waived))
}

fn items(drawn: &[Drawn]) -> Vec<Item> {
    let build = |(i, drawn): (usize, &Drawn)| {
        // The plan refuses circles and guards that need others, so neither is drawn here.
        let needs = drawn.needs.iter().filter(|need| **need < i && !drawn.guard).map(|need| format!("c{need}")).collect();
        let item = item(&format!("c{i}"), drawn.ending);
        let standing = if drawn.excluded { Standing::Excluded("meant for staging".into()) } else { item.standing };
        let severity = if drawn.guard { Severity::Blocker } else { drawn.severity };
        Item {
            standing,
            severity,
            phases: drawn.phases.clone(),
            guard: drawn.guard && !drawn.excluded,
            needs,
            from: drawn.from.map(str::to_owned),
            ..item
        }
    };
    drawn.iter().enumerate().map(build).collect()
}

fn waivers(drawn: &[Drawn]) -> Vec<GivenWaiver> {
    let given = |i: usize, exception: Exception| {
        let expires = match exception {
            Exception { in_force: false, .. } => "2026-11-20T12:00:00Z",
            Exception { short: false, .. } => "2028-11-21T00:00:00Z",
            _ => "2026-11-21T00:00:00Z",
        };
        let waiver = Waiver {
            check: format!("c{i}"),
            environment: if exception.here { "prod" } else { "staging" }.into(),
            reason: "accepted".into(),
            ticket: "T-1".into(),
            owner: "ops".into(),
            approver: "security".into(),
            granted: None,
            expires: expires.parse().expect("an instant"),
        };
        GivenWaiver { waiver, signed: exception.signed, location: (!exception.on_record).then(Default::default) }
    };
    drawn.iter().enumerate().filter_map(|(i, drawn)| Some(given(i, drawn.waived?))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_blocker_goes_unseen(
        drawn in prop_oneof![proptest::collection::vec(drawn(), 1..7), proptest::collection::vec(mild(), 1..5)],
        post in any::<bool>(),
        from in prop_oneof![3 => Just(None), 1 => Just(Some("inside"))],
        strict in any::<bool>(),
        policy in prop::option::of(prop_oneof![Just(Unsigned::Refused), Just(Unsigned::Allowed)]),
    ) {
        let phase = if post { Phase::PostDeploy } else { Phase::PreDeploy };
        let settings = Settings { phase, strict, from: from.map(str::to_owned), waivers: waivers(&drawn), ..settings() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        // A refused selection runs nothing and exits 2.
        let Ok(report) = runtime.block_on(run(Plan { signoff: policy.map(signoff), ..plan(items(&drawn)) }, &settings)) else { return Ok(()) };
        let blocks = |drawn: &&Drawn| (drawn.guard && !drawn.excluded) || drawn.severity == Severity::Blocker || (strict && drawn.severity == Severity::Warning);
        if report.exit == 0 {
            for drawn in drawn.iter().filter(blocks) {
                prop_assert!(accounted_for(drawn, phase, from, policy), "exit 0 over {drawn:?}");
            }
            let relied_on = report.findings.iter().any(|finding| finding.severity == Severity::Blocker && finding.outcome == Outcome::Pass);
            prop_assert!(relied_on, "exit 0 without a blocker that passed");
        }
        // And the other way round: where all is well, the answer is go.
        let all_well = drawn.iter().all(|drawn| drawn.ending == Ending::Met && !drawn.excluded && drawn.phases.len() == 2 && drawn.from.is_none());
        if all_well && drawn.iter().any(|drawn| drawn.guard || drawn.severity == Severity::Blocker) {
            prop_assert_eq!(report.exit, 0);
        }
        // A report that was written can be read again, and says the same.
        let read = gonogo::model::Report::from_json(&report.to_json());
        prop_assert_eq!(read.expect("a consistent report"), report);
    }
}
