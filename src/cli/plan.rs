//! `gonogo plan`: everything a run would touch. Sends nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{Failure, arguments::PlanListOptions, edge, edge::Edge, lint};
use crate::{
    check::Touch,
    model::{Exit, Masker, plain},
    plan::{self, Plan, Standing},
};

/// Runs the command.
pub(super) fn plan(edge: &Edge, options: &PlanListOptions) -> Result<Exit, Failure> {
    let plan = match plan::load(&lint::request(edge, &options.plan)) {
        Ok(plan) => plan,
        Err(problems) => return Ok(lint::refuse(&problems)),
    };
    let touched = Touched::of(&plan, edge);
    let text = if options.grants { touched.grants() } else { touched.list(&plan) };
    edge::print(&text).map_err(Failure::output)?;
    Ok(Exit::Go)
}

/// What is touched, by target.
struct Touched {
    targets: BTreeMap<String, Vec<(String, Touch)>>,
}

impl Touched {
    fn of(plan: &Plan, edge: &Edge) -> Self {
        let mut targets: BTreeMap<String, Vec<(String, Touch)>> = BTreeMap::new();
        for item in &plan.items {
            if let Standing::Ready(check) = &item.standing {
                for touch in check.touches(&edge.env) {
                    targets.entry(touch.target.clone()).or_default().push((item.id.clone(), touch));
                }
            }
        }
        Self { targets }
    }

    fn list(&self, plan: &Plan) -> String {
        let targets = if self.targets.len() == 1 { "1 target".to_owned() } else { format!("{} targets", self.targets.len()) };
        let mut text = format!("A run of `{}` against `{}` touches {targets}:\n", plan.project, plan.environment);
        for (target, touches) in &self.targets {
            let _ = write!(text, "\n{target}\n");
            let credentials: BTreeSet<&str> = touches.iter().flat_map(|(_, touch)| touch.credentials.iter().map(String::as_str)).collect();
            if !credentials.is_empty() {
                let _ = writeln!(text, "  credentials: {}", credentials.into_iter().collect::<Vec<_>>().join(", "));
            }
            for (id, touch) in touches {
                let _ = writeln!(text, "  {id}: {}", touch.action.replace('\n', "\n    "));
            }
        }
        for (index, (host, pin)) in plan.pins.iter().enumerate() {
            let _ = writeln!(text, "{}{host} is pinned to {pin}", if index == 0 { "\n" } else { "" });
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
