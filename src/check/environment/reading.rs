//! One value of an env file, read character by character as one program does.

use std::{iter::Peekable, str::Chars};

use super::syntax::Syntax::{self, Compose, Dotenv, Shell, Systemd};

/// What one program makes of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    Is(String),
    /// It rests on what is not in the file: a variable, what a command prints.
    Rests,
    /// The program refuses the line, or takes it for something else.
    Refused,
}

/// What `syntax` makes of the line at the start of `text`, and of those after it where the value goes on.
pub(super) fn line(text: &str, syntax: Syntax, known: impl Fn(&str) -> Option<String>) -> Reading {
    let text = text.trim_start_matches([' ', '\t']);
    let Some(at) = text.find(['=', ':']) else { return Reading::Refused };
    let (name, rest) = (&text[..at], &text[at + 1..]);
    let spaced = name.ends_with([' ', '\t']) || rest.starts_with([' ', '\t']);
    let exported = name.starts_with("export ") || name.starts_with("export\t");
    let plain = text[at..].starts_with('=')
        && !(syntax == Systemd && exported)
        && !(syntax == Shell && spaced && !rest.trim_start_matches([' ', '\t']).is_empty());
    if !plain && matches!(syntax, Systemd | Shell) {
        return Reading::Refused;
    }
    let trimmed = rest.trim_start_matches([' ', '\t']);
    let mut reader =
        Reader { rest: trimmed.chars().peekable(), syntax, known, out: String::new(), rests: false, gap: trimmed.len() < rest.len() };
    match reader.value() {
        None => Reading::Refused,
        Some(()) if reader.rests => Reading::Rests,
        Some(()) => Reading::Is(reader.out),
    }
}

struct Reader<'a, K> {
    rest: Peekable<Chars<'a>>,
    syntax: Syntax,
    /// What earlier lines set.
    known: K,
    out: String,
    rests: bool,
    /// Whether white space stands before the next character.
    gap: bool,
}

impl<K: Fn(&str) -> Option<String>> Reader<'_, K> {
    /// Reads to the end of the value; `None` where the program would refuse it.
    fn value(&mut self) -> Option<()> {
        let mut at_start = true;
        let mut kept = 0;
        while let Some(c) = self.rest.next() {
            let comment = c == '#' && (self.gap || self.syntax == Dotenv) && self.syntax != Systemd;
            match (c, self.syntax) {
                ('\n', _) => break,
                _ if comment => {
                    self.rest.find(|c| *c == '\n');
                    break;
                }
                ('\'' | '"', Compose | Dotenv) | ('`', Dotenv) if at_start => return self.quoted(c),
                ('\'' | '"', Systemd) if at_start => {
                    self.quoted(c)?;
                    kept = self.out.len();
                    continue;
                }
                ('\'' | '"', Shell) => self.quoted(c)?,
                ('\\', Shell | Systemd) => match self.rest.next() {
                    Some('\n') | None => {}
                    Some(c) => self.out.push(c),
                },
                ('$', Compose | Shell) => self.expansion()?,
                ('`', Shell) => self.rests = true,
                ('&' | ';' | '|' | '<' | '>' | '(' | ')', Shell) => return None,
                (c, Shell) if c.is_whitespace() => {
                    let more = self.rest.clone().find(|c| *c == '\n' || !c.is_whitespace());
                    if !matches!(more, None | Some('\n' | '#')) {
                        return None;
                    }
                    self.gap = true;
                    continue;
                }
                (c, _) => self.out.push(c),
            }
            (at_start, self.gap) = (false, c.is_whitespace());
            kept = if c.is_whitespace() { kept } else { self.out.len() };
        }
        self.out.truncate(kept);
        Some(())
    }

    /// From after the opening quote to the closing one.
    fn quoted(&mut self, quote: char) -> Option<()> {
        loop {
            match (self.rest.next()?, quote, self.syntax) {
                (c, ..) if c == quote => return Some(()),
                ('\\', '\'', Systemd | Shell) => self.out.push('\\'),
                ('\\', ..) => {
                    let next = self.rest.next()?;
                    self.escape(quote, next);
                }
                ('$', '"', Compose | Shell) => self.expansion()?,
                ('`', '"', Shell) => self.rests = true,
                (c, ..) => self.out.push(c),
            }
        }
    }

    fn escape(&mut self, quote: char, c: char) {
        match (c, quote, self.syntax) {
            ('n', '"', Compose | Dotenv) => self.out.push('\n'),
            ('r', '"', Compose | Dotenv) => self.out.push('\r'),
            ('t', '"', Compose) => self.out.push('\t'),
            ('\'', '\'', Compose) | ('"' | '\\' | '$', '"', Compose) => self.out.push(c),
            ('"' | '\\' | '$' | '`', '"', Systemd | Shell) => self.out.push(c),
            ('\n', '"', Systemd | Shell) => {}
            _ => self.out.extend(['\\', c]),
        }
    }

    /// What follows a `$`.
    fn expansion(&mut self) -> Option<()> {
        let braced = self.rest.next_if_eq(&'{').is_some();
        let mut name = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
            name.push(c);
        }
        let value = (self.known)(&name).filter(|value| !value.is_empty());
        match (braced, name.is_empty()) {
            (false, true) if self.syntax == Compose && self.rest.next_if_eq(&'$').is_some() => self.out.push('$'),
            (false, true) if self.syntax == Compose || self.rest.peek().is_none_or(|c| !"$(!?*@#-".contains(*c)) => self.out.push('$'),
            (false, true) => {
                self.rests = true;
                if self.rest.peek() == Some(&'(') {
                    self.rest.find(|c| *c == ')')?;
                }
            }
            _ => {
                // `${NAME:-default}` and its like: what the file sets wins.
                self.rests |= value.is_none();
                self.out.push_str(&value.unwrap_or_default());
                if braced {
                    self.rest.find(|c| *c == '}')?;
                }
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(text: &str) -> [Option<String>; 4] {
        [Compose, Dotenv, Systemd, Shell].map(|syntax| match line(text, syntax, |name| (name == "SET").then(|| "set".into())) {
            Reading::Is(text) => Some(text),
            Reading::Rests => Some("(rests)".into()),
            Reading::Refused => None,
        })
    }

    #[test]
    fn as_each_program_reads_it() {
        let some = |text: &str| Some(text.to_owned());
        for (text, compose, dotenv, systemd, shell) in [
            ("K=plain\nX=1", some("plain"), some("plain"), some("plain"), some("plain")),
            ("K='a $b # \\ c'", some("a $b # \\ c"), some("a $b # \\ c"), some("a $b # \\ c"), some("a $b # \\ c")),
            ("K=a$b1", some("(rests)"), some("a$b1"), some("a$b1"), some("(rests)")),
            ("K=${SET}x", some("setx"), some("${SET}x"), some("${SET}x"), some("setx")),
            ("K=\"a$SET\"", some("aset"), some("a$SET"), some("a$SET"), some("aset")),
            ("K=a$$b", some("a$b"), some("a$$b"), some("a$$b"), some("(rests)")),
            ("K=a$(id)", some("a$(id)"), some("a$(id)"), some("a$(id)"), some("(rests)")),
            ("K=a#b", some("a#b"), some("a"), some("a#b"), some("a#b")),
            ("K=a # b", some("a"), some("a"), some("a # b"), some("a")),
            ("K=a\\b", some("a\\b"), some("a\\b"), some("ab"), some("ab")),
            ("K=\"a\\nb\"", some("a\nb"), some("a\nb"), some("a\\nb"), some("a\\nb")),
            ("K=a b", some("a b"), some("a b"), some("a b"), None),
            ("K=a&b", some("a&b"), some("a&b"), some("a&b"), None),
            ("K = a", some("a"), some("a"), some("a"), None),
            ("K: a", some("a"), some("a"), None, None),
            ("export K=a", some("a"), some("a"), None, some("a")),
            ("K=", some(""), some(""), some(""), some("")),
            ("K=\"a\nb\"\n", some("a\nb"), some("a\nb"), some("a\nb"), some("a\nb")),
            ("K=a'b'\"c\"", some("a'b'\"c\""), some("a'b'\"c\""), some("a'b'\"c\""), some("abc")),
        ] {
            assert_eq!(readings(text), [compose, dotenv, systemd, shell], "{text}");
        }
    }
}
