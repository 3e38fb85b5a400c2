//! What can be said to `desk`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{
    OutputOptions,
    passkey::{AtDeskOptions, ConfirmOptions, InviteOptions, RevokeOptions},
};

/// Starting the desk, and whose passkey is whose there.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct DeskOptions {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<DeskCommand>,

    #[command(flatten)]
    pub(in crate::cli) serve: DeskServeOptions,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum DeskCommand {
    /// Verify that a desk is deployed as it must be, by the pack `gonogo-desk`
    Check(DeskCheckOptions),
    /// Make a link, good once, behind which somebody makes a passkey
    Invite(InviteOptions),
    /// Sign that a passkey is somebody's, who has read its fingerprint out
    Confirm(Box<ConfirmOptions>),
    /// Sign that a passkey signs nothing more
    Revoke(Box<RevokeOptions>),
}

/// What is demanded of a desk.
#[derive(Debug, Args)]
pub(in crate::cli) struct DeskCheckOptions {
    /// The desk's origin: `https://desk.example.com`
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) url: String,

    /// How long its certificate must be good for at least
    #[arg(long, value_name = "PERIOD", default_value = "14d")]
    pub(in crate::cli) days: String,

    /// The board is public
    #[arg(long)]
    pub(in crate::cli) public_board: bool,

    /// Look at the rights of the desk's role too, in the database that `GONOGO_LEDGER` names
    #[arg(long)]
    pub(in crate::cli) database: bool,

    #[command(flatten)]
    pub(in crate::cli) output: OutputOptions,
}

/// How it is served.
#[derive(Debug, Args)]
pub(in crate::cli) struct DeskServeOptions {
    /// Where to listen
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:8443")]
    pub(in crate::cli) listen: String,

    /// The address in the browser's bar, as the policy says it: `https://desk.example.com`
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) origin: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) desk: AtDeskOptions,

    /// The header in which the proxy in front of it says whose request it is; no other is believed
    #[arg(long, value_name = "HEADER")]
    pub(in crate::cli) behind_proxy: Option<String>,

    /// Show the verdicts, and nothing else, to whoever is not signed in
    #[arg(long)]
    pub(in crate::cli) public_board: bool,

    /// The certificate chain in PEM; read again when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(in crate::cli) tls_cert: Option<PathBuf>,

    /// Its private key in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(in crate::cli) tls_key: Option<PathBuf>,

    /// A file with 32 random bytes or more, the same for all desks side by side; without it sessions end with the process
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) session_key: Option<PathBuf>,

    /// A file with the bearer tokens of controllers that ask the gate, one a line
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) gate_token_file: Option<PathBuf>,
}
