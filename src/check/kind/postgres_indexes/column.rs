//! A column or expression that an index is to have, as `CREATE INDEX` writes it.

use std::{fmt, str::FromStr};

use super::name::{Name, Qualified, shown};
use crate::model::from_text;

/// `email`, `"createdAt" DESC`, `lower(email)`, `name collate "C"`, `title gin_trgm_ops`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub(super) key: Key,
    /// The collation, where it is written; else the column's own.
    pub(super) collation: Option<String>,
    /// The operator class, where it is written; else what serves as much as the default.
    pub(super) opclass: Option<String>,
    /// The order, where it is written; else either will do.
    pub(super) order: Option<Order>,
}

/// What is indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Column(String),
    Expression(String),
}

/// The order of a key column. Nulls come last when ascending and first when descending, unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

impl Order {
    /// The order in which the same index is read backwards.
    pub(super) fn reversed(self) -> Self {
        Self { descending: !self.descending, nulls_first: !self.nulls_first }
    }
}

impl FromStr for Column {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (rest, nulls_first) = either(text.trim(), "nulls first", "nulls last");
        let (rest, descending) = either(rest, "desc", "asc");
        let order = (descending.is_some() || nulls_first.is_some()).then(|| {
            let descending = descending.unwrap_or(false);
            Order { descending, nulls_first: nulls_first.unwrap_or(descending) }
        });
        let opclass = rest.rsplit_once(char::is_whitespace).filter(|(_, last)| last.ends_with("_ops"));
        let rest = opclass.map_or(rest, |(before, _)| before.trim_end());
        let collation = rest.rsplit_once(char::is_whitespace).and_then(|(before, name)| Some((cut(before.trim_end(), "collate")?, name)));
        let named = collation.map(|(_, name)| name.parse::<Qualified>()).transpose()?;
        let rest = collation.map_or(rest, |(before, _)| before);
        let key = match rest.parse::<Name>() {
            Ok(name) => Key::Column(name.as_str().to_owned()),
            Err(why) if rest.is_empty() || rest.starts_with('"') && !rest.contains('(') => return Err(why),
            Err(_) if rest.contains(',') && !rest.contains('(') => {
                return Err(format!("`{text}` holds several columns: write a list, `[a, b]`"));
            }
            Err(_) => Key::Expression(rest.to_owned()),
        };
        let collation = named.map(|name| name.name.as_str().to_owned());
        Ok(Self { key, collation, opclass: opclass.map(|(_, last)| last.to_ascii_lowercase()), order })
    }
}

/// `text` without the one or the other keywords at its end, and whether it was the one.
fn either<'t>(text: &'t str, one: &str, other: &str) -> (&'t str, Option<bool>) {
    match (cut(text, one), cut(text, other)) {
        (Some(before), _) => (before, Some(true)),
        (None, Some(before)) => (before, Some(false)),
        (None, None) => (text, None),
    }
}

/// `text` without the keywords at its end.
fn cut<'t>(text: &'t str, keywords: &str) -> Option<&'t str> {
    let at = text.len().checked_sub(keywords.len())?;
    let (before, end) = text.is_char_boundary(at).then(|| text.split_at(at))?;
    (end.eq_ignore_ascii_case(keywords) && before.ends_with(char::is_whitespace)).then(|| before.trim_end())
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Key::Column(name) => f.write_str(&shown(name))?,
            Key::Expression(text) => f.write_str(text)?,
        }
        if let Some(collation) = &self.collation {
            write!(f, " collate {}", shown(collation))?;
        }
        if let Some(opclass) = &self.opclass {
            write!(f, " {opclass}")?;
        }
        let Some(order) = self.order else { return Ok(()) };
        f.write_str(if order.descending { " desc" } else { " asc" })?;
        match (order.nulls_first, order.descending) {
            (true, false) => f.write_str(" nulls first"),
            (false, true) => f.write_str(" nulls last"),
            _ => Ok(()),
        }
    }
}

from_text!(Column, {
    "type": "string",
    "minLength": 1,
    "description": "a column or expression as `CREATE INDEX` writes it: `email`, `created_at desc`, `lower(email)`, `title gin_trgm_ops`"
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_create_index_takes() {
        for (text, shown) in [
            ("Email", "email"),
            ("\"createdAt\" DESC", "\"createdAt\" desc"),
            ("created_at desc nulls last", "created_at desc nulls last"),
            ("lower(email) text_pattern_ops", "lower(email) text_pattern_ops"),
            ("name COLLATE pg_catalog.\"C\" text_pattern_ops DESC", "name collate \"C\" text_pattern_ops desc"),
            ("coalesce(a, b)", "coalesce(a, b)"),
            ("description", "description"),
        ] {
            assert_eq!(text.parse::<Column>().map(|column| column.to_string()).as_deref(), Ok(shown));
        }
        for text in ["", "a, b", "\"open"] {
            assert!(text.parse::<Column>().is_err(), "{text}");
        }
    }
}
