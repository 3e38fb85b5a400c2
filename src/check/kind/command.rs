//! A program says what is demanded of it.

mod counterexamples;
mod exit;
mod judge;
mod observe;
mod seen;

use schemars::JsonSchema;
use serde::Deserialize;

pub use exit::Exit;

use crate::{
    check::{
        Argv, Check, OneOrMore, Touch,
        demand::{Demands, Pattern, Text, Texts, as_they_stand},
        program::{EnvNames, Program},
    },
    model::{Period, ProcessEnv, without_contradiction},
    net::command::LARGEST,
};

/// A program, run without a shell, ends as demanded and prints what is demanded: exit code, text, JSON, time.
///
/// Off unless the plan's main file says `allow: [command]`. It runs in the plan's folder, with nothing in its environment but
/// `PATH`, `LANG=C.UTF-8`, `LC_ALL=C.UTF-8`, `TZ=UTC` and what `env` names, with nothing to read, for as long as the check's
/// `timeout`. Checks with the same `argv` and `env` run it once. Only what it prints to its standard output is looked at; of the
/// standard error a line is shown.
///
/// Unknown is a program that is missing or cannot be started, that a signal ended, that did not end in time (it is killed with
/// all that it started, also where only a child of it holds the output open), that printed more than 4 MiB, output that is no
/// UTF-8 where its text is demanded, or no JSON where JSON is: a key twice, `NaN`, nothing at all.
///
/// Not seen: what the program changes, which is its own affair, whether it looks where it seems to, and a child that it puts into a process
/// group of its own, which may go on. An empty output proves nothing to be missing. Credentials belong into `env`: whoever can
/// list processes can read `argv`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Command {
    /// The program and its arguments: `[pg_isready, -h, db]`. No shell takes it apart: for pipes write `[sh, -c, "a | b"]`. A path
    /// with a `/` starts at the plan's folder, any other name is looked for in `PATH`.
    pub argv: Argv,
    /// Variables of the process environment that it is given, by name: `[HOME, "AWS_PROFILE?"]`. One that is not set leaves the check
    /// unknown. The values of those whose name looks secret are never shown. Default: none.
    pub env: Option<EnvNames>,
    /// The exit code: a code, or a list of them. `nagios`: as monitoring plugins say it, 0 is met, 1 (warning) and 2 (critical) are
    /// not, 3 and all others are unknown. Default: `0`.
    pub exit: Option<Exit>,
    /// Text that must be in the output, or a list of texts; upper and lower case differ.
    pub contains: Option<OneOrMore<Text>>,
    /// Text that must not be in the output, or a list of texts, as it stands: no wildcards, no expression. An empty output proves
    /// nothing: the check is then unknown.
    #[serde(default, deserialize_with = "as_they_stand")]
    pub not_contains: Option<OneOrMore<Text>>,
    /// A regular expression that must match somewhere in the output, or a list of them; `(?m)` lets `^` and `$` mean lines.
    pub matches: Option<OneOrMore<Pattern>>,
    /// A regular expression that must not match anywhere in the output, or a list of them. An empty output proves nothing.
    pub not_matches: Option<OneOrMore<Pattern>>,
    /// Values in an output that is JSON, by JSONPath (RFC 9535), as of kind `http`.
    pub json: Option<Demands>,
    /// It takes at most this, from its start to its end.
    pub max_time: Option<Period>,
}

without_contradiction!(Command);

impl Command {
    fn contradiction(&self) -> Option<String> {
        self.program().contradiction()
    }

    fn program(&self) -> Program<'_> {
        Program { argv: &self.argv, env: self.env.as_deref().unwrap_or_default(), limit: LARGEST }
    }

    fn texts(&self) -> Texts<'_> {
        Texts {
            contains: self.contains.as_deref().unwrap_or_default(),
            not_contains: self.not_contains.as_deref().unwrap_or_default(),
            matches: self.matches.as_deref().unwrap_or_default(),
            not_matches: self.not_matches.as_deref().unwrap_or_default(),
        }
    }

    fn exit(&self) -> Exit {
        self.exit.clone().unwrap_or_default()
    }
}

impl Check for Command {
    rooms!();

    fn touches(&self, _: &ProcessEnv) -> Vec<Touch> {
        vec![self.program().touch()]
    }
}
