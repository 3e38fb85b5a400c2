//! What can be said of passkeys: `desk invite`, `desk confirm`, `desk revoke`.

use std::path::PathBuf;

use clap::Args;

use super::KeyOptions;

/// Which desk.
#[derive(Debug, Args)]
pub(in crate::cli) struct AtDeskOptions {
    /// The organisation's policy: a file with `people` and `signoff`, in the form of a plan
    #[arg(long, value_name = "FILE", default_value = "desk.yaml")]
    pub(in crate::cli) policy: PathBuf,

    /// The ledger: a `postgres://` URL, or a path
    #[arg(long, env = "GONOGO_LEDGER", hide_env_values = true, value_name = "PLACE", default_value = crate::ledger::place::DEFAULT)]
    pub(in crate::cli) ledger: String,
}

/// Inviting somebody.
#[derive(Debug, Args)]
pub(in crate::cli) struct InviteOptions {
    #[command(flatten)]
    pub(in crate::cli) desk: AtDeskOptions,

    /// Who may make a passkey, by id
    pub(in crate::cli) person: String,
}

/// Confirming whose a passkey is.
#[derive(Debug, Args)]
pub(in crate::cli) struct ConfirmOptions {
    #[command(flatten)]
    pub(in crate::cli) desk: AtDeskOptions,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,

    /// Whose it is, by id
    pub(in crate::cli) person: String,

    /// Its fingerprint, as the person has read it out: five groups of four
    #[arg(required = true, num_args = 1..)]
    pub(in crate::cli) fingerprint: Vec<String>,
}

/// Revoking one.
#[derive(Debug, Args)]
pub(in crate::cli) struct RevokeOptions {
    #[command(flatten)]
    pub(in crate::cli) desk: AtDeskOptions,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,

    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) reason: String,

    /// From when on its signatures do not count: a day or a time, which may be past. Default: from now on
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) since: Option<String>,

    /// Whose it is, by id
    pub(in crate::cli) person: String,

    /// Its fingerprint: five groups of four
    #[arg(required = true, num_args = 1..)]
    pub(in crate::cli) fingerprint: Vec<String>,
}
