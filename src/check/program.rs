//! A program that the plan names, run without a shell in a clean environment: once a run for all checks that ask the same.

use std::{fmt, sync::Arc, time::Instant};

use super::{Context, OneOrMore, Touch, Unseen, http::millis, place::Printed};
use crate::{
    model::{ProcessEnv, Size, from_text, looks_secret},
    net::command::{self, Command, CommandError, Ended},
};

/// What every program finds in its environment, beside `PATH`: the same words, dates and numbers wherever it runs.
const CLEAN: [(&str, &str); 3] = [("LANG", "C.UTF-8"), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC")];

/// The name of a variable of the process environment; `NAME?` need not be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvName {
    name: String,
    optional: bool,
}

/// Names of variables that a program is given.
pub(crate) type EnvNames = OneOrMore<EnvName>;

impl fmt::Display for EnvName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

from_text!(EnvName, { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*\\??$" }, |text| {
    let (text, optional) = text.strip_suffix('?').map_or((text.clone(), false), |name| (name.to_owned(), true));
    let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match text.split_once('=') {
        _ if is_name => Ok(EnvName { name: text, optional }),
        Some((name, _)) => Err(format!("name the variable alone: `{name}`; its value comes from the process environment")),
        None => Err(format!("`{text}` names no variable: letters, digits and `_`")),
    }
});

/// A program of the plan's.
pub(crate) struct Program<'a> {
    /// The program and its arguments.
    pub(crate) argv: &'a [String],
    /// What it is given of the process environment.
    pub(crate) env: &'a [EnvName],
    /// What it may print.
    pub(crate) limit: Size,
}

/// A program that ended by itself.
pub(crate) struct Finished {
    /// Its exit code.
    pub(crate) code: i32,
    /// What it printed and complained of.
    pub(crate) ended: Ended,
    /// How long it took, in milliseconds, rounded up.
    pub(crate) ms: u64,
}

impl Program<'_> {
    /// Why it cannot be meant so.
    pub(crate) fn contradiction(&self) -> Option<String> {
        match self.argv {
            [only] if only.contains(' ') => {
                let words: Vec<&str> = only.split_whitespace().collect();
                Some(format!("there is no shell to take `{}` apart: write a list, `[{}]`", command::shown(self.argv), words.join(", ")))
            }
            [first, ..] if first.trim().is_empty() => Some("the program has no name".into()),
            _ => None,
        }
    }

    /// Runs it, unless another check of the run has.
    ///
    /// # Errors
    /// When it did not end by itself in time with an exit code; what it printed is in no message.
    pub(crate) async fn run(&self, cx: &Context) -> Result<Arc<Finished>, Unseen> {
        let env = self.environment(cx)?;
        let names: Vec<&str> = self.env.iter().map(|variable| variable.name.as_str()).collect();
        let key = format!("program {:?} {names:?} {}", self.argv, self.limit.0);
        cx.shared.memo.once(key, self.fetch(env, cx)).await
    }

    /// What it prints, if it ends with 0.
    pub(crate) async fn output(&self, cx: &Context) -> Result<Printed, Unseen> {
        let finished = self.run(cx).await?;
        if finished.code != 0 {
            return Err(Unseen::Unknown(format!("`{}` {}", self.argv[0], finished.ended.how(&finished.ended.complaint))));
        }
        Ok(Printed(finished))
    }

    async fn fetch(&self, env: ProcessEnv, cx: &Context) -> Result<Finished, Unseen> {
        let (dir, started) = (cx.path(""), Instant::now());
        let command = Command { argv: self.argv, env: &env, dir: &dir, deadline: cx.until(), limit: self.limit, stdin: b"" };
        let ended = command.run().await.map_err(helped)?;
        let ms = millis(started.elapsed());
        let program = &self.argv[0];
        let code = ended.code.ok_or_else(|| Unseen::Unknown(format!("`{program}` {}", ended.how(&ended.complaint))))?;
        Ok(Finished { code, ended, ms })
    }

    /// Its whole environment; a secret in it is hidden from now on.
    fn environment(&self, cx: &Context) -> Result<ProcessEnv, Unseen> {
        let of_process = |name: &str| cx.shared.env.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned());
        let path = of_process("PATH").map(|path| ("PATH".to_owned(), path));
        let mut env: Vec<(String, String)> = CLEAN.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        env.extend(path);
        for EnvName { name, optional } in self.env {
            let Some(value) = of_process(name) else {
                if *optional {
                    continue;
                }
                return Err(Unseen::Unknown(format!(
                    "the variable `{name}` is not set here, and `env` gives it to `{}`: set it, take it out, or write `{name}?`",
                    self.argv[0]
                )));
            };
            if looks_secret(name) {
                cx.hide(name, &value);
            }
            env.push((name.clone(), value));
        }
        Ok(env.into_iter().collect())
    }

    /// What is reached: the program itself, as people read it.
    pub(crate) fn touch(&self) -> Touch {
        let names: Vec<String> = self.env.iter().map(ToString::to_string).collect();
        let (secret, plain): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| looks_secret(name));
        let with = if plain.is_empty() { String::new() } else { format!(", with {}", plain.join(", ")) };
        let touch = Touch::new(format!("command {}", command::shown(self.argv)), format!("runs it and reads what it prints{with}"));
        Touch { credentials: secret, ..touch }
    }
}

/// The error with what helps.
fn helped(error: CommandError) -> Unseen {
    let help = match &error {
        CommandError::Missing(program) if program.contains('/') => {
            return Unseen::Unknown(format!(
                "there is no program `{program}`, or not the interpreter that its first line names; paths start at the plan's folder"
            ));
        }
        CommandError::Missing(_) => "install it where gonogo runs, or write its whole path",
        CommandError::Start(_, why) if why.contains("denied") => "make it executable (`chmod +x`)",
        CommandError::Start(_, why) if why.contains("Exec format") => "its first line has to name its interpreter: `#!/bin/sh`",
        _ => return error.into(),
    };
    Unseen::Unknown(format!("{error}: {help}"))
}
