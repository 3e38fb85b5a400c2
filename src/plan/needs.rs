//! What checks need of each other, and what guards an environment.

use std::collections::HashMap;

use super::{draft::Draft, fault::Fault, fields::Word, root::Environment};
use crate::model::{Phase, Severity, Window, is_named};

/// Every circle of needs, told once, at the need that closes it.
pub(super) fn circles(drafts: &[Draft], faults: &mut Vec<Fault>) {
    let index: HashMap<&str, usize> = drafts.iter().enumerate().map(|(i, draft)| (draft.id.as_str(), i)).collect();
    let mut state = vec![State::New; drafts.len()];
    for start in 0..drafts.len() {
        if state[start] != State::New {
            continue;
        }
        // The way from `start` to the check at hand, with the number of its next need. No recursion: chains may be long.
        let mut path = vec![(start, 0)];
        state[start] = State::Open;
        while let Some((at, next)) = path.last_mut() {
            let at = *at;
            let Some(need) = drafts[at].needs.get(*next) else {
                state[at] = State::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match index.get(need.text.as_str()).map(|i| (*i, state[*i])) {
                Some((i, State::New)) => {
                    state[i] = State::Open;
                    path.push((i, 0));
                }
                Some((i, State::Open)) => faults.push(circle(drafts, &path, i, need)),
                Some((_, State::Done)) | None => {}
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

fn circle(drafts: &[Draft], path: &[(usize, usize)], back_to: usize, need: &Word) -> Fault {
    let start = path.iter().position(|(i, _)| *i == back_to).unwrap_or(0);
    let ids: Vec<String> = path[start..].iter().map(|(i, _)| format!("`{}`", drafts[*i].id)).chain([format!("`{}`", need.text)]).collect();
    let shown = if ids.len() > 8 { [&ids[..4], &["…".to_owned()], &ids[ids.len() - 3..]].concat() } else { ids };
    let message = if shown.len() == 2 {
        format!("`{}` needs itself", need.text)
    } else {
        format!("checks need each other in a circle: {}", shown.join(" → "))
    };
    Fault::new(need.place, message)
}

/// A check as far as others can rely on it in one environment.
pub(super) struct Meant<'a> {
    pub(super) draft: &'a Draft,
    /// Whether it guards the environment, in every phase and window.
    pub(super) guard: bool,
    pub(super) phases: Vec<Phase>,
    /// The phases of the rollout.
    pub(super) stages: Vec<String>,
    /// The windows after a deployment in which it is looked at.
    pub(super) windows: Vec<Window>,
    pub(super) severity: Severity,
    /// Why it is not meant for the environment.
    pub(super) excluded: Option<String>,
}

impl Meant<'_> {
    /// Whether it is looked at in this window.
    pub(super) fn runs_in(&self, window: Window) -> bool {
        self.guard || self.phases.contains(&Phase::PostDeploy) && self.windows.contains(&window)
    }
}

/// Needs that cannot be met in this environment.
pub(super) fn unmet(checks: &[Meant<'_>], environment: &str, faults: &mut Vec<Fault>) {
    let by_id: HashMap<&str, &Meant<'_>> = checks.iter().map(|check| (check.draft.id.as_str(), check)).collect();
    for check in checks.iter().filter(|check| check.excluded.is_none()) {
        for need in &check.draft.needs {
            let Some(needed) = by_id.get(need.text.as_str()) else { continue };
            let (id, other) = (&check.draft.id, &needed.draft.id);
            if let Some(why) = &needed.excluded {
                let message = format!("`{id}` needs `{other}`, which is left out in {environment}: {why}");
                faults.push(Fault::new(need.place, message).hint("leave this check out there too, or drop the need"));
            } else if let Some(phase) = check.phases.iter().find(|phase| !needed.phases.contains(phase)) {
                let message = format!("`{id}` runs {phase}; `{other}`, which it needs, does not");
                faults.push(Fault::new(need.place, message).hint("give both the same `phase`"));
            } else if let Some(stage) = check.stages.iter().find(|stage| !needed.guard && !needed.stages.contains(stage)) {
                let message = format!("`{id}` runs in the phase `{stage}` of the rollout; `{other}`, which it needs, does not");
                faults.push(Fault::new(need.place, message).hint(format!("add `{stage}` to the `phase` of `{other}`")));
            } else if let Some(window) = check.windows.iter().find(|window| check.runs_in(**window) && !needed.runs_in(**window)) {
                let message = format!("`{id}` is looked at in the window `{window}`; `{other}`, which it needs, is not");
                faults.push(Fault::new(need.place, message).hint(format!("add `{window}` to the `window` of `{other}`")));
            }
        }
    }
}

/// That a check which sends more than a look needs is guarded, and is no guard itself.
pub(super) fn unguarded(draft: &Draft, environment: &Environment, is_guard: bool, faults: &mut Vec<Fault>) {
    let (id, kind, name) = (&draft.id, draft.kind.name, &environment.name);
    if is_guard {
        let message = format!("`{id}` cannot guard {name}: `{kind}` sends many requests, and nothing has proven yet where to");
        faults.push(Fault::new(draft.kind_key, message).hint("let a check that only looks guard it"));
    } else if environment.guard.is_empty() {
        let message = format!("`{id}` sends requests of its own (`{kind}`), and nothing guards {name}");
        let hint = format!("name a check that proves that this is the right place: `environments: {{ {name}: {{ guard: [ID] }} }}`");
        faults.push(Fault::new(draft.kind_key, message).hint(hint));
    }
}

/// What is wrong with the checks that guard the environment.
pub(super) fn guards(checks: &[Meant<'_>], environment: &Environment, faults: &mut Vec<Fault>) {
    let name = &environment.name;
    for guard in &environment.guard {
        let Some(Meant { draft, phases, severity, excluded, .. }) = checks.iter().find(|check| is_named(&check.draft.id, &guard.text))
        else {
            continue;
        };
        let id = &draft.id;
        if let Some(why) = excluded {
            let message = format!("the guard `{id}` is left out in {name}: {why}");
            faults.push(Fault::new(guard.place, message).hint("then nothing would guard this environment"));
        }
        if *severity != Severity::Blocker {
            let message = format!("`{id}` guards {name} and must be a blocker, it is `{severity}`");
            faults.push(Fault::new(draft.place_of("severity"), message).hint("leave `severity` out"));
        }
        if *phases != Phase::ALL {
            let message = format!("`{id}` guards {name} and must run in every phase");
            faults.push(Fault::new(draft.place_of("phase"), message).hint("leave `phase` out"));
        }
        for need in draft.needs.iter().filter(|need| !environment.guard.iter().any(|guard| is_named(&need.text, &guard.text))) {
            let message = format!("the guard `{id}` needs `{}`, which is no guard of {name}", need.text);
            faults.push(Fault::new(need.place, message).hint(format!("add `{}` to `guard`", need.text)));
        }
    }
}
