//! Lines of a shell as far as they are surely understood: words with their quotes, pipes, and what a comment expects.

use std::{iter::Peekable, str::Chars, sync::LazyLock};

use regex::Regex;

use crate::{
    model::regex,
    starter::{command::is_variable, import::words::variable},
};

/// What an author says must come out.
static EXPECTED: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?i)(?:\b(?:expect\w*|should \w+|must \w+|returns?|verwacht\w*|erwartet\w*)\b(?:\s+[a-z]+\b)?\s*:?|→|=>)\s*(.+)")
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
}

/// The commands of a block, and whether they are a choice.
pub(super) fn commands(block: &str) -> (Vec<Command>, bool) {
    let (mut all, mut choice): (Vec<Command>, bool) = (Vec::new(), false);
    let joined = block.replace("\\\n", " ");
    let mut comments = String::new();
    for line in joined.lines().map(str::trim).chain([""]) {
        if let Some(comment) = line.strip_prefix('#') {
            let comment = comment.trim_start_matches('#').trim();
            choice |= OR.is_match(comment);
            comments = format!("{comments} {comment}");
            continue;
        }
        // What stands under a command tells of it, up to the next one or an empty line.
        if let Some((last, expected)) = all.last_mut().zip(expected(&comments)) {
            last.expected.get_or_insert(expected);
        }
        comments.clear();
        if !line.is_empty() {
            all.push(Command::of(line.strip_prefix("$ ").unwrap_or(line)));
        }
    }
    (all, choice)
}

/// What a comment says must come out.
pub(super) fn expected(comment: &str) -> Option<String> {
    let found = EXPECTED.captures(comment)?;
    Some(found[1].trim().trim_matches(['`', '"', '.', ')']).to_owned())
}

impl Command {
    /// Reads one line.
    pub(super) fn of(line: &str) -> Self {
        let (stages, comment) = split(line).map_or((None, String::new()), |(stages, comment)| (Some(stages), comment));
        let bare = comment.split(' ').next().filter(|word| word.chars().all(|c| c.is_ascii_digit()) && !word.is_empty());
        Self { text: line.to_owned(), stages, expected: expected(&comment).or_else(|| bare.map(str::to_owned)) }
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
        let read = Command::of("curl -H \"X: $TOKEN\" 'a b' 2>/dev/null | grep -q ok # 204 always");
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
        assert_eq!((expected, choice), (vec![Some("{\"a\": 1}"), None], false));
        assert!(commands("a\n# or\nb").1);
        for comment in ["should return `PONG`.", "returns PONG", "Expected output: PONG", "→ PONG"] {
            assert_eq!(super::expected(comment).as_deref(), Some("PONG"), "{comment}");
        }
        assert_eq!(super::expected("as it should"), None);
    }
}
