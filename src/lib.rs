//! gonogo: may we go? A team's deployment checklist, run against the live systems.
//!
//! The floors, lowest first; a module uses only what stands below it (held by `tests/floors.rs`):
//! [`model`] values · [`net`] how to reach things · [`check`] the kinds of check · [`notify`] who hears of what · [`rollout`] what a
//! stage of a rollout must show · [`plan`] YAML to a plan ·
//! [`starter`] a first plan from what a folder holds · [`demo`] a shop to try it on · [`run`] a plan to a report · [`render`] a report to text ·
//! [`ledger`] what is put on record and signed · `acts` what people and pipelines do with the record · two doors that do not know
//! each other: [`cli`] the command line · `web` the desk in a browser.

mod acts;
pub mod check;
pub mod cli;
pub mod demo;
pub mod ledger;
pub mod model;
pub mod net;
pub mod notify;
pub mod plan;
pub mod render;
pub mod rollout;
pub mod run;
pub mod starter;
mod web;

/// Runs the program and says how it went.
pub fn main() -> std::process::ExitCode {
    cli::main(|caller, request, door, told, stop| Box::pin(web::serve(caller, request, door, told, stop)))
}
