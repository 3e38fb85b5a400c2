//! What a shell offers while a command is typed: commands and options by themselves, and the values that only the plan knows.

use std::path::PathBuf;

use clap::{Arg, Command, ValueHint, builder::StyledStr};
use clap_complete::{
    CompleteEnv, CompletionCandidate, Shell,
    engine::{ArgValueCandidates, ArgValueCompleter, PathCompleter, ValueCompleter as _},
    env::Shells,
};

use super::{Failure, arguments::command, edge, edge::Edge, plan_path::plan_path};
use crate::{
    check::{KINDS, reference},
    model::{Exit, Phase, Window},
    plan::{self, Names, Request},
    render::{DIFFERENCE_FORMATS, FORMATS},
};

/// By this the script that `completions` prints asks the program. Without the `--` behind the program's name, which only that script
/// writes, it does nothing: no variable keeps a run from being made.
const VARIABLE: &str = "GONOGO_COMPLETE";

type Word = (String, String);

/// `gonogo completions`: a script that asks this program.
pub(super) fn script(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    let name = shell.to_string();
    let shells = Shells::builtins();
    let completer = shells.completer(&name).ok_or_else(|| Failure::usage(anyhow::anyhow!("{name} is not known here")))?;
    completer.write_registration(VARIABLE, "gonogo", "gonogo", "gonogo", &mut script).map_err(Failure::output)?;
    if shell == Shell::Zsh {
        // Found by its name in a folder, the file is what completes the first time.
        script.extend_from_slice(b"if [[ $funcstack[1] == _gonogo ]]; then _clap_dynamic_completer_gonogo \"$@\"; fi\n");
    }
    edge::print_raw(&script).map_err(Failure::output).map(|()| Exit::Go)
}

/// Whether it was a shell that asked, which has its answer then.
pub(super) fn answered(edge: &Edge) -> bool {
    let asks = edge.env.get(VARIABLE).is_some() && edge.arguments.get(1).is_some_and(|argument| argument == "--");
    asks && CompleteEnv::with_factory(|| offering(command(), edge))
        .var(VARIABLE)
        .try_complete(edge.arguments.iter().cloned(), edge.folder.as_deref())
        .unwrap_or(true)
}

/// The command with what may stand for its values.
fn offering(command: Command, edge: &Edge) -> Command {
    let said = named_plan(edge);
    let of_plan = move |pick: fn(&Names) -> Vec<Word>| {
        let said = said.clone();
        ArgValueCandidates::new(move || candidates(pick(&plan::names(&Request { config: said.clone(), ..Request::default() }))))
    };
    with_values(command, &|name, argument| match (argument.get_id().as_str(), name) {
        ("env", _) => argument.add(of_plan(|names| words(&names.environments, "an environment of the plan"))),
        ("phase", _) => argument.add(of_plan(|names| [phases(), words(&names.stages, "a stage of the plan")].concat())),
        ("stage", _) => argument.add(of_plan(|names| words(&names.stages, "a stage of the plan"))),
        ("id", "answer" | "waive") => argument.add(of_plan(|names| names.checks.clone())),
        ("window", _) => argument.add(ArgValueCandidates::new(|| {
            candidates(Window::ALL.map(|window| (window.word().to_owned(), "a window after the deployment".to_owned())).to_vec())
        })),
        ("name", "explain") => argument.add(ArgValueCandidates::new(|| candidates(explained()))),
        ("format", "diff") => argument.add(formats(DIFFERENCE_FORMATS.iter().map(|format| (format.name, format.about)))),
        ("format", _) if argument.get_possible_values().is_empty() => {
            argument.add(formats(FORMATS.iter().map(|format| (format.name, format.about))))
        }
        ("config", _) => argument.value_hint(ValueHint::FilePath),
        _ => argument,
    })
}

fn with_values(command: Command, offer: &dyn Fn(&str, Arg) -> Arg) -> Command {
    let name = command.get_name().to_owned();
    let command = command.mut_args(|argument| offer(&name, argument));
    command.mut_subcommands(|below| with_values(below, offer))
}

/// The plan that the line names so far.
fn named_plan(edge: &Edge) -> PathBuf {
    let words: Vec<&str> = edge.arguments.iter().filter_map(|word| word.to_str()).collect();
    let behind = words.windows(2).find(|pair| matches!(pair[0], "-c" | "--config")).map(|pair| pair[1]);
    let said = behind.or_else(|| words.iter().find_map(|word| word.strip_prefix("--config="))).or_else(|| edge.env.get("GONOGO_CONFIG"));
    plan_path(edge.folder.as_deref(), PathBuf::from(said.unwrap_or("gonogo.yaml")).as_path())
}

fn words(names: &[String], about: &str) -> Vec<Word> {
    names.iter().map(|name| (name.clone(), about.to_owned())).collect()
}

fn phases() -> Vec<Word> {
    let about = [(Phase::PreDeploy, "before the deployment"), (Phase::PostDeploy, "after it")];
    about.map(|(phase, about)| (phase.word().to_owned(), about.to_owned())).to_vec()
}

fn explained() -> Vec<Word> {
    let topics = plan::TOPICS.iter().map(|topic| (topic.name.to_owned(), topic.summary()));
    let kinds = KINDS.iter().map(|kind| (kind.name.to_owned(), reference::summary(kind)));
    let packs = plan::packs().iter().map(|pack| (format!("pack:{}", pack.name), pack.summary().to_owned()));
    topics.chain(kinds).chain(packs).collect()
}

/// A format, and behind `=` the file it goes to.
fn formats(known: impl Iterator<Item = (&'static str, &'static str)>) -> ArgValueCompleter {
    let known: Vec<Word> = known.map(|(name, about)| (name.to_owned(), about.to_owned())).collect();
    ArgValueCompleter::new(move |typed: &std::ffi::OsStr| {
        let typed = typed.to_string_lossy();
        match typed.split_once('=') {
            Some((name, file)) => {
                let files = PathCompleter::any().complete(file.as_ref());
                files.into_iter().map(|file| file.add_prefix(format!("{name}="))).collect()
            }
            None => candidates(known.iter().filter(|(name, _)| name.starts_with(&*typed)).cloned().collect()),
        }
    })
}

fn candidates(words: Vec<Word>) -> Vec<CompletionCandidate> {
    let shown = |about: String| Some(StyledStr::from(about)).filter(|about| !about.to_string().is_empty());
    words.into_iter().map(|(word, about)| CompletionCandidate::new(word).help(shown(about))).collect()
}
