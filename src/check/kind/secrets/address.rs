//! URLs and connection strings: the login in them, the host they lead to, and how they are secured.

use std::net::IpAddr;

/// The parts of a URL or connection string that matter here.
pub struct Address<'a> {
    /// In lower case; empty for a connection string.
    pub scheme: String,
    /// The user, percent-decoded.
    pub user: Option<String>,
    /// The password, percent-decoded; `Some("")` where one is given and empty.
    pub password: Option<String>,
    /// Every host, without port.
    pub hosts: Vec<&'a str>,
    /// What follows the `?`.
    query: &'a str,
}

/// The address that `text` is, if it is one.
pub fn read(text: &str) -> Option<Address<'_>> {
    let text = text.trim();
    url(text).or_else(|| connection_string(text))
}

fn url(text: &str) -> Option<Address<'_>> {
    let (scheme, rest) = text.split_once("://")?;
    let valid =
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-:".contains(c));
    if !valid || rest.chars().any(char::is_whitespace) {
        return None;
    }
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    // An unescaped slash in a password is wrong but common: the last `@` of the whole decides then.
    let authority = if authority.contains('@') {
        authority
    } else {
        rest.find('@').filter(|_| rest.contains(':')).map_or(authority, |at| until_path(rest, at))
    };
    let (login, hosts) = authority.rsplit_once('@').map_or((None, authority), |(login, hosts)| (Some(login), hosts));
    let query = text.split_once('?').map_or("", |(_, query)| query);
    let parameter = |name: &str| parameter(query, name).map(decoded);
    let (user, password) = match login.map(|login| login.split_once(':').map_or((login, None), |(user, password)| (user, Some(password)))) {
        Some((user, password)) => (Some(decoded(user)), password.map(decoded)),
        None => (parameter("user"), parameter("password")),
    };
    let hosts = hosts.split(',').map(without_port).collect();
    Some(Address { scheme: scheme.to_lowercase(), user: user.filter(|user| !user.is_empty()), password, hosts, query })
}

fn until_path(rest: &str, at: usize) -> &str {
    let end = rest[at..].find(['/', '?', '#']).map_or(rest.len(), |end| at + end);
    &rest[..end]
}

/// `host=db user=app password=…` (libpq) and `Server=db;User Id=app;Password=…` (ADO.NET, ODBC).
fn connection_string(text: &str) -> Option<Address<'_>> {
    let separator = if text.contains(';') { ';' } else { ' ' };
    let pairs: Vec<(String, &str)> = text
        .split(separator)
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.trim().to_lowercase(), value.trim().trim_matches(['\'', '"'])))
        .collect();
    let find = |names: &[&str]| pairs.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| *value);
    let password = find(&["password", "pwd"])?;
    let host = find(&["host", "server", "data source", "addr", "address"])?;
    let user = find(&["user", "user id", "uid", "username"]);
    let hosts = vec![without_port(host.trim_start_matches("tcp:").split(',').next().unwrap_or(host))];
    Some(Address { scheme: String::new(), user: user.map(str::to_owned), password: Some(password.to_owned()), hosts, query: "" })
}

fn without_port(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, _)) => host,
        None if host.matches(':').count() > 1 => host,
        None => host.split(':').next().unwrap_or(host),
    }
}

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split(['&', ';']).find_map(|pair| pair.split_once('=').filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%').then(|| tail.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

impl Address<'_> {
    /// Whether it leads to a store or broker that holds data.
    pub fn is_store(&self) -> bool {
        const STORES: [&str; 16] = [
            "postgres",
            "postgresql",
            "mysql",
            "mariadb",
            "mongodb",
            "redis",
            "rediss",
            "valkey",
            "amqp",
            "amqps",
            "mssql",
            "sqlserver",
            "clickhouse",
            "cockroachdb",
            "nats",
            "kafka",
        ];
        self.scheme.is_empty() || self.scheme.split(['+', ':']).any(|part| STORES.contains(&part))
    }

    /// Whether a host is this machine's, reserved for tests, or a tunnel or mail trap of a developer.
    pub fn is_local(&self) -> bool {
        self.hosts.iter().any(|host| is_local(host))
    }

    /// What weakens the connection without being a development value.
    pub fn notes(&self) -> Vec<&'static str> {
        let mut notes = Vec::new();
        if parameter(self.query, "sslmode").is_some_and(|mode| ["disable", "allow", "prefer"].contains(&mode)) {
            notes.push("TLS is not demanded");
        } else if ["redis", "amqp", "http"].contains(&self.scheme.as_str()) {
            notes.push("not over TLS");
        }
        if self.is_store() && self.password.is_none() {
            notes.push("no password in it");
        }
        notes
    }
}

fn is_local(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_lowercase();
    if let Ok(ip) = host.parse::<IpAddr>() {
        return ip.is_loopback() || ip.is_unspecified();
    }
    // RFC 2606 and RFC 6761: reserved names; then names of developers' machines, tunnels and mail traps.
    const ENDS: [&str; 22] = [
        "localhost",
        "local",
        "test",
        "example",
        "invalid",
        "example.com",
        "example.org",
        "example.net",
        "localdomain",
        "lvh.me",
        "localtest.me",
        "nip.io",
        "host.docker.internal",
        "ngrok.io",
        "ngrok.app",
        "ngrok-free.app",
        "loca.lt",
        "trycloudflare.com",
        "mailtrap.io",
        "ethereal.email",
        "mailhog",
        "mailpit",
    ];
    // Host names within a cluster end in `.local` too.
    !host.ends_with("cluster.local")
        && ENDS.iter().any(|end| host == *end || host.strip_suffix(end).is_some_and(|head| head.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<String>, Option<String>, Vec<&str>) {
        let address = read(text).unwrap_or_else(|| panic!("{text}"));
        (address.user, address.password, address.hosts)
    }

    #[test]
    fn logins_and_hosts() {
        let some = |text: &str| Some(text.to_owned());
        for (text, user, password, hosts) in [
            ("postgres://app:pw@db:5432/x?sslmode=require", some("app"), some("pw"), vec!["db"]),
            ("postgres://app:p%40w@db/x", some("app"), some("p@w"), vec!["db"]),
            ("mongodb+srv://u:p@a:1,b:2/x", some("u"), some("p"), vec!["a", "b"]),
            ("redis://:pw@[::1]:6379", None, some("pw"), vec!["::1"]),
            ("redis://cache:6379/0", None, None, vec!["cache"]),
            ("amqp://u:@mq", some("u"), some(""), vec!["mq"]),
            ("jdbc:postgresql://db/x?user=app&password=pw", some("app"), some("pw"), vec!["db"]),
            ("postgres://u:a/b@db/x", some("u"), some("a/b"), vec!["db"]),
            ("host=localhost user=app password='pw'", some("app"), some("pw"), vec!["localhost"]),
            ("Server=tcp:sql.corp,1433;User Id=sa;Password=pw;", some("sa"), some("pw"), vec!["sql.corp"]),
        ] {
            assert_eq!(parts(text), (user, password, hosts), "{text}");
        }
        assert!(read("no address").is_none() && read("password=x").is_none() && read("1://x y").is_none());
    }

    #[test]
    fn local_hosts() {
        for host in ["localhost", "127.0.0.2", "::1", "0.0.0.0", "db.local", "api.test", "www.example.com", "x.ngrok-free.app", "mailhog"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["db", "10.0.0.7", "db.prod.svc.cluster.local", "api.corp.com", "contest", "notexample.com"] {
            assert!(!is_local(host), "{host}");
        }
    }
}
