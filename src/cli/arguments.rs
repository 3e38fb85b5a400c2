//! What can be said on the command line.

mod deploy;
mod desk;
mod groups;
mod log;
mod passkey;
mod record;
mod rollout;
mod signoff;
mod stored;
mod verify;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::{
    model::{Exit, Period},
    plan::File,
};

pub(super) use deploy::{
    DeployAuthorsOptions, DeployCommand, DeployOptions, DeployRecordOptions, DeployReviewOptions, DeployRunOptions, DeploySettleOptions,
    DeployerOptions, Status,
};
pub(super) use desk::{DeskCheckOptions, DeskCommand, DeskOptions, DeskServeOptions};
pub(super) use groups::command;
pub(super) use log::{
    LedgerOptions, LogCheckpointOptions, LogCommand, LogExportOptions, LogFormat, LogImportOptions, LogInitOptions, LogListOptions,
    LogOptions, LogRepairOptions, LogVerifyOptions,
};
pub(super) use passkey::{AtDeskOptions, ConfirmOptions, InviteOptions, RevokeOptions};
pub(super) use record::{KeyOptions, RecordOptions, RecordingOptions, ReleaseOptions};
pub(super) use rollout::{
    DecideOptions, RolloutBeginOptions, RolloutCommand, RolloutOptions, RolloutRollbackOptions, RolloutSimulateOptions,
    RolloutStatusOptions, StatusFormat, WatchOptions,
};
pub(super) use signoff::{AnswerOptions, AuditOptions, GateOptions, Said, SignOptions, WaiveOptions};
pub(super) use stored::{DiffOptions, MergeOptions, ReportOptions};
pub(super) use verify::VerifyOptions;

/// May we go? Runs a deployment checklist against the live systems: GO or NO-GO.
#[derive(Debug, Parser)]
#[command(name = "gonogo", version, about, after_help = exit_codes(), max_term_width = 110, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,

    /// Whether to colour what is printed.
    #[arg(long = "color", alias = "colour", global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(super) colour: Colour,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Even into a pipe.
    Always,
    /// Not at all.
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// See it work in a minute: a small shop goes through one release
    ///
    /// The shop is part of this program and answers on 127.0.0.1 alone; nothing else is needed. It starts with three things wrong, is
    /// mended, signed for and deployed, by the very commands that are shown. All that is written goes into one folder.
    Demo(DemoOptions),
    /// Write a first plan from what a folder holds; overwrites nothing
    ///
    /// Looks at env files and their examples (their keys, never their values), SQL and other schemas and migrations, Dockerfiles,
    /// compose files, Kubernetes manifests and charts' values, configuration of nginx, Caddy, Traefik and HAProxy, Terraform, code and
    /// lock files that say a health path, pipelines, what makes backups (scripts, cron tables, folders of dumps), alerting rules,
    /// reports of tests and scans, CODEOWNERS and the clone's remote. Leaves out what git ignores, and says what else it did not
    /// read. On a terminal it asks what no file says.
    Init(InitOptions),
    /// Make checks from files of goss, Gatus, Troubleshoot or blackbox
    ///
    /// What an entry demands is said by the kinds there are; what they cannot say stands as a comment with the reason. Secrets
    /// become variables, and so does what a template fills in. goss looks for an expression in one line after the other, these
    /// checks in the whole text, with `^` and `$` at each line.
    ///
    /// A checklist in Markdown becomes a whole plan: each box a check of what its commands surely ask, or a question to people.
    Import(ImportOptions),
    /// Run the checks of an environment and say GO or NO-GO
    #[command(aliases = ["check", "run", "test", "validate"])]
    Verify(Box<VerifyOptions>),
    /// Check the plan itself: mistakes, and checks that never go red
    ///
    /// Offline, unless `--with-traffic` asks the rollout's Prometheus.
    Lint(LintOptions),
    /// List every host, query and credential that a run would touch
    ///
    /// Sends nothing.
    Plan(PlanListOptions),
    /// Render a stored JSON report again, in any format
    Report(Box<ReportOptions>),
    /// Make the full report out of the shares of one run
    ///
    /// A share is what `verify --from`, `--only` or `--skip` wrote. Project, environment, phase, release, plan, `--strict` and `--advisory` must agree, and every check must have
    /// been tried in some share. Where a check was tried in several, the gravest outcome counts. Exits like `verify`. With
    /// `--record` the merged run goes on record and can be signed.
    Merge(MergeOptions),
    /// Compare two stored reports: what is newly red, what asks less
    Diff(DiffOptions),
    /// Answer a manual item, signed with your SSH key
    Answer(Box<AnswerOptions>),
    /// Accept an exception for one check until a date, with your key
    Waive(Box<WaiveOptions>),
    /// Put your name to a report: go or no-go, signed with your SSH key
    ///
    /// Shows what is signed: verdict, release, exceptions, what changed since you last signed, the fingerprint and the
    /// sentence your role signs. With a bundle it needs nothing else and writes one small file to send back.
    Sign(Box<SignOptions>),
    /// Say whether a release may be deployed now: for a deploy job
    ///
    /// 0 only if the newest full run of this plan, release and environment is a go, recent, and signed by every role that
    /// must sign, on its own report or on one it confirms. 4 says who is missing.
    Gate(Box<GateOptions>),
    /// Take a release through the stages of the plan's rollout, and back
    ///
    /// gonogo moves no traffic: the plan's programs do. It says whether a stage has shown what it must, keeps that on record, and
    /// proves that the way back was taken.
    #[command(subcommand)]
    Rollout(Box<RolloutCommand>),
    /// Watch a stage of a rollout: what it has shown, what is missing
    ///
    /// Exit codes: 0 it has earned the next one, 1 breached or rolled back, 3 nobody could look, 4 held. After a way back with a
    /// `recovery` it watches the old version: 4 while that recovers, then 1.
    Watch(Box<WatchOptions>),
    /// Decide whether what follows a stage may begin, with your key
    Decide(Box<DecideOptions>),
    /// Show the deployment log, and look after the ledger
    Log(Box<LogOptions>),
    /// Put a deployment on record; with a command, gate and verify it
    Deploy(Box<DeployOptions>),
    /// Check a bundle offline, on another machine
    Audit(Box<AuditOptions>),
    /// Serve the desk: read, decide and sign in the browser
    ///
    /// A board over every project of a ledger, the reports and rollouts, and the sign-off, by the policy of one file. Controllers
    /// ask it for the gate's answer. It listens on loopback in plain HTTP, elsewhere with TLS or behind a proxy only.
    Desk(Box<DeskOptions>),
    /// Fetch the packs that the plan pins, and put them beside it
    ///
    /// Those are the ones it includes as `pack: git+https://…`.
    Pack(PackOptions),
    /// Explain a part of the plan, a kind or a pack; alone, list them
    Explain(ExplainOptions),
    /// Print the JSON Schema of plans or of reports, for editors
    Schema(SchemaOptions),
    /// Print a shell's completion script
    Completions(CompletionOptions),
    /// Print the manual: a page for each command
    Man,
}

#[derive(Debug, Args)]
pub(super) struct PackOptions {
    #[command(subcommand)]
    pub(super) command: PackCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum PackCommand {
    /// Fetch what is not there yet, by git; a run itself never fetches
    Fetch {
        /// The plan
        #[arg(short, long, value_name = "FILE", default_value = "gonogo.yaml")]
        config: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct DemoOptions {
    /// The folder to make: plan, settings, throw-away keys, ledger and reports go there
    #[arg(long = "dir", value_name = "DIR", default_value = "gonogo-demo")]
    pub(super) folder: PathBuf,

    /// Wait for nobody between the steps
    #[arg(long, short)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct InitOptions {
    /// The project's folder
    #[arg(value_name = "DIR", default_value = ".")]
    pub(super) folder: PathBuf,

    /// Do not ask for what no file says
    #[arg(long, short)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct ImportOptions {
    /// The files; which tool each is of is told by its keys. Or one checklist in Markdown
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,

    /// Write the checks there instead of printing them; overwrites nothing
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    /// Say by kind `command` what only a command can say; the plan must then say `allow: [command]`
    #[arg(long)]
    pub(super) with_commands: bool,

    /// What the modules of a blackbox exporter are asked about; without it, the variable `TARGET`
    #[arg(long, value_name = "URL")]
    pub(super) target: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(super) struct PlanOptions {
    /// The plan
    #[arg(short, long, value_name = "FILE", default_value = "gonogo.yaml", env = "GONOGO_CONFIG")]
    pub(super) config: PathBuf,

    /// The environment; may be left out where the plan has only one
    #[arg(short, long, value_name = "NAME", env = "GONOGO_ENV")]
    pub(super) env: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct LintOptions {
    #[command(flatten)]
    pub(super) plan: PlanOptions,

    /// A warning fails too
    #[arg(long)]
    pub(super) strict: bool,

    /// Ask the rollout's Prometheus how much traffic there was in the last seven days, and say what each stage can show with it
    #[arg(long)]
    pub(super) with_traffic: bool,

    /// Of which version; left out, the old one of the plan, or the one that is live by the record
    #[arg(long, value_name = "VERSION", requires = "with_traffic")]
    pub(super) version: Option<String>,

    /// The ledger: a file, or the address of a PostgreSQL database; the plan's where it is left out
    #[arg(long, value_name = "PLACE", requires = "with_traffic")]
    pub(super) ledger: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct PlanListOptions {
    #[command(flatten)]
    pub(super) plan: PlanOptions,

    /// Print the least rights the run needs, as statements for an administrator
    #[arg(long)]
    pub(super) grants: bool,
}

#[derive(Debug, Clone, Default, Args)]
pub(super) struct OutputOptions {
    /// What to write: a format's name, and the file it goes to (standard output without one); repeatable
    #[arg(short, long, value_name = "NAME[=FILE]", long_help = formats())]
    pub(super) format: Vec<String>,

    /// Only the verdict on the terminal, without progress and report
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Also show each demand that was met, and each member of a list
    #[arg(short, long)]
    pub(super) verbose: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExplainOptions {
    /// A kind (`http`), a pack (`pack:web-api`) or a part of the plan (`rollout`)
    pub(super) name: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct SchemaOptions {
    /// Of what
    #[arg(value_enum, default_value_t = Described::Plan)]
    pub(super) of: Described,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Described {
    /// `gonogo.yaml`.
    Plan,
    /// A file of checks that it includes.
    Checks,
    /// `waivers.yaml`.
    Waivers,
    /// A JSON report.
    Report,
}

impl From<Described> for File {
    fn from(of: Described) -> Self {
        match of {
            Described::Plan => Self::Plan,
            Described::Checks => Self::Checks,
            Described::Waivers => Self::Waivers,
            Described::Report => Self::Report,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct CompletionOptions {
    /// The shell
    pub(super) shell: clap_complete::Shell,
}

/// A text that says something.
fn said(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("it says nothing: write a text".into()) } else { Ok(text.to_owned()) }
}

fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "write an instant with its offset, like `2026-12-01T09:00:00Z` or `2026-12-01T09:00:00+01:00`".into())
}

fn period(text: &str) -> Result<Period, String> {
    match text.parse::<Period>() {
        Ok(period) if period.as_millis() > 0 => Ok(period),
        Ok(_) => Err("it must be longer than nothing".into()),
        Err(error) => Err(error),
    }
}

fn formats() -> String {
    listed(crate::render::FORMATS.iter().map(|format| (format.name, format.about)))
}

fn listed(formats: impl Iterator<Item = (&'static str, &'static str)>) -> String {
    let mut text =
        String::from("What to write: a format's name, and the file it goes to (standard output without one); repeatable. Formats:\n");
    for (name, about) in formats {
        text.push_str(&format!("\n  {name:<9} {about}"));
    }
    text
}

fn exit_codes() -> String {
    let mut text = String::from("Exit codes:");
    for (exit, meaning) in Exit::TABLE {
        text.push_str(&format!("\n  {}  {meaning}", exit.code()));
    }
    text
}
