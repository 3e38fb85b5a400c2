//! What can be said to `deploy`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{KeyOptions, RecordOptions, ReleaseOptions};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(in crate::cli) struct DeployOptions {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<DeployCommand>,

    #[command(flatten)]
    pub(in crate::cli) run: DeployRunOptions,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum DeployCommand {
    /// Put a deployment on record
    Record(DeployRecordOptions),
    /// Close the review of an emergency; not by whoever opened the gate
    Review(DeployReviewOptions),
    /// Say what became of a deployment that began and has no end on record
    Settle(DeploySettleOptions),
    /// Vouch for who wrote a release where git cannot tell; not by one of them
    Authors(DeployAuthorsOptions),
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Status {
    /// It is live
    Succeeded,
    /// It is not
    Failed,
    /// The version before it is live again
    RolledBack,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DeployRecordOptions {
    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    #[command(flatten)]
    pub(in crate::cli) release: ReleaseOptions,

    /// How it went
    #[arg(long, value_enum)]
    pub(in crate::cli) status: Status,

    /// What people should know
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) notes: Option<String>,

    /// What the deployment printed: kept, masked
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) log: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) by: DeployerOptions,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,
}

/// Who deploys.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct DeployerOptions {
    /// Who deployed; left out, the recorder's key or the CI says so
    #[arg(long, value_name = "PERSON")]
    pub(in crate::cli) deployer: Option<String>,

    /// Sign runs and deployments with this SSH key, of somebody with the role `recorder`
    #[arg(long, value_name = "FILE", env = "GONOGO_RECORDER_KEY")]
    pub(in crate::cli) recorder_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DeployRunOptions {
    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    #[command(flatten)]
    pub(in crate::cli) release: ReleaseOptions,

    #[command(flatten)]
    pub(in crate::cli) by: DeployerOptions,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,

    /// What people should know
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) notes: Option<String>,

    /// The command that deploys
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(in crate::cli) command: Vec<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DeployReviewOptions {
    /// The emergency's entry, as `gonogo log --all` shows it
    #[arg(value_name = "ENTRY")]
    pub(in crate::cli) entry: u64,

    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    /// What was found
    #[arg(long, value_parser = super::said, value_name = "TEXT")]
    pub(in crate::cli) comment: String,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DeploySettleOptions {
    /// The entry with which it began, as `gonogo log` shows it
    #[arg(value_name = "ENTRY")]
    pub(in crate::cli) entry: u64,

    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    /// It is live
    #[arg(long, required_unless_present_any = ["failed", "rolled_back"], conflicts_with_all = ["failed", "rolled_back"])]
    pub(in crate::cli) succeeded: bool,

    /// It is not
    #[arg(long, conflicts_with = "rolled_back")]
    pub(in crate::cli) failed: bool,

    /// The version before it is live again
    #[arg(long)]
    pub(in crate::cli) rolled_back: bool,

    /// How you know
    #[arg(long, value_parser = super::said, value_name = "TEXT")]
    pub(in crate::cli) comment: String,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DeployAuthorsOptions {
    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    #[command(flatten)]
    pub(in crate::cli) release: ReleaseOptions,

    /// Somebody who wrote it: an address, or `Name <address>`; repeatable, all of them
    #[arg(long, value_parser = super::said, value_name = "AUTHOR", required = true)]
    pub(in crate::cli) author: Vec<String>,

    /// Why git cannot tell
    #[arg(long, value_parser = super::said, value_name = "TEXT")]
    pub(in crate::cli) comment: String,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,
}
