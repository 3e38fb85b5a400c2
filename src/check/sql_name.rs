//! Names as PostgreSQL reads them: folded to lower case unless quoted, cut at 63 bytes.
//!
//! Source: manual, "Identifiers and Key Words".

use std::{fmt, str::FromStr};

use crate::model::{beginning, from_text};

/// One name: `users`, `"User"`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// A name that may be qualified: `users`, `activity.users`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Qualified {
    /// The schema, where it is given.
    pub schema: Option<Name>,
    /// The name itself.
    pub name: Name,
}

impl Name {
    /// As the catalogues hold it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Qualified {
    /// Whether it names what is called so in that schema.
    pub(crate) fn fits(&self, schema: &str, name: &str) -> bool {
        self.name.as_str() == name && self.schema.as_ref().is_none_or(|wanted| wanted.as_str() == schema)
    }
}

/// A catalogue's name as SQL writes it: quoted where it has to be.
pub(crate) fn shown(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'$');
    if plain { name.to_owned() } else { quoted(name) }
}

/// A catalogue's name as SQL reads it whatever it is.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.0))
    }
}

impl fmt::Display for Qualified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        self.name.fmt(f)
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match parts(text)?.as_slice() {
            [name] => Ok(Self(name.clone())),
            _ => Err(format!("`{text}` is not one name; a dot within a name is quoted: `\"a.b\"`")),
        }
    }
}

impl FromStr for Qualified {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match parts(text)?.as_slice() {
            [name] => Ok(Self { schema: None, name: Name(name.clone()) }),
            [schema, name] => Ok(Self { schema: Some(Name(schema.clone())), name: Name(name.clone()) }),
            _ => Err(format!("`{text}` has too many dots: write `schema.name`, and quote a dot within a name: `\"a.b\"`")),
        }
    }
}

fn parts(text: &str) -> Result<Vec<String>, String> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let (part, after) = if let Some(inner) = rest.strip_prefix('"') { unquoted(inner, text)? } else { bare(rest, text)? };
        // PostgreSQL cuts longer names at a character; the index was created under the cut one too.
        parts.push(beginning(&part, 63).to_owned());
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(parts),
            None => return Err(format!("`{text}` is not a name: quote it as in SQL, `\"…\"`")),
        }
    }
}

fn unquoted<'t>(inner: &'t str, text: &str) -> Result<(String, &'t str), String> {
    let mut name = String::new();
    let mut chars = inner.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        if c != '"' {
            name.push(c);
        } else if chars.next_if(|(_, next)| *next == '"').is_some() {
            name.push('"');
        } else if name.is_empty() {
            return Err(format!("`{text}` holds an empty name"));
        } else {
            return Ok((name, &inner[i + 1..]));
        }
    }
    Err(format!("`{text}` lacks a closing `\"`"))
}

fn bare<'t>(rest: &'t str, text: &str) -> Result<(String, &'t str), String> {
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit() || c == '$') {
        return Err(format!("`{text}` is not a name: quote it as in SQL, `\"…\"`"));
    }
    Ok((name.to_ascii_lowercase(), after))
}

from_text!(Name, { "type": "string", "minLength": 1, "description": "a name as SQL writes it: folded to lower case unless quoted, `users`, `\"User\"`" });
from_text!(Qualified, { "type": "string", "minLength": 1, "description": "a name as SQL writes it, with or without its schema: `users`, `activity.users`, `\"User\"`" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_quotes_as_postgres_does() {
        for (text, shown) in [
            ("Idx_Users", "idx_users"),
            ("Activity.IDX", "activity.idx"),
            ("\"User_email_key\"", "\"User_email_key\""),
            ("activity.\"a.b\"\"c\"", "activity.\"a.b\"\"c\""),
            ("\"plain\"", "plain"),
        ] {
            assert_eq!(text.parse::<Qualified>().map(|name| name.to_string()).as_deref(), Ok(shown), "{text}");
        }
        let long = "x".repeat(80);
        assert_eq!(long.parse::<Name>().expect("a name").as_str().len(), 63);
    }

    #[test]
    fn what_is_no_name_is_an_error() {
        for text in ["", "a.b.c", "my-index", "\"open", "a.", ".a", "\"\"", "1st", "a b"] {
            assert!(text.parse::<Qualified>().is_err(), "{text}");
        }
        assert!("a.b".parse::<Name>().is_err());
    }
}
