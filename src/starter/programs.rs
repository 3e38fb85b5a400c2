//! Schemas and migrations that are programs, as far as what they do to tables and indexes stands in them in so many words.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    catalogue::{Catalogue, Key, Place},
    table::rows,
};
use crate::model::regex;

/// How one tool writes it.
pub(super) struct Dialect {
    /// The path, in lower case.
    path: Regex,
    /// What its files say, and others that are called so do not.
    mark: &'static str,
    /// Where the way there ends and the way back begins.
    back: Option<&'static str>,
    /// What makes names other than they stand there.
    unsure: Option<Regex>,
    /// Whether the tables are called as the program says.
    names_tables: bool,
    acts: Vec<(Regex, Act)>,
}

/// What a call does: see the table.
#[derive(Clone, Copy)]
enum Act {
    Table,
    Alter,
    DropTable,
    RenameTable,
    Index,
    EctoIndex,
    EctoDrop,
    DropIndex,
    RenameIndex,
    DropColumn,
}

const ACTS: [(&str, Act); 10] = [
    ("table", Act::Table),
    ("alter", Act::Alter),
    ("drop-table", Act::DropTable),
    ("rename-table", Act::RenameTable),
    ("index", Act::Index),
    ("ecto-index", Act::EctoIndex),
    ("ecto-drop", Act::EctoDrop),
    ("drop-index", Act::DropIndex),
    ("rename-index", Act::RenameIndex),
    ("drop-column", Act::DropColumn),
];

static DIALECTS: LazyLock<Vec<Dialect>> = LazyLock::new(|| {
    include_str!("programs.txt")
        .split("\n[")
        .skip(1)
        .map(|part| Dialect::of(&rows(part.split_once('\n').map_or("", |(_, rows)| rows))))
        .collect()
});

/// A call that begins with a name and its schema.
static SCHEMA: LazyLock<Regex> = LazyLock::new(|| regex(r#"^\w+\(\s*name: *"\w+",\s*schema: *"(\w+)""#));

/// Whether a file may be one, by its path in lower case.
pub(super) fn may_be(path: &str) -> bool {
    DIALECTS.iter().any(|dialect| dialect.path.is_match(path))
}

/// How a file is written, if it is one.
pub(super) fn dialect(path: &str, text: &str) -> Option<&'static Dialect> {
    let path = path.to_ascii_lowercase();
    DIALECTS.iter().find(|dialect| dialect.path.is_match(&path) && text.contains(dialect.mark))
}

/// Alembic's order: which revision a file is, and which it builds on.
pub(super) fn revisions(text: &str) -> Option<(String, Option<String>)> {
    static REVISION: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?m)^revision(?:: *[\w\[\], |]+)? *= *["']([^"']+)["']"#));
    static DOWN: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?m)^down_revision(?:: *[\w\[\], |]+)? *= *["']([^"']+)["']"#));
    Some((REVISION.captures(text)?[1].to_owned(), DOWN.captures(text).map(|down| down[1].to_owned())))
}

impl Dialect {
    fn of(rows: &[Vec<&'static str>]) -> Self {
        let said = |key: &str| rows.iter().find(|row| row[0] == key).map(|row| row[1]);
        let act = |row: &Vec<&str>| ACTS.iter().find(|(name, _)| *name == row[0]).map(|(_, act)| (regex(row[1]), *act));
        Self {
            path: regex(said("path").unwrap_or("$^")),
            mark: said("mark").unwrap_or_default(),
            back: said("back"),
            unsure: said("unsure").map(regex),
            names_tables: said("tables").is_none(),
            acts: rows.iter().filter_map(act).collect(),
        }
    }

    /// Whether all folders of a repository are of one database, as Django's applications are.
    pub(super) fn is_whole(&self) -> bool {
        !self.names_tables
    }

    /// Applies what the program does. False where it does more than stands in it in so many words.
    pub(super) fn apply(&self, catalogue: &mut Catalogue, file: &str, text: &str) -> bool {
        let up = &text[..self.back.and_then(|back| text.find(back)).unwrap_or(text.len())];
        let mut calls: Vec<(usize, Act, Vec<&str>)> = self
            .acts
            .iter()
            .flat_map(|(call, act)| {
                call.captures_iter(up).map(|found| {
                    let names = found.iter().skip(1).map(|part| part.map_or("", |part| part.as_str())).collect();
                    (found.get(0).map_or(0, |all| all.start()), *act, names)
                })
            })
            .collect();
        calls.sort_by_key(|(at, ..)| *at);
        let (mut table, mut line, mut counted) = (String::new(), 1, 0);
        for (at, act, names) in calls {
            line += up[counted..at].matches('\n').count();
            counted = at;
            let place: Place = (file.to_owned(), line);
            // EF Core names the schema beside the name.
            let schema = SCHEMA.captures(&up[at..]).map_or("public", |found| found.get(1).map_or("public", |schema| schema.as_str()));
            let key = |name: &str| -> Key { (schema.to_owned(), name.to_owned()) };
            let (first, second) = (names[0], names.get(1).copied().unwrap_or_default());
            match act {
                Act::Table | Act::Alter => {
                    table = first.to_owned();
                    if self.names_tables && matches!(act, Act::Table) {
                        catalogue.add_table(key(first), place);
                    }
                }
                Act::DropTable => catalogue.drop_table(&key(first)),
                Act::RenameTable => catalogue.rename_table(&key(first), key(second)),
                Act::Index => {
                    let of = if second.is_empty() { table.as_str() } else { second };
                    catalogue.add_index(key(first), of, Vec::new(), place);
                }
                Act::EctoIndex => {
                    if let Some((name, columns)) = ecto(first, second, names[2]) {
                        catalogue.add_index(key(&name), first, columns, place);
                    }
                }
                Act::EctoDrop => drop(ecto(first, second, names[2]).map(|(name, _)| catalogue.drop_index(&key(&name)))),
                Act::DropIndex => catalogue.drop_index(&key(first)),
                Act::RenameIndex => catalogue.rename_index(&key(first), second.to_owned()),
                Act::DropColumn => catalogue.drop_column(&key(if first.is_empty() { &table } else { first }), second),
            }
        }
        let sure = !self.unsure.as_ref().is_some_and(|unsure| unsure.is_match(up));
        if !sure {
            catalogue.forget(up);
        }
        sure
    }
}

/// The name that Ecto gives an index, with its columns; none of an expression. `users_email_index`: hexdocs.pm, `Ecto.Migration.index/3`.
fn ecto(table: &str, columns: &str, name: &str) -> Option<(String, Vec<String>)> {
    let columns: Vec<String> = columns.split(',').map(|column| column.trim().trim_start_matches(':').to_owned()).collect();
    let plain = columns.iter().all(|column| !column.is_empty() && column.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    match name {
        "" if plain => Some((cut(&format!("{table}_{}_index", columns.join("_"))), columns)),
        "" => None,
        name => Some((name.to_owned(), columns)),
    }
}

/// PostgreSQL keeps 63 bytes of a name.
fn cut(name: &str) -> String {
    name.chars().take(63).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let mut catalogue = Catalogue::default();
        for (file, text) in files {
            dialect(file, text).expect("known").apply(&mut catalogue, file, text);
        }
        let names = |all: std::collections::BTreeMap<&str, Vec<(&str, &Place)>>| {
            all.values().flatten().map(|(name, _)| (*name).to_owned()).collect()
        };
        (names(catalogue.tables()), names(catalogue.indexes()))
    }

    #[test]
    fn reads_each_tool_s_way() {
        let rails = "ActiveRecord::Schema[7.2].define do\n  create_table \"users\", force: :cascade do |t|\n    t.index [\"email\"], name: \"index_users_on_email\", unique: true\n  end\nend";
        assert_eq!(left(&[("db/schema.rb", rails)]), (vec!["users".into()], vec!["index_users_on_email".into()]));
        let alembic = "down_revision = None\ndef upgrade():\n    op.create_table('a', x)\n    op.create_index(op.f('ix_a_x'), 'a', ['x'])\n    op.create_index('ix_b', 'b', ['x'])\n    op.drop_table('b')\ndef downgrade():\n    op.drop_table('a')\n";
        assert_eq!(left(&[("m/versions/1_a.py", alembic)]), (vec!["a".into()], vec!["ix_a_x".into()]));
        let django = "class M(migrations.Migration):\n  ops = [migrations.CreateModel(name='Job', options={'indexes': [models.Index(fields=['x'], name='job_x')]}), migrations.AddIndex(model_name='job', index=models.Index(fields=['-y'], name='job_y')), migrations.RemoveIndex(model_name='job', name='job_x')]";
        assert_eq!(left(&[("shop/migrations/0001_a.py", django)]), (vec![], vec!["job_y".into()]));
        let ef = "MigrationBuilder void Up( m.CreateTable(\n name: \"Orders\", m.CreateIndex(\n name: \"IX_Orders_At\",\n table: \"Orders\", ) void Down( m.DropTable(\n name: \"Orders\");";
        assert_eq!(left(&[("Data/Migrations/20260101000000_A.cs", ef)]), (vec!["Orders".into()], vec!["IX_Orders_At".into()]));
        let ecto = "use Ecto.Migration\ncreate table(:users) do\nend\ncreate(unique_index(:users, [:email]))\ncreate index(:users, [:a, :b], name: :own)\ncreate index(:users, [\"lower(x)\"])\nalter table(:users) do\n remove :email\nend\n";
        assert_eq!(left(&[("priv/repo/migrations/20260101000000_a.exs", ecto)]), (vec!["users".into()], vec!["own".into()]));
        let laravel = "Migration function up() { Schema::create('jobs', f); Schema::rename('jobs', 'tasks'); } function down() { Schema::dropIfExists('tasks'); }";
        assert_eq!(left(&[("database/migrations/2026_01_01_000000_a.php", laravel)]), (vec!["tasks".into()], vec![]));
    }

    #[test]
    fn says_what_it_builds_on_and_what_is_not_sure() {
        assert_eq!(revisions("revision: str = 'b'\ndown_revision: Union[str, None] = 'a'\n"), Some(("b".into(), Some("a".into()))));
        assert_eq!(revisions("revision = 'a'\ndown_revision = None\n"), Some(("a".into(), None)));
        let text = "down_revision = None\ndef upgrade():\n    op.execute('DROP TABLE a')\n";
        assert!(!dialect("versions/a.py", text).expect("known").apply(&mut Catalogue::default(), "a", text));
    }
}
