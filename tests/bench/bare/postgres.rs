//! Bare tokio-postgres connections: the same statements in the same transactions, their answers read.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::{bail, ensure};
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls, types::Type};

#[path = "../../../src/check/kind/postgres_indexes/query.rs"]
mod query;

/// As many as the program opens to one server.
const CONNECTIONS: usize = 4;

/// `URL SCHEMAS`.
pub(crate) fn run(settings: &[&str]) -> anyhow::Result<()> {
    let [url, schemas] = settings else { bail!("url, number of schemas") };
    let (schemas, next) = (schemas.parse::<usize>()?, Arc::new(AtomicUsize::new(1)));
    tokio::runtime::Runtime::new()?.block_on(async {
        let mut workers = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(connection);
            workers.spawn(work(client, next.clone(), schemas));
        }
        while let Some(worker) = workers.join_next().await {
            worker??;
        }
        Ok(())
    })
}

async fn work(client: Client, next: Arc<AtomicUsize>, schemas: usize) -> anyhow::Result<()> {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number > schemas {
            return Ok(());
        }
        ask(&client, &[format!("shop_{number}")]).await?;
    }
}

async fn ask(client: &Client, schemas: &[String]) -> anyhow::Result<()> {
    client.batch_execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 10000").await?;
    client.batch_execute(query::PATH).await?;
    let indexes = tokio::try_join!(
        rows(client, query::SERVER, schemas),
        rows(client, query::SCHEMAS, schemas),
        rows(client, query::ELSEWHERE, schemas),
        rows(client, query::TABLES, schemas),
        rows(client, query::INDEXES, schemas),
        rows(client, query::FOREIGN_KEYS, schemas),
        rows(client, query::BUILDS, schemas),
    )?;
    ensure!(indexes.4 == 3, "{schemas:?} has {} indexes", indexes.4);
    client.batch_execute("COMMIT").await?;
    Ok(())
}

async fn rows(client: &Client, query: &str, schemas: &[String]) -> anyhow::Result<usize> {
    let rows = client.query_typed(query, &[(&schemas, Type::TEXT_ARRAY)]).await?;
    for row in &rows {
        serde_json::from_str::<serde_json::Value>(row.try_get(0)?)?;
    }
    Ok(rows.len())
}
