//! The words that an SQL expression is made of.

/// One word of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A keyword or name; lower-case unless it was quoted.
    Word(String),
    /// A string constant, without its quotes.
    Text(String),
    Number(String),
    Symbol(String),
}

impl Token {
    /// Whether it is this keyword or symbol.
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self, Self::Word(t) | Self::Symbol(t) if t == text)
    }
}

/// The words of `text`.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let (token, length) = match c {
            '\'' => quoted(rest, '\'', Token::Text),
            '"' => quoted(rest, '"', Token::Word),
            c if c.is_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
                (Token::Word(rest[..end].to_lowercase()), end)
            }
            c if c.is_ascii_digit() => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).unwrap_or(rest.len());
                (Token::Number(rest[..end].to_lowercase()), end)
            }
            c if "()[],.".contains(c) => (Token::Symbol(c.into()), 1),
            c => {
                let end = rest.find(|c: char| c.is_alphanumeric() || c.is_whitespace() || "()[],.'\"_".contains(c));
                let end = end.filter(|end| *end > 0).unwrap_or(if rest.len() == c.len_utf8() { c.len_utf8() } else { rest.len() });
                let symbol = &rest[..end];
                (Token::Symbol(if symbol == "!=" { "<>".into() } else { symbol.into() }), end)
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    tokens
}

fn quoted(rest: &str, quote: char, token: fn(String) -> Token) -> (Token, usize) {
    let mut inner = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        if c != quote {
            inner.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            inner.push(quote);
        } else {
            return (token(inner), i + 1);
        }
    }
    (token(inner), rest.len())
}
