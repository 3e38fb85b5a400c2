//! One `psql` session that asks the same: the same statements in one transaction, about all schemas at once.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail, ensure};

#[path = "../../../src/check/kind/postgres_indexes/query.rs"]
mod query;

/// `URL SCHEMAS`.
pub(crate) fn run(settings: &[&str]) -> anyhow::Result<()> {
    let [url, schemas] = settings else { bail!("url, number of schemas") };
    let names: Vec<String> = (1..=schemas.parse::<usize>()?).map(|number| format!("'shop_{number}'")).collect();
    let about = format!("ARRAY[{}]", names.join(","));
    let queries = [query::SERVER, query::SCHEMAS, query::ELSEWHERE, query::TABLES, query::INDEXES, query::FOREIGN_KEYS, query::BUILDS];
    let asked: String = queries.iter().map(|query| format!("{};\n", query.replace("$1", &about))).collect();
    let script = format!("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;\n{};\n{asked}COMMIT;\n", query::PATH);
    let mut psql = Command::new("psql");
    psql.args(["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", url]).stdin(Stdio::piped());
    let mut session = psql.spawn().context("psql")?;
    session.stdin.take().context("no input")?.write_all(script.as_bytes())?;
    let status = session.wait()?;
    ensure!(status.success(), "psql: {status}");
    Ok(())
}
