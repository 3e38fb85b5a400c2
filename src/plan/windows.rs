//! The plan's `post-deploy`: the windows after a deployment, and that checks and windows know of each other.

use std::collections::HashSet;

use super::{
    fault::Fault,
    interpolate::literal,
    item::{Item, Standing},
    needs::Meant,
    node::Node,
    place::Place,
    typed,
};
use crate::model::{Period, Phase, Window, Windows};

/// The plan's key.
pub(super) const KEY: &str = "post-deploy";

/// Reads it; it takes no variables, since the gate of the next release goes by it.
pub(super) fn read(label: Place, mut node: Node, faults: &mut Vec<Fault>) -> Option<Windows> {
    literal(&mut node, faults);
    let read = typed::read(&node, label, HashSet::new(), &|reader| serde::Deserialize::deserialize(reader));
    faults.extend(read.faults);
    let mut windows: Windows = read.value?;
    let mut last = Period::seconds(0);
    for (window, terms) in windows.all_mut() {
        let Some(terms) = terms else { continue };
        terms.begins = last;
        if terms.due <= last {
            let message = format!("`{window}` is due after {}, which is not later than what is before it", terms.due);
            let place = node.get(window.word()).map_or(label, |node| node.get("due").map_or(label, |due| due.place));
            faults.push(Fault::new(place, message).hint("each window ends later than the one before it: `1h`, `24h`, `7d`"));
        }
        last = terms.due;
    }
    if windows == Windows::default() {
        faults.push(Fault::new(label, "nothing stands in it").hint("write `short-term: { due: 24h }`, or leave the key out"));
    }
    Some(windows)
}

/// Without those in which nothing is meant for this environment: nobody can look at them.
pub(super) fn meant_here(mut windows: Windows, items: &[Item]) -> Windows {
    let meant = |window| {
        let mut here = items.iter().filter(|item| !item.guard && !matches!(item.standing, Standing::Excluded(_)));
        here.any(|item| item.phases.contains(&Phase::PostDeploy) && item.windows.contains(&window))
    };
    for (window, terms) in windows.all_mut() {
        *terms = terms.filter(|_| meant(window));
    }
    windows
}

/// Checks of windows that the plan does not have, and windows that no check has.
pub(super) fn strangers(checks: &[Meant<'_>], label: Place, windows: &Windows, faults: &mut Vec<Fault>) {
    for Meant { draft, phases, windows: own, .. } in checks {
        let place = draft.place_of("window");
        if *phases == [Phase::PreDeploy] && place != draft.id_place {
            let message = format!("`{}` has a `window` after the deployment and runs before it", draft.id);
            faults.push(Fault::new(place, message).hint("leave `phase` out, or `window`"));
        }
        for stranger in own.iter().filter(|window| **window != Window::Immediate && windows.terms(**window).is_none()) {
            let message = format!("`{}` is looked at in the window `{stranger}`, which the plan does not have", draft.id);
            let hint = format!("write by when that is to be done: `{KEY}: {{ {stranger}: {{ due: 24h }} }}` in the plan's main file");
            faults.push(Fault::new(place, message).hint(hint));
        }
    }
    for (window, _) in windows.each().filter(|(window, _)| !checks.iter().any(|check| !check.guard && check.runs_in(*window))) {
        let hint = format!("give a check `window: {window}`, or leave it out");
        faults.push(Fault::new(label, format!("no check is looked at in the window `{window}`")).hint(hint));
    }
}
