//! libpq's `key=value` connection strings. Source: libpq manual, "Keyword/Value Connection Strings".

use std::{iter::Peekable, str::Chars};

use super::trouble::TargetError;

/// The settings of `text`, in its order.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, TargetError> {
    let mut pairs = Vec::new();
    let mut rest = text.chars().peekable();
    loop {
        skip_spaces(&mut rest);
        if rest.peek().is_none() {
            return Ok(pairs);
        }
        let mut name = String::new();
        while let Some(c) = rest.next_if(|c| *c != '=' && !c.is_whitespace()) {
            name.push(c);
        }
        skip_spaces(&mut rest);
        if rest.next() != Some('=') {
            return Err(TargetError::new("a connection option without `=`; a value with spaces stands in single quotes"));
        }
        skip_spaces(&mut rest);
        let value = if rest.next_if_eq(&'\'').is_some() { quoted(&mut rest)? } else { bare(&mut rest) };
        pairs.push((name, value));
    }
}

fn skip_spaces(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| c.is_whitespace()).is_some() {}
}

fn bare(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut value = String::new();
    while let Some(c) = rest.next_if(|c| !c.is_whitespace()) {
        value.extend(if c == '\\' { rest.next() } else { Some(c) });
    }
    value
}

fn quoted(rest: &mut Peekable<Chars<'_>>) -> Result<String, TargetError> {
    let mut value = String::new();
    loop {
        match rest.next() {
            Some('\'') => return Ok(value),
            Some('\\') => value.extend(rest.next()),
            Some(c) => value.push(c),
            None => return Err(TargetError::new("a quoted value of a connection option does not end")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_quotes_and_escapes() {
        let pairs = parse(r"host=/run/pg  user = 'a b\'c' password=p\ w\\x dbname=''").expect("valid");
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("host", "/run/pg"), ("user", "a b'c"), ("password", r"p w\x"), ("dbname", "")]);
    }

    #[test]
    fn errors_do_not_quote_values() {
        for text in ["host=db password='s3cret", "host=db s3cret"] {
            let error = parse(text).expect_err("invalid").to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
