//! `gonogo plan`: everything a run would touch. Sends nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{Failure, arguments::PlanListOptions, edge, edge::Edge};
use crate::{
    check::Touch,
    model::{Exit, Masker, counted, one_line},
    net::Reach,
    plan::{self, Plan, Standing},
};

/// Runs the command.
pub(super) fn plan(edge: &Edge, options: &PlanListOptions) -> Result<Exit, Failure> {
    let plan = plan::load(&edge.plan(&options.plan))?;
    let touched = Touched::of(&plan, edge, &Masker::of(plan.words.clone(), &plan.secrets, &edge.env));
    edge::printed(&if options.grants { touched.grants() } else { touched.list(&plan, edge) })
}

/// What is touched, by target.
struct Touched {
    targets: BTreeMap<String, Vec<(String, Touch)>>,
}

impl Touched {
    /// Every text is masked and one line.
    fn of(plan: &Plan, edge: &Edge, masker: &Masker) -> Self {
        let line = |text: &String| one_line(&masker.mask(text)).into_owned();
        let mut targets: BTreeMap<String, Vec<(String, Touch)>> = BTreeMap::new();
        let ready = plan.items.iter().filter_map(|item| match &item.standing {
            Standing::Ready(check) => Some((item.id.as_str(), check.touches(&edge.env))),
            _ => None,
        });
        let told = plan.hearers(true).map(|notify| ("notify", vec![notify.touch()]));
        for (id, touches) in ready.chain(told) {
            for Touch { target, action, credentials, grants } in touches {
                let target = one_line(&masker.mask_target(&target)).into_owned();
                let lines = |all: Vec<String>| all.iter().map(line).collect();
                let touch = Touch { target: target.clone(), action: line(&action), credentials: lines(credentials), grants: lines(grants) };
                targets.entry(target).or_default().push((one_line(&masker.mask(id)).into_owned(), touch));
            }
        }
        Self { targets }
    }

    fn list(&self, plan: &Plan, edge: &Edge) -> String {
        let targets = counted(self.targets.len(), "target");
        let mut text = format!("A run of `{}` against `{}` touches {targets}:\n", one_line(&plan.project), one_line(&plan.environment));
        for (target, touches) in &self.targets {
            let _ = write!(text, "\n{target}\n");
            let credentials: BTreeSet<&str> = touches.iter().flat_map(|(_, touch)| touch.credentials.iter().map(String::as_str)).collect();
            if !credentials.is_empty() {
                let _ = writeln!(text, "  credentials: {}", credentials.into_iter().collect::<Vec<_>>().join(", "));
            }
            for (id, touch) in touches {
                let _ = writeln!(text, "  {id}: {}", touch.action);
            }
        }
        for (index, (host, pin)) in plan.pins.iter().enumerate() {
            let _ = writeln!(text, "{}{host} is pinned to {pin}", if index == 0 { "\n" } else { "" });
        }
        for (on, why) in &plan.notify_unset {
            let on: Vec<&str> = on.iter().map(|occasion| occasion.word()).collect();
            let _ = writeln!(text, "\nSomebody would not hear of {}: {why}", on.join(", "));
        }
        let ambient = Reach::new(edge.env.clone(), plan.pins.clone(), edge.now).ambient(&plan.root);
        if ambient.roots.sha256.is_some() {
            let _ = writeln!(text, "\nThe trusted roots are {}", one_line(&ambient.roots.to_string()));
        }
        for (name, proxy) in &ambient.proxies {
            let _ = writeln!(text, "Programs may go through {name}={}", one_line(proxy));
        }
        text
    }

    fn grants(&self) -> String {
        let mut text = String::new();
        for (target, touches) in &self.targets {
            let grants: BTreeSet<&str> = touches.iter().flat_map(|(_, touch)| touch.grants.iter().map(String::as_str)).collect();
            if !grants.is_empty() {
                let _ = writeln!(text, "-- {target}");
                grants.into_iter().for_each(|grant| {
                    let _ = writeln!(text, "{grant}");
                });
                text.push('\n');
            }
        }
        if text.is_empty() { "No check of this environment needs rights of its own.\n".into() } else { text }
    }
}
