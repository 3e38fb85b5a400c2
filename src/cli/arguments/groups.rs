//! The commands by what people want to do: the first page of the help.

use std::fmt::Write as _;

use clap::{Command, CommandFactory as _};

use super::Arguments;

/// Each command in one group, the way of a release first.
const GROUPS: [(&str, &[&str]); 6] = [
    ("Start", &["demo", "init", "import", "explain"]),
    ("Check", &["verify", "plan", "lint", "report", "diff", "merge"]),
    ("Sign", &["answer", "waive", "sign", "gate", "desk"]),
    ("Deploy", &["deploy", "rollout", "watch", "decide"]),
    ("Record", &["log", "audit"]),
    ("Tools", &["pack", "schema", "completions", "man", "help"]),
];

/// The whole command line, with its commands in groups.
pub(in crate::cli) fn command() -> Command {
    let mut command = Arguments::command();
    command.build();
    let mut page = String::from("{about-with-newline}\n{usage-heading} {usage}\n");
    for (group, names) in GROUPS {
        let _ = write!(page, "\n{group}:\n");
        for name in names {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(page, "  {name:<12} {}", if *name == "help" { "Print this page, or the help of a command" } else { &about });
        }
    }
    Arguments::command().help_template(page + "\nOptions:\n{options}{after-help}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_one_group_and_on_one_line() {
        let mut command = Arguments::command();
        command.build();
        let mut there: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        there.sort_unstable();
        grouped.sort_unstable();
        assert_eq!(grouped, there);
        let page = super::command().render_help().to_string();
        let commands = page.split("\nOptions:").next().unwrap_or_default();
        let long: Vec<&str> = commands.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{long:#?}");
    }
}
