//! Lines of a shell as far as they are surely understood: words with their quotes, pipes, and what a comment expects.

use std::{iter::Peekable, str::Chars, sync::LazyLock};

use regex::Regex;

use crate::{
    model::regex,
    starter::{command::is_variable, import::words::variable},
};

/// What an author says must come out, from the beginning of what is said: "never returns 500" says something else.
static EXPECTED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)^(?:(?:expect(?:ed|s)?|verwacht|erwartet)(?:\s+(?:output|result|response|status|code|value|answer)\b)*\s*:?|(?:it\s+)?(?:should|must)\s+(?:return|be|print|say|show|equal|answer|give)\b\s*:?|returns?\b\s*:?|→|=>)\s*(.+)",
    )
});
/// What makes the commands before and after it a choice.
static OR: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)^(?:or|oder|of|ou|alternativ\w*)\b"));

/// One command with what it is piped into.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Command {
    /// As it stands there.
    pub(super) text: String,
    /// The words of each program of the pipe; `None` where something is not surely understood.
    pub(super) stages: Option<Vec<Vec<String>>>,
    pub(super) expected: Option<String>,
    /// What else is said beside it.
    pub(super) remarks: String,
}

/// The commands of a block, and whether they are a choice.
pub(super) fn commands(block: &str) -> (Vec<Command>, bool) {
    let (mut all, mut choice): (Vec<Command>, bool) = (Vec::new(), false);
    let joined = block.replace("\\\n", " ");
    let lines: Vec<&str> = joined.lines().map(str::trim).collect();
    for paragraph in lines.split(|line| line.is_empty()) {
        let mut said = Vec::new();
        let mut comment = String::new();
        let first = all.len();
        for line in paragraph {
            if let Some(words) = line.strip_prefix('#') {
                let words = words.trim_start_matches('#').trim();
                choice |= OR.is_match(words);
                comment = format!("{comment} {words}").trim().to_owned();
            } else {
                all.push(Command::of(line.strip_prefix("$ ").unwrap_or(line)));
                said.push(std::mem::take(&mut comment));
            }
        }
        said.push(comment);
        told(&mut all, first, &said);
    }
    (all, choice)
}

/// Gives the commands from `first` on what is said before each of them and after the last one. What must come out stands above every
/// command of a paragraph, or under it; where it may be either, it is only remarked.
fn told(all: &mut [Command], first: usize, said: &[String]) {
    let outcomes: Vec<Option<String>> = said.iter().map(|said| expected(said)).collect();
    let above = outcomes.first().is_some_and(Option::is_some) && said.last().is_some_and(String::is_empty);
    let under = outcomes.first().is_some_and(Option::is_none) && outcomes.last().is_some_and(Option::is_some);
    for (at, (said, outcome)) in said.iter().zip(outcomes).enumerate() {
        let place = first + at;
        let of =
            if above { all.get_mut(place) } else { place.checked_sub(1).filter(|_| under && at > 0).and_then(|last| all.get_mut(last)) };
        match (of, outcome) {
            (Some(command), Some(outcome)) if command.expected.is_none() => command.expected = Some(outcome),
            _ if said.is_empty() => {}
            _ => {
                let around = place.saturating_sub(1)..(place + 1).min(all.len());
                all[around].iter_mut().for_each(|command| command.remarks.push_str(&format!("{said} ")));
            }
        }
    }
}

/// What a comment says must come out.
pub(super) fn expected(comment: &str) -> Option<String> {
    let found = EXPECTED.captures(comment.trim_start_matches([' ', ',', ':', ';', '-', '–', '—', '(', '*', '_']))?;
    Some(found[1].trim().trim_matches(['`', '"', '.', ')']).to_owned())
}

impl Command {
    /// Reads one line.
    pub(super) fn of(line: &str) -> Self {
        let (stages, comment) = split(line).map_or((None, String::new()), |(stages, comment)| (Some(stages), comment));
        // A number alone is what comes out; "500 means trouble" is not.
        let bare = Some(&comment).filter(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit()));
        let expected = expected(&comment).or_else(|| bare.cloned());
        let remarks = if expected.is_none() { comment } else { String::new() };
        Self { text: line.to_owned(), stages, expected, remarks }
    }

    /// Whether it says by itself what is right: a certificate with so much time left, a dump, which is asked for its age.
    pub(super) fn says_itself(&self) -> bool {
        self.text.split_whitespace().any(|word| ["-checkend", "pg_dump", "pg_restore"].contains(&word))
    }
}

/// The words of a line, and the comment at its end; `None` where the shell would do more than run one pipe.
fn split(line: &str) -> Option<(Vec<Vec<String>>, String)> {
    // What goes to nowhere, or comes from there, changes no answer.
    let line = ["2>&1", "2>/dev/null", "2> /dev/null", ">/dev/null", "> /dev/null", "</dev/null", "< /dev/null"]
        .iter()
        .fold(line.to_owned(), |line, nowhere| line.replace(nowhere, " "));
    let (mut stages, mut word, mut begun, mut comment) = (vec![Vec::new()], String::new(), false, String::new());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '|' => {
                if std::mem::take(&mut begun) {
                    stages.last_mut()?.push(std::mem::take(&mut word));
                }
                if c == '|' {
                    stages.push(Vec::new());
                }
                continue;
            }
            '#' if !begun => {
                comment = chars.by_ref().collect::<String>().trim().to_owned();
                break;
            }
            '\'' => loop {
                match chars.next()? {
                    '\'' => break,
                    c => word.push(c),
                }
            },
            '"' => loop {
                match chars.next()? {
                    '"' => break,
                    '\\' => word.push(chars.next()?),
                    '$' => word.push_str(&filled(&mut chars)?),
                    '`' => return None,
                    c => word.push(c),
                }
            },
            '\\' => word.push(chars.next()?),
            '$' => word.push_str(&filled(&mut chars)?),
            ';' | '&' | '<' | '>' | '`' | '(' | ')' => return None,
            c => word.push(c),
        }
        begun = true;
    }
    if begun {
        stages.last_mut()?.push(word);
    }
    // `||` leaves an empty one.
    (!stages.iter().any(Vec::is_empty)).then_some((stages, comment))
}

/// The plan's variable for `$NAME` or `${NAME}`.
fn filled(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut name = String::new();
    if chars.next_if_eq(&'{').is_some() {
        loop {
            match chars.next()? {
                '}' => break,
                c => name.push(c),
            }
        }
    } else {
        while let Some(c) = chars.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
            name.push(c);
        }
    }
    is_variable(&name).then(|| variable(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_do_more_is_not_understood() {
        for line in ["a; b", "a && b", "a || b", "a > f", "a $(b)", "a `b`", "a ${B:-c}", "a 'b", "a &", "(a)"] {
            assert_eq!(Command::of(line).stages, None, "{line}");
        }
        let read = Command::of("curl -H \"X: $TOKEN\" 'a b' 2>/dev/null | grep -q ok # 204");
        let stages = [
            vec!["curl".to_owned(), "-H".into(), format!("X: {}", variable("TOKEN")), "a b".into()],
            vec!["grep".into(), "-q".into(), "ok".into()],
        ];
        assert_eq!((read.stages, read.expected.as_deref()), (Some(stages.into()), Some("204")));
    }

    #[test]
    fn a_comment_tells_of_the_command_before_it() {
        let (all, choice) = commands("# First\ncurl \\\n  a\n# Expected response:\n# {\"a\": 1}\n\n# expect 5\nnext");
        let expected: Vec<_> = all.iter().map(|one| one.expected.as_deref()).collect();
        assert_eq!((expected, choice), (vec![Some("{\"a\": 1}"), Some("5")], false));
        assert!(commands("a\n# or\nb").1);
        for comment in ["should return `PONG`.", "returns PONG", "Expected output: PONG", "→ PONG"] {
            assert_eq!(super::expected(comment).as_deref(), Some("PONG"), "{comment}");
        }
        for comment in ["as it should", "never returns 500", "must not return 500", "should exceed 0", "500 means trouble"] {
            assert_eq!(super::expected(comment), None, "{comment}");
        }
    }

    /// Told of the wrong one, a closed door would have to be open.
    #[test]
    fn what_may_be_of_either_command_is_of_none() {
        let outcomes = |block: &str| commands(block).0.iter().map(|one| one.expected.clone().unwrap_or_default()).collect::<Vec<_>>();
        assert_eq!(outcomes("# Expect 200\na\n# Expect 401\nb"), ["200", "401"]);
        assert_eq!(outcomes("a\n# Expect 200\nb\n# Expect 401"), ["200", "401"]);
        for unclear in ["a\n# Expect 401\nb", "# Expect 200\na\n# Expect 401\nb\n# Expect 5", "a\n\n# Expect 401"] {
            let all = commands(unclear).0;
            assert!(all.iter().all(|one| one.expected.is_none() && one.remarks.contains("401")), "{unclear}: {all:?}");
        }
    }
}
