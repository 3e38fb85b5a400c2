//! Reads the catalogues in one snapshot. Each query answers rows of one JSON text; `$1` is the list of schemas, `$2` that of names.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use tokio_postgres::types::{ToSql, Type};

use super::{
    PostgresSchema,
    seen::{Part, Relation, Seen},
};
use crate::{
    check::{Context, Unseen, database},
    net::postgres::Reading,
};

/// What is wrong is kept up to so many; what is asked for is kept whole.
const KEPT: usize = 25;

const SCHEMAS: &str =
    "SELECT json_build_array(n.nspname, (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p')))::text
FROM pg_namespace n WHERE n.nspname = ANY ($1) AND $2::text[] IS NOT NULL ORDER BY n.nspname";

const RELATIONS: &str = "SELECT json_build_object('schema', n.nspname, 'name', c.relname, 'view', c.relkind IN ('v', 'm'), 'columns', coalesce((
    SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull, 'default',
        CASE WHEN a.attidentity <> '' THEN 'identity' WHEN a.attgenerated <> '' THEN 'generated' ELSE left(pg_get_expr(d.adbin, d.adrelid), 500) END) ORDER BY a.attnum)
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]'))::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND c.relname = ANY ($2) AND c.relkind IN ('r', 'p', 'f', 'v', 'm') ORDER BY n.nspname, c.relname";

const FUNCTIONS: &str = "SELECT json_build_object('schema', n.nspname, 'name', p.proname, 'arguments',
    ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS all_of(t, o) ORDER BY o))::text
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ANY ($1) AND p.proname = ANY ($2) ORDER BY 1 LIMIT 1000";

const EXTENSIONS: &str = "SELECT json_build_array(extname, extversion)::text FROM pg_extension WHERE extname = ANY ($2) AND $1::text[] IS NOT NULL ORDER BY extname";

const CONSTRAINTS: &str = "SELECT json_build_object('schema', n.nspname, 'table', coalesce(c.relname, t.typname), 'name', o.conname, 'sound', o.convalidated, 'what',
    CASE o.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'x' THEN 'exclusion' WHEN 'n' THEN 'not null' ELSE o.contype::text END)::text
FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace LEFT JOIN pg_class c ON c.oid = o.conrelid LEFT JOIN pg_type t ON t.oid = o.contypid
WHERE n.nspname = ANY ($1) AND $2::text[] IS NOT NULL ORDER BY o.convalidated, n.nspname, 1 LIMIT 20001";

const TRIGGERS: &str = "SELECT json_build_object('schema', n.nspname, 'table', c.relname, 'name', coalesce(o.conname, t.tgname), 'sound', t.tgenabled IN ('O', 'A'), 'what',
    CASE WHEN t.tgisinternal THEN 'what enforces the constraint' ELSE 'trigger' END)::text
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_constraint o ON o.oid = t.tgconstraint AND t.tgisinternal
WHERE n.nspname = ANY ($1) AND $2::text[] IS NOT NULL ORDER BY t.tgenabled IN ('O', 'A'), n.nspname, 1 LIMIT 20001";

/// The end of a sequence is that of its own numbers, or of the type of the column that owns it, whichever comes first.
const SEQUENCES: &str = "SELECT json_build_object('schema', nspname, 'name', relname, 'used', CASE
    WHEN NOT may THEN NULL WHEN value IS NULL THEN 0 WHEN seqincrement > 0 THEN (value - seqmin + 1) / (last - seqmin + 1) ELSE (seqmax - value + 1) / (seqmax - first + 1) END)::text
FROM (SELECT n.nspname, c.relname, s.seqincrement, s.seqmin::float8, s.seqmax::float8,
        has_schema_privilege(n.oid, 'USAGE') AND has_sequence_privilege(c.oid, 'SELECT, USAGE') AS may,
        CASE WHEN has_sequence_privilege(c.oid, 'SELECT, USAGE') THEN pg_sequence_last_value(c.oid)::float8 END AS value,
        least(s.seqmax, CASE a.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 END)::float8 AS last,
        greatest(s.seqmin, CASE a.atttypid WHEN 'int2'::regtype THEN -32768 WHEN 'int4'::regtype THEN -2147483648 END)::float8 AS first
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE n.nspname = ANY ($1) AND $2::text[] IS NOT NULL AND NOT s.seqcycle) AS all_of
ORDER BY CASE WHEN NOT may THEN 2 WHEN value IS NULL THEN 0 WHEN seqincrement > 0 THEN (value - seqmin + 1) / (last - seqmin + 1) ELSE (seqmax - value + 1) / (seqmax - first + 1) END DESC, 1 LIMIT 20001";

pub(super) async fn observe(check: &PostgresSchema, cx: &Context) -> Result<Seen, Unseen> {
    let target = database::target(cx, check.database.as_ref())?;
    let mut loan = cx.shared.reach.postgres(&target, cx.until()).await?;
    let reading = loan.begin(cx.until()).await?;
    // Everything the server prints is then qualified, and no function of a user's schema can stand before a system's.
    reading.run("SET LOCAL search_path = pg_catalog, pg_temp").await?;
    let schemas = check.schemas();
    let named: Vec<String> = check.relations().map(|name| name.name.as_str().to_owned()).collect();
    let functions: Vec<String> = check.functions.iter().flat_map(|all| all.iter()).map(|one| one.name.name.as_str().to_owned()).collect();
    let extensions: Vec<String> = check.extensions.keys().cloned().collect();
    let (constraints, triggers): (Vec<Part>, Vec<Part>) =
        (all(&reading, CONSTRAINTS, &schemas, &[]).await?, all(&reading, TRIGGERS, &schemas, &[]).await?);
    let mut seen = Seen {
        database: target.database().to_owned(),
        schemas: all(&reading, SCHEMAS, &schemas, &[]).await?,
        relations: all(&reading, RELATIONS, &schemas, &named).await?,
        functions: all(&reading, FUNCTIONS, &schemas, &functions).await?,
        extensions: all(&reading, EXTENSIONS, &schemas, &extensions).await?,
        sequences: if check.sequences.is_some() { all(&reading, SEQUENCES, &schemas, &[]).await? } else { Vec::new() },
        counts: (constraints.len() as u64, triggers.len() as u64, 0),
        constraints: kept(constraints, |part| {
            check.constraints.iter().flat_map(|all| all.iter()).any(|name| name.fits(&part.table, &part.name))
        }),
        triggers: kept(triggers, |part| check.triggers.iter().flat_map(|all| all.iter()).any(|name| name.fits(&part.table, &part.name))),
    };
    reading.end().await?;
    seen.counts.2 = seen.sequences.len() as u64;
    seen.sequences.truncate(KEPT);
    seen.relations.iter_mut().for_each(|relation| only_asked(check, relation));
    Ok(seen)
}

/// The rows of a query.
async fn all<T: DeserializeOwned>(reading: &Reading<'_>, query: &str, schemas: &[String], names: &[String]) -> Result<Vec<T>, Unseen> {
    let about: [(&(dyn ToSql + Sync), Type); 2] = [(&schemas, Type::TEXT_ARRAY), (&names, Type::TEXT_ARRAY)];
    let rows: Vec<T> = database::rows(reading, query, &about).await?;
    if rows.len() > 20_000 {
        return Err(Unseen::Unknown("the schemas have more than 20,000 constraints, triggers or sequences: name fewer schemas".into()));
    }
    Ok(rows)
}

/// What is asked for, and the first of what is wrong.
fn kept(all: Vec<Part>, is_asked: impl Fn(&Part) -> bool) -> Vec<Part> {
    let mut wrong = 0;
    all.into_iter()
        .filter(|part| {
            wrong += usize::from(!part.sound);
            is_asked(part) || (!part.sound && wrong <= KEPT)
        })
        .collect()
}

fn only_asked(check: &PostgresSchema, relation: &mut Relation) {
    let asked: BTreeSet<&str> = check
        .tables
        .iter()
        .filter(|(name, _)| name.fits(&relation.schema, &relation.name))
        .flat_map(|(_, columns)| columns.keys().map(crate::check::sql_name::Name::as_str))
        .collect();
    relation.columns.retain(|column| asked.contains(column.name.as_str()));
}
