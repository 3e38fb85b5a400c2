//! The indexes that schemas and migrations leave in place, read from their SQL.

use std::collections::BTreeMap;

use super::{
    sheet::is_plain,
    token::{Kind, Token, statements},
};

/// From here on a migration says how it is taken back (goose, sql-migrate, dbmate).
const DOWN: [&str; 3] = ["-- +goose down", "-- +migrate down", "-- migrate:down"];

/// Indexes of a plan: what more there is, the reader adds.
const MOST: usize = 200;

/// Every index by schema and name.
#[derive(Debug, Clone, Default)]
pub(super) struct Catalogue {
    indexes: BTreeMap<(String, String), Index>,
}

/// Where an index comes from.
#[derive(Debug, Clone)]
pub(super) struct Index {
    table: String,
    pub(super) file: String,
    pub(super) line: usize,
}

impl Catalogue {
    /// Applies the statements of one file. Says whether one of them was about an index or a table.
    pub(super) fn read(&mut self, file: &str, text: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        let up = DOWN.iter().filter_map(|mark| lower.find(mark)).min().unwrap_or(text.len());
        let mut path = "public".to_owned();
        let mut any = false;
        for statement in statements(&text[..up]) {
            any |= self.apply(&mut Words { tokens: &statement }, &mut path, file);
        }
        any
    }

    /// The schemas, each with its indexes by name.
    pub(super) fn schemas(&self) -> BTreeMap<&str, Vec<(&str, &Index)>> {
        let mut all: BTreeMap<&str, Vec<(&str, &Index)>> = BTreeMap::new();
        for ((schema, name), index) in self.indexes.iter().take(MOST) {
            all.entry(schema).or_default().push((name, index));
        }
        all
    }

    fn apply(&mut self, words: &mut Words<'_>, path: &mut String, file: &str) -> bool {
        match (words.word().as_deref(), words.word().as_deref()) {
            (Some("create"), Some("unique")) if words.eat("index") => self.create(words, path, file),
            (Some("create"), Some("index")) => self.create(words, path, file),
            (Some("create"), Some("table")) => true,
            (Some("drop"), Some("index")) => self.drop_index(words, path),
            (Some("drop"), Some("table")) => self.drop_table(words, path),
            (Some("set"), Some(second)) => {
                if second == "search_path" || words.eat("search_path") {
                    let _ = words.eat("to") || words.eat_sign('=');
                    path.clone_from(&words.name().unwrap_or_else(|| "public".into()));
                }
                false
            }
            _ => false,
        }
    }

    fn create(&mut self, words: &mut Words<'_>, path: &str, file: &str) -> bool {
        words.eat("concurrently");
        let _ = words.eat("if") && words.eat("not") && words.eat("exists");
        let line = words.line();
        let name = if words.next_is("on") { None } else { words.name() };
        if !words.eat("on") {
            return false;
        }
        words.eat("only");
        let (Some(name), Some((schema, table))) = (name, words.qualified(path)) else { return true };
        // A quote within a name would have to be doubled again for the check: rare enough to leave to the reader.
        let fit = |name: &str| is_plain(name) && !name.contains('"');
        if fit(&name) && fit(&schema) && self.indexes.len() < 10 * MOST {
            self.indexes.insert((schema, name), Index { table, file: file.to_owned(), line });
        }
        true
    }

    fn drop_index(&mut self, words: &mut Words<'_>, path: &str) -> bool {
        words.eat("concurrently");
        let _ = words.eat("if") && words.eat("exists");
        while let Some(key) = words.qualified(path) {
            self.indexes.remove(&key);
            words.eat_sign(',');
        }
        true
    }

    fn drop_table(&mut self, words: &mut Words<'_>, path: &str) -> bool {
        let _ = words.eat("if") && words.eat("exists");
        while let Some((schema, table)) = words.qualified(path) {
            self.indexes.retain(|(of, _), index| !(*of == schema && index.table == table));
            words.eat_sign(',');
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
            catalogue.read(&format!("{place}.sql"), text);
        }
        let names = catalogue.schemas();
        names.iter().flat_map(|(schema, of)| of.iter().map(move |(name, i)| format!("{schema}.{name} {}:{}", i.file, i.line))).collect()
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
}
