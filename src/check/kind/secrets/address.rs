//! URLs and what is written like one: the login in them, the host they lead to, and how they are secured.

use std::{net::IpAddr, sync::LazyLock};

use percent_encoding::percent_decode_str;
use regex::Regex;

use super::words::list;

/// The parts of an address that matter here.
pub(super) struct Address<'a> {
    /// In lower case; empty where none is given.
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
pub(super) fn read(text: &str) -> Option<Address<'_>> {
    let text = text.trim();
    url(text).or_else(|| bare(text))
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

/// `app:password@tcp(db:3306)/shop` (MySQL in Go), `app:password@db:5432/shop`, `jdbc:oracle:thin:app/password@//db:1521/x`.
fn bare(text: &str) -> Option<Address<'_>> {
    static LOGIN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(?:jdbc:oracle:thin:([^/@\s]+)/|([\w.-]+):)(\S+)@(?:tcp\(|//)?([A-Za-z][\w.-]*|[\d.]+):\d{2,5}\)?(?:/|$)").ok()
    });
    let found = LOGIN.as_ref()?.captures(text)?;
    let user = found.get(1).or(found.get(2))?.as_str().to_owned();
    let hosts = vec![found.get(4)?.as_str()];
    Some(Address { scheme: String::new(), user: Some(user), password: Some(found[3].to_owned()), hosts, query: "" })
}

fn until_path(rest: &str, at: usize) -> &str {
    let end = rest[at..].find(['/', '?', '#']).map_or(rest.len(), |end| at + end);
    &rest[..end]
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
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Into::into)
}

impl Address<'_> {
    /// Whether it leads to a store or broker that holds data.
    pub(super) fn is_store(&self) -> bool {
        self.scheme.is_empty() || self.scheme.split(['+', ':']).any(|part| list("stores").contains(&part))
    }

    /// The parameters after the `?`, decoded, but for the login.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (String, String)> {
        let pairs = self.query.split(['&', ';', '#']).filter_map(|pair| pair.split_once('='));
        pairs.map(|(name, value)| (decoded(name), decoded(value))).filter(|(name, _)| name != "user" && name != "password")
    }

    /// Whether a host is this machine's, reserved for tests, or a tunnel or mail trap of a developer.
    pub(super) fn is_local(&self) -> bool {
        self.hosts.iter().any(|host| is_local(host))
    }

    /// What weakens the connection without being a development value.
    pub(super) fn notes(&self) -> Vec<&'static str> {
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

/// Whether `host` is this machine's, reserved for tests (RFC 2606, RFC 6761), or a tunnel or mail trap of a developer.
pub(super) fn is_local(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_lowercase();
    if let Ok(ip) = host.parse::<IpAddr>() {
        return ip.is_loopback() || ip.is_unspecified();
    }
    // Host names within a cluster end in `.local` too.
    !host.ends_with("cluster.local")
        && list("local").iter().any(|end| host == *end || host.strip_suffix(end).is_some_and(|head| head.ends_with('.')))
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
            ("app:pw@tcp(db:3306)/shop", some("app"), some("pw"), vec!["db"]),
            ("app:pw@db:5432/shop", some("app"), some("pw"), vec!["db"]),
            ("jdbc:oracle:thin:app/pw@//db:1521/x", some("app"), some("pw"), vec!["db"]),
        ] {
            assert_eq!(parts(text), (user, password, hosts), "{text}");
        }
        assert!(["no address", "password=x", "1://x y", "gK:7#v@Q2!mZp9xL"].iter().all(|text| read(text).is_none()));
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
