//! What can be said to `log`.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::{KeyOptions, PlanOptions, RecordOptions};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct LogOptions {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<LogCommand>,

    #[command(flatten)]
    pub(in crate::cli) list: LogListOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LogListOptions {
    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    /// Every entry of the environment, not only its deployments
    #[arg(long, conflicts_with = "format")]
    pub(in crate::cli) all: bool,

    /// From this day (its beginning, in UTC) or instant on
    #[arg(long, visible_alias = "from", value_name = "TIME")]
    pub(in crate::cli) since: Option<String>,

    /// Up to this day (its end, in UTC) or instant
    #[arg(long, visible_alias = "to", value_name = "TIME")]
    pub(in crate::cli) until: Option<String>,

    /// How to write it
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(in crate::cli) format: LogFormat,

    /// Draw so many deployments of the period, as an auditor does
    #[arg(long, value_name = "N", requires_all = ["seed", "since", "until"], conflicts_with = "all")]
    pub(in crate::cli) sample: Option<NonZeroUsize>,

    /// The number that decides which are drawn: the auditor chooses it once the period is over
    #[arg(long, value_name = "N", requires = "sample")]
    pub(in crate::cli) seed: Option<u64>,

    /// Draw from deployments whose report has a check with this tag: `CC8.1`
    #[arg(long, value_name = "ID", requires = "sample")]
    pub(in crate::cli) control: Option<String>,

    /// Write what was drawn, what it was drawn from and the evidence of each into one zip, for `gonogo audit`
    #[arg(long, value_name = "FILE", requires = "sample")]
    pub(in crate::cli) bundle: Option<PathBuf>,
}

/// How the deployment log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LogFormat {
    /// A table for people
    Text,
    /// Comma-separated values, for an auditor's sample
    Csv,
    /// The same as a list of objects, for programs
    Json,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LogCommand {
    /// Check every hash, link, signature and kept byte; says where it breaks
    Verify(LogVerifyOptions),
    /// Name what cannot be believed; with `--apply`, set it aside, on record
    Repair(Box<LogRepairOptions>),
    /// Bind the heads of all chains of the ledger, signed by a recorder
    Checkpoint(Box<LogCheckpointOptions>),
    /// Start a ledger: make the file, or print the statements that make a database's tables
    Init(LogInitOptions),
    /// Write the whole ledger as lines of JSON
    Export(LogExportOptions),
    /// Take over an export into a ledger that is empty or has its first entries
    Import(LogImportOptions),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LogVerifyOptions {
    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    /// A ledger head you kept; it must be in the ledger
    #[arg(long, value_name = "DIGEST")]
    pub(in crate::cli) head: Vec<String>,
}

/// Where the ledger is.
#[derive(Debug, Args)]
pub(in crate::cli) struct LedgerOptions {
    #[command(flatten)]
    pub(in crate::cli) plan: PlanOptions,

    /// The ledger: a path or a `postgres://` URL; without it the plan's `ledger`, else `.gonogo/ledger.db` beside the plan
    #[arg(long, value_name = "PLACE")]
    pub(in crate::cli) ledger: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LogInitOptions {
    #[command(flatten)]
    pub(in crate::cli) place: LedgerOptions,

    /// The database role that is to read and add, which is all that gonogo does
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) role: Option<String>,

    /// Run the statements instead of printing them; a chain that all projects share ends then, each goes on with its own
    #[arg(long)]
    pub(in crate::cli) apply: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LogExportOptions {
    #[command(flatten)]
    pub(in crate::cli) place: LedgerOptions,

    /// Where to write (standard output without it)
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LogImportOptions {
    #[command(flatten)]
    pub(in crate::cli) place: LedgerOptions,

    /// The export
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LogRepairOptions {
    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    /// Set aside what cannot be believed: nothing in it counts, nothing is deleted
    #[arg(long, requires = "comment")]
    pub(in crate::cli) apply: bool,

    /// The role in which you say so; another person, in another role, must say it too
    #[arg(long = "as", value_name = "ROLE", requires = "apply")]
    pub(in crate::cli) role: Option<String>,

    /// What happened
    #[arg(long, value_parser = super::said, value_name = "TEXT")]
    pub(in crate::cli) comment: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LogCheckpointOptions {
    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    /// Sign it with this SSH key, of somebody with the role `recorder`
    #[arg(long, value_name = "FILE", env = "GONOGO_RECORDER_KEY")]
    pub(in crate::cli) recorder_key: Option<PathBuf>,
}
