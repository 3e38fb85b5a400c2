//! Behind PgBouncer in transaction mode, which refuses startup options and hands each transaction to any session.

use super::{Pins, Reach, Target, ask, env, soon, unknown, value};
use crate::servers::{pgbouncer::PgBouncer, postgres::Postgres};

const PROBE: &str = "SELECT concat_ws(' ', current_setting('transaction_read_only'), current_setting('statement_timeout') <> '0', current_setting('lock_timeout') <> '0')";

#[tokio::test]
async fn every_transaction_is_read_only_and_bounded() {
    let database = Postgres::shared().database(&["CREATE TABLE t (a int)", "GRANT ALL ON t TO app"]).await;
    // Refused as it comes, refused within `options`, or silently dropped: the guard must hold in each case.
    for more in ["", "ignore_startup_parameters = options"] {
        let pooler = PgBouncer::with(&database, None, more);
        let target = Target::resolve(Some(&pooler.url(&database)), &env(&[])).expect("a target");
        let reach = Reach::new(env(&[]), Pins::default(), crate::scripted::instant());
        let mut loan = reach.postgres(&target, soon()).await.expect("a loan");
        assert_eq!(value(&mut loan, PROBE).await, Ok("on t t".into()), "{more:?}");
        let reading = loan.begin(soon()).await.expect("a transaction");
        let error = reading.run("INSERT INTO t VALUES (1)").await.expect_err("read-only").to_string();
        assert!(error.contains("25006") && error.contains("read-only transaction"), "{error}");
        drop(loan);
        reach.close().await;
    }
    assert_eq!(database.client().await.query_one("SELECT count(*) FROM t", &[]).await.expect("a count").get::<_, i64>(0), 0);
}

#[tokio::test]
async fn settings_do_not_leak_into_the_pool() {
    let database = Postgres::shared().database(&[]).await;
    let pooler = PgBouncer::with(&database, None, "default_pool_size = 1");
    let url = pooler.url(&database);
    assert_eq!(ask(&url).await, Ok("plain app".into()));
    let (client, connection) =
        url.parse::<tokio_postgres::Config>().expect("a URL").connect(tokio_postgres::NoTls).await.expect("a session");
    tokio::spawn(connection);
    let rows =
        client.simple_query("SELECT current_setting('transaction_read_only') || current_setting('statement_timeout')").await.expect("rows");
    let tokio_postgres::SimpleQueryMessage::Row(row) = &rows[1] else { panic!("{rows:?}") };
    assert_eq!(row.get(0), Some("off0"));
}

#[tokio::test]
async fn what_the_pooler_refuses_is_said_like_a_servers_refusal() {
    let database = Postgres::shared().database(&[]).await;
    let pooler = PgBouncer::start(&database, None);
    let why = unknown(ask(&pooler.url(&database).replace("w0rd", "w1rd")).await);
    assert!(why.contains("refuses the login (wrong user or password)"), "{why}");
    let why = unknown(ask(&pooler.url(&database).replace(&database.name, "missing")).await);
    assert!(why.contains("has no such database"), "{why}");
}
