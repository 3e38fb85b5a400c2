//! What can be said to `rollout`, `watch` and `decide`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::{KeyOptions, RecordOptions, ReleaseOptions};
use crate::{
    acts::rollout::Until,
    model::{Choice, Period},
};

/// Which rollout.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct RolloutOptions {
    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    #[command(flatten)]
    pub(in crate::cli) release: ReleaseOptions,

    /// Sign what goes on record with this SSH key, whose owner has the role `recorder`
    #[arg(long, value_name = "FILE", env = "GONOGO_RECORDER_KEY")]
    pub(in crate::cli) recorder_key: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RolloutCommand {
    /// Begin a stage, if the one before it lets it
    Begin(RolloutBeginOptions),
    /// Say where the rollout stands, with all that is on record of it
    Status(RolloutStatusOptions),
    /// Say what a stage would have come to before, on what Prometheus remembers
    Simulate(RolloutSimulateOptions),
    /// Judge the samples on record again: do they come to what was said of them?
    Replay(RolloutOptions),
    /// Take the way back, and prove that the old version answers again
    ///
    /// Where the plan demands a `recovery`, it goes on until that is shown: 0 recovered, 1 not, 4 ended before.
    Rollback(RolloutRollbackOptions),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RolloutBeginOptions {
    /// The stage
    #[arg(value_name = "STAGE")]
    pub(in crate::cli) stage: String,

    #[command(flatten)]
    pub(in crate::cli) rollout: RolloutOptions,

    /// The version that is replaced; left out, it is what the record says is live
    #[arg(long, value_name = "VERSION")]
    pub(in crate::cli) old: Option<String>,
}

/// How the rollout is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum StatusFormat {
    /// For the terminal
    Text,
    /// For programs
    Json,
    /// For summaries of CI jobs
    Markdown,
    /// The report, as one page
    Html,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RolloutStatusOptions {
    #[command(flatten)]
    pub(in crate::cli) rollout: RolloutOptions,

    /// How it is told
    #[arg(long, value_enum, default_value_t = StatusFormat::Text, value_name = "FORMAT")]
    pub(in crate::cli) format: StatusFormat,

    /// Write it to this file
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RolloutSimulateOptions {
    #[command(flatten)]
    pub(in crate::cli) rollout: RolloutOptions,

    /// The stage
    #[arg(long, value_name = "STAGE")]
    pub(in crate::cli) stage: String,

    /// Over how much of the past
    #[arg(long, value_name = "TIME", default_value = "7d")]
    pub(in crate::cli) since: Period,

    /// Of which version; left out, the old one
    #[arg(long, value_name = "VERSION")]
    pub(in crate::cli) of: Option<String>,

    /// Tell it as JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RolloutRollbackOptions {
    #[command(flatten)]
    pub(in crate::cli) rollout: RolloutOptions,

    /// The version that must answer again; left out, it is what the rollout or the record says
    #[arg(long, value_name = "VERSION")]
    pub(in crate::cli) old: Option<String>,

    /// Only practise it: it counts as a drill, and no release is rolled back by it
    #[arg(long, conflicts_with = "planned")]
    pub(in crate::cli) drill: bool,

    /// Go back step by step, with the plan's `planned` programs
    #[arg(long)]
    pub(in crate::cli) planned: bool,

    /// Why
    #[arg(long, value_parser = super::said, value_name = "TEXT")]
    pub(in crate::cli) reason: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct WatchOptions {
    #[command(flatten)]
    pub(in crate::cli) rollout: RolloutOptions,

    /// The stage; left out, the one that began last
    #[arg(long, value_name = "STAGE")]
    pub(in crate::cli) stage: Option<String>,

    /// Look once, with all that was missed since the last look
    #[arg(long, conflicts_with = "until")]
    pub(in crate::cli) once: bool,

    /// Until the stage is `earned` (or breached), or until this instant, `2026-12-01T09:00:00Z`
    #[arg(long, value_name = "earned|TIME", value_parser = until)]
    pub(in crate::cli) until: Option<Until>,

    /// Take the way back by itself where a trigger of the level `rollback` fires
    #[arg(long)]
    pub(in crate::cli) rollback: bool,

    /// Print nothing but how it ends
    #[arg(short, long)]
    pub(in crate::cli) quiet: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DecideOptions {
    /// What is decided
    #[arg(value_name = "go|no-go|hold", value_parser = choice)]
    pub(in crate::cli) choice: Choice,

    #[command(flatten)]
    pub(in crate::cli) rollout: RolloutOptions,

    /// The stage; left out, the one that began last
    #[arg(long, value_name = "STAGE")]
    pub(in crate::cli) stage: Option<String>,

    /// The role you decide in
    #[arg(long = "as", value_name = "ROLE")]
    pub(in crate::cli) role: String,

    /// What you add; a go on a stage that is held needs one
    #[arg(long, value_parser = super::said, value_name = "TEXT")]
    pub(in crate::cli) comment: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,
}

fn until(word: &str) -> Result<Until, String> {
    if word == "earned" { Ok(Until::Earned) } else { super::instant(word).map(|at: Timestamp| Until::Moment(at)) }
}

fn choice(word: &str) -> Result<Choice, String> {
    [Choice::Go, Choice::NoGo, Choice::Hold]
        .into_iter()
        .find(|choice| choice.word() == word)
        .ok_or_else(|| "write `go`, `no-go` or `hold`".into())
}
