//! `gonogo desk check`: the desk's own deployment, by the pack `gonogo-desk`.

use anyhow::Context as _;
use clap::{Args as _, Command, FromArgMatches as _};

use crate::{
    cli::{
        Failure,
        arguments::{DeskCheckOptions, VerifyOptions},
        edge::Edge,
        verify::verify,
    },
    model::Exit,
};

/// Runs the command: a verification of a plan that has this pack and nothing else, in a folder that goes with the command.
pub(in crate::cli) fn check(edge: &Edge, options: &DeskCheckOptions) -> Result<Exit, Failure> {
    let folder = tempfile::tempdir().context("there is no room for the plan of the check").map_err(Failure::output)?;
    let config = folder.path().join("gonogo.yaml");
    std::fs::write(&config, plan(options)).context("the plan of the check cannot be written").map_err(Failure::output)?;
    let command = VerifyOptions::augment_args(Command::new("verify").no_binary_name(true));
    let said = command.try_get_matches_from(["--no-record".as_ref(), "--config".as_ref(), config.as_os_str()]);
    let mut verification = said.and_then(|said| VerifyOptions::from_arg_matches(&said)).map_err(Failure::usage)?;
    verification.output = options.output.clone();
    verify(edge, &verification)
}

/// The plan. Of the database it has only the variable.
fn plan(options: &DeskCheckOptions) -> String {
    // JSON is YAML, and `$$` is a dollar.
    let written = |text: &str| serde_json::json!(text.replace('$', "$$")).to_string();
    let (url, days) = (written(options.url.trim_end_matches('/')), written(&options.days));
    let database = if options.database { ", database: \"${GONOGO_LEDGER}\"" } else { "" };
    let without = if options.public_board { "\n    without: { board-closed: the board is public }" } else { "" };
    format!(
        "project: gonogo-desk\nenvironments: {{ desk: {{}} }}\ninclude:\n  - pack: gonogo-desk\n    as: desk\n    vars: {{ url: {url}, days: {days}{database} }}{without}\n"
    )
}
