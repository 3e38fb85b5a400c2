//! What is asked of the catalogues. Each answers rows of one JSON text; `$1` is the list of schemas.
//!
//! Existence is read from `pg_index`: the view `pg_indexes` lists invalid indexes as if they were usable. Expressions
//! and conditions are printed by the server only where there are some, since that waits for locks on the table.

/// Everything the server prints is then qualified, and no function of a user's schema can stand before a system's.
pub(super) const PATH: &str = "SET LOCAL search_path = pg_catalog, pg_temp";
pub(super) const SERVER: &str = include_str!("query/server.sql");
pub(super) const SCHEMAS: &str = "
SELECT to_json(n.nspname)::text FROM pg_namespace n WHERE n.nspname = ANY ($1::text[]) ORDER BY n.nspname";
pub(super) const ELSEWHERE: &str = include_str!("query/elsewhere.sql");
pub(super) const TABLES: &str = include_str!("query/tables.sql");

/// Bits of `indoption`: 1 descending, 2 nulls first.
pub(super) const INDEXES: &str = include_str!("query/indexes.sql");

/// Who may not see whose build it is learns its table from the lock that the build holds on it.
pub(super) const BUILDS: &str = include_str!("query/builds.sql");

/// Those that partitions inherit are their parent's matter.
pub(super) const FOREIGN_KEYS: &str = include_str!("query/foreign_keys.sql");
