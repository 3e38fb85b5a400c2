//! `gonogo lint`: what is wrong with a plan, found offline.

use owo_colors::OwoColorize as _;

use super::{Failure, arguments::PlanOptions, edge, edge::Edge};
use crate::{
    acts::signer_problems,
    model::{Exit, counted, plain},
    plan::{self, Lint, Problem, Purpose, Request, Weight},
};

/// Runs the command: 0 when nothing is wrong, 2 on any problem. What is only told changes neither.
pub(super) fn lint(edge: &Edge, options: &PlanOptions) -> Result<Exit, Failure> {
    let lint = plan::lint(&edge.plan(options), edge.now);
    for problem in &lint.problems {
        edge::say(&shown(problem));
    }
    for (check, why) in &lint.untried {
        edge::say(&format!("not tried: {check}: {why}"));
    }
    edge::print_lines(&lint.told)?;
    let signers = signers(edge, options, &lint);
    for problem in &signers {
        edge::say(&format!("{}: {}\n", "error".red().bold(), plain(problem)));
    }
    match (lint.problems.as_slice(), signers.as_slice()) {
        ([], []) => {
            let (config, environments) = (edge.plan(options).config, lint.environments.join(", "));
            edge::printed(&format!("{}: nothing wrong; {} checks, environments: {environments}\n", config.display(), lint.checks))
        }
        ([], _) => Ok(Exit::Usage),
        (problems, _) => {
            edge::say(&tally(problems));
            Ok(Exit::Usage)
        }
    }
}

/// What is wrong with the keys of those who sign, each once.
fn signers(edge: &Edge, options: &PlanOptions, lint: &Lint) -> Vec<String> {
    let mut all = Vec::new();
    for environment in &lint.environments {
        let request = Request { environment: Some(environment.clone()), purpose: Purpose::Look, ..edge.plan(options) };
        // What is wrong with the plan itself was said already.
        let Ok(plan) = plan::load(&request) else { continue };
        all.extend(signer_problems(&plan));
    }
    all.sort();
    all.dedup();
    all
}

/// Says every problem of a plan that cannot be run.
pub(super) fn refuse(problems: &[Problem]) -> Exit {
    for problem in problems {
        edge::say(&shown(problem));
    }
    edge::say(&format!("{}; nothing was touched", tally(problems)));
    Exit::Usage
}

/// The message, the place with its line, the hint.
fn shown(problem: &Problem) -> String {
    let weight = match problem.weight {
        Weight::Error => "error".red().bold().to_string(),
        Weight::Warning => "warning".yellow().bold().to_string(),
    };
    let hint = problem.hint.as_ref().map(|hint| format!("\n{}: {}", "hint".cyan().bold(), plain(hint))).unwrap_or_default();
    format!("{weight}: {}\n{}{hint}\n", plain(&problem.message), problem.shown.trim_end())
}

fn tally(problems: &[Problem]) -> String {
    let errors = problems.iter().filter(|problem| problem.weight == Weight::Error).count();
    match (errors, problems.len() - errors) {
        (errors, 0) => counted(errors, "error"),
        (0, warnings) => counted(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    }
}
