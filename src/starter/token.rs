//! SQL text as words and quoted names, without comments, strings and function bodies, for what is said outside them.

/// One token with its line, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A key word or an unquoted name, in lower case as PostgreSQL folds it.
    Word(String),
    /// A name in double quotes.
    Quoted(String),
    /// Any other character.
    Sign(char),
}

/// The tokens of each statement.
pub(super) fn statements(text: &str) -> Vec<Vec<Token>> {
    let mut reader = Reader { rest: text, line: 1, fresh: true };
    let mut all = vec![Vec::new()];
    while let Some(token) = reader.next() {
        match (token.kind == Kind::Sign(';'), all.last_mut()) {
            (true, _) => all.push(Vec::new()),
            (false, Some(statement)) => statement.push(token),
            (false, None) => {}
        }
    }
    all
}

struct Reader<'t> {
    rest: &'t str,
    line: usize,
    /// At the start of a line, where psql's own commands stand.
    fresh: bool,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<Token> {
        loop {
            let c = self.rest.chars().next()?;
            let line = self.line;
            let token = |kind| Some(Token { kind, line });
            if self.rest.starts_with("--") || (c == '\\' && self.fresh) {
                self.skip_to("\n", 0);
            } else if self.rest.starts_with("/*") {
                self.skip_to("*/", 2);
            } else if c == '\'' {
                self.skip_to("'", 1);
            } else if let Some(tag) = dollar_tag(self.rest) {
                self.skip_to(&tag, tag.len());
            } else if c == '"' {
                let (name, length) = quoted(self.rest);
                self.take(length);
                return token(Kind::Quoted(name));
            } else if c.is_alphabetic() || c == '_' {
                let word: String = self.rest.chars().take_while(|c| c.is_alphanumeric() || "_$".contains(*c)).collect();
                self.take(word.len());
                return token(Kind::Word(word.to_lowercase()));
            } else {
                self.take(c.len_utf8());
                if !c.is_whitespace() {
                    return token(Kind::Sign(c));
                }
            }
        }
    }

    /// Goes on after `end`, looked for from `from`; to the end of the text where there is none.
    fn skip_to(&mut self, end: &str, from: usize) {
        let length = self.rest[from..].find(end).map_or(self.rest.len(), |at| from + at + end.len());
        self.take(length);
    }

    fn take(&mut self, length: usize) {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.line += taken.matches('\n').count();
        self.fresh = taken.rsplit('\n').next().is_some_and(|last| last.trim().is_empty()) && (taken.contains('\n') || self.fresh);
        self.rest = rest;
    }
}

/// The name in double quotes that `text` begins with, and the bytes it takes; two quotes within it are one.
fn quoted(text: &str) -> (String, usize) {
    let mut length = 1;
    loop {
        let Some(end) = text[length..].find('"') else { return (text[1..].replace("\"\"", "\""), text.len()) };
        length += end + 1;
        if !text[length..].starts_with('"') {
            return (text[1..length - 1].replace("\"\"", "\""), length);
        }
        length += 1;
    }
}

/// `$$` or `$body$`, which opens a text that ends with the same.
fn dollar_tag(text: &str) -> Option<String> {
    let inner = text.strip_prefix('$')?;
    let end = inner.find('$')?;
    let name = &inner[..end];
    let fits = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    fits.then(|| format!("${name}$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Vec<String>> {
        let said = |token: Token| match token.kind {
            Kind::Word(word) => word,
            Kind::Quoted(name) => format!("\"{name}\""),
            Kind::Sign(c) => c.to_string(),
        };
        statements(text).into_iter().map(|statement| statement.into_iter().map(said).collect()).collect()
    }

    #[test]
    fn only_what_is_said_counts() {
        let text = "\\set A b\n-- CREATE x;\nSELECT 'a;''b', $f$ ; CREATE $f$, \"Odd; \"\"Name\" /* ; */; DROP T";
        assert_eq!(words(text), [vec!["select", ",", ",", "\"Odd; \"Name\""], vec!["drop", "t"]]);
    }

    #[test]
    fn a_text_that_never_ends_ends() {
        for text in ["'", "\"a", "\"\"\"", "/*", "$$", "$a$ b", "\\", "--", "é'é"] {
            let _ = statements(text);
        }
    }
}
