//! What `gonogo verify` can be told.

use clap::Args;
use jiff::Timestamp;
use ring::rand::{SecureRandom as _, SystemRandom};

use super::{OutputOptions, PlanOptions, RecordingOptions, ReleaseOptions, instant, period, said};
use crate::{
    model::{Period, Window},
    plan::AT_ONCE,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyOptions {
    #[command(flatten)]
    pub(in crate::cli) plan: PlanOptions,

    #[command(flatten)]
    pub(in crate::cli) output: OutputOptions,

    /// Before or after the deployment: `pre-deploy` (the usual one) or `post-deploy`. Or a phase of the plan's rollout, by its name:
    /// such a look is never on record
    #[arg(long, value_name = "PHASE")]
    pub(in crate::cli) phase: Option<String>,

    /// Which window after the deployment: `immediate`, `short-term` or `long-term`
    #[arg(long, value_name = "WINDOW", value_parser = window)]
    pub(in crate::cli) window: Option<Window>,

    /// Where this run is made from: tries the checks with this `from`, and those without one
    #[arg(long, value_name = "VANTAGE")]
    pub(in crate::cli) from: Option<String>,

    /// Only these ids, tags or kinds (`*` allowed), with what they need; the report is then partial
    #[arg(long, value_name = "SELECTOR")]
    pub(in crate::cli) only: Vec<String>,

    /// Without these ids, tags or kinds; the report is then partial
    #[arg(long, value_name = "SELECTOR")]
    pub(in crate::cli) skip: Vec<String>,

    /// Only this part of the checks, `3/10`, with what they need; `merge` makes one report of all parts
    #[arg(long, value_name = "N/OF", requires = "shard_set")]
    pub(in crate::cli) shard: Option<String>,

    /// What the parts that belong together are called: the same for each, another for each run
    #[arg(long, value_name = "ID", requires = "shard")]
    pub(in crate::cli) shard_set: Option<String>,

    /// Put this part on record, so that `merge --shard-set ID` finds it in the ledger
    #[arg(long, requires = "shard", conflicts_with = "no_record")]
    pub(in crate::cli) record_share: bool,

    /// Warnings block too
    #[arg(long)]
    pub(in crate::cli) strict: bool,

    /// Exit 0 whatever the verdict, for a team's first weeks; the report is marked and cannot be signed
    #[arg(long)]
    pub(in crate::cli) advisory: bool,

    /// Exit 0 on hold, for pipelines where people answer later
    #[arg(long)]
    pub(in crate::cli) allow_hold: bool,

    /// Judge as of another moment, not in the past: a rehearsal of launch day
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(in crate::cli) at: Option<Timestamp>,

    /// What draws where a check tries a choice of many, like the origins of `cors`: the seed of another run asks the same
    /// again, `random` something new. Default: made of project and release
    #[arg(long, value_name = "TEXT", value_parser = seed)]
    pub(in crate::cli) seed: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) release: ReleaseOptions,

    #[command(flatten)]
    pub(in crate::cli) recording: RecordingOptions,

    /// How many checks run at once
    #[arg(short, long, value_name = "N", default_value_t = 256, value_parser = at_once())]
    pub(in crate::cli) jobs: u16,

    /// How many of them on one target, at most; it begins with 32 and doubles while the target keeps up. The plan's
    /// `per-target` may say fewer. Default: as many as `--jobs`
    #[arg(long, value_name = "N", value_parser = at_once())]
    pub(in crate::cli) per_target: Option<u16>,

    /// How long the whole run may take
    #[arg(long, value_name = "PERIOD", default_value = "15m", value_parser = period)]
    pub(in crate::cli) deadline: Period,

    /// Look again until all is green, for so long at most (just after a deployment); the report is the last look's
    #[arg(long, value_name = "PERIOD", value_parser = period)]
    pub(in crate::cli) until_green: Option<Period>,
}

/// A short text of one line, or a new one by chance.
fn seed(text: &str) -> Result<String, String> {
    match text {
        "random" => {
            let mut chance = [0_u8; 8];
            SystemRandom::new().fill(&mut chance).map_err(|_| "this machine has no source of randomness: write a text")?;
            Ok(format!("random {:016x}", u64::from_be_bytes(chance)))
        }
        _ if text.len() > 200 || text.contains(char::is_control) => Err("it is one line of at most 200 bytes".into()),
        _ => said(text),
    }
}

fn window(word: &str) -> Result<Window, String> {
    Window::ALL.into_iter().find(|window| window.word() == word).ok_or_else(|| "write `immediate`, `short-term` or `long-term`".into())
}

fn at_once() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(i64::from(*AT_ONCE.start())..=i64::from(*AT_ONCE.end()))
}
