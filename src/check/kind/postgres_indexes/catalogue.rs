//! The catalogues of some schemas, read in one snapshot and shared by the checks of a run.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use serde::Deserialize;
use tokio_postgres::types::{ToSql, Type};

use super::{
    index::{Building, Index},
    query,
    seen::{ForeignKey, Server},
};
use crate::{
    check::{Context, Unseen, database::rows},
    net::postgres::Target,
};

/// How many other schemas are named; the query is held to it too.
const ELSEWHERE: usize = 10;

/// How many bytes of an expression or condition are kept; a longer one is not compared.
pub(super) const TEXT: usize = 2_048;

pub(super) struct Catalogue {
    pub(super) server: Server,
    pub(super) schemas: Vec<String>,
    /// Others that hold indexes, with how many.
    pub(super) elsewhere: Vec<(String, u64)>,
    pub(super) tables: Vec<TableRow>,
    pub(super) indexes: Vec<IndexRow>,
    pub(super) foreign_keys: Vec<ForeignKeyRow>,
    pub(super) builds: Vec<BuildRow>,
}

#[derive(Clone, Deserialize)]
pub(super) struct TableRow {
    pub(super) oid: i64,
    pub(super) schema: String,
    pub(super) name: String,
}

#[derive(Clone, Deserialize)]
pub(super) struct IndexRow {
    pub(super) oid: i64,
    pub(super) table_oid: i64,
    /// Attached to a partitioned index: its parent speaks for it.
    pub(super) attached: bool,
    /// Numbers of the key columns; 0 is an expression.
    pub(super) columns: Vec<i16>,
    /// Equal for indexes that do the same, expressions and conditions apart.
    pub(super) signature: String,
    /// Whether its expressions run what belongs to somebody who is no superuser.
    pub(super) lent_code: bool,
    pub(super) index: Index,
}

#[derive(Clone, Deserialize)]
pub(super) struct ForeignKeyRow {
    pub(super) table_oid: i64,
    pub(super) columns: Vec<i16>,
    pub(super) key: ForeignKey,
}

#[derive(Clone, Deserialize)]
pub(super) struct BuildRow {
    pub(super) table_oid: i64,
    /// Absent where the login may not know, or the index is not committed yet.
    pub(super) index_oid: Option<i64>,
    /// Absent where the login may not know.
    pub(super) command: Option<String>,
    pub(super) phase: Option<String>,
}

impl Catalogue {
    /// The catalogues of `schemas`, fetched by the first check that asks, for others of the same database with it.
    pub(super) async fn of(cx: &Context, target: &Target, schemas: &[String]) -> Result<Arc<Self>, Unseen> {
        let memo = &cx.shared.memo;
        let key = format!("postgres-indexes {}", target.fingerprint());
        let own = format!("{key} {schemas:?}");
        // In a box: a question is far larger than the waiting for one.
        let together = memo.together(key, schemas, cx.remaining() / 2, |schemas| Box::pin(Self::fetch(cx, target, schemas)));
        memo.once(own, async { Ok(together.await?.only(schemas)) }).await
    }

    /// What it holds of `schemas`: the same as if nothing else had been asked for.
    fn only(&self, schemas: &[String]) -> Self {
        let within = |schema: &String| schemas.contains(schema);
        let tables: Vec<_> = self.tables.iter().filter(|row| within(&row.schema)).cloned().collect();
        let oids: HashSet<i64> = tables.iter().map(|table| table.oid).collect();
        let mut beside: BTreeMap<&String, u64> = BTreeMap::new();
        for row in self.indexes.iter().filter(|row| !within(&row.index.schema)) {
            *beside.entry(&row.index.schema).or_default() += 1;
        }
        let beside = beside.into_iter().filter(|(schema, _)| !schema.starts_with("pg_") && *schema != "information_schema");
        let beside = beside.map(|(schema, count)| (schema.clone(), count));
        let mut elsewhere: Vec<_> = self.elsewhere.iter().cloned().chain(beside).collect();
        elsewhere.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
        elsewhere.truncate(ELSEWHERE);
        Self {
            server: self.server.clone(),
            schemas: self.schemas.iter().filter(|schema| within(schema)).cloned().collect(),
            elsewhere,
            tables,
            indexes: self.indexes.iter().filter(|row| within(&row.index.schema)).cloned().collect(),
            foreign_keys: self.foreign_keys.iter().filter(|row| within(&row.key.schema)).cloned().collect(),
            builds: self.builds.iter().filter(|row| oids.contains(&row.table_oid)).cloned().collect(),
        }
    }

    async fn fetch(cx: &Context, target: &Target, schemas: Vec<String>) -> Result<Self, Unseen> {
        let mut loan = cx.shared.reach.postgres(target, cx.until()).await?;
        let reading = loan.begin(cx.until()).await?;
        reading.run(query::PATH).await?;
        // Asked all at once: one round trip. The answers come in order, so the first error is the cause; those after it
        // only say that the transaction is over.
        let about: [(&(dyn ToSql + Sync), Type); 1] = [(&schemas, Type::TEXT_ARRAY)];
        let answers = tokio::join!(
            rows::<Server>(&reading, query::SERVER, &about),
            rows(&reading, query::SCHEMAS, &about),
            rows(&reading, query::ELSEWHERE, &about),
            rows(&reading, query::TABLES, &about),
            rows(&reading, query::INDEXES, &about),
            rows(&reading, query::FOREIGN_KEYS, &about),
            rows(&reading, query::BUILDS, &about),
        );
        let server = answers.0?;
        let (schemas, elsewhere, tables) = (answers.1?, answers.2?, answers.3?);
        let (indexes, foreign_keys, builds) = (answers.4?, answers.5?, answers.6?);
        reading.end().await?;
        let server = server.into_iter().next().ok_or_else(|| Unseen::Unknown(format!("{} does not say what it is", target.shown())))?;
        let mut catalogue = Self { server, schemas, elsewhere, tables, indexes, foreign_keys, builds };
        for row in &mut catalogue.indexes {
            row.index.building = building(row, &catalogue.builds, catalogue.server.in_recovery);
            row.index.shorten(TEXT);
        }
        Ok(catalogue)
    }
}

/// Whether a running build is about this index.
fn building(row: &IndexRow, builds: &[BuildRow], standby: bool) -> Option<Building> {
    if standby {
        // What the primary builds shows here as an index that is not valid, its progress does not show.
        return (row.index.live && !row.index.valid && !row.index.partitioned).then_some(Building::Elsewhere);
    }
    // `REINDEX CONCURRENTLY` works on copies with these endings, whatever index it names.
    let copy = row.index.name.contains("_ccnew") || row.index.name.contains("_ccold");
    let about = builds.iter().filter(|build| !row.index.sound() && build.table_oid == row.table_oid);
    let about = about.filter_map(|build| match (build.index_oid, &build.command) {
        (Some(oid), _) if oid == row.oid => Some(Building::Surely),
        (_, Some(command)) if command.starts_with("REINDEX") && copy => Some(Building::Surely),
        (_, Some(_)) => None,
        (_, None) => Some(Building::Maybe),
    });
    about.min_by_key(|building| *building == Building::Maybe)
}
