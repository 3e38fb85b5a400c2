//! PostgreSQL checks beside bare connections: each check has a schema of its own, so that none answers for another.

use std::fs;

use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    plan,
    scenario::{Beside, Contest},
    servers::postgres::Postgres,
};

/// `checks` schemas of one server, with two tables each.
pub(crate) fn contest(checks: usize) -> anyhow::Result<Contest> {
    let schemas: Vec<String> = (1..=checks).map(schema).collect();
    let statements: Vec<&str> = schemas.iter().map(String::as_str).collect();
    let database = Runtime::new()?.block_on(Postgres::plain().database(&statements));
    let url = format!("{}?sslmode=disable", database.url());
    let folder = TempDir::new()?;
    plan::write(folder.path(), checks, |number| {
        format!(
            "postgres-indexes: {{ database: \"${{DATABASE_URL}}\", schema: shop_{number}, indexes: [orders_by_customer], foreign-keys: true }}"
        )
    })?;
    fs::write(folder.path().join("prod.env"), format!("DATABASE_URL={url}\n"))?;
    Ok(Contest { folder, beside: Beside::Verify, bare: vec!["bare-postgres".into(), url, checks.to_string()], keep: Box::new(database) })
}

fn schema(number: usize) -> String {
    format!(
        "CREATE SCHEMA shop_{number};
         CREATE TABLE shop_{number}.customers (id bigint PRIMARY KEY, email text);
         CREATE TABLE shop_{number}.orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES shop_{number}.customers, placed timestamptz);
         CREATE INDEX orders_by_customer ON shop_{number}.orders (customer_id, placed DESC)"
    )
}
