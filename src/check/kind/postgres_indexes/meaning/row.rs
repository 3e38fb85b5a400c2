//! A row with a table's columns that stands nowhere, and what the server makes of expressions over it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::super::name::quoted;
use crate::net::postgres::{Reading, Refused, Trouble};

/// The columns of some tables, as a row of constants would be declared; `$1` is the list of tables. A type that the login
/// may not name cannot be written down: an enumeration is then stood in for by `bytea`, which takes its labels, compares
/// alike and is converted to nothing by itself.
pub(super) const COLUMNS: &str = include_str!("../query/columns.sql");

/// One column of a table.
#[derive(Deserialize)]
pub(super) struct ColumnRow {
    pub(super) table_oid: i64,
    /// The schema of its type.
    schema: String,
    /// Name and type; absent where the login may not name the type and nothing can stand in.
    definition: Option<String>,
    /// The type that another one stands in for.
    stood_in: Option<String>,
    /// Whether the login may name the type.
    usable: bool,
}

/// Why the server does not read a text.
pub(super) struct Unread {
    /// Its words.
    pub(super) said: String,
    /// Whether the login may not use what the text names.
    pub(super) denied: bool,
}

/// The row.
pub(super) struct Row<'r> {
    reading: &'r Reading<'r>,
    from: String,
    /// Types that are written otherwise.
    stood_in: Vec<&'r str>,
    /// Schemas of types that the login may not name.
    closed: BTreeSet<&'r str>,
    user: &'r str,
}

impl<'r> Row<'r> {
    pub(super) fn new(reading: &'r Reading<'r>, table: &str, columns: impl Iterator<Item = &'r ColumnRow>, user: &'r str) -> Self {
        let (mut definitions, mut stood_in, mut closed) = (Vec::new(), Vec::new(), BTreeSet::new());
        for column in columns {
            definitions.extend(column.definition.as_deref());
            stood_in.extend(column.stood_in.as_deref());
            closed.extend((!column.usable).then_some(column.schema.as_str()));
        }
        // The rows of a function are nothing that the planner could look into.
        let from = format!("pg_catalog.json_to_recordset('[]') AS {} ({})", quoted(table), definitions.join(", "));
        Self { reading, from, stood_in, closed, user }
    }

    /// How the server spells each text once it is read and simplified, or why it cannot be read.
    pub(super) async fn forms<'t>(&self, texts: BTreeSet<&'t str>) -> Result<BTreeMap<&'t str, Result<String, Unread>>, Trouble> {
        let texts: Vec<&str> = texts.into_iter().collect();
        if let Ok(forms) = self.outputs(&texts).await? {
            return Ok(texts.into_iter().zip(forms.into_iter().map(Ok)).collect());
        }
        // One by one, to find those that it refuses.
        let mut forms = BTreeMap::new();
        for text in texts {
            forms.insert(text, self.outputs(&[text]).await?.map(|mut forms| forms.swap_remove(0)));
        }
        Ok(forms)
    }

    /// Each text stands twice in the question: what is not one expression comes back otherwise, or not at all.
    async fn outputs(&self, texts: &[&str]) -> Result<Result<Vec<String>, Unread>, Trouble> {
        let twice = |text: &&str| format!("({0}\n), ({0}\n)", self.written(text));
        let list: Vec<String> = texts.iter().map(twice).collect();
        let plan = self.reading.plan(&format!("SELECT {} FROM {}", list.join(", "), self.from)).await?;
        let unread = |refused: Refused| Unread { denied: refused.is_denied(), said: refused.said };
        Ok(plan.map_err(unread).and_then(|plan| {
            let output = plan[0]["Plan"]["Output"].as_array().map_or(&[][..], Vec::as_slice);
            let forms = output.chunks(2).map_while(|pair| match pair {
                [Value::String(one), Value::String(other)] if one == other => Some(one.clone()),
                _ => None,
            });
            let forms: Vec<String> = forms.collect();
            let whole = forms.len() == texts.len() && output.len() == 2 * texts.len();
            if whole { Ok(forms) } else { Err(Unread { said: "it is not one expression; several stand in a list".into(), denied: false }) }
        }))
    }

    /// Whether every row for which `one` holds is one for which `other` holds, as the planner proves it before it uses a
    /// partial index: a row for which the first holds and the second does not is then nothing it would look for.
    pub(super) async fn implies(&self, one: &str, other: &str) -> Result<bool, Trouble> {
        // The labels of an enumeration that is stood in for are ordered otherwise than its values.
        let compares = |text: &&str| text.replace("<>", "").contains(['<', '>']);
        let stands_in = |text: &&str| self.stood_in.iter().any(|name| text.contains(&format!("::{name}")));
        if [one, other].iter().any(compares) && [one, other].iter().any(stands_in) {
            return Ok(false);
        }
        let (one, other) = (self.written(one), self.written(other));
        let plan = self.reading.plan(&format!("SELECT FROM {} WHERE ({one}\n) AND ({other}\n) IS NOT TRUE", self.from)).await?;
        Ok(plan.is_ok_and(|plan| plan[0]["Plan"]["One-Time Filter"] == "false"))
    }

    /// Whether some column's type is closed to the login, so that a text about it reads otherwise than it is.
    pub(super) fn has_closed_types(&self) -> bool {
        !self.closed.is_empty()
    }

    /// Why it is not known what `text` means.
    pub(super) fn unread(&self, text: &str, refusal: &Unread) -> String {
        let schemas: Vec<&str> = self.closed.iter().copied().collect();
        let grant = match schemas.as_slice() {
            [] => "GRANT USAGE ON its schema".to_owned(),
            schemas => format!("GRANT USAGE ON SCHEMA {}", schemas.join(", ")),
        };
        format!("`{text}` cannot be read by {}: {}; {grant} to it, or write the expression as it is stored", self.user, refusal.said)
    }

    fn written(&self, text: &str) -> String {
        self.stood_in.iter().fold(text.to_owned(), |text, name| text.replace(&format!("::{name}"), "::bytea"))
    }
}
