//! Where a Redis server stands and how to log in to it: the URLs that applications are given.

use std::{borrow::Cow, path::PathBuf};

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use crate::{model::Digest, net::tls::TlsFiles};

/// What is wrong with the text that names a server. The text itself is never quoted: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TargetError(&'static str);

/// Everything a connection needs to know. Its password cannot be printed.
#[derive(Debug, Clone)]
pub struct Target {
    pub(super) place: Place,
    pub(super) tls: bool,
    pub(super) files: TlsFiles,
    pub(super) login: Option<Credentials>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A name or address, without brackets, and a port.
    Tcp(String, u16),
    Socket(PathBuf),
}

#[derive(Debug, Clone)]
pub(super) struct Credentials {
    pub(super) user: Option<String>,
    pub(super) password: SecretString,
}

impl Target {
    /// The server that a URL names: `redis://`, `rediss://` (TLS), `unix://`; `valkey://` and `valkeys://` mean the
    /// same. A database number is accepted and not used: what is asked concerns the whole server. Of the URL's
    /// parameters only `user`, `username` and `password` count; those meant for a client library (time-outs, looser
    /// certificate checks) do not.
    pub fn parse(text: &str, files: TlsFiles) -> Result<Self, TargetError> {
        let url = Url::parse(text.trim())
            .map_err(|_| TargetError("it is not a URL like `redis://user:password@host:6379` (is the password percent-encoded?)"))?;
        let (tls, socket) = match url.scheme() {
            "redis" | "valkey" => (false, false),
            "rediss" | "valkeys" => (true, false),
            "unix" | "redis+unix" | "redis+socket" | "valkey+unix" => (false, true),
            _ => return Err(TargetError("it does not begin with `redis://`, `rediss://` or `unix://`")),
        };
        if !tls && files != TlsFiles::default() {
            return Err(TargetError("certificate files are given, but the connection is not encrypted: write `rediss://`"));
        }
        let place = if socket { socket_of(&url)? } else { host_of(&url)? };
        Ok(Self { place, tls, files, login: login_of(&url, text.contains(":@"))? })
    }

    /// Another server, reached and logged in to in the same way.
    pub fn at(&self, host: &str, port: u16) -> Self {
        Self { place: Place::Tcp(host.to_owned(), port), ..self.clone() }
    }

    /// The password, to be hidden before it is used.
    pub fn password(&self) -> Option<&str> {
        self.login.as_ref().map(|login| login.password.expose_secret())
    }

    /// Who logs in, where the URL has a password.
    pub fn user(&self) -> Option<&str> {
        self.login.as_ref().map(|login| login.user.as_deref().unwrap_or("default"))
    }

    /// Names the target in the report, without credentials: `rediss://cache:6380`.
    pub fn shown(&self) -> String {
        match &self.place {
            Place::Tcp(..) => format!("redis{}://{}", if self.tls { "s" } else { "" }, self.address()),
            Place::Socket(path) => format!("unix://{}", path.display()),
        }
    }

    /// For people: `cache:6379`, `[::1]:6379`, `/run/redis.sock`.
    pub(super) fn address(&self) -> String {
        match &self.place {
            Place::Tcp(host, port) if host.contains(':') => format!("[{host}]:{port}"),
            Place::Tcp(host, port) => format!("{host}:{port}"),
            Place::Socket(path) => path.display().to_string(),
        }
    }

    /// Tells targets apart, logins and passwords included, without revealing them.
    pub fn fingerprint(&self) -> Digest {
        let user = self.login.as_ref().map(|login| login.user.as_deref());
        Digest::of(format!("{:?}\0{}\0{:?}\0{user:?}\0{:?}", self.place, self.tls, self.files, self.password()).as_bytes())
    }
}

fn host_of(url: &Url) -> Result<Place, TargetError> {
    let host = match url.host() {
        Some(Host::Domain(name)) if !name.is_empty() => name.to_owned(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        Some(Host::Domain(_)) | None => return Err(TargetError("it names no host")),
    };
    let host = decoded(&host)?.trim_matches(['[', ']']).to_owned();
    if host.is_empty() {
        return Err(TargetError("it names no host"));
    }
    let database = url.path().trim_matches('/');
    if !database.bytes().all(|b| b.is_ascii_digit()) {
        return Err(TargetError("what follows the host is not a database number"));
    }
    match url.port() {
        Some(0) => Err(TargetError("its port is 0")),
        port => Ok(Place::Tcp(host, port.unwrap_or(6379))),
    }
}

fn socket_of(url: &Url) -> Result<Place, TargetError> {
    let path = decoded(url.path())?;
    match url.host_str() {
        None | Some("" | "localhost") if path.len() > 1 => Ok(Place::Socket(PathBuf::from(path))),
        _ => Err(TargetError("it names no socket: write `unix:///run/redis/redis.sock`")),
    }
}

/// `empty`: the text has an empty password, which the URL's parser does not tell from none.
fn login_of(url: &Url, empty: bool) -> Result<Option<Credentials>, TargetError> {
    let parameter =
        |names: &[&str]| url.query_pairs().find(|(name, _)| names.contains(&name.as_ref())).map(|(_, value)| value.into_owned());
    let user = Some(decoded(url.username())?).filter(|user| !user.is_empty()).or_else(|| parameter(&["user", "username"]));
    let password = url.password().map(decoded).transpose()?.or_else(|| parameter(&["password", "pass"]));
    let password = password.or_else(|| empty.then(String::new));
    match (user, password) {
        (None, None) => Ok(None),
        (None, Some(password)) if password.is_empty() => Ok(None),
        // A client that leaves AUTH out because of the missing password would go on as `default`.
        (Some(_), None) => Err(TargetError("it names a user but no password (for a user without one write `user:@`)")),
        (user, Some(password)) => Ok(Some(Credentials { user, password: SecretString::from(password) })),
    }
}

fn decoded(text: &str) -> Result<String, TargetError> {
    let is_code = |part: &str| part.get(..2).is_some_and(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if !text.split('%').skip(1).all(is_code) {
        return Err(TargetError("a `%` in it is not followed by two hexadecimal digits: write `%25`"));
    }
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Cow::into_owned).map_err(|_| TargetError("it is not UTF-8 once percent-decoded"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Target, TargetError> {
        Target::parse(text, TlsFiles::default())
    }

    #[test]
    fn urls_of_applications() {
        for (text, shown, user, password) in [
            ("redis://cache", "redis://cache:6379", None, None),
            ("redis://:p%40ss@cache:6380/3", "redis://cache:6380", Some("default"), Some("p@ss")),
            ("rediss://app:s%2Fx@[::1]:7000/0?ssl_cert_reqs=none", "rediss://[::1]:7000", Some("app"), Some("s/x")),
            ("valkey://u:@10.0.0.7", "redis://10.0.0.7:6379", Some("u"), Some("")),
            ("unix:///run/redis/r.sock?db=1&password=pw", "unix:///run/redis/r.sock", Some("default"), Some("pw")),
        ] {
            let target = parsed(text).expect(text);
            assert_eq!((target.shown().as_str(), target.user(), target.password()), (shown, user, password), "{text}");
            assert!(!format!("{target:?}").contains(password.filter(|p| !p.is_empty()).unwrap_or("\0")), "{text}");
        }
    }

    #[test]
    fn nothing_is_guessed_and_nothing_quoted() {
        for text in
            ["", "cache:6379", "http://cache", "redis://", "redis:///0", "redis://h/x", "redis://hunter2@h", "redis://u:%zz@h", "unix://"]
        {
            let error = parsed(text).expect_err(text).to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
        let files = TlsFiles { ca: Some("ca.pem".into()), identity: None };
        assert!(Target::parse("redis://cache", files).is_err());
    }

    #[test]
    fn another_password_is_another_target() {
        let of = |text: &str| parsed(text).expect(text).fingerprint();
        assert_eq!(of("redis://:a@h"), of("redis://:a@h:6379/0"));
        assert_ne!(of("redis://:a@h"), of("redis://:b@h"));
        assert_ne!(of("redis://:a@h"), of("redis://x:a@h"));
    }
}
