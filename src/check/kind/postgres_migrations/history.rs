//! What the database says: which table is the tool's, and what stands in it.

use tokio_postgres::types::Type;

use super::{
    PostgresMigrations,
    seen::Listed,
    tool::{self, Facts, canonical},
};
use crate::{
    check::{
        Context, Unseen, database,
        sql_name::{quoted, shown},
    },
    net::postgres::Reading,
};

/// The most rows that are read.
const MOST: usize = 20_000;

const TABLES: &str = "SELECT n.nspname::text, c.relname::text, \
    pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'), \
    pg_catalog.row_security_active(c.oid), \
    ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) \
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind IN ('r', 'p', 'v') AND c.relname = ANY ($1) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
    ORDER BY 1, 2 LIMIT 1000";

/// The tool's own history.
#[derive(Default)]
pub(super) struct History {
    pub(super) tool: Option<&'static Facts>,
    pub(super) table: String,
    pub(super) database: String,
    pub(super) rows: Vec<Row>,
    pub(super) beside: Option<Result<Listed, String>>,
}

/// A migration as the database has it.
pub(super) struct Row {
    pub(super) key: String,
    pub(super) label: Option<String>,
    pub(super) state: String,
    pub(super) sum: Option<String>,
}

/// A table that may be meant.
struct Table {
    schema: String,
    name: String,
    readable: bool,
    filtered: bool,
    columns: Vec<String>,
}

impl Table {
    fn shown(&self) -> String {
        format!("{}.{}", shown(&self.schema), shown(&self.name))
    }

    fn quoted(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }

    /// Why its rows are not known.
    fn closed(&self) -> Option<String> {
        let (schema, table) = (shown(&self.schema), self.shown());
        if !self.readable {
            return Some(format!("the login may not read {table}: GRANT USAGE ON SCHEMA {schema} and GRANT SELECT ON {table} to it"));
        }
        self.filtered.then(|| format!("a policy on {table} may hide rows from the login: ask as one with BYPASSRLS, or the table's owner"))
    }
}

/// Reads it; `tool` is `None` where no table of any tool is there.
pub(super) async fn read(check: &PostgresMigrations, cx: &Context) -> Result<History, Unseen> {
    let target = database::target(cx, check.database.as_ref())?;
    let mut loan = cx.shared.reach.postgres(&target, cx.until()).await?;
    let reading = loan.begin(cx.until()).await?;
    let mut history = History { database: target.database().to_owned(), ..History::default() };
    let all = tables(&reading, names(check)).await?;
    if let Some((facts, table)) = chosen(check, &all, &history.database)? {
        if let Some(why) = table.closed() {
            return Err(Unseen::Unknown(why));
        }
        let asked = |about: &str| about.replace("{}", &table.quoted());
        let rows = texts(&reading, &asked(facts.says("rows").unwrap_or_default()), 4).await?;
        history.rows = rows
            .into_iter()
            .map(row)
            .collect::<Result<_, _>>()
            .map_err(|why| Unseen::Unknown(format!("{} cannot be read as {}'s: {why}", table.shown(), facts.called)))?;
        (history.tool, history.table) = (Some(facts), table.shown());
        if let Some(trouble) = facts.says("trouble") {
            history.beside = Some(match beside(facts, table, &all) {
                Ok(other) => {
                    Ok(Listed::of(texts(&reading, &trouble.replace("{beside}", &other.quoted()), 1).await?.into_iter().flatten().flatten()))
                }
                Err(why) => Err(why),
            });
        }
    }
    reading.end().await?;
    Ok(history)
}

/// Every name that is looked for.
fn names(check: &PostgresMigrations) -> Vec<String> {
    let own = check.table.as_ref().map(|table| table.name.as_str().to_owned());
    let mut all: Vec<String> = own.iter().cloned().collect();
    for facts in tool::all().iter().filter(|facts| check.tool.is_none_or(|tool| tool.0 == facts.name)) {
        let known = facts.words("table").map(str::to_owned).filter(|_| own.is_none());
        let known: Vec<String> = known.chain(own.clone()).collect();
        all.extend(facts.says("beside").or(facts.says("not-beside")).into_iter().flat_map(|name| sibling(name, &known)));
        all.extend(known);
    }
    all
}

fn sibling(name: &str, tables: &[String]) -> Vec<String> {
    match name.strip_prefix('+') {
        Some(end) => tables.iter().map(|table| format!("{table}{end}")).collect(),
        None => vec![name.to_owned()],
    }
}

async fn tables(reading: &Reading<'_>, names: Vec<String>) -> Result<Vec<Table>, Unseen> {
    let rows = reading.rows(TABLES, &[(&names, Type::TEXT_ARRAY)]).await?;
    let table = |row: &tokio_postgres::Row| {
        Ok::<_, tokio_postgres::Error>(Table {
            schema: row.try_get(0)?,
            name: row.try_get(1)?,
            readable: row.try_get(2)?,
            filtered: row.try_get(3)?,
            columns: row.try_get(4)?,
        })
    };
    rows.iter().map(table).collect::<Result<_, _>>().map_err(|error| Unseen::Unknown(format!("the catalogue cannot be read: {error}")))
}

/// The table that is meant, and whose it is.
fn chosen<'t>(check: &PostgresMigrations, all: &'t [Table], database: &str) -> Result<Option<(&'static Facts, &'t Table)>, Unseen> {
    let mut found: Vec<(&'static Facts, &Table)> = Vec::new();
    let meant = |table: &&Table, facts: &Facts| match &check.table {
        Some(name) => name.fits(&table.schema, &table.name),
        None => facts.words("table").any(|name| name == table.name),
    };
    for facts in tool::all().iter().filter(|facts| check.tool.is_none_or(|tool| tool.0 == facts.name)) {
        for table in all.iter().filter(|table| meant(table, facts) && facts.has_columns(&table.columns)) {
            let stands = |name: &str| all.iter().any(|other| other.schema == table.schema && other.name == name);
            // An old Rails has no such table: whoever names the tool means it.
            let fits = facts.says("needs-beside").is_none() || facts.says("beside").is_some_and(stands);
            let fits = fits && !facts.says("not-beside").is_some_and(stands);
            if fits || check.tool.is_some() {
                found.push((facts, table));
            }
        }
    }
    // A name that tools are known by says more than columns that several have.
    if found.iter().any(|(facts, table)| facts.words("table").any(|name| name == table.name)) {
        found.retain(|(facts, table)| facts.words("table").any(|name| name == table.name));
    }
    let wrong: Vec<String> = all
        .iter()
        .filter(|table| check.table.as_ref().is_some_and(|name| name.fits(&table.schema, &table.name)))
        .map(Table::shown)
        .collect();
    match found.as_slice() {
        [only] => Ok(Some(*only)),
        [] if !wrong.is_empty() => {
            let whose = check.tool.map_or_else(|| "any tool that is known here".to_owned(), |tool| tool.to_string());
            Err(Unseen::Unknown(format!("{} has not the columns of a table of {whose}", wrong.join(" and "))))
        }
        [] if check.tool.is_some() || check.table.is_some() => Ok(None),
        [] => Err(Unseen::Unknown(format!(
            "database {} has no table of a migration tool that is known here: name it by `table` and `tool` where it goes by another name, or ask it \
             by kind `sql`",
            shown(database)
        ))),
        several => {
            let named: Vec<String> = several.iter().take(6).map(|(facts, table)| format!("{} ({})", table.shown(), facts.called)).collect();
            Err(Unseen::Unknown(format!("it could be {}: say which by `tool`, `table` or both", named.join(" or "))))
        }
    }
}

/// The other table of the tool that says what is amiss.
fn beside<'t>(facts: &Facts, table: &Table, all: &'t [Table]) -> Result<&'t Table, String> {
    let name = sibling(facts.says("beside").unwrap_or_default(), std::slice::from_ref(&table.name)).concat();
    let other = all.iter().find(|other| other.schema == table.schema && other.name == name);
    let other = other.ok_or_else(|| format!("there is no table {}.{}", shown(&table.schema), shown(&name)))?;
    other.closed().map_or(Ok(other), Err)
}

/// Rows of so many texts.
async fn texts(reading: &Reading<'_>, query: &str, columns: usize) -> Result<Vec<Vec<Option<String>>>, Unseen> {
    let names: Vec<String> = (0..columns).map(|column| format!("c{column}::text")).collect();
    let aliases: Vec<String> = (0..columns).map(|column| format!("c{column}")).collect();
    let query = format!("SELECT {} FROM ({query}) AS asked({}) LIMIT {}", names.join(", "), aliases.join(", "), MOST + 1);
    let rows = reading.rows(&query, &[]).await?;
    if rows.len() > MOST {
        return Err(Unseen::Unknown(format!("the migration table has more than {MOST} rows")));
    }
    let read = |row: &tokio_postgres::Row| (0..columns).map(|column| row.try_get(column)).collect::<Result<Vec<_>, _>>();
    rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| Unseen::Unknown(format!("the migration table cannot be read: {error}")))
}

fn row(texts: Vec<Option<String>>) -> Result<Row, &'static str> {
    let [Some(key), label, Some(state), sum] = <[Option<String>; 4]>::try_from(texts).map_err(|_| "a row is cut")? else {
        return Err("a row has no name or no state");
    };
    Ok(Row { key: canonical(&key), label, state, sum })
}
