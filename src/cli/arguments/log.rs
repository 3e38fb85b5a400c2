//! What can be said to `log`.

use clap::{Args, Subcommand, ValueEnum};

use super::RecordOptions;

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

    /// From this day or instant on
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) since: Option<String>,

    /// Up to this day (its end, in UTC) or instant
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) until: Option<String>,

    /// How to write it
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(in crate::cli) format: LogFormat,
}

/// How the deployment log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LogFormat {
    /// A table for people
    Text,
    /// Comma-separated values, for an auditor's sample
    Csv,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LogCommand {
    /// Check every hash, link, signature and kept byte; says where it breaks
    Verify(LogVerifyOptions),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LogVerifyOptions {
    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    /// A ledger head you kept; it must be in the ledger
    #[arg(long, value_name = "DIGEST")]
    pub(in crate::cli) head: Vec<String>,
}
