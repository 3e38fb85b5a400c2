//! What SQL files do to tables and indexes, statement by statement.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    catalogue::{Catalogue, Key},
    token::{Kind, Token, statements},
};
use crate::model::regex;

/// From here on a migration says how it is taken back (goose, sql-migrate, dbmate).
const DOWN: [&str; 3] = ["-- +goose down", "-- +migrate down", "-- migrate:down"];

/// Reads one file into a catalogue.
pub(super) struct Reader<'c> {
    catalogue: &'c mut Catalogue,
    file: &'c str,
    /// The schema of names without one.
    path: String,
}

/// Applies the statements of one file. Says whether one of them was about an index or a table.
pub(super) fn read(catalogue: &mut Catalogue, file: &str, text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let up = DOWN.iter().filter_map(|mark| lower.find(mark)).min().unwrap_or(text.len());
    let mut reader = Reader { catalogue, file, path: "public".to_owned() };
    let mut any = false;
    for statement in statements(&text[..up]) {
        any |= reader.apply(&mut Words { tokens: &statement });
    }
    any
}

/// Whether something is still to be filled in: no statement has a brace outside its strings and names.
pub(super) fn is_template(text: &str) -> bool {
    statements(text).iter().flatten().any(|token| token.kind == Kind::Sign('{'))
}

/// Whether a block of code, which is not read, drops or renames something.
pub(super) fn is_hidden(text: &str) -> bool {
    static BLOCK: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?is)\bdo\s+\$\w*\$.*?\b(?:drop|rename)\s+(?:index|table|to|column|constraint|schema)\b.*?\$\w*\$"));
    BLOCK.is_match(text)
}

impl Reader<'_> {
    fn apply(&mut self, words: &mut Words<'_>) -> bool {
        match (words.word().as_deref(), words.word().as_deref()) {
            (Some("create"), Some("unique")) if words.eat("index") => self.create_index(words),
            (Some("create"), Some("index")) => self.create_index(words),
            (Some("create"), Some("table")) => self.create_table(words),
            (Some("create"), Some("unlogged" | "foreign")) if words.eat("table") => self.create_table(words),
            (Some("alter"), Some("table")) => self.alter_table(words),
            (Some("alter"), Some("index")) => self.alter_index(words),
            (Some("drop"), Some("index")) => self.drop(words, Catalogue::drop_index),
            (Some("drop"), Some("table")) => self.drop(words, Catalogue::drop_table),
            (Some("drop"), Some("materialized")) if words.eat("view") => self.drop(words, Catalogue::drop_table),
            (Some("drop"), Some("schema")) => self.drop(words, |catalogue, (_, schema)| catalogue.drop_schema(schema)),
            (Some("set"), Some(second)) => {
                if second == "search_path" || words.eat("search_path") {
                    let _ = words.eat("to") || words.eat_sign('=');
                    self.path = words.name().unwrap_or_else(|| "public".into());
                }
                false
            }
            _ => false,
        }
    }

    fn create_table(&mut self, words: &mut Words<'_>) -> bool {
        words.eat_all(&["if", "not", "exists"]);
        let line = words.line();
        if let Some(key) = words.qualified(&self.path) {
            self.catalogue.add_table(key, (self.file.to_owned(), line));
        }
        true
    }

    fn create_index(&mut self, words: &mut Words<'_>) -> bool {
        words.eat_all(&["concurrently", "if", "not", "exists"]);
        let line = words.line();
        let name = if words.next_is("on") { None } else { words.name() };
        if !words.eat("on") {
            return false;
        }
        words.eat("only");
        if let (Some(name), Some((schema, table))) = (name, words.qualified(&self.path)) {
            self.catalogue.add_index((schema, name), &table, words.rest(), (self.file.to_owned(), line));
        }
        true
    }

    fn alter_index(&mut self, words: &mut Words<'_>) -> bool {
        words.eat_all(&["if", "exists"]);
        if let Some(key) = words.qualified(&self.path)
            && words.eat("rename")
            && words.eat("to")
            && let Some(to) = words.name()
        {
            self.catalogue.rename_index(&key, to);
        }
        true
    }

    fn alter_table(&mut self, words: &mut Words<'_>) -> bool {
        words.eat_all(&["if", "exists", "only"]);
        let Some(mut table) = words.qualified(&self.path) else { return true };
        words.eat_sign('*');
        while !words.tokens.is_empty() {
            self.action(words, &mut table);
            words.next_action();
        }
        true
    }

    /// One of the comma-separated parts of ALTER TABLE.
    fn action(&mut self, words: &mut Words<'_>, table: &mut Key) {
        let schema = table.0.clone();
        match words.word().as_deref() {
            Some("rename") => self.rename(words, table),
            Some("set") if words.eat("schema") => {
                if let Some(to) = words.name() {
                    let to = (to, table.1.clone());
                    self.catalogue.rename_table(table, to.clone());
                    *table = to;
                }
            }
            Some("add") => {
                let constraint = words.eat("constraint").then(|| words.name()).flatten();
                let _ = words.eat("unique") || (words.eat("primary") && words.eat("key"));
                if words.eat("using") && words.eat("index") {
                    // The index takes the constraint's name.
                    if let (Some(index), Some(constraint)) = (words.name(), constraint) {
                        self.catalogue.rename_index(&(schema, index), constraint);
                    }
                }
            }
            Some("drop") => {
                let constraint = words.eat("constraint");
                let _ = constraint || words.eat("column");
                words.eat_all(&["if", "exists"]);
                match words.name() {
                    Some(name) if constraint => self.catalogue.drop_index(&(schema, name)),
                    Some(name) => self.catalogue.drop_column(table, &name),
                    None => {}
                }
            }
            _ => {}
        }
    }

    fn rename(&mut self, words: &mut Words<'_>, table: &mut Key) {
        if words.eat("to") {
            if let Some(to) = words.name() {
                let to = (table.0.clone(), to);
                self.catalogue.rename_table(table, to.clone());
                *table = to;
            }
            return;
        }
        let constraint = words.eat("constraint");
        let _ = constraint || words.eat("column");
        if let Some(from) = words.name()
            && words.eat("to")
            && let Some(to) = words.name()
        {
            match constraint {
                true => self.catalogue.rename_index(&(table.0.clone(), from), to),
                false => self.catalogue.rename_column(table, &from, &to),
            }
        }
    }

    /// Takes away what a list names.
    fn drop(&mut self, words: &mut Words<'_>, one: impl Fn(&mut Catalogue, &Key)) -> bool {
        words.eat_all(&["concurrently", "if", "exists"]);
        while let Some(key) = words.qualified(&self.path) {
            one(self.catalogue, &key);
            if !words.eat_sign(',') {
                break;
            }
        }
        true
    }
}

/// What is left of a statement.
struct Words<'t> {
    tokens: &'t [Token],
}

impl Words<'_> {
    fn line(&self) -> usize {
        self.tokens.first().map_or(0, |token| token.line)
    }

    /// The next token, where it is such a one.
    fn take<T>(&mut self, such: impl Fn(&Kind) -> Option<T>) -> Option<T> {
        let (first, rest) = self.tokens.split_first()?;
        let taken = such(&first.kind)?;
        self.tokens = rest;
        Some(taken)
    }

    fn word(&mut self) -> Option<String> {
        self.take(|kind| if let Kind::Word(word) = kind { Some(word.clone()) } else { None })
    }

    /// A name, quoted or not: as the catalogue has it.
    fn name(&mut self) -> Option<String> {
        self.take(|kind| if let Kind::Word(name) | Kind::Quoted(name) = kind { Some(name.clone()) } else { None })
    }

    fn next_is(&self, word: &str) -> bool {
        matches!(self.tokens.first(), Some(Token { kind: Kind::Word(next), .. }) if next == word)
    }

    fn eat(&mut self, word: &str) -> bool {
        self.take(|kind| matches!(kind, Kind::Word(next) if next == word).then_some(())).is_some()
    }

    /// Those of the words, in their order, that stand there.
    fn eat_all(&mut self, all: &[&str]) {
        for word in all {
            self.eat(word);
        }
    }

    /// Every name that is left.
    fn rest(&self) -> Vec<String> {
        let name = |token: &Token| if let Kind::Word(name) | Kind::Quoted(name) = &token.kind { Some(name.clone()) } else { None };
        self.tokens.iter().filter_map(name).collect()
    }

    /// Goes on after the next comma outside parentheses.
    fn next_action(&mut self) {
        let mut depth = 0;
        while let Some((first, rest)) = self.tokens.split_first() {
            self.tokens = rest;
            match first.kind {
                Kind::Sign('(') => depth += 1,
                Kind::Sign(')') => depth -= 1,
                Kind::Sign(',') if depth == 0 => return,
                _ => {}
            }
        }
    }

    fn eat_sign(&mut self, sign: char) -> bool {
        self.take(|kind| (*kind == Kind::Sign(sign)).then_some(())).is_some()
    }

    /// `schema.name`, or a name of the schema in force.
    fn qualified(&mut self, path: &str) -> Option<(String, String)> {
        let first = self.name()?;
        if self.eat_sign('.') { Some((first, self.name()?)) } else { Some((path.to_owned(), first)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(files: &[&str]) -> Vec<String> {
        let mut catalogue = Catalogue::default();
        for (place, text) in files.iter().enumerate() {
            read(&mut catalogue, &format!("{place}.sql"), text);
        }
        let names = catalogue.indexes();
        names.iter().flat_map(|(schema, of)| of.iter().map(move |(name, (file, line))| format!("{schema}.{name} {file}:{line}"))).collect()
    }

    #[test]
    fn reads_the_forms_of_create_index() {
        let text = "CREATE INDEX a ON t (x);\ncreate unique index concurrently if not exists \"B c\"\non only s.t using gin (x);
            CREATE INDEX ON t (y); SET LOCAL search_path = activity, public; CREATE INDEX d ON t (lower(x)) WHERE x > ';';";
        assert_eq!(left(&[text]), ["activity.d 0.sql:4", "public.a 0.sql:1", "s.B c 0.sql:2"]);
    }

    #[test]
    fn what_a_later_migration_drops_is_gone() {
        let files = [
            "CREATE INDEX a ON t (x); CREATE INDEX b ON u (x); CREATE INDEX c ON v (x);",
            "DROP INDEX CONCURRENTLY IF EXISTS a, public.c; DROP TABLE IF EXISTS u CASCADE;",
            "-- +goose Up\nCREATE INDEX d ON t (x);\n-- +goose Down\nDROP INDEX d; CREATE INDEX e ON t (x);",
        ];
        assert_eq!(left(&files), ["public.d 2.sql:2"]);
    }

    #[test]
    fn a_name_that_acts_on_its_reader_is_left_out() {
        assert_eq!(left(&["CREATE INDEX \"a\nb\" ON t (x); CREATE INDEX \"\u{202e}\" ON t (x); CREATE INDEX ON"]), Vec::<String>::new());
    }

    #[test]
    fn follows_names_and_columns() {
        let files = [
            "CREATE TABLE t (id int, x int, y int); CREATE UNIQUE INDEX a ON t (x); CREATE INDEX b ON t (y) WHERE z > 0; CREATE INDEX c ON t (id);",
            "ALTER TABLE t ADD CONSTRAINT t_x_key UNIQUE USING INDEX a, DROP COLUMN IF EXISTS z CASCADE, ADD COLUMN w numeric(1, 2);",
            "ALTER INDEX IF EXISTS c RENAME TO d; ALTER TABLE t RENAME TO u; ALTER TABLE ONLY u SET SCHEMA app;",
            "ALTER TABLE app.u RENAME COLUMN id TO key; CREATE INDEX e ON app.u (w); ALTER TABLE app.u DROP w; DROP SCHEMA gone CASCADE;",
        ];
        assert_eq!(left(&files), ["app.d 0.sql:1", "app.t_x_key 0.sql:1"]);
        assert_eq!(
            left(&[files[0], "ALTER TABLE t DROP CONSTRAINT a; ALTER TABLE t RENAME CONSTRAINT b TO f"]),
            ["public.c 0.sql:1", "public.f 0.sql:1"]
        );
    }
}
