//! Where the server is and who logs in: URLs, PG* variables, the password file, sockets, several hosts.

use std::{fs, os::unix::fs::PermissionsExt as _};

use gonogo::net::Pins;

use super::{ask, ask_with, unknown, unreachable};
use crate::servers::postgres::{ENCODED, PASSWORD, Postgres};

#[tokio::test]
async fn a_url_and_pairs_lead_to_the_same_place() {
    let port = Postgres::shared().port;
    assert_eq!(ask(&format!("postgresql+asyncpg://app:{ENCODED}@127.0.0.1:{port}/postgres")).await, Ok("TLSv1.3 app".into()));
    assert_eq!(ask(&format!("host=127.0.0.1 port={port} user=app password='{PASSWORD}' dbname=postgres")).await, Ok("TLSv1.3 app".into()));
}

#[tokio::test]
async fn variables_alone_are_enough_and_what_is_written_wins() {
    let port = Postgres::shared().port.to_string();
    let variables = [("PGHOST", "127.0.0.1"), ("PGPORT", &*port), ("PGUSER", "app"), ("PGPASSWORD", PASSWORD), ("PGDATABASE", "postgres")];
    assert_eq!(ask_with(None, &variables, Pins::default()).await, Ok("TLSv1.3 app".into()));
    let plain = [("PGSSLMODE", "disable"), ("PGUSER", "nobody"), ("PGPASSWORD", PASSWORD)];
    let text = format!("postgres://app@127.0.0.1:{port}/postgres");
    assert_eq!(ask_with(Some(&text), &plain, Pins::default()).await, Ok("plain app".into()));
}

#[tokio::test]
async fn the_password_file_is_used_unless_others_can_read_it() {
    let port = Postgres::shared().port;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(".pgpass");
    let escaped = PASSWORD.replace('\\', "\\\\").replace(':', "\\:");
    fs::write(&file, format!("# mine\nelsewhere:*:*:*:wrong\n127.0.0.1:{port}:*:app:{escaped}\n")).expect("written");
    let text = format!("postgres://app@127.0.0.1:{port}/postgres");
    let home = folder.path().to_str().expect("a path");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("mode");
    assert_eq!(ask_with(Some(&text), &[("HOME", home)], Pins::default()).await, Ok("TLSv1.3 app".into()));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("mode");
    let named = [("PGPASSFILE", file.to_str().expect("a path"))];
    let why = unknown(ask_with(Some(&text), &named, Pins::default()).await);
    assert!(why.contains("asks `app` for a password") && why.contains("mode 0644") && why.contains("chmod 0600"), "{why}");
}

#[tokio::test]
async fn a_socket_folder_is_a_host() {
    let server = Postgres::shared();
    let folder = server.folder.display();
    // TLS is not spoken on sockets, whatever is demanded, as in libpq.
    let text =
        format!("host={folder} port={} user=app dbname=postgres sslmode=verify-full sslrootcert={}", server.port, server.file("ca.crt"));
    assert_eq!(ask(&text).await, Ok("plain app".into()));
    let encoded = folder.to_string().replace('/', "%2F");
    assert_eq!(ask(&format!("postgres://app@{encoded}:{}/postgres", server.port)).await, Ok("plain app".into()));
    let why = unreachable(ask("host=/nonexistent user=app").await);
    assert!(why.contains("/nonexistent:5432 has no socket there"), "{why}");
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let port = Postgres::shared().port;
    let url = |user: &str, password: &str, rest: &str| format!("postgres://{user}:{password}@127.0.0.1:{port}/{rest}");
    for (text, part) in [
        (url("app", "s3cr3t-but-wrong", "postgres"), "refuses the login (wrong user or password)"),
        (url("stranger", ENCODED, "postgres"), "refuses the login (wrong user or password)"),
        (url("app", ENCODED, "missing"), "has no such database: database \"missing\" does not exist"),
        (url("rejected", ENCODED, "postgres"), "pg_hba.conf rejects connection"),
        (format!("postgres://app@127.0.0.1:{port}/postgres"), "asks `app` for a password: none is given"),
        (url("app", ENCODED, "postgres?options=-c%20nonsense%3D1"), "unrecognized configuration parameter \"nonsense\""),
    ] {
        let why = unknown(ask(&text).await);
        assert!(why.contains(part) && why.contains(&format!("127.0.0.1:{port}")), "{why}");
    }
}

#[tokio::test]
async fn nobody_there_is_worth_another_try() {
    let why = unreachable(ask(&format!("postgres://app@127.0.0.1:{}/x", crate::port::unused())).await);
    assert!(why.contains("refused the connection: is it running"), "{why}");
    let why = unreachable(ask("postgres://app@no-such-host.invalid/x").await);
    assert!(why.contains("no-such-host.invalid:5432: the name cannot be resolved"), "{why}");
}

#[tokio::test]
async fn a_pin_leads_a_name_elsewhere() {
    let server = Postgres::shared();
    let pins: Pins = [("DB.test".to_owned(), format!("127.0.0.1:{}", server.port).parse().expect("a pin"))].into_iter().collect();
    let text = format!("postgres://app:{ENCODED}@db.test/postgres?sslmode=verify-full&sslrootcert={}", server.file("ca.crt"));
    assert_eq!(ask_with(Some(&text), &[], pins).await, Ok("TLSv1.3 app".into()));
}

#[tokio::test]
async fn the_next_host_takes_over_unless_the_login_is_wrong() {
    let (dead, alive) = (crate::port::unused(), Postgres::shared().port);
    let several = |password: &str, more: &str| format!("postgres://app:{password}@127.0.0.1:{dead},127.0.0.1:{alive}/postgres?{more}");
    assert_eq!(ask(&several(ENCODED, "target_session_attrs=read-write")).await, Ok("TLSv1.3 app".into()));
    assert_eq!(ask(&several(ENCODED, "target_session_attrs=prefer-standby")).await, Ok("TLSv1.3 app".into()));
    let why = unreachable(ask(&several(ENCODED, "target_session_attrs=standby")).await);
    assert!(why.contains("none of 2 hosts will do") && why.contains("is no standby, `standby` is demanded"), "{why}");
    assert!(unknown(ask(&several("wrong", "")).await).contains("wrong user or password"));
}

#[tokio::test]
async fn a_server_that_is_full_is_worth_another_try() {
    let server = Postgres::shared();
    let client = server.client("postgres").await;
    client.batch_execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0 PASSWORD 'crowded'").await.expect("a role");
    let why = unreachable(ask(&format!("postgres://crowded:crowded@127.0.0.1:{}/postgres", server.port)).await);
    assert!(why.contains("has no connection left: too many connections for role"), "{why}");
}

#[tokio::test]
async fn a_standby_is_told_from_a_primary() {
    let (primary, standby) = (Postgres::shared(), Postgres::standby());
    let (one, other) = (primary.folder.display(), standby.folder.display());
    let text = |attrs: &str| {
        let ports = format!("{},{}", standby.port, primary.port);
        format!("host={other},{one} port={ports} user=root dbname=postgres target_session_attrs={attrs} application_name=x")
    };
    for (attrs, in_recovery) in [("any", "true"), ("standby", "true"), ("read-only", "true"), ("primary", "false"), ("read-write", "false")]
    {
        let target = super::Target::resolve(Some(&text(attrs)), &super::env(&[])).expect("a target");
        let reach = super::Reach::new(super::env(&[]), Pins::default(), crate::scripted::instant());
        let mut loan = reach.postgres(&target, super::soon()).await.expect(attrs);
        assert_eq!(super::value(&mut loan, "SELECT pg_is_in_recovery()::text").await, Ok(in_recovery.into()), "{attrs}");
    }
    let alone = format!("host={other} port={} user=root dbname=postgres target_session_attrs=read-write", standby.port);
    let why = unreachable(ask(&alone).await);
    assert!(why.contains("is a standby, `read-write` is demanded"), "{why}");
}
