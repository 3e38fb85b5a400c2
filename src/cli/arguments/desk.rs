//! What can be said to `desk`.

use std::path::PathBuf;

use clap::Args;

/// Starting the desk.
#[derive(Debug, Args)]
pub(in crate::cli) struct DeskOptions {
    #[command(flatten)]
    pub(in crate::cli) serve: DeskServeOptions,
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

    /// The organisation's policy: a file with `people` and `signoff`, in the form of a plan
    #[arg(long, value_name = "FILE", default_value = "desk.yaml")]
    pub(in crate::cli) policy: PathBuf,

    /// The ledger: a `postgres://` URL, or a path
    #[arg(long, env = "GONOGO_LEDGER", hide_env_values = true, value_name = "PLACE", default_value = crate::ledger::place::DEFAULT)]
    pub(in crate::cli) ledger: String,

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
