//! `gonogo lint`: what is wrong with a plan, found offline; and where that is asked for, with how much traffic its rollout can be earned.

use anyhow::anyhow;
use owo_colors::OwoColorize as _;

use super::{
    Failure,
    arguments::{LintOptions, PlanOptions},
    edge,
    edge::Edge,
    runtime,
};
use crate::{
    acts::{RecordRequest, rollout::traffic, signer_problems},
    model::{Exit, Release, counted, plain},
    plan::{self, Lint, Problem, Purpose, Request, Weight},
};

/// Runs the command: 2 on any error, and with `--strict` on any warning. What is only told changes nothing.
pub(super) fn lint(edge: &Edge, options: &LintOptions) -> Result<Exit, Failure> {
    let plan = &options.plan;
    let mut lint = plan::lint(&edge.plan(plan), edge.now);
    // What is wrong with the plan is said however the asking ends.
    let broken = lint.problems.iter().any(|problem| problem.weight == Weight::Error);
    let asked = if options.with_traffic && !broken { with_traffic(edge, options, &mut lint) } else { Ok(()) };
    for problem in &lint.problems {
        edge::say(&shown(problem));
    }
    for (check, why) in &lint.untried {
        edge::say(&format!("not tried: {check}: {why}"));
    }
    edge::print_lines(&lint.told)?;
    let signers = signers(edge, plan, &lint);
    for problem in &signers {
        edge::say(&format!("{}: {}\n", "error".red().bold(), plain(problem)));
    }
    let fails = broken || !signers.is_empty() || (options.strict && !lint.problems.is_empty());
    let exit = if fails { Exit::Usage } else { Exit::Go };
    if fails && !lint.problems.is_empty() {
        edge::say(&tally(&lint.problems));
    }
    if options.with_traffic && broken {
        edge::say("how much traffic there was is not asked before the errors are mended");
    }
    if let Err(failure) = asked {
        return Ok(exit.and(failure.told()));
    }
    match exit {
        Exit::Go => {
            let (config, environments) = (edge.plan(plan).config, lint.environments.join(", "));
            let found = if lint.problems.is_empty() { "nothing wrong".to_owned() } else { tally(&lint.problems) };
            edge::printed(&format!("{}: {found}; {} checks, environments: {environments}\n", config.display(), lint.checks))
        }
        exit => Ok(exit),
    }
}

/// Adds what the traffic of last week lets the stages show.
fn with_traffic(edge: &Edge, options: &LintOptions, lint: &mut Lint) -> Result<(), Failure> {
    if let Some(version) = &options.version {
        Release::check_version(version).map_err(|why| Failure::usage(anyhow!("--version: {why}")))?;
    }
    let Request { config, environment, .. } = edge.plan(&options.plan);
    let request = RecordRequest { config, environment, ledger: options.ledger.clone(), ..RecordRequest::default() };
    let found = runtime::block_on(async { Ok(traffic(&edge.caller(), &request, options.version.as_deref()).await?) })?;
    lint.told.extend(found.told);
    lint.problems.extend(found.problems);
    Ok(())
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
