//! PostgreSQL: one server with TLS and one without, shared by all tests; each test makes databases of its own.

use std::{
    fmt::Write as _,
    fs,
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use tokio_postgres::{Client, NoTls};

use super::{Guarded, folder, own, run};

/// Every role's password: it must turn up in no output. Percent-encoded it stands in URLs.
pub(crate) const PASSWORD: &str = "s3cr3t/p@ss:w0rd%";
pub(crate) const ENCODED: &str = "s3cr3t%2Fp%40ss%3Aw0rd%25";

/// The name in the server's certificate; it resolves nowhere.
pub(crate) const NAME: &str = "db.test";

/// Who may log in how: `tlsonly` and `plainonly` by their names, `certified` by a certificate, `rejected` not at all.
const HBA: &str = "\
local all all trust
local replication all trust
hostssl all certified 127.0.0.1/32 cert
hostssl all tlsonly 127.0.0.1/32 scram-sha-256
hostnossl all plainonly 127.0.0.1/32 scram-sha-256
host all certified,tlsonly,plainonly,rejected 127.0.0.1/32 reject
host all all 127.0.0.1/32 scram-sha-256
";

const ROLES: [&str; 6] = ["app", "tlsonly", "plainonly", "certified", "rejected", "watcher"];

/// A running server.
pub(crate) struct Postgres {
    pub(crate) port: u16,
    /// Holds the socket, and what the test's own certificate authority issued.
    pub(crate) folder: PathBuf,
    /// Those that took the first one's place; they end before the first removes the folder.
    again: Mutex<Vec<Guarded>>,
    _guarded: Guarded,
}

/// A database of one test.
pub(crate) struct Database {
    pub(crate) server: &'static Postgres,
    pub(crate) name: String,
}

impl Postgres {
    /// The shared server with TLS.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(true, false, 100))
    }

    /// The shared server without TLS.
    pub(crate) fn plain() -> &'static Self {
        static PLAIN: OnceLock<Postgres> = OnceLock::new();
        PLAIN.get_or_init(|| Self::start(false, false, 100))
    }

    /// A server that takes no writes, since it waits for a primary that never speaks.
    pub(crate) fn standby() -> Self {
        Self::start(false, true, 100)
    }

    /// A server of one's own, small enough to be copied.
    pub(crate) fn alone() -> Self {
        Self::for_many(100)
    }

    /// The same, for so many connections at once.
    pub(crate) fn for_many(connections: usize) -> Self {
        Self::start(false, false, connections)
    }

    /// A server that follows this one, with these lines of settings beside the primary's.
    pub(crate) fn follower(&self) -> Self {
        let (folder, port) = (folder(), crate::port::unused());
        let data = folder.join("data");
        let (host, data) = (self.folder.to_str().expect("a plain path"), data.to_str().expect("a plain path"));
        let copy = program("pg_basebackup");
        run(&[
            &copy,
            "-h",
            host,
            "-p",
            &self.port.to_string(),
            "-U",
            "root",
            "-D",
            data,
            "-R",
            "-C",
            "-S",
            "follower",
            "-c",
            "fast",
            "--no-sync",
        ]);
        let mut settings = settings(&folder, port, false, 100);
        settings.push_str(&fs::read_to_string(folder.join("data/postgresql.auto.conf")).expect("the place of the primary"));
        fs::write(folder.join("data/postgresql.conf"), settings).expect("written");
        own(&folder);
        let guarded = Guarded::start(&folder, "INT", &[&program("postgres"), "-D", data]);
        guarded.wait_until(|| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { port, folder, again: Mutex::default(), _guarded: guarded }
    }

    /// Sets these and starts again.
    pub(crate) fn set(&self, lines: &str) {
        let path = self.folder.join("data/postgresql.conf");
        let before = fs::read_to_string(&path).expect("the settings");
        fs::write(&path, format!("{before}\n{lines}\n")).expect("written");
        self.again("-INT");
        let host = self.folder.to_str().expect("a plain path");
        let ready =
            ["-X", "-q", "-h", host, "-p", &self.port.to_string(), "-U", "root", "-d", "postgres", "-c", "SELECT 1"].map(str::to_owned);
        let end = Instant::now() + Duration::from_secs(20);
        while !Command::new("psql").args(&ready).output().is_ok_and(|output| output.status.success()) {
            assert!(Instant::now() < end, "the server does not start again");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn start(tls: bool, standby: bool, connections: usize) -> Self {
        let (folder, port) = (folder(), crate::port::unused());
        let data = folder.join("data");
        let data = data.to_str().expect("a plain path");
        let (initdb, postgres) = (program("initdb"), program("postgres"));
        run(&[&initdb, "--no-sync", "--username=root", "--auth=trust", "--encoding=UTF8", "--locale=C", "-D", data]);
        fs::write(folder.join("data/pg_hba.conf"), HBA).expect("written");
        fs::write(folder.join("data/postgresql.conf"), settings(&folder, port, tls, connections)).expect("written");
        issue(&folder);
        if standby {
            fs::write(folder.join("data/standby.signal"), "").expect("written");
        }
        own(&folder);
        let guarded = Guarded::start(&folder, "INT", &[&postgres, "-D", data]);
        let psql = |sql: &str| {
            let host = folder.to_str().expect("a plain path").to_owned();
            let arguments =
                ["-X", "-q", "-h", &host, "-p", &port.to_string(), "-U", "root", "-d", "postgres", "-c", sql].map(str::to_owned);
            Command::new("psql").args(arguments).output().is_ok_and(|output| output.status.success())
        };
        guarded.wait_until(|| psql("SELECT 1"));
        if standby {
            return Self { port, folder, again: Mutex::default(), _guarded: guarded };
        }
        let roles = ROLES.iter().fold(String::new(), |mut sql, role| {
            let _ = write!(sql, "CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'; ");
            sql
        });
        assert!(psql(&format!("{roles} GRANT pg_monitor TO watcher")), "the roles could not be made");
        Self { port, folder, again: Mutex::default(), _guarded: guarded }
    }

    /// Ends the server as a crash would, without a last checkpoint, and starts it again.
    pub(crate) fn crash(&self) {
        self.again("-QUIT");
    }

    /// Ends it by a signal and starts it again.
    fn again(&self, signal: &str) {
        let pid = fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("its process id");
        let pid = pid.lines().next().expect("a line");
        assert!(Command::new("kill").args([signal, pid]).status().expect("kill").success());
        let end = Instant::now() + Duration::from_secs(20);
        while self.folder.join("data/postmaster.pid").exists() {
            assert!(Instant::now() < end, "the server does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut again = self.again.lock().expect("no panic before");
        let log = self.folder.join(format!("again-{}", again.len()));
        fs::create_dir(&log).expect("a folder");
        own(&log);
        let guarded = Guarded::start(&log, "INT", &[&program("postgres"), "-D", self.folder.join("data").to_str().expect("a plain path")]);
        guarded.wait_until(|| TcpStream::connect(("127.0.0.1", self.port)).is_ok());
        again.push(guarded);
    }

    /// A new database, shaped by the statements, each sent alone.
    pub(crate) async fn database(&'static self, statements: &[&str]) -> Database {
        Database { server: self, name: self.named_database(statements).await }
    }

    /// The same, of any server: its name.
    pub(crate) async fn named_database(&self, statements: &[&str]) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.client("postgres").await.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database");
        let client = self.client(&name).await;
        for statement in statements {
            client.batch_execute(statement).await.expect(statement);
        }
        name
    }

    /// A superuser's own connection, over the socket.
    pub(crate) async fn client(&self, database: &str) -> Client {
        let mut config = tokio_postgres::Config::new();
        config.host_path(&self.folder).port(self.port).user("root").dbname(database);
        let (client, connection) = config.connect(NoTls).await.expect("a connection");
        tokio::spawn(connection);
        client
    }

    pub(crate) fn file(&self, name: &str) -> String {
        self.folder.join(name).to_str().expect("a plain path").to_owned()
    }
}

impl Database {
    pub(crate) async fn client(&self) -> Client {
        self.server.client(&self.name).await
    }

    /// As a login without any grant, over TCP.
    pub(crate) fn url(&self) -> String {
        self.url_as("app")
    }

    pub(crate) fn url_as(&self, role: &str) -> String {
        format!("postgres://{role}:{ENCODED}@127.0.0.1:{}/{}", self.server.port, self.name)
    }
}

fn settings(folder: &Path, port: u16, tls: bool, connections: usize) -> String {
    let folder = folder.display();
    let mut settings = format!(
        "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{folder}'\nmax_connections = {connections}\nfsync = off\n\
         autovacuum = off\nsynchronous_commit = off\nfull_page_writes = off\nshared_buffers = 32MB\nmax_wal_size = 256MB\nlogging_collector = off\n"
    );
    if tls {
        let _ = write!(
            settings,
            "ssl = on\nssl_cert_file = '{folder}/server.crt'\nssl_key_file = '{folder}/server.key'\nssl_ca_file = '{folder}/ca.crt'\n"
        );
    }
    settings
}

/// Writes `ca`, `other-ca`, `server`, `expired`, `self` (a server's own, marked as a CA's) and the client's `certified`.
fn issue(folder: &Path) {
    let write = |name: &str, text: String| {
        fs::write(folder.join(name), text).expect("written");
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o600)).expect("mode");
    };
    let ca = |name: &str| {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a CA")
    };
    let (issuer, other) = (ca("test CA"), ca("another CA"));
    write("ca.crt", issuer.pem());
    write("other-ca.crt", other.pem());
    let leaf = |name: &str, common: &str, usage: ExtendedKeyUsagePurpose, expired: bool| {
        let mut params = CertificateParams::new(vec![NAME.to_owned()]).expect("a name");
        params.distinguished_name.push(DnType::CommonName, common);
        params.extended_key_usages = vec![usage];
        if expired {
            (params.not_before, params.not_after) = (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2021, 1, 1));
        }
        let key = KeyPair::generate().expect("a key");
        write(&format!("{name}.crt"), params.signed_by(&key, &issuer).expect("a certificate").pem());
        write(&format!("{name}.key"), key.serialize_pem());
    };
    leaf("server", NAME, ExtendedKeyUsagePurpose::ServerAuth, false);
    leaf("expired", NAME, ExtendedKeyUsagePurpose::ServerAuth, true);
    leaf("certified", "certified", ExtendedKeyUsagePurpose::ClientAuth, false);
    let mut params = CertificateParams::new(vec![NAME.to_owned()]).expect("a name");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    write("self.crt", params.self_signed(&key).expect("a certificate").pem());
    write("self.key", key.serialize_pem());
}

/// Debian keeps them out of the path.
fn program(name: &str) -> String {
    let mut folders: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    let found = folders.iter().rev().map(|folder| folder.join(name)).find(|file| file.is_file());
    found.expect("no PostgreSQL server: `apt-get install postgresql`").to_str().expect("a plain path").to_owned()
}
