//! `gonogo man`: the manual, a page for each command, as `man` and mandoc take it.

use clap::{Arg, Command};
use clap_mangen::Man;
use jiff::{Timestamp, tz::TimeZone};

use super::{Failure, arguments::command, edge, edge::Edge};
use crate::model::Exit;

/// What each command is typed like, with what it does behind `#`.
const EXAMPLES: &str = include_str!("manual/examples.txt");
/// An apostrophe that is none of the typographer's, in groff and elsewhere.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";
/// mandoc wants lines of at most 80 bytes.
const LONGEST: usize = 80;

/// What the program reads of its surroundings, beside the variables of a plan and of options.
const ENVIRONMENT: [(&str, &str); 8] = [
    ("GITHUB_STEP_SUMMARY", "Where a job's summary goes with `--format github`."),
    ("GONOGO_POLICY_FROM", "The protected branch that the policy is taken from, like `--policy-from`."),
    ("NO_COLOR", "Set to anything, nothing is coloured."),
    ("SOURCE_DATE_EPOCH", "The date on these pages."),
    ("SSH_AUTH_SOCK", "The agent that keys to sign with are looked for in."),
    ("SSL_CERT_DIR", "A folder of roots to trust instead of the system's; reports say so."),
    ("SSL_CERT_FILE", "The same as one file."),
    ("XDG_STATE_HOME", "Where the heads of ledgers are kept, in place of ~/.local/state."),
];

const FILES: [(&str, &str); 5] = [
    ("gonogo.yaml", "The plan; looked for in the folders above too, as far as the repository goes."),
    ("waivers.yaml", "Accepted exceptions, beside the plan."),
    (".gonogo/ledger.db", "The record, unless the plan or `--ledger` says another place."),
    ("~/.local/state/gonogo/heads", "The heads of ledgers last seen: no command goes behind them."),
    ("~/.ssh", "Where keys to sign with are looked for when no agent has one."),
];

/// Runs the command.
pub(super) fn man(edge: &Edge) -> Result<Exit, Failure> {
    let epoch = edge.env.get("SOURCE_DATE_EPOCH").and_then(|text| Timestamp::from_second(text.parse().ok()?).ok());
    let date = epoch.unwrap_or(edge.now).to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string();
    edge::print_raw(pages(&date).map_err(Failure::output)?.as_bytes()).map_err(Failure::output).map(|()| Exit::Go)
}

fn pages(date: &str) -> std::io::Result<String> {
    let mut whole = command().disable_help_subcommand(true);
    whole.build();
    let mut out = String::new();
    let mut open = vec![&whole];
    while let Some(command) = open.pop() {
        page(command, date, &mut out)?;
        let below: Vec<&Command> = command.get_subcommands().filter(|below| !below.is_hide_set()).collect();
        open.extend(below.into_iter().rev());
    }
    Ok(out)
}

fn page(command: &Command, date: &str, out: &mut String) -> std::io::Result<()> {
    let man = Man::new(command.clone()).date(date).source(concat!("gonogo ", env!("CARGO_PKG_VERSION"))).manual("gonogo");
    let mut made = Vec::new();
    man.render_title(&mut made)?;
    man.render_name_section(&mut made)?;
    man.render_synopsis_section(&mut made)?;
    man.render_description_section(&mut made)?;
    man.render_options_section(&mut made)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut made)?;
    }
    let mut text = String::from_utf8_lossy(&made).into_owned();
    let name = command.get_display_name().unwrap_or(command.get_name());
    let (whole, has_plan) = (name == "gonogo", command.get_arguments().any(|argument| argument.get_id() == "config"));
    let codes = Exit::TABLE.iter().map(|(exit, meaning)| (exit.code().to_string(), (*meaning).to_owned()));
    section("EXIT STATUS", codes, &mut text);
    let own = command.get_arguments().filter_map(variable);
    let general = ENVIRONMENT.iter().filter(|_| whole || has_plan).map(owned);
    section("ENVIRONMENT", own.chain(general), &mut text);
    section("FILES", FILES.iter().filter(|_| whole || has_plan).map(owned), &mut text);
    section("EXAMPLES", examples(name).map(|(line, about)| (line.to_owned(), about.to_owned())), &mut text);
    if !whole {
        text += ".SH SEE ALSO\n\\fBgonogo\\fR(1)\n";
    }
    *out += PREAMBLE;
    tidy(&text, out);
    Ok(())
}

fn owned((name, about): &(&str, &str)) -> (String, String) {
    ((*name).to_owned(), (*about).to_owned())
}

/// The variable that gives an option its value.
fn variable(argument: &Arg) -> Option<(String, String)> {
    Some((argument.get_env()?.to_str()?.to_owned(), format!("Like \\fB\\-\\-{}\\fR.", argument.get_long()?)))
}

/// The lines for the page of this name; those of its subcommands stand on theirs, and the first page has all.
fn examples(page: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let words: Vec<String> = page.split('-').map(str::to_owned).collect();
    let all = EXAMPLES.lines().filter_map(|line| line.split_once('#')).map(|(line, about)| (line.trim(), about.trim()));
    let is_whole = words.len() == 1;
    all.filter(move |(line, _)| is_whole || line.split(' ').zip(&words).filter(|(word, own)| word == own).count() == words.len())
}

/// A section of terms, each with what it means; none where there is no term.
fn section(title: &str, terms: impl Iterator<Item = (String, String)>, text: &mut String) {
    for (place, (term, about)) in terms.enumerate() {
        if place == 0 {
            *text += &format!(".SH {title}\n");
        }
        let about = if about.starts_with("Like \\fB") { about } else { escaped(&about) };
        *text += &format!(".TP\n\\fB{}\\fR\n{about}\n", escaped(&term));
    }
}

/// Text that says what it says, and does nothing.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\*(Aq");
    if text.starts_with('.') { format!("\\&{text}") } else { text }
}

/// Adds the lines of a page without what mandoc complains of: blanks at their ends, breaks beside spaces, lines that are long.
fn tidy(text: &str, out: &mut String) {
    let lines: Vec<&str> =
        text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with(".ie ") && !line.starts_with(".el ")).collect();
    for (place, line) in lines.iter().enumerate() {
        let beside = |other: Option<usize>, break_: &str| other.and_then(|other| lines.get(other)).is_some_and(|line| *line == break_);
        let (before, behind) = (place.checked_sub(1), Some(place + 1));
        let broken = beside(before, ".sp") || beside(behind, ".sp") || beside(behind, ".br");
        if *line == ".br" && broken {
            continue;
        }
        let mut rest = *line;
        while rest.len() > LONGEST && !rest.starts_with(['.', '\'', ' ']) {
            let Some(end) = rest.char_indices().take_while(|(at, _)| *at < LONGEST).filter(|(_, c)| *c == ' ').last() else { break };
            *out += &format!("{}\n", rest[..end.0].trim_end());
            rest = rest[end.0..].trim_start();
            if rest.starts_with(['.', '\'']) {
                *out += "\\&";
            }
        }
        *out += &format!("{rest}\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_with_examples_that_can_be_typed() {
        let text = pages("2026-01-01").expect("pages");
        let mut seen = 0;
        for page in text.split(PREAMBLE).skip(1) {
            let name = page.lines().next().and_then(|line| line.split(' ').nth(1)).expect("a title");
            assert!(page.contains(".SH EXIT STATUS\n") && page.contains(".SH EXAMPLES\n"), "{name}");
            for (line, _) in examples(name) {
                let parsed = command().try_get_matches_from(line.split(' '));
                assert!(parsed.is_ok(), "{line}: {}", parsed.expect_err("a refusal"));
            }
            seen += 1;
        }
        assert!(text.contains("\n.TH gonogo-rollout-begin 1 2026-01-01 "));
        // No page that is named is absent, and every line is short enough for mandoc.
        let absent = regex::Regex::new(r"gonogo(\\-[a-z]+)+\(1\)").expect("a pattern");
        for named in absent.find_iter(&text) {
            assert!(text.contains(&format!(".TH {} 1", named.as_str().replace("\\-", "-").replace("(1)", ""))), "{}", named.as_str());
        }
        assert!(seen > 30 && text.lines().all(|line| line == line.trim_end()), "{seen}");
    }
}
