//! What can be said to `answer`, `waive`, `sign`, `gate` and `audit`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{KeyOptions, RecordOptions, ReleaseOptions};
use crate::model::Period;

/// The reply to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Said {
    /// It is so
    Yes,
    /// It is not so
    No,
    /// The question does not apply here; `--reason` says why
    NotApplicable,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AnswerOptions {
    /// The manual item
    #[arg(value_name = "ID")]
    pub(in crate::cli) id: String,

    /// The answer
    #[arg(value_enum, value_name = "ANSWER", default_value = "yes")]
    pub(in crate::cli) said: Said,

    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    /// Why
    #[arg(long, value_parser = super::said, value_name = "TEXT", required_if_eq("said", "not-applicable"))]
    pub(in crate::cli) reason: Option<String>,

    /// A file that shows it, kept in the ledger, or an address (https://…); repeatable
    #[arg(long, value_name = "FILE|URL")]
    pub(in crate::cli) evidence: Vec<String>,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct WaiveOptions {
    /// The check; what is left out below is taken from its entry in the plan's waivers file, which you then sign
    #[arg(value_name = "ID")]
    pub(in crate::cli) id: String,

    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    /// Why it is accepted
    #[arg(long, value_parser = super::said, value_name = "TEXT", requires_all = ["ticket", "owner", "expires"])]
    pub(in crate::cli) reason: Option<String>,

    /// Where it is tracked
    #[arg(long, value_parser = super::said, value_name = "TICKET", requires = "reason")]
    pub(in crate::cli) ticket: Option<String>,

    /// Who answers for it, by id; not you
    #[arg(long, value_parser = super::said, value_name = "PERSON", requires = "reason")]
    pub(in crate::cli) owner: Option<String>,

    /// Until when: an instant with its offset, or a date, which means the end of that day in UTC
    #[arg(long, value_name = "TIME", requires = "reason")]
    pub(in crate::cli) expires: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SignOptions {
    /// A bundle of `verify --bundle`: sign its report and write a small signature file; left out, the newest full run
    /// in the ledger is signed
    #[arg(value_name = "BUNDLE")]
    pub(in crate::cli) bundle: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    #[command(flatten)]
    pub(in crate::cli) release: ReleaseOptions,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,

    /// The role you sign in
    #[arg(long = "as", value_name = "ROLE", required_unless_present_any = ["add", "statement"])]
    pub(in crate::cli) role: Option<String>,

    /// Say no-go
    #[arg(long, conflicts_with = "withdraw")]
    pub(in crate::cli) no_go: bool,

    /// Take your sign-off in this role back; `--comment` says why
    #[arg(long, requires = "comment")]
    pub(in crate::cli) withdraw: bool,

    /// What you have to add
    #[arg(long, value_parser = super::said, value_name = "TEXT")]
    pub(in crate::cli) comment: Option<String>,

    /// Sign the newest full run of this plan's project too, with one word for all: a release train
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["bundle", "out", "export", "person", "withdraw", "appoint", "add", "statement"])]
    pub(in crate::cli) also: Vec<PathBuf>,

    /// Sign for this person, who is absent and has made you their deputy
    #[arg(long, value_name = "PERSON", conflicts_with_all = ["person", "withdraw"])]
    pub(in crate::cli) deputy_for: Option<String>,

    /// Sign that this person may sign for you in this role until `--until`; the policy's `deputies` must name them
    #[arg(long, value_name = "PERSON", requires = "until", conflicts_with_all = ["person", "withdraw", "no_go", "deputy_for", "bundle", "out", "export"])]
    pub(in crate::cli) appoint: Option<String>,

    /// Until when: an instant with its offset, or a date, which means the end of that day in UTC
    #[arg(long, value_name = "TIME", requires = "appoint")]
    pub(in crate::cli) until: Option<String>,

    /// Enter the decision of this person, who has no key; `--evidence` shows it, you sign as the transcriber
    #[arg(long = "for", value_name = "PERSON", requires = "evidence")]
    pub(in crate::cli) person: Option<String>,

    /// A file that shows the decision: a scanned page, an e-mail, a ticket
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) evidence: Vec<PathBuf>,

    /// Write the signature file here instead of into the ledger
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,

    /// Sign nothing; write what is to be signed to FILE, for `ssh-keygen -Y sign -n gonogo FILE`. Needs `--signer`
    #[arg(long, value_name = "FILE", requires = "signer")]
    pub(in crate::cli) export: Option<PathBuf>,

    /// Who will sign the exported file, by id
    #[arg(long, value_name = "PERSON")]
    pub(in crate::cli) signer: Option<String>,

    /// Take in FILE, which `--export` wrote, with its signature FILE.sig, which ssh-keygen wrote
    #[arg(long, alias = "dsse", value_name = "FILE", conflicts_with_all = ["add", "role"])]
    pub(in crate::cli) statement: Option<PathBuf>,

    /// Take in signature files, or all of a folder
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "role")]
    pub(in crate::cli) add: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct GateOptions {
    #[command(flatten)]
    pub(in crate::cli) record: RecordOptions,

    /// Ask whether what follows this stage of the rollout may begin
    #[arg(long, value_name = "STAGE", conflicts_with_all = ["bundle", "signatures", "break_glass"])]
    pub(in crate::cli) stage: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) release: ReleaseOptions,

    /// Take in a bundle of `verify --bundle` first
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) bundle: Option<PathBuf>,

    /// Take in signature files, or all of a folder, first
    #[arg(long, value_name = "FILE|DIR")]
    pub(in crate::cli) signatures: Vec<PathBuf>,

    /// While it holds, wait for people so long, and tell those who are asked, as the policy's `requests` say
    #[arg(long, value_name = "DURATION", conflicts_with_all = ["stage", "bundle", "break_glass"])]
    pub(in crate::cli) wait: Option<Period>,

    /// Who is about to deploy, by id
    #[arg(long, value_name = "PERSON")]
    pub(in crate::cli) deployer: Option<String>,

    /// Pass in an emergency: signed, marked as such for ever, to be reviewed afterwards
    #[arg(long, requires_all = ["reason", "ticket", "role"])]
    pub(in crate::cli) break_glass: bool,

    /// The role that lets it pass in an emergency
    #[arg(long = "as", value_name = "ROLE", requires = "break_glass")]
    pub(in crate::cli) role: Option<String>,

    /// Why it is an emergency
    #[arg(long, value_parser = super::said, value_name = "TEXT", requires = "break_glass")]
    pub(in crate::cli) reason: Option<String>,

    /// Where the emergency is tracked
    #[arg(long, value_parser = super::said, value_name = "TICKET", requires = "break_glass")]
    pub(in crate::cli) ticket: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) key: KeyOptions,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AuditOptions {
    /// The bundle, as `verify --bundle`, `report --bundle` or `log --sample --bundle` wrote it
    #[arg(value_name = "BUNDLE")]
    pub(in crate::cli) bundle: PathBuf,

    /// The signers you trust: an `allowed_signers` file of your own, not the bundle's
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) signers: Option<PathBuf>,

    /// The revoked keys: a revocation list of your own; without it the one that the run's plan names
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) revoked: Option<PathBuf>,

    /// A plan whose `signoff` and `people` you trust: without it, who has which role is the bundle's own claim
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) policy: Option<PathBuf>,

    /// A ledger head you kept; it must be in the bundle's ledger
    #[arg(long, value_name = "DIGEST")]
    pub(in crate::cli) head: Vec<String>,
}
