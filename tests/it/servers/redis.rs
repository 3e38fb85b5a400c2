//! Redis, one server a test: it starts in a few milliseconds.

use std::{
    fs,
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use redis::aio::MultiplexedConnection;

use super::{Guarded, folder, own};

/// The password of `default` and of every other user: it must turn up in no output. Percent-encoded it stands in URLs.
pub(crate) const PASSWORD: &str = "s3cr3t/p@ss:w0rd%";
pub(crate) const ENCODED: &str = "s3cr3t%2Fp%40ss%3Aw0rd%25";

const PROGRAM: &str = "/usr/bin/redis-server";

/// A running server, reached over TCP, over its socket and, if asked for, over TLS.
pub(crate) struct Redis {
    pub(crate) port: u16,
    pub(crate) folder: PathBuf,
    _guarded: Guarded,
}

impl Redis {
    /// Starts one with these lines of configuration.
    pub(crate) fn start(settings: &str) -> Self {
        Self::start_in(folder(), settings)
    }

    /// A Sentinel that watches `primary` as `app`; two have to agree.
    pub(crate) fn sentinel(primary: &Self) -> Self {
        Self::run(folder(), &format!("sentinel monitor app 127.0.0.1 {} 2", primary.port), &["--sentinel"])
    }

    /// The same with the files that stand in `folder`.
    pub(crate) fn start_in(folder: PathBuf, settings: &str) -> Self {
        Self::run(folder, settings, &[])
    }

    fn run(folder: PathBuf, settings: &str, more: &[&str]) -> Self {
        assert!(Path::new(PROGRAM).exists(), "no Redis server: `apt-get install redis-server`");
        // Nodes of a cluster talk to each other at the port 10,000 above.
        let both = std::iter::repeat_with(crate::port::unused);
        let mut both =
            both.filter(|port| port.checked_add(10_000).is_some_and(|bus| std::net::TcpListener::bind(("127.0.0.1", bus)).is_ok()));
        let port = both.next().expect("two free ports");
        let place = folder.display();
        let all = format!("bind 127.0.0.1\nport {port}\ndir {place}\nunixsocket {place}/socket\nlogfile \"\"\n{settings}\n");
        fs::write(folder.join("settings"), all).expect("written");
        own(&folder);
        let settings = folder.join("settings");
        let argv = [&[PROGRAM, settings.to_str().expect("a plain path")], more].concat();
        let guarded = Guarded::start(&folder, "KILL", &argv);
        guarded.wait_until(|| TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { port, folder, _guarded: guarded }
    }

    /// One with TLS beside the plain port: its certificate is for `localhost`, its authority's is `ca.crt`.
    pub(crate) fn start_tls(settings: &str) -> (Self, u16) {
        let (folder, port) = (folder(), crate::port::unused());
        issue(&folder);
        let place = folder.display();
        let tls = format!(
            "tls-port {port}\ntls-cert-file {place}/server.crt\ntls-key-file {place}/server.key\ntls-ca-cert-file {place}/ca.crt\n{settings}"
        );
        (Self::start_in(folder, &tls), port)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn url_as(&self, user: &str) -> String {
        format!("redis://{user}:{ENCODED}@127.0.0.1:{}", self.port)
    }

    pub(crate) fn file(&self, name: &str) -> String {
        self.folder.join(name).to_str().expect("a plain path").to_owned()
    }

    /// A connection of the test's own.
    pub(crate) async fn client(&self) -> MultiplexedConnection {
        redis::Client::open(self.url()).expect("a URL").get_multiplexed_async_connection().await.expect("a connection")
    }

    /// Sends a command and takes its answer as text.
    pub(crate) async fn say(&self, words: &[&str]) -> String {
        let mut command = redis::Cmd::new();
        for word in words {
            command.arg(word);
        }
        match command.query_async::<redis::Value>(&mut self.client().await).await {
            Ok(redis::Value::BulkString(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
            Ok(value) => format!("{value:?}"),
            Err(error) => error.to_string(),
        }
    }

    /// Takes a snapshot and waits for its end, well or badly.
    pub(crate) async fn snapshot(&self) {
        self.say(&["BGSAVE"]).await;
        for _ in 0..200 {
            if self.say(&["INFO", "persistence"]).await.contains("rdb_bgsave_in_progress:0") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("the snapshot does not end");
    }

    /// The server's own time.
    pub(crate) async fn now(&self) -> Timestamp {
        let (seconds, _): (i64, i64) = redis::cmd("TIME").query_async(&mut self.client().await).await.expect("the time");
        Timestamp::from_second(seconds).expect("a time")
    }
}

/// Writes `ca`, `other-ca`, `server` and `client`.
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
    for (name, usage) in [("server", ExtendedKeyUsagePurpose::ServerAuth), ("client", ExtendedKeyUsagePurpose::ClientAuth)] {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().expect("a key");
        write(&format!("{name}.crt"), params.signed_by(&key, &issuer).expect("a certificate").pem());
        write(&format!("{name}.key"), key.serialize_pem());
    }
}
