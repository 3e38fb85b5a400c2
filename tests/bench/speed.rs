//! How fast the program is beside a bare client that does the same, and what it takes: `cargo bench`.
//!
//! Every figure is of a whole process, started on a plan as a team starts it. What is compared runs in turns, so that a
//! busy machine slows both alike; the median counts. All of it stays on this machine's loopback. `--readme` puts the figures into the README.

#![expect(clippy::print_stdout, reason = "the figures go to standard output")]

mod bare;
#[path = "../it/ca.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod ca;
mod database;
mod deployed;
mod instruments;
mod judges;
mod ledger;
mod measure;
mod plan;
#[path = "../it/port.rs"]
mod port;
mod scenario;
mod server;
#[path = "../it/servers/mod.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod servers;
mod table;
mod web;

use anyhow::{Context as _, bail};

use scenario::SCENARIOS;

/// Of each of the two that are compared.
const RUNS: usize = 5;

fn main() -> anyhow::Result<()> {
    let arguments = arguments();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // A part that must be a process of its own is this program once more.
    match words.as_slice() {
        ["measure", out, program, arguments @ ..] => measure::child(out, program, arguments),
        ["serve", settings @ ..] => server::serve(settings),
        ["elsewhere", folder, words @ ..] => ledger::gonogo(std::path::Path::new(folder), words),
        ["bare-dns", settings @ ..] => bare::dns::run(settings),
        ["bare-files", settings @ ..] => bare::files::run(settings),
        ["bare-http", settings @ ..] => bare::http::run(settings),
        ["bare-psql", settings @ ..] => bare::psql::run(settings),
        ["bare-redis", settings @ ..] => bare::redis::run(settings),
        ["bare-tcp", settings @ ..] => bare::tcp::run(settings),
        ["bare-tls", settings @ ..] => bare::tls::run(settings),
        ["bare-postgres", settings @ ..] => bare::postgres::run(settings),
        words => bench(words),
    }
}

#[expect(clippy::disallowed_methods, reason = "a program reads its own arguments")]
fn arguments() -> Vec<String> {
    std::env::args().skip(1).collect()
}

/// Runs the scenarios whose name holds one of `words`; all without a word.
fn bench(words: &[&str]) -> anyhow::Result<()> {
    let (mut runs, mut readme) = (RUNS, false);
    let mut names = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            // Cargo says so to every bench.
            "--bench" => {}
            "--runs" => runs = words.next().context("`--runs` takes a number")?.parse().context("`--runs` takes a number")?,
            "--readme" => readme = true,
            flag if flag.starts_with('-') => bail!("there is no `{flag}`: `cargo bench -- [--runs N] [--readme] [SCENARIO…]`"),
            name => names.push(name),
        }
    }
    let wanted: Vec<_> = SCENARIOS.iter().filter(|one| names.is_empty() || names.iter().any(|name| one.name.contains(name))).collect();
    if wanted.is_empty() || runs == 0 {
        bail!("nothing to run; the scenarios are {}", SCENARIOS.map(|one| one.name).join(", "));
    }
    println!("{}", table::head(runs));
    let mut rows = Vec::new();
    for scenario in wanted {
        let measured = scenario.run(runs).with_context(|| format!("scenario {}", scenario.name))?;
        println!("{}", table::row(scenario, &measured));
        rows.push((scenario, measured));
    }
    if readme { table::into_readme(runs, &rows) } else { Ok(()) }
}
