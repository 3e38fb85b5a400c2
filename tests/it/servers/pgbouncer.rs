//! PgBouncer in transaction mode before a test's PostgreSQL.

use std::{fs, net::TcpStream, path::Path};

use super::{
    Guarded, folder, own,
    postgres::{Database, ENCODED, PASSWORD},
};

/// A running pooler; one of its own for each test that needs one.
pub(crate) struct PgBouncer {
    pub(crate) port: u16,
    _guarded: Guarded,
}

impl PgBouncer {
    /// In front of `database`; `certificate` is the name of one of the server's certificates, for TLS towards clients.
    pub(crate) fn start(database: &Database, certificate: Option<&str>) -> Self {
        Self::with(database, certificate, "")
    }

    /// The same with further settings.
    pub(crate) fn with(database: &Database, certificate: Option<&str>, more: &str) -> Self {
        assert!(Path::new("/usr/sbin/pgbouncer").exists(), "no PgBouncer: `apt-get install pgbouncer`");
        let (folder, port) = (folder(), crate::port::unused());
        let server = &database.server.folder;
        let tls = certificate.map_or(String::new(), |name| {
            for end in ["crt", "key"] {
                let file = format!("{name}.{end}");
                fs::copy(server.join(&file), folder.join(file)).expect("copied");
            }
            let at = folder.join(name);
            format!("client_tls_sslmode = require\nclient_tls_cert_file = {0}.crt\nclient_tls_key_file = {0}.key\n", at.display())
        });
        let settings = format!(
            "[databases]\n{name} = host={host} port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = scram-sha-256\nauth_file = {here}/users\npool_mode = transaction\ndefault_pool_size = 2\n{tls}{more}\n",
            name = database.name,
            host = server.display(),
            server_port = database.server.port,
            here = folder.display(),
        );
        fs::write(folder.join("users"), format!("\"app\" \"{PASSWORD}\"\n")).expect("written");
        fs::write(folder.join("settings"), settings).expect("written");
        own(&folder);
        let guarded = Guarded::start(&folder, "TERM", &["/usr/sbin/pgbouncer", folder.join("settings").to_str().expect("a plain path")]);
        guarded.wait_until(|| TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { port, _guarded: guarded }
    }

    pub(crate) fn url(&self, database: &Database) -> String {
        format!("postgres://app:{ENCODED}@127.0.0.1:{}/{}", self.port, database.name)
    }
}
