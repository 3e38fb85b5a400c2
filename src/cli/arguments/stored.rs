//! What can be said to the commands that read stored reports: `report`, `merge`, `diff`.

use std::path::PathBuf;

use clap::Args;

use super::{OutputOptions, PlanOptions, RecordOptions, RecordingOptions, ReleaseOptions, listed};

#[derive(Debug, Args)]
pub(in crate::cli) struct ReportOptions {
    /// The stored report, as `verify --format json=FILE` wrote it; left out, it is taken from the ledger with all that is
    /// on record beside it
    pub(in crate::cli) file: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    #[command(flatten)]
    pub(in crate::cli) release: ReleaseOptions,

    /// The run's entry in the ledger; left out, the newest of the release
    #[arg(long, value_name = "N", conflicts_with = "file")]
    pub(in crate::cli) entry: Option<u64>,

    /// Write a bundle for an auditor: report, plan, signatures, evidence, ledger
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub(in crate::cli) bundle: Option<PathBuf>,

    /// Instead of printing it, write its ticks into the checklist in Markdown that `gonogo import` made the plan from, and a
    /// row into its log of deployments: a box is ticked where all checks that came of it passed, and nothing else changes
    #[arg(long, value_name = "CHECKLIST")]
    pub(in crate::cli) tick: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MergeOptions {
    /// The shares, as `verify --format json=FILE` wrote them
    #[arg(required_unless_present = "shard_set", num_args = 2.., value_name = "SHARE")]
    pub(in crate::cli) files: Vec<PathBuf>,

    /// Instead of files: every share of this set that is on record in the ledger (`verify --shard … --record-share`)
    #[arg(long, value_name = "ID", conflicts_with = "files")]
    pub(in crate::cli) shard_set: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) plan: PlanOptions,

    #[command(flatten)]
    pub(in crate::cli) recording: RecordingOptions,

    #[command(flatten)]
    pub(in crate::cli) output: OutputOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DiffOptions {
    /// The older report, as `verify --format json=FILE` wrote it
    #[arg(value_name = "A")]
    pub(in crate::cli) before: PathBuf,

    /// The newer report
    #[arg(value_name = "B")]
    pub(in crate::cli) after: PathBuf,

    /// What to write: a format's name, and the file it goes to (standard output without one); repeatable
    #[arg(short, long, value_name = "NAME[=FILE]", long_help = difference_formats())]
    pub(in crate::cli) format: Vec<String>,

    /// Not on the terminal
    #[arg(short, long)]
    pub(in crate::cli) quiet: bool,
}

fn difference_formats() -> String {
    listed(crate::render::DIFFERENCE_FORMATS.iter().map(|format| (format.name, format.about)))
}
