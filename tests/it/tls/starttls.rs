//! Servers that begin in clear text: Dovecot for IMAP, POP3 and SMTP, OpenLDAP, MariaDB.

use std::{fs, net::TcpStream, path::PathBuf};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Case, authority::Authority, line, names, pem, server::Server};
use crate::servers::{Guarded, folder, own, run, user};

/// The packages they are in, for a message.
const MISSING: &str = "apt-get install dovecot-imapd dovecot-pop3d dovecot-submissiond slapd mariadb-server";

/// A folder of the servers' user with `chain.pem` and `key.pem` of a good leaf.
fn house(authority: &Authority) -> PathBuf {
    use base64::Engine as _;
    let (folder, identity) = (folder(), authority.leaf(|_| {}));
    let key = base64::engine::general_purpose::STANDARD.encode(identity.key.secret_der());
    fs::write(folder.join("chain.pem"), pem(&identity.chain)).expect("written");
    fs::write(folder.join("key.pem"), format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n")).expect("written");
    own(&folder);
    folder
}

fn start(folder: &std::path::Path, ports: &[u16], command: &[&str]) -> Guarded {
    assert!(std::path::Path::new(command[0]).exists(), "{} is not there: {MISSING}", command[0]);
    let server = Guarded::start(folder, "TERM", command);
    server.wait_until(|| ports.iter().all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok()));
    server
}

/// Looks at the port in the right way, where all is in order, and in wrong ones, where there is no TLS to be seen.
async fn spoken(authority: &Authority, port: u16, right: &str, wrong: &[&str]) {
    let case = |protocol: &str| Case::trusting(authority.root.der()).at_port(port).with("starttls", protocol);
    let seen = case(right).seen().await;
    assert_eq!((names(&seen, Some(false)), names(&seen, None)), (vec![], vec![]), "{right}: {}", line(&seen, "handshake"));
    for wrong in wrong {
        if let Ok(seen) = case(wrong).look().look().await {
            assert!(names(&seen, Some(false)).contains(&"handshake".into()), "{right} as {wrong}: {}", line(&seen, "handshake"));
        }
    }
}

/// For servers that speak first: whoever waits for a greeting hears a wrong one.
const OTHERS: [&str; 5] = ["postgres", "mysql", "ldap", "smtp", "pop3"];

#[tokio::test]
async fn dovecot_turns_to_tls_when_asked() {
    let authority = Authority::new();
    let (folder, user) = (house(&authority), user());
    let place = folder.display();
    let mut settings = format!(
        "base_dir = {place}/run\nstate_dir = {place}/run\nlog_path = /dev/stderr\nprotocols = imap pop3 submission\n\
         default_internal_user = {user}\ndefault_internal_group = {user}\ndefault_login_user = {user}\nhostname = api.example.com\n\
         submission_relay_host = 127.0.0.1\nssl = yes\nssl_cert = <{place}/chain.pem\nssl_key = <{place}/key.pem\n\
         service anvil {{\n chroot =\n}}\npassdb {{\n driver = static\n args = nopassword=y\n}}\n"
    );
    let services =
        [("imap", "imap", crate::port::unused()), ("pop3", "pop3", crate::port::unused()), ("submission", "smtp", crate::port::unused())];
    for (service, _, port) in services {
        settings += &format!(
            "service {service}-login {{\n chroot =\n inet_listener {service} {{\n  address = 127.0.0.1\n  port = {port}\n }}\n \
             inet_listener {service}s {{\n  port = 0\n }}\n}}\n"
        );
    }
    fs::write(folder.join("dovecot.conf"), settings).expect("written");
    own(&folder);
    let file = folder.join("dovecot.conf");
    let _server =
        start(&folder, &services.map(|(.., port)| port), &["/usr/sbin/dovecot", "-F", "-c", file.to_str().expect("a plain path")]);
    for (_, protocol, port) in services {
        let others: Vec<&str> = OTHERS.into_iter().filter(|other| *other != protocol).collect();
        spoken(&authority, port, protocol, &others).await;
    }
}

#[tokio::test]
async fn openldap_turns_to_tls_when_asked() {
    let authority = Authority::new();
    let (folder, port) = (house(&authority), crate::port::unused());
    let place = folder.display();
    let settings = format!(
        "include /etc/ldap/schema/core.schema\npidfile {place}/pid\nTLSCertificateFile {place}/chain.pem\nTLSCertificateKeyFile {place}/key.pem\nTLSCipherSuite NORMAL:-VERS-TLS1.0:-VERS-TLS1.1\n"
    );
    fs::write(folder.join("slapd.conf"), settings).expect("written");
    own(&folder);
    let (file, url) = (folder.join("slapd.conf"), format!("ldap://127.0.0.1:{port}"));
    let _server = start(&folder, &[port], &["/usr/sbin/slapd", "-d", "0", "-f", file.to_str().expect("a plain path"), "-h", &url]);
    spoken(&authority, port, "ldap", &["postgres"]).await;
}

#[tokio::test]
async fn mariadb_turns_to_tls_when_asked() {
    let authority = Authority::new();
    let (folder, port) = (house(&authority), crate::port::unused());
    let option = |name: &str, value: &str| format!("--{name}={}/{value}", folder.display());
    let (data, socket, pid) = (option("datadir", "data"), option("socket", "socket"), option("pid-file", "pid"));
    let plain = "--no-defaults";
    run(&["/usr/bin/mariadb-install-db", plain, &data, "--auth-root-authentication-method=normal", "--skip-test-db"]);
    let (at, listens) = ("--bind-address=127.0.0.1", format!("--port={port}"));
    let (chain, key) = (option("ssl-cert", "chain.pem"), option("ssl-key", "key.pem"));
    let common = ["/usr/sbin/mariadbd", plain, &data, &socket, &pid, at, &listens];
    let _server = start(&folder, &[port], &[common.as_slice(), &[&chain, &key]].concat());
    spoken(&authority, port, "mysql", &["postgres", "imap", "smtp"]).await;
}

#[tokio::test]
async fn a_mail_server_without_tls_is_said_to_have_none() {
    let authority = Authority::new();
    for (greeting, protocol, said) in [
        (
            "220 mail ESMTP\r\n250-mail\r\n250 SIZE\r\n502 5.5.1 not implemented\r\n",
            "smtp",
            "offers no TLS: it answers `STARTTLS` with `502 5.5.1",
        ),
        ("554 no\r\n", "smtp", "is no SMTP server: it greets with `554 no`"),
        ("* OK ready\r\n* CAPABILITY IMAP4rev1\r\na BAD what\r\n", "imap", "offers no TLS: it answers `a STARTTLS` with `a BAD what`"),
        ("+OK\r\n-ERR\r\n", "pop3", "offers no TLS: it answers `STLS` with `-ERR`"),
        ("220-hello\r\n220 ftp\r\n500 what\r\n", "ftp", "offers no TLS: it answers `AUTH TLS` with `500 what`"),
    ] {
        let server = Server::new(move |mut stream| async move {
            let _ = stream.write_all(greeting.as_bytes()).await;
            while stream.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {}
        })
        .await;
        let seen = Case::trusting(authority.root.der()).at_port(server.port()).with("starttls", protocol).seen().await;
        assert!(line(&seen, "handshake").contains(said), "{}", line(&seen, "handshake"));
        assert!(names(&seen, Some(false)).contains(&"handshake".into()));
    }
}
