//! A place in a document, by JSONPath (RFC 9535) or by the name of a field that each of its rows has.

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::model::from_text;

/// A path as it is written, and as it is followed.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    written: String,
    pub(super) path: JsonPath,
    /// Whether it is a field of every row.
    pub(super) is_field: bool,
}

impl Place {
    /// As the plan writes it.
    pub(crate) fn written(&self) -> &str {
        &self.written
    }

    /// Every value that it leads to in `document`.
    pub(crate) fn values<'d>(&self, document: &'d Value) -> Vec<&'d Value> {
        self.path.query(document).all()
    }

    /// Whether the names that it begins with lead to a list of nothing, so that there is nothing for the rest of it.
    pub(crate) fn is_of_empty_list(&self, document: &Value) -> bool {
        let step = |value, names: Vec<String>| match &*names {
            [name] => Value::get(value, name),
            _ => None,
        };
        let begins = self.names().into_iter().try_fold(document, step);
        begins.and_then(Value::as_array).is_some_and(Vec::is_empty)
    }

    /// The names that the path begins with, up to the first step that is none: each step with those it may take, several in
    /// `['a','b']`.
    pub(super) fn names(&self) -> Vec<Vec<String>> {
        let mut rest = self.written.trim_start_matches('$');
        let mut all = Vec::new();
        while let Some((names, after)) = step(rest.trim_start()) {
            all.push(names);
            rest = after;
        }
        all
    }

    /// Whether a filter in it looks at the whole document.
    pub(super) fn looks_around(&self) -> bool {
        let mut quote = None;
        self.written.chars().skip(1).any(|c| {
            match (quote, c) {
                (None, '\'' | '"') => quote = Some(c),
                (Some(open), c) if open == c => quote = None,
                (None, '$') => return true,
                _ => {}
            }
            false
        })
    }

    /// The field `name` of every row of a list of objects.
    pub(super) fn field(name: &str) -> Result<Self, String> {
        let quoted = name.replace('\\', "\\\\").replace('\'', "\\'");
        let path = JsonPath::parse(&format!("$[*]['{quoted}']")).map_err(|error| format!("`{name}` is no name of a field: {error}"))?;
        Ok(Self { written: name.to_owned(), path, is_field: true })
    }
}

/// One step by name, and what is after it.
fn step(text: &str) -> Option<(Vec<String>, &str)> {
    if let Some(rest) = text.strip_prefix('.') {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        return (end > 0).then(|| (vec![rest[..end].to_owned()], &rest[end..]));
    }
    let (mut names, mut rest) = (Vec::new(), text.strip_prefix('[')?);
    loop {
        let (name, after) = quoted(rest.trim_start())?;
        names.push(name);
        let after = after.trim_start();
        if let Some(after) = after.strip_prefix(']') {
            return Some((names, after));
        }
        rest = after.strip_prefix(',')?;
    }
}

/// A name in quotes, and what is after it. One that is written with an escape of JSON is not read.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (mut name, mut chars) = (String::new(), text.char_indices().skip(1));
    loop {
        match chars.next()? {
            (at, c) if c == quote => return Some((name, &text[at + 1..])),
            (_, '\\') => name.push(chars.next().map(|(_, c)| c).filter(|c| matches!(c, '\\' | '\'' | '"' | '/'))?),
            (_, c) => name.push(c),
        }
    }
}

from_text!(Place, { "type": "string", "pattern": "^\\$" }, |written| match JsonPath::parse(&written) {
    Ok(path) => Ok(Place { path, written, is_field: false }),
    Err(error) => Err(format!("`{written}` is not a JSONPath (RFC 9535), they begin with `$`: {error}")),
});

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn a_path_begins_with_names() {
        for (path, names) in [
            ("$", ""),
            ("$.a.b_c", "a b_c"),
            ("$['a']['/var/x'].free", "a /var/x free"),
            (r#"$ ["a"] [ 'b' , "c" ] .d"#, "a b|c d"),
            ("$.a[?@.b == 1].c", "a"),
            ("$.a[*].b", "a"),
            ("$.a[0].b", "a"),
            ("$..a", ""),
            ("$.*", ""),
            (r"$.units['dev-disk\\x2d.swap']", r"units dev-disk\x2d.swap"),
            (r"$.a['it\'s']", "a it's"),
            (r"$.a['\u0041']", "a"),
        ] {
            let place = from_value::<Place>(json!(path)).expect(path);
            let said: Vec<String> = place.names().iter().map(|step| step.join("|")).collect();
            assert_eq!(said.join(" "), names, "{path}");
        }
        let around = |path: &str| from_value::<Place>(json!(path)).expect(path).looks_around();
        assert!(around("$.a[?@.b == $.c]") && !around("$.a[?@.b == '$.c']") && !around("$.a['$']"));
    }
}
