//! Every `sslmode` against servers with and without TLS, right and wrong certificates.

use super::{ask, unknown};
use crate::servers::{
    pgbouncer::PgBouncer,
    postgres::{ENCODED, NAME, Postgres},
};

/// By the certificate's name, whatever DNS says about it.
fn named(server: &Postgres, role: &str, mode: &str, roots: Option<&str>) -> String {
    let roots = roots.map_or(String::new(), |file| format!("&sslrootcert={}", server.file(file)));
    format!("postgres://{role}:{ENCODED}@{NAME}:{}/postgres?hostaddr=127.0.0.1&sslmode={mode}{roots}", server.port)
}

#[tokio::test]
async fn a_server_with_tls() {
    let server = Postgres::shared();
    for (mode, roots, answer) in [
        ("disable", None, "plain app"),
        ("allow", None, "plain app"),
        ("prefer", None, "TLSv1.3 app"),
        ("require", None, "TLSv1.3 app"),
        ("require", Some("ca.crt"), "TLSv1.3 app"),
        ("verify-ca", Some("ca.crt"), "TLSv1.3 app"),
        ("verify-full", Some("ca.crt"), "TLSv1.3 app"),
        // libpq: a certificate that the root file does not cover makes `prefer` go on without TLS.
        ("prefer", Some("other-ca.crt"), "plain app"),
    ] {
        assert_eq!(ask(&named(server, "app", mode, roots)).await, Ok(answer.into()), "{mode} {roots:?}");
    }
}

#[tokio::test]
async fn a_server_without_tls() {
    let server = Postgres::plain();
    for mode in ["disable", "allow", "prefer"] {
        assert_eq!(ask(&named(server, "app", mode, None)).await, Ok("plain app".into()), "{mode}");
    }
    for (mode, roots) in [("require", None), ("verify-ca", Some("ca.crt")), ("verify-full", Some("ca.crt"))] {
        let why = unknown(ask(&named(server, "app", mode, roots)).await);
        assert!(why.contains("offers no TLS, and `sslmode` demands it"), "{mode}: {why}");
    }
}

#[tokio::test]
async fn logins_that_only_one_way_of_talking_opens() {
    let server = Postgres::shared();
    assert_eq!(ask(&named(server, "tlsonly", "allow", None)).await, Ok("TLSv1.3 tlsonly".into()));
    assert_eq!(ask(&named(server, "plainonly", "prefer", None)).await, Ok("plain plainonly".into()));
    let why = unknown(ask(&named(server, "tlsonly", "disable", None)).await);
    assert!(why.contains("pg_hba.conf") && why.contains("no encryption"), "{why}");
    let why = unknown(ask(&named(server, "plainonly", "require", None)).await);
    assert!(why.contains("pg_hba.conf") && why.contains("SSL encryption"), "{why}");
}

#[tokio::test]
async fn certificates_that_do_not_hold() {
    let server = Postgres::shared();
    for mode in ["require", "verify-ca", "verify-full"] {
        let why = unknown(ask(&named(server, "app", mode, Some("other-ca.crt"))).await);
        assert!(why.contains("its issuer is not trusted; name the CA in `sslrootcert`"), "{mode}: {why}");
    }
    let by_address = |mode: &str| {
        format!("postgres://app:{ENCODED}@127.0.0.1:{}/postgres?sslmode={mode}&sslrootcert={}", server.port, server.file("ca.crt"))
    };
    assert_eq!(ask(&by_address("verify-ca")).await, Ok("TLSv1.3 app".into()));
    let why = unknown(ask(&by_address("verify-full")).await);
    assert!(why.contains("it is for another host") && why.contains("db.test"), "{why}");
    // Without a root file the system's roots count, which do not know the test's CA.
    let why = unknown(ask(&named(server, "app", "verify-full", None)).await);
    assert!(why.contains("its issuer is not trusted"), "{why}");
    let why = unknown(ask(&format!("{}&sslrootcert=/nonexistent", named(server, "app", "verify-full", None))).await);
    assert!(why.contains("the CA file /nonexistent cannot be used"), "{why}");
}

#[tokio::test]
async fn an_expired_certificate() {
    let database = Postgres::shared().database(&[]).await;
    let pooler = PgBouncer::start(&database, Some("expired"));
    let at = |mode: &str| {
        let roots = database.server.file("ca.crt");
        format!("postgres://app:{ENCODED}@{NAME}:{}/{}?hostaddr=127.0.0.1&sslmode={mode}&sslrootcert={roots}", pooler.port, database.name)
    };
    for mode in ["verify-ca", "verify-full"] {
        let why = unknown(ask(&at(mode)).await);
        assert!(why.contains("it has expired"), "{mode}: {why}");
    }
}

#[tokio::test]
async fn a_servers_own_certificate_as_its_root() {
    let database = Postgres::shared().database(&[]).await;
    let pooler = PgBouncer::start(&database, Some("self"));
    let at = |host: &str, root: &str, mode: &str| {
        let roots = database.server.file(root);
        format!("postgres://app:{ENCODED}@{host}:{}/{}?hostaddr=127.0.0.1&sslmode={mode}&sslrootcert={roots}", pooler.port, database.name)
    };
    // `openssl req -x509` marks such certificates as a CA's; libpq takes them, so the tool has to.
    for mode in ["verify-ca", "verify-full"] {
        assert_eq!(ask(&at(NAME, "self.crt", mode)).await, Ok("plain app".into()), "{mode}");
    }
    let why = unknown(ask(&at("other.test", "self.crt", "verify-full")).await);
    assert!(why.contains("it is for another host"), "{why}");
    assert!(ask(&at(NAME, "ca.crt", "verify-ca")).await.is_err());
}

#[tokio::test]
async fn a_login_by_certificate() {
    let server = Postgres::shared();
    let (certificate, key) = (server.file("certified.crt"), server.file("certified.key"));
    let base = format!("host={NAME} hostaddr=127.0.0.1 port={} user=certified dbname=postgres sslmode=require", server.port);
    assert_eq!(ask(&format!("{base} sslcert={certificate} sslkey={key}")).await, Ok("TLSv1.3 certified".into()));
    let why = unknown(ask(&base).await);
    assert!(why.contains("connection requires a valid client certificate"), "{why}");
    let why = unknown(ask(&format!("{base} sslcert={certificate} sslkey=/nonexistent")).await);
    assert!(why.contains("the key /nonexistent cannot be read"), "{why}");
    // Opening a pipe waits for somebody who writes into it.
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    assert!(std::process::Command::new("chmod").arg("0600").arg(&pipe).status().expect("chmod").success());
    let pipe = pipe.display();
    for login in [format!("sslcert={pipe} sslkey={key}"), format!("sslcert={certificate} sslkey={pipe}"), format!("sslrootcert={pipe}")] {
        let asked = tokio::time::timeout(std::time::Duration::from_secs(10), ask(&format!("{base} {login}"))).await;
        let why = unknown(asked.expect("an answer"));
        assert!(why.contains("named pipe") || why.contains("not a plain file"), "{login}: {why}");
    }
}

#[tokio::test]
async fn channel_binding_can_be_demanded() {
    let server = Postgres::shared();
    let text = |mode: &str| format!("{}&channel_binding=require", named(server, "app", mode, None));
    assert_eq!(ask(&text("require")).await, Ok("TLSv1.3 app".into()));
    let why = unknown(ask(&text("disable")).await);
    assert!(why.contains("channel binding"), "{why}");
}
