//! What every command of the record can be told: which record, which release, which key.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;

use super::PlanOptions;
use crate::{acts::ReleaseRequest, cli::Failure, model::Release};

/// Which record, and who may sign in it.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct RecordOptions {
    #[command(flatten)]
    pub(in crate::cli) plan: PlanOptions,

    /// The ledger: a file, or the address of a PostgreSQL database; the plan's where it is left out
    #[arg(long, value_name = "PLACE")]
    pub(in crate::cli) ledger: Option<String>,

    /// Take the whole policy from this branch of a remote, full ref or full commit of the plan's repository (GONOGO_POLICY_FROM)
    #[arg(long, value_name = "REF")]
    pub(in crate::cli) policy_from: Option<String>,

    /// Go on with a ledger that lacks what you have seen in it, because it was restored or started anew: its head now
    #[arg(long, value_name = "DIGEST")]
    pub(in crate::cli) accept_head: Option<String>,
}

/// With which key something is signed.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct KeyOptions {
    /// Sign with this SSH key: a private key's file, or a public one whose private half is in the agent. Left out, it
    /// is looked for in the agent and in ~/.ssh
    #[arg(long, value_name = "FILE", env = "GONOGO_KEY")]
    pub(in crate::cli) key: Option<PathBuf>,

    /// Do not ask whether it is meant
    #[arg(short, long)]
    pub(in crate::cli) yes: bool,
}

/// Which release; what is left out comes from the plan, the CI or git.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct ReleaseOptions {
    /// The version being released
    #[arg(long, value_name = "VERSION", env = "GONOGO_RELEASE")]
    pub(in crate::cli) release: Option<String>,

    /// The full id of the commit being released
    #[arg(long, value_name = "SHA")]
    pub(in crate::cli) commit: Option<String>,

    /// The artifact being released, with its digest
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) artifact: Option<String>,
}

impl ReleaseOptions {
    /// What was said of the release.
    pub(in crate::cli) fn request(&self) -> Result<ReleaseRequest, Failure> {
        let checked = |flag: &str, said: &Option<String>, check: fn(&str) -> Result<(), String>| {
            said.as_deref().map_or(Ok(()), check).map_err(|why| Failure::usage(anyhow!("{flag}: {why}")))
        };
        checked("--release", &self.release, Release::check_version)?;
        checked("--commit", &self.commit, Release::check_version)?;
        checked("--artifact", &self.artifact, Release::check_artifact)?;
        Ok(ReleaseRequest { version: self.release.clone(), commit: self.commit.clone(), artifact: self.artifact.clone() })
    }
}

/// Whether and how a run goes on record.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct RecordingOptions {
    /// The ledger: a file, or the address of a PostgreSQL database; the plan's where it is left out
    #[arg(long, value_name = "PLACE")]
    pub(in crate::cli) ledger: Option<String>,

    /// Put the run on record, also where the plan asks for no signatures
    #[arg(long, conflicts_with = "no_record")]
    pub(in crate::cli) record: bool,

    /// Leave no record of this run; nobody can sign it then
    #[arg(long)]
    pub(in crate::cli) no_record: bool,

    /// Take the whole policy from this branch of a remote, full ref or full commit of the plan's repository (GONOGO_POLICY_FROM)
    #[arg(long, value_name = "REF")]
    pub(in crate::cli) policy_from: Option<String>,

    /// Go on with a ledger that lacks what you have seen in it, because it was restored or started anew: its head now
    #[arg(long, value_name = "DIGEST")]
    pub(in crate::cli) accept_head: Option<String>,

    /// Sign the run with this SSH key, of somebody with the role `recorder`
    #[arg(long, value_name = "FILE", env = "GONOGO_RECORDER_KEY")]
    pub(in crate::cli) recorder_key: Option<PathBuf>,

    /// Also write a bundle: one file with report, plan and ledger, for `sign`, `gate` and `audit` elsewhere
    #[arg(long, value_name = "FILE", conflicts_with = "no_record")]
    pub(in crate::cli) bundle: Option<PathBuf>,
}
