//! The instruments beside bare clients of the same protocols: each check asks something of its own, so that none answers for another.

use std::fs;

use anyhow::Context as _;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    plan,
    scenario::{Beside, Contest},
    server::Server,
    servers::{
        dns::NameServer,
        postgres::{Database, Postgres},
        prometheus::Prometheus,
        redis::Redis,
    },
};

/// What is asked of a server at once.
const AT_ONCE: &str = "32";

/// `checks` queries of one database, beside one `psql` session.
pub(crate) fn sql(checks: usize) -> anyhow::Result<Contest> {
    let database = database()?;
    let (folder, url) = (TempDir::new()?, url_of(&database));
    plan::write(folder.path(), checks, rows)?;
    fs::write(folder.path().join("prod.env"), format!("DATABASE_URL={url}\n"))?;
    let script = (1..=checks).map(|number| format!("SELECT {number} AS n;\n")).collect::<String>();
    fs::write(folder.path().join("asked.sql"), format!("BEGIN READ ONLY;\n{script}COMMIT;\n"))?;
    let bare = vec!["bare-psql".to_owned(), url, "asked.sql".to_owned()];
    Ok(Contest { folder, beside: Beside::Verify, bare, keep: Box::new(database) })
}

/// `checks` parameters of one Redis.
pub(crate) fn redis(checks: usize) -> anyhow::Result<Contest> {
    let server = Redis::start("");
    let (folder, names) = (TempDir::new()?, Runtime::new()?.block_on(parameters(&server))?);
    let name = |number: usize| names[number % names.len()].clone();
    plan::write(folder.path(), checks, |number| parameter(&server.url(), &name(number)))?;
    fs::write(folder.path().join("asked"), (1..=checks).map(name).collect::<Vec<_>>().join("\n"))?;
    let bare = vec!["bare-redis".to_owned(), server.url(), "asked".to_owned()];
    Ok(Contest { folder, beside: Beside::Verify, bare, keep: Box::new(server) })
}

/// `checks` instant queries of one Prometheus.
pub(crate) fn prometheus(checks: usize) -> anyhow::Result<Contest> {
    let server = Prometheus::start(&[("up{job=\"api\"}", |_| Some(1.0))], "");
    let folder = TempDir::new()?;
    plan::write(folder.path(), checks, |number| value(&server.url(), number))?;
    let url = |number: usize| format!("{}/api/v1/query?query=up%20*%20{number}", server.url());
    fs::write(folder.path().join("urls"), (1..=checks).map(url).collect::<Vec<_>>().join("\n"))?;
    let bare = vec!["bare-http".to_owned(), "urls".to_owned(), AT_ONCE.to_owned()];
    Ok(Contest { folder, beside: Beside::Verify, bare, keep: Box::new(server) })
}

/// `checks` names of one zone.
pub(crate) fn dns(checks: usize) -> anyhow::Result<Contest> {
    let server = zone(checks);
    let folder = TempDir::new()?;
    plan::write(folder.path(), checks, |number| name(&server, number))?;
    fs::write(folder.path().join("asked"), (1..=checks).map(|number| format!("n{number}.example.com.")).collect::<Vec<_>>().join("\n"))?;
    let bare = vec!["bare-dns".to_owned(), server.address.to_string(), "asked".to_owned(), AT_ONCE.to_owned()];
    Ok(Contest { folder, beside: Beside::Verify, bare, keep: Box::new(server) })
}

/// `checks` open ports.
pub(crate) fn tcp(checks: usize) -> anyhow::Result<Contest> {
    let server = Server::start(checks, 0, None)?;
    let folder = TempDir::new()?;
    plan::write(folder.path(), checks, |number| open(server.ports[number - 1]))?;
    let addresses = server.ports.iter().map(|port| format!("127.0.0.1:{port}"));
    fs::write(folder.path().join("asked"), addresses.collect::<Vec<_>>().join("\n"))?;
    let bare = vec!["bare-tcp".to_owned(), "asked".to_owned(), AT_ONCE.to_owned()];
    Ok(Contest { folder, beside: Beside::Verify, bare, keep: Box::new(server) })
}

/// `checks` of all instruments mixed, a tenth of them of one slow service, beside this program on that tenth alone.
pub(crate) fn mixed(checks: usize) -> anyhow::Result<Contest> {
    /// What the slow service takes for an answer, in milliseconds.
    const LATENCY: u64 = 500;
    let (slow, fast) = (Server::start(1, LATENCY, None)?, Server::start(10, 0, None)?);
    let (database, redis, names) = (database()?, Redis::start(""), zone(checks));
    let parameters = Runtime::new()?.block_on(parameters(&redis))?;
    let metrics = Prometheus::start(&[("up{job=\"api\"}", |_| Some(1.0))], "");
    let slowly = |number: usize| format!("http: {{ url: \"http://127.0.0.1:{}/{number}\", expect: {{ status: 200 }} }}", slow.ports[0]);
    let folder = TempDir::new()?;
    plan::write(folder.path(), checks, |number| match number % 10 {
        0 => slowly(number),
        1 | 2 => rows(number),
        3 => parameter(&redis.url(), &parameters[number % parameters.len()]),
        4 | 5 => value(&metrics.url(), number),
        6 | 7 => name(&names, number),
        8 => open(fast.ports[number / 10 % fast.ports.len()]),
        _ => "document: { file: prod.json, expect: { $.pool: { min: 10 } } }".to_owned(),
    })?;
    fs::write(folder.path().join("prod.env"), format!("DATABASE_URL={}\n", url_of(&database)))?;
    fs::write(folder.path().join("prod.json"), "{\"pool\": 20}")?;
    let alone = folder.path().join("alone");
    fs::create_dir(&alone)?;
    plan::write(&alone, checks / 10, slowly)?;
    let bare = ["elsewhere", "alone", "verify", "--env", "prod", "--format", "json=report.json"].map(str::to_owned);
    Ok(Contest { folder, beside: Beside::Verify, bare: bare.into(), keep: Box::new((slow, fast, database, redis, names, metrics)) })
}

fn database() -> anyhow::Result<Database> {
    Ok(Runtime::new()?.block_on(Postgres::plain().database(&[])))
}

fn url_of(database: &Database) -> String {
    format!("{}?sslmode=disable", database.url())
}

fn rows(number: usize) -> String {
    format!("sql: {{ database: \"${{DATABASE_URL}}\", query: \"SELECT {number} AS n\", columns: {{ n: {number} }} }}")
}

/// The parameters that have a value.
async fn parameters(server: &Redis) -> anyhow::Result<Vec<String>> {
    let all: Vec<(String, String)> =
        ::redis::cmd("CONFIG").arg(&["GET", "*"]).query_async(&mut server.client().await).await.context("CONFIG GET")?;
    Ok(all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, _)| name).collect())
}

fn parameter(url: &str, name: &str) -> String {
    format!("redis: {{ url: \"{url}\", ask: CONFIG GET {name}, fields: {{ {name}: {{ exists: true }} }} }}")
}

fn value(url: &str, number: usize) -> String {
    format!("prometheus: {{ url: \"{url}\", query: 'up{{job=\"api\"}} * {number}', value: {number} }}")
}

fn zone(names: usize) -> NameServer {
    let soa = "@ 300 SOA ns. admin. 1 3600 600 86400 300\n@ 300 NS ns.example.com.\nns 300 A 127.0.0.1\n";
    let records: String = (1..=names).map(|number| format!("n{number} 300 A 192.0.2.{}\n", number % 250)).collect();
    NameServer::knot(&[("example.com", &format!("{soa}{records}"))])
}

fn name(server: &NameServer, number: usize) -> String {
    format!("dns: {{ name: n{number}.example.com, type: A, servers: [\"{}\"], records: 192.0.2.{} }}", server.address, number % 250)
}

fn open(port: u16) -> String {
    format!("tcp: {{ address: \"127.0.0.1:{port}\" }}")
}
