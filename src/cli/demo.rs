//! `gonogo demo`: a small shop goes through one release, by real commands of this program.

mod steps;

use std::{
    io::{ErrorKind, IsTerminal as _},
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use anyhow::{Context as _, anyhow};
use owo_colors::OwoColorize as _;
use tokio::net::TcpListener;

use super::{
    Failure,
    arguments::DemoOptions,
    edge::{self, Edge},
    runtime, signals,
};
use crate::{
    demo::{DemoFolder, serve},
    model::{Exit, plain, shell_word},
};
use steps::{Does, NEXT, STEPS, Step};

/// Runs the command: 0 when every step ended as it must.
pub(super) fn demo(edge: &Edge, options: &DemoOptions) -> Result<Exit, Failure> {
    // The shop is served on a thread beside this one, which waits for commands and people.
    runtime::block_on_threads(1, async {
        let shop =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("127.0.0.1 has no port for the shop").map_err(Failure::output)?;
        let port = shop.local_addr().map_err(Failure::output)?.port();
        let folder = made(edge, &options.folder, port)?;
        tokio::spawn(serve(shop, folder.settings()));
        let walk = Walk { edge, folder, waits: !options.yes && edge.env.get("CI").is_none() && std::io::stdout().is_terminal() };
        walk.ends_by_signal()?;
        print(&walk.opening(port)?)?;
        for (number, step) in (1..).zip(&STEPS) {
            walk.wait("\nEnter goes on. ");
            walk.take(number, step)?;
        }
        print(&format!("\n{}\n{NEXT}", walk.stays()))?;
        walk.wait("\nEnter ends the shop. Before: break something in prod.env, and verify again. ");
        Ok(Exit::Go)
    })
}

/// The folder, which must be new or empty.
fn made(edge: &Edge, named: &Path, port: u16) -> Result<DemoFolder, Failure> {
    let path = edge.folder.as_deref().unwrap_or(Path::new("")).join(named);
    DemoFolder::make(path, port).map_err(|error| {
        let taken = error.kind() == ErrorKind::DirectoryNotEmpty;
        let hint = if taken { "remove it, or name another one" } else { "name one where you may write" };
        let why = anyhow!("the demo's folder `{}` cannot be made: {error}; {hint}: `gonogo demo --dir DIR`", named.display());
        if taken { Failure::usage(why) } else { Failure::output(why) }
    })
}

/// The demo on its way.
struct Walk<'a> {
    edge: &'a Edge,
    folder: DemoFolder,
    /// Somebody says when it goes on.
    waits: bool,
}

impl Walk<'_> {
    /// Where everything is, and how to try it in a second terminal.
    fn opening(&self, port: u16) -> Result<String, Failure> {
        // Whoever called it by a path may not have it where the shell looks.
        let called = self.edge.arguments.first().is_some_and(|name| name.to_string_lossy().contains('/'));
        let program = shell_word(&program()?.display().to_string()).filter(|_| called);
        let alias = program.map(|program| format!("  alias gonogo={program}\n")).unwrap_or_default();
        let try_it = |folder| format!("\nEvery command below is a real one. To try them in a second terminal:\n\n  cd {folder}\n{alias}");
        Ok(format!(
            "A team wants to release version 1.4.2 of its shop. gonogo says whether it may.\n\n  \
             the shop    http://127.0.0.1:{port}, which is part of this program\n  \
             its folder  {}\n{}",
            self.path(),
            shell_word(&self.folder.path().display().to_string()).map(try_it).unwrap_or_default()
        ))
    }

    /// Does what the step is about; the error tells which step it was that did not end as it must.
    fn take(&self, number: usize, step: &Step) -> Result<(), Failure> {
        let title = format!("── {number} of {} · {} ", STEPS.len(), step.title);
        print(&format!("\n{}\n{}", format!("{title:─<80}").bold(), told(step.before)))?;
        let changes = match step.does {
            Some(Does::Mend) => self.folder.mend(),
            Some(Does::Release) => self.folder.release(),
            Some(Does::Forge) => self.folder.forge(),
            None => Ok(Vec::new()),
        };
        for lines in changes.context("a file of the demo could not be changed").map_err(Failure::output)? {
            let [before, after] = lines.map(|line| plain(&line).into_owned());
            print(&format!("  {}\n  {}\n", before.red(), after.green()))?;
        }
        for (command, wanted) in step.commands {
            print(&format!("\n{} {}\n", "$".dimmed(), format!("gonogo {command}").bold()))?;
            let ended = self.run(command)?;
            if ended.code() != Some(i32::from(wanted.code())) {
                let title = step.title;
                let why = anyhow!("step {number}, \"{title}\": `gonogo {command}` ended with {ended}, wanted {}", wanted.code());
                edge::say(&self.stays());
                return Err(Failure { exit: Exit::Unchecked, cause: Some(why) });
            }
            print(&format!("{}\n", format!("(exit code {})", wanted.code()).dimmed()))?;
        }
        print(&told(&step.after.replace("{folder}", &self.path())))
    }

    /// Runs this program as it is typed in the demo's folder, with nothing of this machine's environment that it goes by.
    fn run(&self, command: &str) -> Result<ExitStatus, Failure> {
        let ours = |name: &str| ["GONOGO_", "SHOP_", "SSL_CERT_"].iter().any(|start| name.starts_with(start));
        let mut child = Command::new(program()?);
        // A line that goes on in the next one ends with `\`.
        child.args(command.split_whitespace().filter(|word| *word != "\\")).current_dir(self.folder.path()).stdin(Stdio::null());
        for (name, _) in self.edge.env.iter().filter(|(name, _)| ours(name)) {
            child.env_remove(name);
        }
        if !self.edge.coloured() {
            child.env("NO_COLOR", "1");
        }
        child.env("XDG_STATE_HOME", self.folder.path().join(".gonogo"));
        child.status().context("this program could not be started again").map_err(Failure::output)
    }

    /// Ctrl-C ends it, and the shop with it.
    fn ends_by_signal(&self) -> Result<(), Failure> {
        let mut signals = signals::Forwarded::watch().context("signals cannot be watched for").map_err(Failure::output)?;
        let said = format!("\nThe demo was ended, and the shop with it. {}", self.stays());
        tokio::spawn(async move {
            signals.next().await;
            edge::say(&said);
            std::process::exit(i32::from(Exit::Unchecked.code()));
        });
        Ok(())
    }

    fn wait(&self, question: &str) {
        if self.waits {
            edge::asked(question);
        }
    }

    fn path(&self) -> String {
        plain(&self.folder.path().display().to_string()).into_owned()
    }

    fn stays(&self) -> String {
        format!("All that was written stays in this folder; remove it when you like:\n{}\n", self.path())
    }
}

/// This very program.
fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe().context("where this program is, the system does not say").map_err(Failure::output)
}

/// A text of its own, or none.
fn told(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\n{text}\n") }
}

fn print(text: &str) -> Result<(), Failure> {
    edge::print(text).map_err(Failure::output)
}
